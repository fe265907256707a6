"""A learning platform by the package `lti1p3platform`: it launches, takes scores and choices, and names people."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService
from urllib3 import HTTPResponse

from examprep.lti.models import LtiPlatform

SITE = "https://lms.example"
ISSUER, CLIENT, DEPLOYMENT = SITE, "examprep-at-lms", "7"
LINE_ITEM = f"{SITE}/courses/1/columns/5?type_id=1"
MEMBERSHIPS = f"{SITE}/courses/1/people"
RETURN = f"{SITE}/courses/1/chosen"
TOOL = "http://testserver/lti/"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
DEPLOYED = {"deployment_id": "9"}
CONFIGURATION = {
    "issuer": SITE,
    "authorization_endpoint": f"{SITE}/authorize",
    "token_endpoint": f"{SITE}/token",
    "jwks_uri": f"{SITE}/keys",
    "registration_endpoint": f"{SITE}/register",
    "https://purl.imsglobal.org/spec/lti-platform-configuration": {
        "product_family_code": "lms",
        "messages_supported": [{"type": "LtiDeepLinkingRequest", "placements": ["link_selection", "elsewhere"]}],
    },
}
"""What it says of itself to tools that register."""
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
TEACHER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


@cache
def private_pem(name: str) -> str:
    """A private key; the same for a name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


@cache
def public_pem(name: str) -> str:
    """The public half of the private key of that name."""
    key = serialization.load_pem_private_key(private_pem(name).encode(), None).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


class Configuration(LTI1P3PlatformConfAbstract):  # type: ignore[misc] # the package has no types
    def init_platform_config(self, **_: Any) -> None:
        """Nothing to prepare."""

    def get_registration_by_params(self, **_: Any) -> Registration:
        return (
            Registration()
            .set_iss(ISSUER)
            .set_client_id(CLIENT)
            .set_deployment_id(DEPLOYMENT)
            .set_launch_url(f"{TOOL}launch/")
            .set_deeplink_launch_url(f"{TOOL}choose/")
            .set_oidc_login_url(f"{TOOL}login/")
            .set_platform_public_key(public_pem("lms"))
            .set_platform_private_key(private_pem("lms"))
        )


class Login(OIDCLoginAbstract):  # type: ignore[misc] # the package has no types
    def set_lti_message_hint(self, **hint: Any) -> None:
        self._lti_message_hint = json.dumps(hint)

    def get_redirect(self, url: str) -> str:
        return url


class Message(LTIAdvantageMessageLaunchAbstract):  # type: ignore[misc] # the package has no types
    def get_preflight_response(self) -> dict[str, Any]:
        asked: dict[str, Any] = self._request
        return asked

    def render_launch_form(self, launch_data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return launch_data


class Call:
    """A request of ours to the platform, as its package reads it."""

    def __init__(self, request: requests.PreparedRequest) -> None:
        body = request.body or b""
        self.text = body if isinstance(body, str) else body.decode() if isinstance(body, bytes) else ""
        self.method, self.headers = request.method, request.headers
        self.get_data = dict(parse_qsl(urlsplit(str(request.url)).query))
        self.form_data = dict(parse_qsl(self.text))

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Grades(AssignmentsGradesService):  # type: ignore[misc] # the package has no types
    """The gradebook: a score that is no newer than what is there is refused, as the specification has it."""

    lms: Lms

    def update_score(self, line_item_id: str, score: dict[str, Any]) -> UpdateScoreStatus:
        before = self.lms.gradebook.get(score["userId"])
        if before and datetime.fromisoformat(before["timestamp"]) >= datetime.fromisoformat(score["timestamp"]):
            return UpdateScoreStatus.OLD_TIMESTAMP
        self.lms.gradebook[score["userId"]] = score
        self.lms.arrived.append(score.get("scoreGiven"))
        return UpdateScoreStatus.SUCCESS

    def find_lineitems(self, *_: Any, **__: Any) -> Any: ...
    def find_lineitem(self, *_: Any) -> Any: ...
    def create_lineitem(self, *_: Any) -> Any: ...
    def update_lineitem(self, *_: Any) -> Any: ...
    def delete_lineitem(self, *_: Any) -> Any: ...
    def get_results(self, *_: Any, **__: Any) -> Any: ...


class People(NamesRoleProvisioningService):  # type: ignore[misc] # the package has no types
    lms: Lms

    def get_member_data_page(self, page: int | str = 1, **_: Any) -> Any:
        at = int(page) - 1
        return {"content": [dict(self.lms.people[at])], "has_next": at + 1 < len(self.lms.people)}

    def get_context_by_id(self) -> Context:
        return Context("1", "ML", "Machine learning")


class Killed(BaseException):
    """The end of a worker: nothing catches it."""


@dataclass
class Lms:
    """The platform, and what it has heard."""

    configuration: Configuration = field(default_factory=Configuration)
    gradebook: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrived: list[float | None] = field(default_factory=list)
    """The scores that changed the gradebook, in their order."""
    posts: int = 0
    people: list[dict[str, Any]] = field(default_factory=list)
    is_down: bool = False
    loses_answers: bool = False
    """Takes what is sent, and fails before it answers."""
    configuration_document: dict[str, Any] = field(default_factory=lambda: dict(CONFIGURATION))
    registered: dict[str, Any] = field(
        default_factory=lambda: {"client_id": "new", TOOL_CONFIGURATION: {"deployment_id": "9"}}
    )
    """What it says of itself to who registers, and answers then."""
    asked: list[tuple[Any, Any]] = field(default_factory=list)
    """With which token it was asked, and what it was sent, by who registers."""
    kills_workers: bool = False
    """The worker that sends a score dies once it is taken, and never hears so."""

    def register(self, **more: Any) -> LtiPlatform:
        """Our side of the registration."""
        return LtiPlatform.objects.create(
            name="LMS",
            issuer=ISSUER,
            client_id=CLIENT,
            deployments=f"1\n{DEPLOYMENT}",
            login_url=f"{SITE}/authorize",
            token_url=f"{SITE}/token",
            keys_url=f"{SITE}/keys",
            **more,
        )

    def ask_login(self, client: Client, *, chooses: bool = False, dest: str = "document") -> Any:
        """Have the browser begin a login; our answer."""
        login = Login(None, self.configuration)
        login.set_lti_message_hint(link=5)
        if chooses:
            login.set_deeplinking_launch_url()
        return client.get(login.initiate_login("hint-of-ada"), headers={"Sec-Fetch-Dest": dest})

    def launch(
        self,
        client: Client,
        subject: str = "ada",
        *,
        role: str = LEARNER,
        custom: dict[str, str] | None = None,
        chooses: bool = False,
        grades: bool = True,
        claims: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The form that a launch posts to us, after a login that the browser began."""
        asked = dict(parse_qsl(urlsplit(self.ask_login(client, chooses=chooses)["Location"]).query))
        message = Message(asked, self.configuration)
        message.set_user_data(subject, [role], full_name="Ada Lovelace", email_address=f"{subject}@lms.example")
        message.set_resource_link_claim("link-5")
        message.set_launch_context_claim("1", context_title="Machine learning")
        message.set_nrps(MEMBERSHIPS)
        if custom:
            message.set_custom_parameters_claim(custom)
        if chooses:
            message.set_dl(RETURN, accept_types={"ltiResourceLink"}, extra_data={"their": "own"})
        if grades:
            message.set_ags(f"{SITE}/courses/1/columns", LINE_ITEM)
        message.set_extra_claims(claims or {})
        form: dict[str, Any] = message.lti_launch()
        return form

    def come(self, client: Client, **more: Any) -> Any:
        """Launch; our answer."""
        form = self.launch(client, **more)
        return client.post("/lti/launch/", {"id_token": form["id_token"], "state": form["state"]})

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        """What the platform answers to a call of ours."""
        if self.is_down:
            raise requests.ConnectionError
        call, path = Call(request), urlsplit(str(request.url)).path
        status, content, headers = self._answer(call, path)
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = status, str(request.url), request
        answer.headers.update(headers)
        answer.raw = HTTPResponse(io.BytesIO(json.dumps(content).encode()), status=status, preload_content=False)
        return answer

    def _answer(self, call: Call, path: str) -> tuple[int, Any, dict[str, str]]:
        if path == "/keys":
            return 200, self.configuration.get_jwks(), {}
        if path == "/token":
            self.configuration.get_registration().set_tool_key_set(Client().get("/lti/keys/").json())
            return 200, self.configuration.get_access_token(call.form_data), {}
        if path in ("/configuration", "/register"):
            self.asked.append((call.headers.get("Authorization"), call.json if call.text else None))
            return 200, self.configuration_document if path == "/configuration" else self.registered, {}
        if path.endswith("/scores"):
            self.posts += 1
            grades = Grades(call, self.configuration, f"{SITE}/courses/1/columns", LINE_ITEM)
            grades.lms = self
            taken = grades.handle_resp(grades.handle_update_score, line_item_id="5")
            if self.kills_workers:
                raise Killed
            return (500, None, {}) if self.loses_answers else (taken.code, taken.result, {})
        people = People(call, self.configuration, MEMBERSHIPS)
        people.lms = self
        page = int(call.get_data.get("page", 1))
        given = people.handle_resp(people.handle_get_members)
        more = {"Link": f'<{MEMBERSHIPS}?page={page + 1}>; rel="next"'} if page < len(self.people) else {}
        return given.code, given.result, more
