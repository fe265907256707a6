"""Exams in the admin: their blueprint as rows and as YAML, checked, with what the bank has for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from quizzes.admin.blueprint_rows import to_blueprint, to_fields
from quizzes.exams import open_sitting
from quizzes.exams.blueprints import parse
from quizzes.models import Exam
from tests.forms import filled_in


def fields(exam: Exam, **changed: str) -> dict[str, Any]:
    """What the form sends for an exam, with changes."""
    return {
        **{name: getattr(exam, name) for name in ("slug", "title", "kind", "minutes", "feedback")},
        "course": exam.course_id,
        "blueprint": "slots: 6\nconcepts: {l2: 1, factor: 1}\n",
        **changed,
    }


@pytest.mark.any_database
def test_a_blueprint_is_shown_as_yaml_with_what_it_draws(instructor: Client) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    page = instructor.get(f"/admin/quizzes/exam/{exam.pk}/change/").content.decode()
    assert "slots: 6\nconcepts: {l2: 1, factor: 1}" in page
    concept = r'<th scope="row">Decay factor</th><td class="number">3</td><td class="number">3.0</td>'
    assert concept in page
    assert 'name="concepts-factor" value="1"' in page
    assert "Shown once the exam is saved." in instructor.get("/admin/quizzes/exam/add/").content.decode()


def test_a_blueprint_is_saved_and_means_the_same(instructor: Client) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    changed = "slots: 2\nsections:\n- {title: Numbers, slots: 1, kinds: [numeric]}\n- {title: Rest, slots: 1}\n"
    answer = instructor.post(f"/admin/quizzes/exam/{exam.pk}/change/", fields(exam, blueprint=changed))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    exam.refresh_from_db()
    sections = [{"title": "Numbers", "slots": 1, "kinds": ["numeric"]}, {"title": "Rest", "slots": 1}]
    assert exam.blueprint == {"slots": 2, "sections": sections}


WRITTEN = {
    "slots": 3,
    "concepts": {"factor": 1, "l2": 0.5},
    "difficulty": {"1": 1, "3": 2},
    "pools": ["practice"],
    "sections": [
        {"title": "Numbers", "slots": 1, "kinds": ["numeric"], "difficulty": {"2": 1}},
        {"title": "Any", "slots": 1},
        {"title": "Mixed", "slots": 1, "kinds": {"numeric": 2, "ordering": 0.5}, "pools": ["practice"]},
    ],
    "counts": "last",
}
VIVA = {"rounds": 2, "pairs": 3, "distractors": 0, "seconds_a_round": 60, "concepts": {"l2": 1}}


@pytest.mark.parametrize(("kind", "written"), [("assessment", WRITTEN), ("viva", VIVA), ("assessment", {"slots": 4})])
def test_rows_say_what_the_yaml_says(kind: str, written: dict[str, object]) -> None:
    assert parse(kind, written)
    read = to_blueprint(kind, to_fields(written))
    assert (read.blueprint, read.problems) == (written, [])


def row(number: int, **cells: str) -> dict[str, str]:
    """A section of the form."""
    return {f"sections-{number}-{name}": cell for name, cell in cells.items()}


def test_a_blueprint_is_written_in_rows(instructor: Client) -> None:
    """A new exam, by the rows alone; changed by the YAML; and by both, which has to be the same."""
    course = Exam.objects.get(slug="tiny-exam").course
    about = {"course": course.pk, "title": "Rows", "slug": "rows", "kind": "assessment", "minutes": 20}
    rows = row(0, title="Numbers", slots="1", kind_numeric="1", any_mix="1") | row(1, title="Rest", slots="2")
    form = {**about, "feedback": "closed", "counts": "last", "concepts-factor": "1", "concepts-l2": "0.5", **rows}
    sent = instructor.post("/admin/quizzes/exam/add/", form | {"blueprint": "{}", "opened_on": "{}"})
    assert sent.status_code == 302, sent.context["adminform"].form.errors
    exam = Exam.objects.get(slug="rows")
    numbers, rest = {"title": "Numbers", "slots": 1, "kinds": ["numeric"]}, {"title": "Rest", "slots": 2}
    written = {"slots": 3, "concepts": {"l2": 0.5, "factor": 1}, "sections": [numbers, rest], "counts": "last"}
    assert exam.blueprint == written

    url = f"/admin/quizzes/exam/{exam.pk}/change/"
    opened = filled_in(instructor, url)
    sections = instructor.get(url).context["adminform"].form.fields["sections"].widget.notes
    assert sections == [["Numeric: 1 for 1"], ["items of the weighted concepts: 6 for 2"]]
    assert instructor.post(url, opened).status_code == 302
    exam.refresh_from_db()
    assert exam.blueprint == written

    assert instructor.post(url, opened | {"blueprint": "slots: 4"}).status_code == 302
    exam.refresh_from_db()
    assert exam.blueprint == {"slots": 4}

    opened = filled_in(instructor, url)
    both = instructor.post(url, opened | {"blueprint": "slots: 5", "slots": "3"})
    assert "both changed, and do not match" in str(both.context["adminform"].form.errors["blueprint"])
    assert instructor.post(url, opened | {"blueprint": "slots: 5", "slots": "5"}).status_code == 302
    exam.refresh_from_db()
    assert exam.blueprint == {"slots": 5}


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        (row(0, title="A", slots="x"), "sections", "Row 1, questions: “x” is not a number"),
        (row(0, title="A", slots="1") | row(1, slots="1"), "sections", "Row 2, title: This is missing."),
        (
            row(0, title="A", slots="1") | row(1, title="B", slots="9", kind_ordering="1", any_mix="1"),
            "sections",
            "Row 2: Ordering: 9 needed, 1 published. Publish more of them, or ask for fewer.",
        ),
        ({"slots": "40"}, "slots", "40 needed, 6 published."),
        ({"concepts-l2": "-1"}, "concepts", "l2: Input should be greater than or equal to 0"),
        ({"concepts-vector": "1"}, "concepts", "There is no concept “vector” in this course."),
        ({"difficulty-2": "inf"}, "difficulty", "Difficulty 2: “inf” is not a number"),
        ({"difficulty-5": "1"}, "difficulty", "difficulty 5: 6 needed, 1 published."),
        ({"pools": "final"}, "pools", "No published item is in the pool “final”."),
        ({"kind": "viva", "rounds": "3"}, "pairs", "This is missing."),
    ],
)
def test_a_fault_is_said_at_its_row(instructor: Client, changed: dict[str, str], field: str, message: str) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    url = f"/admin/quizzes/exam/{exam.pk}/change/"
    answer = instructor.post(url, filled_in(instructor, url) | changed)
    assert message in " ".join(answer.context["adminform"].form.errors.get(field, ["saved"]))
    assert exam.blueprint == Exam.objects.get(pk=exam.pk).blueprint


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"blueprint": "slots: 6\nslots: 7"}, "Line 2: The key “slots” stands here twice."),
        ({"blueprint": "slots: [6"}, "YAML:"),
        ({"blueprint": "[6]"}, "valid dictionary"),
        ({"blueprint": "slots: 40"}, "40 needed, 6 published"),
        ({"blueprint": "slots: 2\nconcepts: {vector: 1}"}, "There is no concept “vector” in this course."),
        (
            {"closes_at_0": "2026-01-01", "closes_at_1": "10:00", "opens_at_0": "2026-01-02", "opens_at_1": "10:00"},
            "open before it closes",
        ),
        ({"feedback": "ended"}, "say when it closes"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "601"}, "less than or equal to 600"),
        ({"attempts": "0"}, "greater than or equal to 1"),
        ({"slug": "Tiny"}, "lower-case"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(instructor: Client, changed: dict[str, str], message: str) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    before = exam.blueprint
    answer = instructor.post(f"/admin/quizzes/exam/{exam.pk}/change/", fields(exam, **changed))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    exam.refresh_from_db()
    assert (exam.blueprint, exam.feedback, exam.closes_at) == (before, "closed", None)


@pytest.mark.any_database
def test_an_exam_that_was_sat_keeps_its_kind(instructor: Client, student: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    open_sitting(student, exam, timezone.now())
    viva = {"kind": "viva", "blueprint": "{rounds: 1, pairs: 2, distractors: 0, seconds_a_round: 60}"}
    answer = instructor.post(f"/admin/quizzes/exam/{exam.pk}/change/", fields(exam, **viva))
    assert "was sat, as one of kind assessment" in str(answer.context["adminform"].form.errors["kind"])
