"""Note what is changed while something is recorded."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import post_save, pre_delete, pre_save
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from questions.models import Author, Course, StaffAct
from questions.trail.watching import Besides, Snapshot, Watched, differences, watched

View = Callable[..., HttpResponse]
READING = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])


@dataclass
class Seen:
    """A watched row when it was first touched: what it was, or None if it was not there yet."""

    before: Snapshot | None
    name: str
    course: int | None
    about: int | None


@dataclass
class Recorder:
    """The rows that were touched since recording began."""

    rows: dict[tuple[type[Model], Any], Seen] = field(default_factory=dict)

    def touch(self, model: type[Model], key: object) -> None:
        """Note how a row is before it changes, unless it is noted already."""
        if key is None or (model, key) in self.rows:
            return
        row = model._default_manager.filter(pk=key).first()
        if row is not None:
            self.rows[model, key] = _seen(row, watched[model].snapshot(row))

    def add(self, row: Model) -> None:
        """Note that a row was not there before."""
        self.rows.setdefault((type(row), row.pk), _seen(row, None))

    def acts(self, by: Author | None, place: str) -> Iterator[StaffAct]:
        """Yield what became of the rows, where it differs from what they were."""
        now = timezone.now()
        for (model, key), seen in self.rows.items():
            row = model._default_manager.filter(pk=key).first()
            after = None if row is None else watched[model].snapshot(row)
            before, after = differences(seen.before, after)
            if not before and not after:
                continue
            kind = StaffAct.Kind.CHANGED
            if seen.before is None or row is None:
                kind = StaffAct.Kind.ADDED if row is not None else StaffAct.Kind.DELETED
            latest = seen if row is None else _seen(row, None)
            yield StaffAct(
                made_at=now,
                by=by,
                kind=kind,
                model=model._meta.label_lower,
                key=str(key)[:40],
                name=latest.name,
                course_id=latest.course,
                about_id=latest.about,
                place=place[:200],
                before=before,
                after=after,
            )


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def recording(by: Author | None, place: str) -> Iterator[None]:
    """Note what is done to watched rows meanwhile; inside of a transaction, in that."""
    recorder = Recorder()
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)
    with transaction.atomic():
        acts = list(recorder.acts(by, place)) if recorder.rows else []
        gone = {act.course_id for act in acts if act.course_id and act.kind == StaffAct.Kind.DELETED}
        there = set(Course.objects.filter(pk__in=gone).values_list("pk", flat=True)) if gone else gone
        for act in acts:
            if act.course_id in gone - there:
                act.course_id = None
        StaffAct.objects.bulk_create(acts)


def recorded(view: View) -> View:
    """A view whose changes are noted; where it fails, they are taken to be undone."""

    @functools.wraps(view)
    def recording_view(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if request.method in READING or not request.user.is_authenticated:
            return view(request, *args, **more)
        with recording(request.user, request.path):
            return view(request, *args, **more)

    return recording_view


def acts_of(row: Model) -> QuerySet[StaffAct]:
    """What was done to a row, newest first."""
    acts = StaffAct.objects.filter(model=row._meta.label_lower, key=str(row.pk))
    return acts.select_related("by", "about")


def forget_person(person: Author) -> None:
    """Take a person out of what was noted: what they did stays, by nobody; what was done to theirs stays wordless."""
    StaffAct.objects.filter(about=person).update(about=None, before=None, after=None)
    StaffAct.objects.filter(by=person).update(by=None)


def watch(
    model: type[Model], *, without: Collection[str] = (), besides: Besides | None = None, person: str = ""
) -> None:
    """Note what staff do to the rows of a table.

    `without` names fields that are noted nowhere, such as passwords; `person` names the field of whose row it is
    ("self" for an account), and such rows are noted without a name. `besides` gives what else belongs to a row.
    """
    watched[model] = Watched(frozenset(without), besides, person)
    # Of this table alone: what anybody listens for is read, row by row, before it is deleted.
    pre_save.connect(_before, sender=model, dispatch_uid="trail.before_saving")
    pre_delete.connect(_before, sender=model, dispatch_uid="trail.before_deleting")
    post_save.connect(_after, sender=model, dispatch_uid="trail.after_saving")


def _seen(row: Model, before: Snapshot | None) -> Seen:
    about = watched[type(row)].person_of(row)
    course = row.pk if isinstance(row, Course) else getattr(row, "course_id", None)
    return Seen(before, "" if about is not None else str(row)[:200], course, about)


def _before(sender: type[Model], instance: Model, **_: object) -> None:
    recorder = _recorder.get()
    if recorder is not None:
        recorder.touch(sender, instance.pk)


def _after(sender: type[Model], instance: Model, **about: object) -> None:
    recorder = _recorder.get()
    if recorder is not None and about.get("created"):
        recorder.add(instance)
