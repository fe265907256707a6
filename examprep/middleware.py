"""What every response gets, and every request of somebody who is logged in."""

import math
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.templatetags.static import static
from django.utils import timezone

from examprep import work_limits
from examprep.errors import too_much_work
from examprep.problems import CONTENT_TYPE, problem
from examprep.security_log import note
from examprep.sign_in.configuring import origins_of
from examprep.throttling import rate_of
from questions import replica
from questions.json_types import JsonError, read_json
from questions.text import katex

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    # KaTeX places glyphs by style attributes.
    "style-src": "'self' 'unsafe-inline'",
    "style-src-elem": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
LOGIN_PAGES = ("/accounts/login/", "/accounts/signup/", "/accounts/3rdparty/", "/accounts/oidc/")
"""Where pages begin whose forms lead on to a provider of accounts, which a browser asks this policy about too."""
PACKED = ("font/", "image/png", "image/jpeg", "image/webp")
"""What is compressed already, by the beginning of its type."""
SHOWING_KEYS = {
    f"admin:{page}"
    for page in (
        "questions_item_change",
        "questions_itemversion_change",
        "quizzes_presentation_change",
        "quizzes_sitting_change",
        "quizzes_review_change",
        "quizzes_reviewevent_change",
        "quizzes_exam_results",
        "quizzes_questionreport_change",
        "questions_correction_item",
    )
}


class ContentSecurityPolicy:
    """Allows scripts, styles and fonts from this host only, and none inside a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._providers = origins_of(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = POLICY
        if self._providers and request.path.startswith(LOGIN_PAGES):
            policy = {**POLICY, "form-action": " ".join(["'self'", *self._providers])}
        response.setdefault("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items()))
        return response


class Compression(GZipMiddleware):
    """Compresses pages, style sheets and scripts that were not before; never fonts and pictures, which are."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "")
        if response.status_code == HTTPStatus.PARTIAL_CONTENT or kind.startswith(PACKED):
            return response
        return super().process_response(request, response)


class NoStore:
    """Keeps pages and answers out of every cache, a shared computer's too, unless a view says how they are cached."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response


class RateLimits:
    """Says how many calls are left, and in every 429 when to come back: limits of allauth are by the minute."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            response.setdefault("Retry-After", "60")
        if rate := rate_of(request):
            for name, number in zip(("Limit", "Remaining", "Reset"), rate, strict=True):
                response[f"RateLimit-{name}"] = str(number)
        return response


class WorkLimit:
    """Charges each request to whoever is logged in at its end, and refuses who has taken too much.

    Who calls the API is known to its views alone: there `examprep.throttling` refuses.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/health/", "/metrics")):
            return self.get_response(request)
        began = time.thread_time()
        if not request.path.startswith("/api/") and (wait := work_limits.seconds_to_wait(work_limits.whose(request))):
            return too_much_work(request, math.ceil(wait))
        response = self.get_response(request)
        if not work_limits.is_free(request):
            work_limits.charge(work_limits.whose(request), time.thread_time() - began)
        return response


class ReadableBodies:
    """Refuses what allauth would fall over: JSON that is nested too deeply, or has characters no database keeps."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/_allauth/") and request.method not in {"GET", "HEAD"} and request.body:
            try:
                if not isinstance(read_json(request.body), dict):
                    raise JsonError("Send an object.")
            except JsonError as error:
                document = problem(error.status, str(error))
                return JsonResponse(document, status=error.status, content_type=CONTENT_TYPE)
        return self.get_response(request)


class KeysViewed:
    """Has it logged who of the staff looked at a key, and where."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.view_name in SHOWING_KEYS and response.status_code == HTTPStatus.OK:
            note("keys_viewed", request, request.user.get_username(), page=request.path)
        return response


class Formulas:
    """Sets the formulas of every page as it leaves, and has a page that holds some load their fonts at once."""

    FONTS = ("KaTeX_Main-Regular", "KaTeX_Math-Italic")
    """What nearly every formula is set in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        page = response.content.decode(response.charset)
        if (with_formulas := katex.set_formulas(page)) != page:
            response.content = with_formulas
            if "HX-Request" not in request.headers:
                fonts = (static(f"katex/fonts/{font}.woff2") for font in self.FONTS)
                response["Link"] = ", ".join(f"<{font}>; rel=preload; as=font; crossorigin" for font in fonts)
        return response


class StudentTimeZone:
    """Shows instants in the time zone of whoever is logged in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with timezone.override(request.user.zone):
                return self.get_response(request)
        return self.get_response(request)


class OwnWrites:
    """Lets whoever has just stored something read the database itself, and not a copy that may not have it yet."""

    COOKIE, SECONDS = "just-stored", 30

    def __init__(self, get_response: GetResponse) -> None:
        if not replica.is_there():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        stores = request.method not in {"GET", "HEAD", "OPTIONS"}
        with replica.fresh(needed=stores or self.COOKIE in request.COOKIES):
            response = self.get_response(request)
        if stores and not request.path.startswith("/api/"):  # where nothing is read from the copy
            is_secure = bool(settings.SESSION_COOKIE_SECURE)
            response.set_cookie(self.COOKIE, "1", max_age=self.SECONDS, httponly=True, secure=is_secure, samesite="Lax")
        return response


class OnceMore:
    """Runs a view once more when the database refused what it stored: somebody else had just stored the same.

    What a view checks before it stores it then finds, and answers as if it had come a moment later: a form names the
    field that is taken, and what is there already is given back. What it had stored is undone, so that nothing is
    stored twice.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or not isinstance(exception, IntegrityError):
            return None
        try:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except RawPostDataException:  # the view read the body as it came, and nobody has kept it
            return None
        return response
