"""Load what the scheduler decides from, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Replace

from quizzes.calendar import StudyDay, study_day
from quizzes.memory.rating import Rating
from quizzes.models import Card, CourseMeasuring, Exam, ReviewEvent, Student
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.planning import simulate
from quizzes.planning.order import Relations
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.exams_ahead import StudentExams, concept_weights, load_exams
from quizzes.schedule.facts import (
    Answered,
    CardColumns,
    Edition,
    ExamAhead,
    ItemBank,
    Situation,
    days_since,
    share_weights,
)
from quizzes.schedule.first_sights import see
from quizzes.schedule.item_banks import load_bank
from quizzes.schedule.reading import SectionsRead, load_sections_read
from quizzes.schedule.relearning import GAP, LEECH, REST_DAYS


@dataclass(frozen=True)
class OnDay:
    """A student on a study day, and the FSRS parameters of their memory."""

    student: Student
    day: StudyDay
    w: tuple[float, ...]


def load_situation(
    student: Student, day: StudyDay, exams: StudentExams, w: tuple[float, ...], now: datetime, read: SectionsRead
) -> Situation:
    """Where the student stands on `day`, by what was `read` and the cards that can be asked at `now`; two queries."""
    return load_situations([OnDay(student, day, w)], {student.pk: exams}, now, {student.pk: read})[0]


def load_situations(
    who: Sequence[OnDay], exams: Mapping[int, StudentExams], now: datetime, read: Mapping[int, SectionsRead]
) -> list[Situation]:
    """The same of many students; a query for the items of all, and one for the cards of each study day."""
    cards = load_cards(who, exams, now, read)
    return [situate(each, cards[each.student.pk], exams[each.student.pk].ahead(now)) for each in who]


def situate(who: OnDay, cards: CardColumns, exams: tuple[ExamAhead, ...]) -> Situation:
    """Where a student stands, by these cards and the exams ahead."""
    return Situation(
        day=who.day,
        candidates=list_candidates(cards),
        exams=exams,
        daily_minutes=who.student.daily_minutes,
        desired_retention=who.student.desired_retention,
        w=who.w,
    )


def _is(**condition: object) -> Case:
    """1 where the condition holds, else 0; as what Django converts least, since there are many rows."""
    return Case(When(Q(**condition), then=1), default=0, output_field=CharField())


_CARDS = Prepared(
    lambda: (
        Card.objects.filter(student__in=number("students", many=True), suspended=False)
        .exclude(buried_until__gt=Parameter("now", DateTimeField()))
        .values_list(
            "student_id",
            "item_id",
            "facet",
            Replace(Cast("pk", CharField(max_length=36)), Value("-"), Value("")),
            "stability",
            "difficulty",
            "last_review_on",
            _is(due_at__lt=Parameter("ends_at", DateTimeField())),
            _is(last_review_at__gte=Parameter("begins_at", DateTimeField())),
            "first_rating",
            _is(lapses__gte=LEECH, last_rating=Rating.AGAIN, last_review_on__gt=Parameter("rested_on", DateField())),
        )
    )
)
"""No column is read that takes long to convert, such as instants, or ids of which a plan shows few."""


def load_cards(
    who: Sequence[OnDay], exams: Mapping[int, StudentExams], now: datetime, read: Mapping[int, SectionsRead]
) -> dict[int, CardColumns]:
    """Each student's cards that can be asked at `now`, in the order of their courses; `exams` has the courses."""
    bank = load_bank({edition for each in who for edition in exams[each.student.pk].editions})
    days: dict[StudyDay, list[int]] = defaultdict(list)
    for each in who:
        days[each.day].append(each.student.pk)
    of_courses, cards = set(bank.courses.tolist()), {}
    for day, students in days.items():
        rested_on = day.date - timedelta(days=REST_DAYS)
        rows = _CARDS.run(students=students, now=now, ends_at=day.ends_at, begins_at=day.begins_at, rested_on=rested_on)
        for student, columns in zip(students, _split(rows, students, bank, day, read), strict=True):
            theirs = exams[student].courses
            cards[student] = columns if of_courses <= theirs else columns.of(theirs)
    return cards


def load_course_cards(student: Student, now: datetime) -> CardColumns:
    """The student's cards that can be asked at `now`, of all their courses; a fixed number of queries."""
    who, exams = OnDay(student, study_day(student, now), ()), load_exams(student)
    return load_cards([who], {student.pk: exams}, now, load_sections_read([student.pk]))[student.pk]


def _split(
    rows: Sequence[Sequence[Any]],
    students: Sequence[int],
    bank: ItemBank,
    day: StudyDay,
    read: Mapping[int, SectionsRead],
) -> Iterator[CardColumns]:
    """Each student's rows as columns, in the order of the bank, without what cannot be asked."""
    columns_read = zip(*rows, strict=True) if rows else [()] * 11
    of, items, facets, keys, S, D, last_review_on, due, answered, first, resting = columns_read
    elapsed = {date: days_since(date, day.date) for date in set(last_review_on)}
    places = np.array([bank.places.get(pair, -1) for pair in zip(items, facets, strict=True)], dtype=np.int64)
    student = np.array(of, dtype=np.int64)
    order = np.lexsort((places, student))
    order = order[places[order] >= 0]
    columns = CardColumns(
        bank,
        bank.item_at[places[order]],
        np.array(facets, dtype=object)[order],
        np.array(keys, dtype=object)[order],
        np.array(S, dtype=np.float64)[order],
        np.array(D, dtype=np.float64)[order],
        np.array([elapsed[date] for date in last_review_on], dtype=np.float64)[order],
        np.array(due, dtype=bool)[order],
        np.array(answered, dtype=bool)[order],
        np.array(first, dtype=np.float64)[order],
        np.array(resting, dtype=bool)[order],
        np.zeros(order.size, dtype=bool),
    )
    sorted_by, item_keys = student[order], np.array(items, dtype=np.int64)[order]
    answered_ever = ~np.isnan(columns.first_rating)
    for each in students:
        some = slice(*np.searchsorted(sorted_by, [each, each + 1]).tolist())
        numbers, keys_of = columns.items[some], item_keys[some].tolist()
        columns.read[some] = read[each].list_read(bank, numbers, keys_of, answered_ever[some])
        yield columns.some(some)


def answers_on(student: Student | Parameter, date: date | Parameter) -> QuerySet[ReviewEvent]:
    """The student's answers of a study day that count."""
    whose = Q(student__in=student) if isinstance(student, Parameter) and student.many else Q(student=student)
    return ReviewEvent.objects.counting().filter(whose, type=ReviewEvent.Type.REVIEW, study_date=date)


_ANSWERED = Prepared(
    lambda: answers_on(number("student"), Parameter("date", DateField())).values_list("occurred_at", "duration_ms")
)


def load_answered(student: Student, day: StudyDay) -> Answered:
    """What the student answered on the study day; one query."""
    answers = sorted(_ANSWERED.run(student=student.pk, date=day.date), reverse=True)
    return Answered(
        count=len(answers),
        seconds=round(sum(milliseconds for _, milliseconds in answers) / 1000),
        newest=tuple(at for at, _ in answers[:GAP]),
    )


_SPENT = Prepared(
    lambda: (
        answers_on(number("students", many=True), Parameter("date", DateField()))
        .order_by()
        .values("student")
        .annotate(spent=Sum("duration_ms"))
        .values_list("student", "spent")
    )
)


def load_spent(who: Sequence[OnDay]) -> dict[int, int]:
    """The seconds that each student's answers of the study day took; a query for each date."""
    dates: dict[date, list[int]] = defaultdict(list)
    for each in who:
        dates[each.day.date].append(each.student.pk)
    spent = {each.student.pk: 0 for each in who}
    for on, students in dates.items():
        spent |= {student: round(ms / 1000) for student, ms in _SPENT.run(students=students, date=on)}
    return spent


def _bank_of(exam: Exam) -> ItemBank:
    measured = CourseMeasuring.objects.filter(course=exam.course_id).values_list("measured_at", flat=True).first()
    return load_bank([Edition(exam.course_id, exam.course.revision, measured, exam.course.graph_revision)])


def load_exam_relations(exam: Exam) -> Relations:
    """What the course's published items have in common, in the order of `load_exam_bank`."""
    bank = _bank_of(exam)
    return Relations(np.arange(bank.courses.size), bank.known.concept, bank.siblings, bank.contrasts)


def load_exam_bank(exam: Exam) -> simulate.Bank:
    """The course's published items as a newcomer meets them, with their shares of the exam; two queries."""
    bank = _bank_of(exam)
    weights = share_weights(bank.topics, concept_weights(exam))
    nothing = np.zeros(0)
    newcomer = see(CardColumns(bank, nothing.astype(np.int64), *[nothing.astype(object)] * 2, *[nothing] * 8))
    every = np.arange(bank.courses.size)
    first = newcomer.known(every, np.zeros(every.size, dtype=bool))
    return simulate.Bank(weights / weights.sum(), bank.seconds, bank.guess_rate, first)
