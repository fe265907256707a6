"""The page to which an invitation leads: whoever has the link joins the course, with whatever account they have."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from quizzes.courses import invitations
from quizzes.views import Context, student_of


@require_http_methods(["GET", "POST"])
def invitation_page(request: HttpRequest, secret: str) -> HttpResponse:
    """What one is invited to (GET); join with the account that is logged in (POST).

    The page is the same for every address, whether or not somebody has an account by it.
    """
    now, student = timezone.now(), student_of(request)
    invitation = invitations.find_invitation(secret, now)
    error = "" if invitation else "This link is no longer valid."
    if invitation and student and (request.method == "POST" or invitation.student_id == student.pk):
        try:
            invitations.accept(secret, student, now)
        except invitations.InvitationError as refused:
            error = str(refused)
        else:
            return redirect("start", invitation.course.slug) if request.method == "POST" else redirect("today")
    elif invitation and invitation.student_id:
        error = "This link was used before."
    after = urlencode({"next": request.path})
    context: Context = {
        "invitation": invitation,
        "error": error,
        "log_in": f"{reverse('account_login')}?{after}",
        "sign_up": f"{reverse('account_signup')}?{after}",
    }
    status = HTTPStatus.NOT_FOUND if invitation is None else HTTPStatus.GONE if error else HTTPStatus.OK
    response = render(request, "quizzes/invitation.html", context, status=status)
    # The address is the secret: it is told to no page that is opened from here, and no search engine keeps it.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
