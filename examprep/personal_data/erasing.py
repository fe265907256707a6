"""An account is erased: what says who somebody is goes, and what statistics of questions rest on stays nameless.

The log, the cards, the sittings and the account's row remain, under a name that chance made. Everything else that is
the person's is deleted, and words that they typed are replaced in what remains.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.models import Q

from examprep.lti.models import LtiAccount, LtiScore
from examprep.models import User
from questions import trail
from questions.models import Membership
from quizzes.models import (
    Bookmark,
    CalendarFeed,
    Card,
    ChangeLog,
    CorrectedAnswer,
    DailyPlan,
    Diagnostic,
    Enrolment,
    Invitation,
    Job,
    MemoryFit,
    Note,
    Notice,
    Presentation,
    PushSubscription,
    QuestionReport,
    QuickCheck,
    Reminder,
    ReviewEvent,
    SectionRead,
    Sitting,
    SittingAct,
    SittingOutcome,
    Slot,
    StaffNote,
    Standing,
    StoredOutlook,
    WithheldAnswer,
)
from quizzes.models.packed_json import PackedJSONField
from quizzes.reviews import change_log

logger = logging.getLogger(__name__)

ERASURE_DELAY = timedelta(hours=23)
"""How long one may think better of it; the sweep that follows keeps it within a day."""
DELETED: tuple[type[models.Model], ...] = (
    *(
        Bookmark,
        CalendarFeed,
        DailyPlan,
        Diagnostic,
        Enrolment,
        Invitation,
        Job,
        Note,
        Notice,
        PushSubscription,
        QuickCheck,
        Reminder,
    ),
    *(SectionRead, StaffNote, Standing, StoredOutlook, WithheldAnswer),
)
"""What is deleted whole, by `student`."""
KEPT: tuple[type[models.Model], ...] = (
    *(Card, ChangeLog, CorrectedAnswer, MemoryFit, Presentation, QuestionReport, ReviewEvent, Sitting),
)
"""What stays, of nobody that anyone knows: without words, and without what never was answered."""
TYPED: tuple[tuple[type[models.Model], str, tuple[str, ...]], ...] = (
    (ReviewEvent, "student", ("response", "grade")),
    (CorrectedAnswer, "student", ("plain", "grade")),
    (Presentation, "student", ("parts_checked", "work")),
    (Slot, "sitting__student", ("response", "grade", "said", "oral")),
)
"""Where words stand that were typed: a model, whose its rows are, and the fields."""
LETTERS = 4
"""A word of so many stands in a field for numbers by mistake: exams keep what cannot be read."""
INSTEAD = "…"
AT_ONCE = 500
"""Rows that are read and written at once."""


def ask_for_erasure(person: User, now: datetime) -> datetime:
    """Have the account erased within a day; returns when, at the soonest. Asked again, the first time stands."""
    User.objects.filter(pk=person.pk, erase_at=None).update(erase_at=now + ERASURE_DELAY)
    person.refresh_from_db(fields=["erase_at"])
    assert person.erase_at is not None
    return person.erase_at


def cancel_erasure(person: User) -> None:
    """Keep the account after all."""
    User.objects.filter(pk=person.pk).update(erase_at=None)
    person.refresh_from_db(fields=["erase_at"])


def erase_due(now: datetime) -> int:
    """Erase the accounts whose time has come; returns how many. Safe to run twice or late."""
    erased = 0
    for person in User.objects.filter(erase_at__lte=now).order_by("erase_at"):
        try:
            erased += erase(person, now)
        except Exception:
            # The others are not to wait for it; the next sweep tries again.
            logger.exception("account %s could not be erased", person.pk)
    return erased


@transaction.atomic
def erase(person: User, now: datetime) -> bool:
    """Erase an account at once; returns False where it is erased already. An answer that is under way waits for it."""
    log = change_log.lock(person, now)
    locked = User.objects.select_for_update().get(pk=person.pk)
    if locked.erased_at is not None:
        return False
    _forget_in_the_audit_trail(locked)
    for session in UserSession.objects.filter(user=locked):
        session.end()
    for way in (EmailAddress, Authenticator, SocialAccount, LtiAccount, LtiScore):
        way.objects.filter(user=locked).delete()
    Membership.objects.filter(user=locked).delete()
    if locked.email:
        Invitation.objects.filter(email=locked.email.casefold()).delete()
    for model in DELETED:
        model._default_manager.filter(student=locked).delete()
    unanswered = Presentation.objects.filter(student=locked, events=None, slot=None, reports=None)
    unanswered.delete()
    QuestionReport.objects.filter(student=locked).update(text="", answer="")
    SittingAct.objects.filter(sitting__student=locked).update(why="")
    for holder, whose, fields in TYPED:
        _replace_words(holder, whose, fields, locked)
    SittingOutcome.objects.filter(sitting__student=locked).delete()  # they are made again of the slots
    log.next_reminder_at = None
    log.save(update_fields=["next_reminder_at"])
    _make_nameless(locked, now)
    return True


def _make_nameless(person: User, now: datetime) -> None:
    """Leave of the account a row that says nothing of anybody, and that nobody can log in to."""
    blank = User(username=f"erased-{secrets.token_hex(8)}", date_joined=person.date_joined)
    blank.set_unusable_password()
    blank.is_active = False
    blank.pk, blank.erased_at = person.pk, now
    blank.kept_day = person.kept_day
    blank.time_zone, blank.day_rollover_hour = person.time_zone, person.day_rollover_hour
    blank.save(force_update=True)
    person.groups.clear()
    person.user_permissions.clear()


def _forget_in_the_audit_trail(person: User) -> None:
    """Take the name out of what the admin noted about them and what is theirs. What they did stays, by nobody."""
    theirs = LogEntry.objects.filter(
        Q(content_type__app_label="examprep", content_type__model="user", object_id=str(person.pk))
        | Q(content_type__app_label="quizzes", object_repr__contains=person.username)
        | Q(change_message__contains=person.username)
    )
    theirs.update(object_repr="erased", change_message="")
    trail.forget_person(person)


def _replace_words(model: type[models.Model], whose: str, fields: Sequence[str], person: User) -> None:
    """Replace the words that were typed in these fields of the person's rows, also where older rows have them."""
    ours = [field for field in model._meta.concrete_fields if field.name in fields]
    unpacked = [field.older_field() for field in ours if isinstance(field, PackedJSONField)]
    written = [*fields, *(older.name for older in unpacked)]
    rows = model._default_manager.filter(**{whose: person}).only("pk", *fields).order_by("pk")
    changed: list[models.Model] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        before = [getattr(row, field) for field in fields]
        after = [without_words(value) for value in before]
        if before == after:
            continue
        for field, value in zip(fields, after, strict=True):
            setattr(row, field, value)
        for older in unpacked:
            setattr(row, older.name, older.get_default())
        changed.append(row)
        if len(changed) == AT_ONCE:
            model._default_manager.bulk_update(changed, written)
            changed = []
    model._default_manager.bulk_update(changed, written)


def without_words(value: Any) -> Any:
    """Return a response, or what holds some, with other texts where words were typed."""
    if isinstance(value, list):
        return [without_words(part) for part in value]
    if isinstance(value, dict):
        return {name: INSTEAD if _is_typed(name, part) else without_words(part) for name, part in value.items()}
    return value


def _is_typed(name: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return name == "text" or (name == "value" and any(len(w) >= LETTERS and w.isalpha() for w in value.split()))
