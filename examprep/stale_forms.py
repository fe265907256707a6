"""Forms of pages that were opened before somebody logged out or in: what was typed in them is sent once more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from examprep import errors
from quizzes.views import is_partial, unsent

View = Callable[..., HttpResponse]
AdminView = Callable[[View, bool], View]

OTHER_SITE = ("Origin checking failed", "Referer checking failed")
"""How Django's reasons begin where a form may come from a page that is none of ours."""


def refuse(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is not the session's: 403, for a form of ours with what it held and a new token.

    Only the browser's own word for the page that the form was on, `Origin`, makes it one of ours: else another site
    could have it sent with one click.
    """
    if "Origin" not in request.headers or reason.startswith(OTHER_SITE):
        return errors.forbidden(request)
    if request.path.startswith("/accounts/") or _holds_password(request):
        return redirect(request.get_full_path())  # passwords are typed anew, and stand in no page
    if is_partial(request):
        return unsent.keep_and_send_again(request)
    return _offer(request)


def keep_texts(admin_view: AdminView) -> AdminView:
    """Have the views of the admin give back what was typed by somebody who is no longer logged in.

    Texts of authors are too long to be kept in a session, as answers are.
    """

    def wrap(view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 - as Django calls it
        inner = admin_view(view, cacheable)

        @functools.wraps(inner)
        def wrapped(request: HttpRequest, *args: object, **more: object) -> HttpResponse:
            lost = request.method == "POST" and not request.user.is_authenticated and unsent.sent_fields(request)
            if lost and not _holds_password(request):
                return _offer(request)
            return inner(request, *args, **more)

        return wrapped

    return wrap


def _holds_password(request: HttpRequest) -> bool:
    return any("password" in name for name in request.POST)


def _offer(request: HttpRequest) -> HttpResponse:
    return render(request, "stale_form.html", {"fields": unsent.sent_fields(request)}, status=HTTPStatus.FORBIDDEN)
