"""Security events: one line each in the log of `examprep.security`, an event's name and its facts as JSON."""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import Any

from allauth.account import signals
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa import signals as factors
from allauth.socialaccount import signals as elsewhere
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.http import HttpRequest

from examprep.models import User
from questions.models import Membership

logger = logging.getLogger("examprep.security")
SIGN_IN = {
    "factor_added": factors.authenticator_added,
    "factor_removed": factors.authenticator_removed,
    "factor_reset": factors.authenticator_reset,
    "factor_failed": factors.authentication_failed,
    "account_connected": elsewhere.social_account_added,
    "account_disconnected": elsewhere.social_account_removed,
}
"""What allauth tells of ways to log in."""
LONGEST = 200
"""Characters of a fact that are kept: names are typed by anybody."""


def note(event: str, request: HttpRequest | None, account: str, **facts: object) -> None:
    """Log that something happened to an account, and from which address."""
    address = get_ip(request) if request is not None else "-"
    # JSON in ASCII: a name cannot begin another line.
    line = {"account": account[:LONGEST], "address": address, **facts}
    logger.warning("%s %s", event, json.dumps(line, default=str))


def connect() -> None:
    """Have the events that allauth and Django tell of logged."""
    for name in ("password_changed", "password_set", "password_reset"):
        getattr(signals, name).connect(_note_password, dispatch_uid=f"security_log.{name}", weak=False)
    for event, signal in SIGN_IN.items():
        signal.connect(partial(_note_way, event), dispatch_uid=f"security_log.{event}", weak=False)
    m2m_changed.connect(_note_groups, sender=User.groups.through, dispatch_uid="security_log.groups", weak=False)
    for event, saved in (("course_role_given", post_save), ("course_role_taken", post_delete)):
        note_role = partial(_note_course_role, event)
        saved.connect(note_role, sender=Membership, dispatch_uid=f"security_log.{event}", weak=False)


def _note_password(sender: object, request: HttpRequest, user: User, signal: object, **_: object) -> None:
    note("password_reset" if signal is signals.password_reset else "password_changed", request, user.username)


def _note_way(event: str, sender: object, request: HttpRequest, **facts: Any) -> None:
    """Log that a way to log in was added, removed or guessed at."""
    login = facts.get("sociallogin") or facts.get("socialaccount")
    if login is not None:
        note(event, request, login.user.username, provider=getattr(login, "account", login).provider)
    else:
        note(event, request, facts["user"].username, kind=str(facts["authenticator"].type))


def _note_course_role(event: str, sender: object, instance: Membership, **_: object) -> None:
    facts = {"course": instance.course.slug, "role": instance.role}
    if instance.added_by and event == "course_role_given":
        facts["by"] = instance.added_by.get_username()
    note(event, None, instance.user.get_username(), **facts)


def _note_groups(sender: object, instance: User | Group, action: str, pk_set: set[int] | None, **_: object) -> None:
    events = {"post_add": "role_given", "post_remove": "role_taken", "pre_clear": "roles_taken"}
    if action not in events:
        return
    if isinstance(instance, Group):  # people were added to it
        pairs = [(person, instance) for person in User.objects.filter(pk__in=pk_set or ())]
    else:
        pairs = [(instance, group) for group in Group.objects.filter(pk__in=pk_set or ())]
    for person, group in pairs:
        note(events[action], None, str(person), role=str(group))
