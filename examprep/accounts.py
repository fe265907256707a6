"""The one login: every page and API call that asks for a password comes through this adapter of allauth."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.signals import password_reset
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from allauth.core.ratelimit import respond_429
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from examprep import login_limits, security_log, usernames, work_limits
from examprep.models import User, validate_username
from examprep.personal_data.logins import is_fresh
from quizzes.reminders import web_push


class Accounts(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Counts and logs logins that fail, and names who comes without a name."""

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        """Return whose password this is. Raises an immediate answer of 429 where too many logins have failed."""
        typed = credentials.get("username") or credentials.get("email") or ""
        people = _may_mean(credentials)
        account = _account(people[0]) if len(people) == 1 else f"name:{typed.casefold()}"
        try:
            attempt = login_limits.Attempt(account, get_ip(request))
        except login_limits.TooManyFailuresError as refused:
            security_log.note("login_locked", request, typed, retry_after=refused.retry_after)
            answer = respond_429(request)
            answer["Retry-After"] = str(refused.retry_after)
            raise ImmediateHttpResponse(answer) from None
        if name := credentials.get("username"):
            # How the database compares capitals is its own affair.
            person = User.named(name)
            credentials["username"] = person.username if person else name
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            security_log.note("login_failed", request, typed)
            work_limits.charge_nothing(request)
        else:
            # Failures at several accounts by one name are not forgotten for one of them, which may be the guesser's.
            attempt.succeeded(alone=len(people) == 1)
        return user

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002 - as allauth calls it
        """Return a name for a new account. Raises ValidationError where it is taken, or looks like one that is.

        Nor may it look like an email address: whose it is nobody knows yet, and this page does not tell who has one.
        """
        name: str = super().clean_username(username, shallow)
        if not shallow:
            if "@" in name:
                raise ValidationError("A username cannot contain @. You can also log in with your email address.")
            validate_username(name)
        return name

    def generate_unique_username(self, txts: list[str | None], regex: str | None = None) -> str:
        """Return a name for somebody who comes from elsewhere and has not chosen one: after their address, if any."""
        address = next((text for text in txts if text and "@" in text), "")
        return usernames.propose(address.partition("@")[0], validate_username)

    def is_reauthentication_required(self, *, app: str, **more: object) -> bool:
        """Whether to ask for the password again: not of who has just logged in."""
        request = context.request
        return not (isinstance(request.user, User) and is_fresh(request.user, request, timezone.now()))

    def logout(self, request: HttpRequest) -> None:
        """End the login, and the reminders in the browser that it ends in, which says where it gets them."""
        endpoint = request.POST.get("push_endpoint", "")
        if isinstance(request.user, User) and endpoint.isprintable():
            web_push.unsubscribe(request.user, endpoint)
        super().logout(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Count nothing here: `authenticate` has."""


@receiver(password_reset, dispatch_uid="accounts.forget_failures")
def forget_failures(sender: object, user: User, **_: object) -> None:
    """Let somebody in who has come by a mailed link."""
    login_limits.forget(_account(user))


def _account(user: User) -> str:
    return f"id:{user.pk}"


def _may_mean(credentials: dict[str, str]) -> list[User]:
    """Return whose password is tried: of whoever has the name, or the address, which several may have unconfirmed."""
    name, address = credentials.get("username"), credentials.get("email") or credentials.get("username")
    person = User.named(name) if name else None
    others = filter_users_by_email(address, prefer_verified=True, for_login=True) if address else []
    return list({user.pk: user for user in [person, *others] if user}.values())
