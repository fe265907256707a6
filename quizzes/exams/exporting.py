"""Write the exams of a course into its folder."""

from __future__ import annotations

from pathlib import Path

from questions import bank
from questions.interchange import yaml
from questions.models import Course
from quizzes.exams.loading import FILE, check_exam, exam_record


def export_exams(course: Course, folder: Path) -> int:
    """Write exams.yaml into the folder, if the course has exams; returns how many.

    Raises BankError where one would not be loaded, for instance because the bank no longer fills its blueprint.
    """
    exams = list(course.exams.order_by("starts_at", "pk").prefetch_related("names"))
    problems: list[bank.Problem] = []
    for exam in exams:
        try:
            check_exam(exam)
        except bank.BankError as error:
            problems += error.problems
    if problems:
        raise bank.BankError(problems)
    if exams:
        text = "\n".join(yaml.write([exam_record(exam)]) for exam in exams)
        (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
    return len(exams)
