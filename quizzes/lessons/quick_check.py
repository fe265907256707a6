"""A student's quick check: four questions at the end of a lesson, answered like any review."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from questions.models import Lesson
from questions.text.outline import TaughtSection
from quizzes import presentations, schedule
from quizzes.calendar import study_day
from quizzes.lessons.questions import choose_versions
from quizzes.models import Card, Enrolment, Presentation, QuickCheck, ReviewEvent, Student
from quizzes.presentations import Ask


def counts_for(student: Student, lesson: Lesson) -> bool:
    """Whether answers to the lesson's questions count as the student's: whether they study its course."""
    return Enrolment.objects.studied().filter(student=student, course=lesson.course_id).exists()


def ask_quick_check(
    student: Student, lesson: Lesson, now: datetime, *, section: TaughtSection | None = None, renew: bool = False
) -> list[Presentation]:
    """Return the student's quick check of the study day, the easiest first; with `renew` other four questions.

    Of a section the two that it ends with. A question that was answered stays among them, so that its answer can be
    looked at. Broken off between its two writes, it chooses the same questions again, and finds them waiting.
    """
    check = _load_check(student, lesson, section, study_day(student, now).date)
    stored = [] if renew else check.presentations
    if renew:
        schedule.ensure_cards(student)
        check.number += 1
    asked = _load_asked(student, stored)
    asked = _ask_again(student, asked, now) if asked else _ask(student, lesson, section, check, now)
    if (asked_now := [str(presentation.pk) for presentation in asked]) != stored:
        check.presentations = asked_now
        _store_check(check)
    # What is asked in an open sitting too shows its answer again when that is closed.
    withheld = presentations.items_in_open_sittings(student)
    return [presentation for presentation in asked if presentation.version.item_id not in withheld]


def load_answers(student: Student, asked: Sequence[Presentation]) -> dict[uuid.UUID, ReviewEvent]:
    """Return the answers to these presentations that count, by presentation; one query."""
    events = ReviewEvent.objects.counting().filter(student=student, type=ReviewEvent.Type.REVIEW)
    answers = events.filter(presentation__in=[presentation.pk for presentation in asked]).order_by("sequence")
    answers = answers.select_related("corrected")
    return {event.presentation_id: event for event in answers if event.presentation_id}


def _load_check(student: Student, lesson: Lesson, section: TaughtSection | None, on: date) -> QuickCheck:
    """Return the student's check of the study day; an unsaved one where there is none yet."""
    place = {"student": student, "lesson": lesson, "section": section.outline.id if section else "", "date": on}
    return QuickCheck.objects.filter(**place).first() or QuickCheck(**place)


def _store_check(check: QuickCheck) -> None:
    """Store the check, in one statement: of two requests at once, the last one's stands."""
    fields = ["number", "presentations"]
    if check.pk:
        check.save(update_fields=fields)
        return
    QuickCheck.objects.bulk_create(
        [check], update_conflicts=True, update_fields=fields, unique_fields=["student", "lesson", "section", "date"]
    )


def _load_asked(student: Student, stored: Sequence[str]) -> list[Presentation]:
    """Return the presentations of a stored check, in its order."""
    asked = Presentation.objects.filter(student=student, pk__in=stored)
    by_id = {str(shown.pk): shown for shown in asked.with_versions()}
    return [by_id[pk] for pk in stored if pk in by_id]


def _ask(
    student: Student, lesson: Lesson, section: TaughtSection | None, check: QuickCheck, now: datetime
) -> list[Presentation]:
    """Put the questions of a new check."""
    chance = f"{student.pk}/{lesson.slug}/{check.section}/{check.date}/{check.number}"
    answered = _list_answered(student, lesson) if section else set()
    versions = choose_versions(lesson, chance, section, answered)
    items = [version.item_id for version in versions]
    cards = dict(Card.objects.filter(student=student, item__in=items, facet="").values_list("item_id", "pk"))
    return presentations.present(student, [Ask(cards[item]) for item in items if item in cards], now)


def _list_answered(student: Student, lesson: Lesson) -> set[int]:
    """Return the items of the lesson (keys) that the student has answered; one query."""
    answered = Card.objects.filter(student=student, last_review_at__isnull=False, item__published__lesson=lesson)
    return set(answered.values_list("item_id", flat=True))


def _ask_again(student: Student, asked: Sequence[Presentation], now: datetime) -> list[Presentation]:
    """Put anew what was closed without an answer: its item has a new version, or it was answered and undone."""
    answered = load_answers(student, asked)
    again = {
        presentation.pk: presentation.card_id
        for presentation in asked
        if presentation.closed_at and presentation.pk not in answered
    }
    if not again:
        return list(asked)
    put = presentations.present(student, [Ask(card) for card in again.values()], now)
    new = {presentation.card_id: presentation for presentation in put}
    return [
        new.get(presentation.card_id, presentation) if presentation.pk in again else presentation
        for presentation in asked
    ]
