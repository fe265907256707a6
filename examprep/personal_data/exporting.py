"""All that is kept of a person, as a ZIP file of JSON and CSV.

Rows are read and written one after the other, so that a log of any length takes the same memory. What an exam
withholds from its student is withheld here too: keys are told by grades, and no grade is told before its time.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Case, F, Q, QuerySet, When

from examprep.lti.models import LtiAccount, LtiScore
from examprep.models import User
from questions.models import Membership
from quizzes import presentations
from quizzes.models import (
    Bookmark,
    Card,
    CorrectedAnswer,
    DailyPlan,
    Diagnostic,
    Enrolment,
    Invitation,
    MemoryFit,
    Note,
    Notice,
    OwnExamDate,
    Presentation,
    PushSubscription,
    QuestionReport,
    Reminder,
    ReviewEvent,
    SectionRead,
    Sitting,
    SittingAct,
    Slot,
    StaffNote,
    WithheldAnswer,
)

AT_ONCE = 500
"""Rows that are read at once."""
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of a file that is kept in memory; a larger one is written to the disk."""
SETTINGS = (
    *("username", "email", "first_name", "last_name", "date_joined", "last_login", "is_staff", "time_zone"),
    *("day_rollover_hour", "daily_minutes", "desired_retention", "reminders", "reminder_hour", "theme", "text_size"),
)
README = """What examprep keeps of you. Each table is there twice: as JSON, and as CSV for spreadsheets.

account         your name, addresses, settings, and ways to log in (without their secrets)
courses         the courses you joined
exam_dates      the dates that you set of exams besides a course's main one
cards           your memory of each question: stability in days, difficulty from 1 to 10, when it is due
questions       the questions as they were put to you
answers         what you answered, and how it was graded; `question` is its id in `questions`
corrections     answers that were graded anew
waiting         answers that are graded once an exam is over
sittings, exam_answers   your exams; scores and grades are there once the exam has told them
exam_acts       what your instructors did about your exams, and why
staff_notes     what your instructors noted about you
plans           what was planned for each day
diagnostics     what the first questions of a course told: the chance that you knew each concept
fits            the parameters of your memory
notes, bookmarks, sections_read, reports, notices, reminders, browsers   what their names say

Times are in UTC. A column that holds more than one value is JSON in the CSV file.
"""


@dataclass(frozen=True)
class Table:
    """A table of the export: its rows, and its columns, each by the field that it is read from."""

    name: str
    rows: Callable[[User], QuerySet[Any]]
    columns: Mapping[str, str]

    def read(self, person: User) -> Iterator[dict[str, Any]]:
        """Yield the person's rows."""
        rows = self.rows(person).values_list(*self.columns.values())
        for row in rows.iterator(chunk_size=AT_ONCE):
            yield dict(zip(self.columns, row, strict=True))


class Questions(Table):
    """The table of what was put, whose prompts are read with their versions."""

    def read(self, person: User) -> Iterator[dict[str, Any]]:
        """Yield the person's rows."""
        for shown in self.rows(person).select_related("version__item").iterator(chunk_size=AT_ONCE):
            version = shown.version
            values = (shown.pk, version.item.slug, version.number, shown.prompt, shown.created_at)
            yield dict(zip(self.columns, values, strict=True))


def _of(model: type[Any]) -> Callable[[User], QuerySet[Any]]:
    """Return what gives the person's rows of a model, in the order in which they came to be."""
    return lambda person: model.objects.filter(student=person).order_by("pk")


def _questions(person: User) -> QuerySet[Presentation]:
    """What was put to the person. Of an exam that is open nobody reads on from here."""
    rows = Presentation.objects.filter(student=person).exclude(slot__sitting__state=Sitting.State.OPEN)
    return rows.order_by("created_at", "pk")


def _answers(person: User) -> QuerySet[ReviewEvent]:
    """The log. What was said of a question is left out while an exam that is open asks it again."""
    secret = presentations.items_in_open_sittings(person)
    told = ~Q(presentation__version__item__in=secret)
    return (
        ReviewEvent.objects.filter(student=person)
        .annotate(told_score=Case(When(told, then=F("score"))), told_grade=Case(When(told, then=F("grade"))))
        .order_by("sequence")
    )


def _corrections(person: User) -> QuerySet[CorrectedAnswer]:
    secret = presentations.items_in_open_sittings(person)
    rows = CorrectedAnswer.objects.filter(student=person).order_by("sequence")
    return rows.exclude(event__presentation__version__item__in=secret)


def _sittings(person: User) -> QuerySet[Sitting]:
    told = When(released_at__isnull=False, then=F("score"))
    return Sitting.objects.filter(student=person).annotate(told_score=Case(told)).order_by("opened_at", "pk")


def _exam_answers(person: User) -> QuerySet[Slot]:
    told = Q(sitting__released_at__isnull=False)
    return (
        Slot.objects.filter(sitting__student=person)
        .annotate(told_score=Case(When(told, then=F("score"))), told_grade=Case(When(told, then=F("grade"))))
        .order_by("sitting__opened_at", "sitting", "number")
    )


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


TABLES = (
    Table(
        "courses",
        _of(Enrolment),
        {"course": "course__slug", "section": "section__name", **_same("exam_at", "extra_time_percent", "created_at")},
    ),
    Table(
        "exam_dates",
        lambda person: OwnExamDate.objects.filter(enrolment__student=person).order_by("pk"),
        {"course": "enrolment__course__slug", "exam": "exam__slug", "at": "at"},
    ),
    Table(
        "invitations",
        _of(Invitation),
        {
            "course": "course__slug",
            "section": "section__name",
            **_same("email", "name", "extra_time_percent", "made_at", "sent_at", "accepted_at"),
        },
    ),
    Table(
        "roles",
        lambda person: Membership.objects.filter(user=person).order_by("pk"),
        {"course": "course__slug", **_same("role", "created_at")},
    ),
    Table(
        "cards",
        _of(Card),
        {
            "item": "item__slug",
            **_same("facet", "stability", "difficulty", "reviews", "lapses", "last_review_at", "last_rating", "due_at"),
            **_same("suspended", "buried_until"),
        },
    ),
    Questions(
        "questions",
        _questions,
        {"id": "id", "item": "version__item__slug", "version": "version__number", **_same("prompt", "created_at")},
    ),
    Table(
        "answers",
        _answers,
        {
            "id": "event_id",
            "type": "type",
            "question": "presentation_id",
            "item": "presentation__version__item__slug",
            **_same("occurred_at", "received_at", "study_date", "response", "confidence", "duration_ms", "hints_used"),
            "score": "told_score",
            "grade": "told_grade",
            "undone": "undone",
            "device": "device",
        },
    ),
    Table("corrections", _corrections, {"answer": "event__event_id", "grade": "grade"}),
    Table(
        "waiting",
        _of(WithheldAnswer),
        {"id": "event_id", "item": "item__slug", "answer": "event", "at": "arrived_at", "refused": "refused"},
    ),
    Table(
        "sittings",
        _sittings,
        {
            "id": "id",
            "exam": "exam__slug",
            **_same("number", "state", "opened_at", "deadline_at", "closed_at"),
            "score": "told_score",
            "max_score": "max_score",
        },
    ),
    Table(
        "exam_answers",
        _exam_answers,
        {
            "sitting": "sitting_id",
            "number": "number",
            "question": "presentation_id",
            **_same("response", "saved_at", "flagged", "oral"),
            "score": "told_score",
            "grade": "told_grade",
        },
    ),
    Table(
        "exam_acts",
        lambda person: SittingAct.objects.filter(sitting__student=person).order_by("pk"),
        {"sitting": "sitting_id", **_same("kind", "amount", "until", "why", "made_at")},
    ),
    Table(
        "plans",
        _of(DailyPlan),
        _same("date", "tasks", "planned_seconds", "score_at_start", "score_before", "score_after", "day_off"),
    ),
    Table("diagnostics", _of(Diagnostic), {"course": "course__slug", **_same("begun_at", "ended_at", "chances")}),
    Table("fits", _of(MemoryFit), _same("fitted_at", "parameters", "reviews", "adopted")),
    Table("notes", _of(Note), {"item": "item__slug", **_same("text", "changed_at")}),
    Table("staff_notes", _of(StaffNote), {"course": "course__slug", **_same("text", "written_at", "changed_at")}),
    Table("bookmarks", _of(Bookmark), {"item": "item__slug", "made_at": "made_at"}),
    Table("sections_read", _of(SectionRead), {"lesson": "lesson__slug", **_same("section", "read_at", "is_known")}),
    Table(
        "reports",
        _of(QuestionReport),
        {"question": "presentation_id", **_same("category", "text", "made_at", "answer", "answered_at")},
    ),
    Table("notices", _of(Notice), _same("text", "made_at", "read_at")),
    Table("reminders", _of(Reminder), _same("date", "sent_at")),
    Table("browsers", _of(PushSubscription), _same("endpoint", "made_at")),
)


def export_to_file(person: User) -> IO[bytes]:
    """Return an export of the person's as a file that is read from its beginning, and gone once it is closed."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever reads it closes it
    write_export(person, file)
    file.seek(0)
    return file


def write_export(person: User, file: IO[bytes]) -> None:
    """Write all that is kept of the person as a ZIP archive."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("account.json", _json(_account(person)))
        for table in TABLES:
            with archive.open(f"{table.name}.json", "w") as entry:
                _write_json(table.read(person), entry)
            with archive.open(f"{table.name}.csv", "w") as entry:
                _write_csv(table, person, entry)


def _account(person: User) -> dict[str, Any]:
    addresses = person.emailaddress_set.order_by("pk").values("email", "verified", "primary")  # type: ignore[attr-defined]
    ways: list[dict[str, Any]] = [
        {"kind": each.type, "name": each.data.get("name", ""), "made_at": each.created_at, "used_at": each.last_used_at}
        for each in Authenticator.objects.filter(user=person).order_by("pk")
    ]
    elsewhere = SocialAccount.objects.filter(user=person).order_by("pk").values("provider", "uid", "date_joined")
    return {
        **{name: getattr(person, name) for name in SETTINGS},
        "addresses": list(addresses),
        "second_factors_and_passkeys": ways,
        "accounts_elsewhere": list(elsewhere),
        "learning_platforms": list(LtiAccount.objects.filter(user=person).values("issuer", "subject", "made_at")),
        "scores_sent_to_them": list(LtiScore.objects.filter(user=person).values("exam__slug", "line_item", "told")),
    }


def _write_json(rows: Iterator[dict[str, Any]], entry: IO[bytes]) -> None:
    entry.write(b"[")
    for number, row in enumerate(rows):
        entry.write(b",\n" if number else b"\n")
        entry.write(_json(row).encode())
    entry.write(b"\n]\n")


def _write_csv(table: Table, person: User, entry: IO[bytes]) -> None:
    with io.TextIOWrapper(entry, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(table.columns)
        for row in table.read(person):
            writer.writerow(_cell(value) for value in row.values())


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return _json(value)
    # A spreadsheet takes such a text for a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"} else value


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
