"""What clients keep besides events, cards and plans: short lists and settings, each sent whole when it changes.

None of their rows is numbered. A document is known by the digest of what it says, so that no change of it can be
missed, whoever made it and however; what is no longer in a list was deleted.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Max, Prefetch

from questions.current_course import find_current_course
from questions.models import Concept, ConceptEdge, Lesson
from quizzes.calendar import format_instant
from quizzes.models import Bookmark, Enrolment, Exam, Note, OwnExamDate, SectionExam, SectionRead, Sitting, Student
from quizzes.reviews.document_payloads import (
    BookmarksChange,
    CourseChange,
    DocumentChange,
    KeptDay,
    NotesChange,
    ReadSectionsChange,
    SettingsChange,
    SittingsChange,
    SyncedBookmark,
    SyncedConcept,
    SyncedExam,
    SyncedLesson,
    SyncedNote,
    SyncedReadSection,
    SyncedSitting,
)


@dataclass(frozen=True)
class Document:
    """A document, and the course that it is of, if it is of one."""

    change: DocumentChange
    course: int | None = None

    @property
    def key(self) -> str:
        """What tells it from the student's others, in a few characters."""
        return f"{self.change['type'][:3]}{self.course or ''}"

    @cached_property
    def digest(self) -> str:
        """What tells it from what it said before, in six characters."""
        text = json.dumps(self.change, sort_keys=True).encode()
        return base64.urlsafe_b64encode(hashlib.sha256(text).digest())[:6].decode()


def load_documents(student: Student) -> list[Document]:
    """Load all documents of a student; a fixed number of queries, however many courses."""
    own_dates = Prefetch("own_dates", OwnExamDate.objects.select_related("exam").order_by("pk"))
    studied = Enrolment.objects.studied().filter(student=student).select_related("course").order_by("course")
    enrolments = list(studied.prefetch_related(own_dates))
    courses = {enrolment.course_id: enrolment.course.slug for enrolment in enrolments}
    lessons, concepts, exams = _load_lessons(courses), _load_concepts(courses), _load_exams(enrolments)
    documents = [Document(_settings(student))]
    for enrolment in enrolments:
        pk, slug = enrolment.course_id, enrolment.course.slug
        documents += [
            Document(_course(enrolment), pk),
            Document({"type": "lessons", "id": slug, "entries": lessons[pk]}, pk),
            Document({"type": "concepts", "id": slug, "entries": concepts[pk]}, pk),
            Document({"type": "exams", "id": slug, "entries": exams[pk]}, pk),
        ]
    return [*documents, *(Document(load(student)) for load in _OWN)]


def _settings(student: Student) -> SettingsChange:
    course = find_current_course(student)
    return {
        "type": "settings",
        "id": student.username,
        "time_zone": student.time_zone,
        "day_rollover_hour": student.day_rollover_hour,
        "kept_day": kept_day_payload(student),
        "daily_minutes": student.daily_minutes,
        "desired_retention": student.desired_retention,
        "reminders": student.reminders,
        "reminder_hour": student.reminder_hour,
        "theme": student.theme,
        "text_size": student.text_size,
        "current_course": course.slug if course else None,
    }


def kept_day_payload(student: Student) -> KeptDay | None:
    """Return the study day that a change of zone or hour left as it was; None where the zone and the hour say all."""
    day = student.kept_day
    if day is None:
        return None
    begins_at, ends_at = format_instant(day.begins_at), format_instant(day.ends_at)
    return {"date": day.date.isoformat(), "begins_at": begins_at, "ends_at": ends_at}


def _course(enrolment: Enrolment) -> CourseChange:
    course = enrolment.course
    return {
        "type": "course",
        "id": course.slug,
        "title": course.title,
        "description": course.description,
        "state": course.state,
        "exam_at": _instant(enrolment.exam_at),
        "exam_dates": {each.exam.slug: format_instant(each.at) for each in enrolment.own_dates.all()},
        "added_percent": enrolment.added_percent,
        "joined_at": format_instant(enrolment.created_at),
    }


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at else None


# Of courses


def _load_lessons(courses: Collection[int]) -> Mapping[int, list[SyncedLesson]]:
    lessons = (
        Lesson.objects.filter(course__in=courses, is_published=True)
        .annotate(version=Max("versions__number"))
        .prefetch_related(
            Prefetch("builds_on", Lesson.objects.only("slug")),
            Prefetch("concepts", Concept.objects.only("slug", "lesson")),
        )
        .only("course", "slug", "title", "week", "session", "minutes")
    )
    entries: dict[int, list[SyncedLesson]] = defaultdict(list)
    for lesson in lessons:
        entries[lesson.course_id].append(
            {
                "slug": lesson.slug,
                "title": lesson.title,
                "week": lesson.week,
                "session": lesson.session,
                "minutes": lesson.minutes,
                "builds_on": [each.slug for each in lesson.builds_on.all()],
                "concepts": [each.slug for each in lesson.concepts.all()],
                "version": lesson.version or 0,
            }
        )
    return entries


def _load_concepts(courses: Collection[int]) -> Mapping[int, list[SyncedConcept]]:
    edges = ConceptEdge.objects.select_related("target").order_by("pk")
    concepts = Concept.objects.filter(course__in=courses).select_related("lesson").defer("lesson__body_markdown")
    entries: dict[int, list[SyncedConcept]] = defaultdict(list)
    for concept in concepts.prefetch_related(Prefetch("edges", edges)):
        kinds: dict[str, list[ConceptEdge]] = defaultdict(list)
        for edge in concept.edges.all():
            kinds[edge.kind].append(edge)
        entries[concept.course_id].append(
            {
                "slug": concept.slug,
                "name": concept.name,
                "definition": concept.definition,
                "lesson": concept.lesson.slug,
                "prerequisites": [edge.target.slug for edge in kinds[ConceptEdge.Kind.PREREQUISITE]],
                "encompasses": [
                    {"concept": edge.target.slug, "weight": edge.weight} for edge in kinds[ConceptEdge.Kind.ENCOMPASSES]
                ],
            }
        )
    return entries


def _load_exams(enrolments: Collection[Enrolment]) -> Mapping[int, list[SyncedExam]]:
    """Load the exams as the student's sections sit them."""
    sections = [enrolment.section_id for enrolment in enrolments if enrolment.section_id]
    dates = {each.exam_id: each for each in SectionExam.objects.filter(section__in=sections)} if sections else {}
    entries: dict[int, list[SyncedExam]] = defaultdict(list)
    for each in Exam.objects.filter(course__in=[enrolment.course_id for enrolment in enrolments]):
        exam = dates[each.pk].dated(each) if each.pk in dates else each
        entries[exam.course_id].append(
            {
                "slug": exam.slug,
                "title": exam.title,
                "kind": exam.kind,
                "minutes": exam.minutes,
                "starts_at": _instant(exam.starts_at),
                "opens_at": _instant(exam.opens_at),
                "closes_at": _instant(exam.closes_at),
            }
        )
    return entries


# The student's own


def _sittings(student: Student) -> SittingsChange:
    sittings = Sitting.objects.filter(student=student).select_related("exam__course").order_by("opened_at", "pk")
    entries: list[SyncedSitting] = [
        {
            "id": str(sitting.pk),
            "exam": sitting.exam.slug,
            "course": sitting.exam.course.slug,
            "number": sitting.number,
            "state": sitting.state,
            "opened_at": format_instant(sitting.opened_at),
            "deadline_at": format_instant(sitting.deadline_at),
            "closed_at": _instant(sitting.closed_at),
            "score": sitting.score,
            "max_score": sitting.max_score,
            "void": sitting.voided_at is not None,
        }
        for sitting in sittings
    ]
    return {"type": "sittings", "id": "sittings", "entries": entries}


def _bookmarks(student: Student) -> BookmarksChange:
    rows = Bookmark.objects.filter(student=student).order_by("pk")
    entries: list[SyncedBookmark] = [
        {"item": item, "course": course, "made_at": format_instant(at)}
        for item, course, at in rows.values_list("item__slug", "item__course__slug", "made_at")
    ]
    return {"type": "bookmarks", "id": "bookmarks", "entries": entries}


def _notes(student: Student) -> NotesChange:
    rows = Note.objects.filter(student=student).order_by("pk")
    entries: list[SyncedNote] = [
        {"item": item, "course": course, "text": text, "changed_at": format_instant(at)}
        for item, course, text, at in rows.values_list("item__slug", "item__course__slug", "text", "changed_at")
    ]
    return {"type": "notes", "id": "notes", "entries": entries}


def _read_sections(student: Student) -> ReadSectionsChange:
    rows = SectionRead.objects.filter(student=student).order_by("pk")
    entries: list[SyncedReadSection] = [
        {
            "lesson": lesson,
            "course": course,
            "section": section,
            "state": "known" if is_known else "read",
            "read_at": format_instant(at),
        }
        for lesson, course, section, is_known, at in rows.values_list(
            "lesson__slug", "lesson__course__slug", "section", "is_known", "read_at"
        )
    ]
    return {"type": "read_sections", "id": "read_sections", "entries": entries}


_OWN: tuple[Callable[[Student], DocumentChange], ...] = (_sittings, _bookmarks, _notes, _read_sections)
