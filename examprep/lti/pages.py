"""The addresses that platforms call, by the browser of whoever comes."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import Login, perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from examprep.lti import accounts, deep_linking, keys, launching, registering
from examprep.lti.launching import LaunchError
from examprep.middleware import POLICY
from examprep.security_log import note

ASKED = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id")


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Begin a login that a platform asks for.

    In a frame nothing can be kept where browsers refuse the cookies of other sites, so a window of its own is opened
    before the platform is asked for anything, where ours are the page's own. What is chosen needs no cookie.
    """
    sent = request.POST if request.method == "POST" else request.GET
    asked = {name: sent[name] for name in ASKED if sent.get(name)}
    chooses = asked.get("target_link_uri", "").rstrip("/").endswith(reverse("lti-choose").rstrip("/"))
    try:
        begun = launching.begin(asked, request.build_absolute_uri(reverse("lti-launch")))
    except LaunchError as refused:
        return _refuse(request, refused)
    if request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"} and not chooses:
        return _in_frame(render(request, "lti/open.html", {"link": f"{request.path}?{urlencode(asked)}"}))
    response = HttpResponse(status=302, headers={"Location": begun.url})
    age = int(launching.GOOD_FOR.total_seconds())
    response.set_cookie(
        begun.cookie, begun.nonce, max_age=age, path="/lti/", secure=True, httponly=True, samesite="None"
    )
    return response


@csrf_exempt
@xframe_options_exempt
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    """Take a launch: log in whoever comes and lead them where the link leads, or show what can be placed."""
    token, state = request.POST.get("id_token", ""), request.POST.get("state", "")
    try:
        came = launching.receive(token, state, request.COOKIES, timezone.now())
        if came.message == launching.DEEP_LINK:
            context = {
                "ticket": deep_linking.write_ticket(came),
                "shelves": deep_linking.list_choices(came.platform),
            }
            return _in_frame(render(request, "lti/choose.html", context))
        target = accounts.find_target(came)
    except LaunchError as refused:
        return _refuse(request, refused)
    person = accounts.find_person(came.platform, came.subject, came.claims)
    accounts.note_launch(came, person, target)
    response: HttpResponse = perform_login(
        request, Login(user=person, redirect_url=target.path, email_verification="none")
    )
    return response


@csrf_exempt
@xframe_options_exempt
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Send what a teacher chose back to the platform. The ticket in the form is signed; no login is used."""
    ticket, chosen = request.POST.get("ticket", ""), request.POST.get("choice", "")
    launch_url = request.build_absolute_uri(reverse("lti-launch"))
    try:
        url, token = deep_linking.answer(ticket, chosen, launch_url, timezone.now())
    except LaunchError as refused:
        return _refuse(request, refused)
    return _in_frame(
        render(request, "lti/chosen.html", {"url": url, "token": token}),
        form_action="{0.scheme}://{0.netloc}".format(urlsplit(url)),
    )


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask whoever opens a registration link at their platform whether to register; a post does. No login is used."""
    sent = request.POST if request.method == "POST" else request.GET
    url, token = sent.get("openid_configuration", ""), sent.get("registration_token", "")
    context: dict[str, object] = {"configuration": url, "token": token, "contact": settings.CONTACT_EMAIL}
    try:
        registering.read_link(secret)
        context["host"] = registering.find_host(url)
        if request.method == "POST":
            site = request.build_absolute_uri("/").rstrip("/")
            platform = registering.register(secret, url, token, site, timezone.now())
            context["platform"] = platform
            note("lti_platform_registered", request, "", platform=platform.issuer, client=platform.client_id)
    except LaunchError as refused:
        context["refused"] = refused.reason
        note("lti_refused", request, "", reason=refused.reason)
    return _in_frame(render(request, "lti/register.html", context, status=403 if "refused" in context else 200))


@require_GET
def public_keys(request: HttpRequest) -> JsonResponse:
    """Our public keys."""
    response = JsonResponse(keys.publish())
    response["Cache-Control"] = "public, max-age=600"
    return response


def _refuse(request: HttpRequest, refused: LaunchError) -> HttpResponse:
    note("lti_refused", request, "", reason=refused.reason)
    page = render(
        request, "lti/refused.html", {"reason": refused.reason, "contact": settings.CONTACT_EMAIL}, status=403
    )
    return _in_frame(page)


def _in_frame(response: HttpResponse, form_action: str = "'self'") -> HttpResponse:
    """Let a page be framed by platforms, whose addresses are many: it shows nothing of anybody's and needs no login."""
    policy = {**POLICY, "frame-ancestors": "*", "form-action": form_action}
    response["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    return response
