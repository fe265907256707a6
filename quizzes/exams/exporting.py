"""Write the exams of a course into its folder."""

from __future__ import annotations

from pathlib import Path

from questions import bank
from questions.interchange import yaml
from questions.models import Course
from quizzes.exams.loading import FILE, check_exam, exam_record


def export_exams(course: Course, folder: Path) -> tuple[int, list[bank.Problem]]:
    """Write exams.yaml into the folder, if the course has exams; returns how many, and why others are not written.

    What would not be loaded is left out, for instance an exam whose blueprint the bank no longer fills.
    """
    written: list[bank.Record] = []
    problems: list[bank.Problem] = []
    for exam in course.exams.order_by("starts_at", "pk").prefetch_related("names"):
        try:
            check_exam(exam)
        except bank.BankError as error:
            problems += error.problems
        else:
            written.append(exam_record(exam))
    if written:
        text = "\n".join(yaml.write([record]) for record in written)
        (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
    return len(written), problems
