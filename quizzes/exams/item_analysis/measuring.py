"""The items of a course are measured: in the night, and when staff ask for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from questions import kinds, replica
from questions.models import Course, Item
from quizzes import presentations
from quizzes.background.publisher import publish
from quizzes.exams.item_analysis import loading
from quizzes.exams.item_analysis.advice import Flag, ItemFacts, advise
from quizzes.exams.item_analysis.analysing import ItemNumbers, analyse
from quizzes.exams.item_analysis.easing import Asked, fit_eases
from quizzes.exams.item_analysis.gathering import Gathering, Readings, first_answers
from quizzes.models import CourseMeasuring, ItemStatistics

CHUNK = 200
"""Students whose answers are in memory at a time."""
MOST_VARIANTS = 12
"""Groups of variants that are listed, those that differ most."""
TASK = "quizzes.tasks.measure_items"
TOLD = tuple(field.name for field in ItemStatistics._meta.concrete_fields if not field.primary_key)
"""All fields but the key."""


def ask_measuring(course: Course, now: datetime) -> None:
    """Have the items of a course measured soon, by a worker; at the latest in the night."""
    CourseMeasuring.objects.update_or_create(course=course, defaults={"asked_at": now})
    transaction.on_commit(lambda: publish(TASK))


def measure_courses(*, asked: bool = False) -> int:
    """Measure the items of all courses, or of those for which it is asked; return how many courses."""
    waiting = Course.objects.filter(measuring__asked_at__isnull=False) if asked else Course.objects.all()
    courses = list(waiting.order_by("pk"))
    for course in courses:
        with replica.fresh(needed=asked):  # who asks has just changed something
            measure_course(course)
    return len(courses)


def measure_course(course: Course, now: datetime | None = None) -> int:
    """Go through all answers of a course, and store how its items do; return how many answers were gone through.

    It may be stopped at any time, and run again or twice at once: the rows are the same. The answers may be read from a
    copy of the database.
    """
    now = now or timezone.now()
    items = list(Item.objects.filter(course=course).exclude(published=None).select_related("published").defer("draft"))
    concepts = loading.load_main_concepts(course)
    gathered = replica.read(_gather, course, [item.pk for item in items], concepts)
    right = {item.pk: _options(item) for item in items}
    reports = loading.load_reports(course)
    by_key = {item.pk: item for item in items}
    numbers = dict(analyse(gathered, right))
    asked = [_asked(item, concepts.get(item.pk)) for item in items]
    eases = fit_eases(gathered.firsts(), asked, gathered.read())
    rows = [_row(by_key[pk], each, reports.get(pk, (0, 0))) for pk, each in numbers.items()]
    if eases:
        for row in rows:
            at = gathered.number[row.item_id]
            row.ease, row.ease_error = float(eases.ease[at]), float(eases.error[at])
    with transaction.atomic():
        ItemStatistics.objects.filter(item__course=course).exclude(item__in=list(numbers)).delete()
        ItemStatistics.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["item"], update_fields=TOLD, batch_size=100
        )
        measured = {
            "measured_at": now,
            "answers": int(gathered.answers.sum()),
            "population": asdict(eases.population) if eases else None,
        }
        CourseMeasuring.objects.update_or_create(course=course, defaults=measured)
        CourseMeasuring.objects.filter(course=course, asked_at__lte=now).update(asked_at=None)
    return int(gathered.answers.sum())


def _gather(course: Course, items: Collection[int], concepts: Mapping[int, int]) -> Gathering:
    """Go through the answers, some students at a time; eight queries for each chunk of them."""
    gathered, details = Gathering(list(items)), loading.DetailLoader()
    taught = loading.load_taught_in(course)
    for students in loading.pieces(loading.list_students(course), CHUNK):
        answers = [answer for answer in loading.load_answers(course, students) if answer.item in gathered.number]
        firsts = first_answers(answers)
        gathered.add_answers(answers)
        readings = Readings(loading.load_read_at(students, taught), concepts)
        gathered.add_firsts(firsts, details.load(firsts), readings)
        lines = loading.load_predictions(course, students)
        gathered.add_predictions(line for line in lines if line.item in gathered.number)
    return gathered


def _asked(item: Item, concept: int | None) -> Asked:
    return Asked(item.kind, item.difficulty, concept, kinds.get(item.kind).typical_guess_rate)


def _options(item: Item) -> Mapping[str, bool]:
    """The expected answers to an item as it is published, and whether they are right."""
    assert item.published is not None
    options = kinds.get(item.kind).options(presentations.body_of(item.published))
    return {option.text: option.right for option in options}


def _row(item: Item, numbers: ItemNumbers, reports: tuple[int, int]) -> ItemStatistics:
    assert item.published is not None
    made, waiting = reports
    flags = advise(numbers, ItemFacts(item.published.seconds, kinds.get(item.kind).has_one_key, waiting))
    facility, kept = numbers.facility, numbers.kept
    return ItemStatistics(
        item=item,
        answers=numbers.answers,
        students=numbers.n,
        facility=facility.value if facility else None,
        facility_low=facility.low if facility else None,
        facility_high=facility.high if facility else None,
        discrimination=numbers.discrimination.value if numbers.discrimination else None,
        seconds=numbers.seconds.value if numbers.seconds else None,
        predicted=kept.predicted if kept else None,
        observed=kept.observed if kept else None,
        reports=made,
        flags=len(flags),
        flag_codes=f",{','.join(flag.code for flag in flags)}," if flags else "",
        details=_details(item, numbers, flags),
    )


def _details(item: Item, numbers: ItemNumbers, flags: Collection[Flag]) -> dict[str, object]:
    quotes = kinds.get(item.kind).quotes_answers
    options = _options(item)
    return {
        "flags": [asdict(flag) for flag in flags],
        "in_exams": numbers.in_exams,
        "discrimination": asdict(numbers.discrimination) if numbers.discrimination else None,
        "seconds": asdict(numbers.seconds) if numbers.seconds else None,
        "timed": numbers.timed,
        "choices": [
            {**asdict(choice), "typed": quotes and choice.text not in options and choice.text[:1] != "("}
            for choice in numbers.choices
        ],
        "variants": [asdict(group) for group in numbers.variants[:MOST_VARIANTS]],
        "kept": asdict(numbers.kept) if numbers.kept else None,
    }
