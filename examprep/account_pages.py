"""A person's own account: what is kept of them, where they are logged in, and its end."""

from __future__ import annotations

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from rest_framework.request import Request

from examprep import login_limits, personal_data
from examprep.models import User
from examprep.security_log import note
from examprep.sign_in.requirement import has_to_set_up
from examprep.sign_in.ways import load_ways


@login_required
@require_http_methods(["GET", "POST"])
def account_page(request: HttpRequest) -> HttpResponse:
    """Show what one can do with one's account; a POST asks for its end."""
    person = load_person(request)
    error = ""
    if request.method == "POST":
        error = ask_for_erasure(person, request, request.POST.get("password", "")) or ""
        if not error:
            messages.success(request, "Your account will be deleted. Until then you can change your mind here.")
            return redirect("account")
    context = {
        "person": person,
        "ways": load_ways(person),
        "logins": personal_data.list_logins(person, request),
        "is_fresh": personal_data.is_fresh(person, request, timezone.now()),
        "error": error,
    }
    return render(request, "account.html", context, status=422 if error else 200)


@login_required
@require_GET
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Say to staff that they need a second factor, and lead to where they set one up."""
    return render(request, "second_factor.html") if has_to_set_up(request.user) else redirect("account")


@login_required
@require_POST
def keep_account(request: HttpRequest) -> HttpResponse:
    """Keep an account whose end was asked for."""
    cancel_erasure(load_person(request), request)
    messages.success(request, "Your account stays.")
    return redirect("account")


@login_required
@require_POST
def end_login(request: HttpRequest) -> HttpResponse:
    """Log out in one place, or everywhere but here."""
    person = load_person(request)
    named = request.POST.get("login", "")
    for login in personal_data.list_logins(person, request):
        if str(login.id) == named or (named == "others" and not login.is_this):
            personal_data.end_login(person, login.id)
    messages.success(request, "Logged out on that device.")
    return redirect("account")


@login_required
@require_GET
def export_account(request: HttpRequest) -> FileResponse:
    """Hand out all that is kept of the person."""
    return send_export(load_person(request))


@require_GET
def privacy_page(request: HttpRequest) -> HttpResponse:
    """Say what is stored, and why."""
    return render(request, "privacy.html", {"contact": settings.CONTACT_EMAIL, "retention": settings.RETENTION_DAYS})


def send_export(person: User) -> FileResponse:
    """Return a person's export as a download."""
    name = f"examprep-{person.pk}-{timezone.localdate():%Y-%m-%d}.zip"
    return FileResponse(personal_data.export_to_file(person), as_attachment=True, filename=name)


def ask_for_erasure(person: User, request: HttpRequest, password: str) -> str | None:
    """Have the account erased within a day; else return what the request lacks: the password, or a login just now."""
    if (refused := _check_it_is_theirs(person, request, password)) is None:
        personal_data.ask_for_erasure(person, timezone.now())
        note("erasure_asked", request, person.username)
    return refused


def cancel_erasure(person: User, request: HttpRequest) -> None:
    """Keep an account whose end was asked for; idempotent."""
    personal_data.cancel_erasure(person)
    note("erasure_cancelled", request, person.username)


def load_person(request: HttpRequest | Request) -> User:
    """Return who is logged in, loaded anew so that a refused change leaves the request's user as it is."""
    assert isinstance(request.user, User)
    return User.objects.get(pk=request.user.pk)


def _check_it_is_theirs(person: User, request: HttpRequest, password: str) -> str | None:
    if personal_data.is_fresh(person, request, timezone.now()):
        return None
    if not password:
        return "Type your password, or log in again and come back within five minutes."
    try:
        attempt = login_limits.Attempt(f"id:{person.pk}", get_ip(request))
    except login_limits.TooManyFailuresError as refused:
        return f"Too many wrong passwords. Try again in {refused.retry_after} seconds."
    if not person.check_password(password):
        note("login_failed", request, person.username)
        return "This is not your password."
    attempt.succeeded()
    return None
