"""Write the exams of a course into its folder."""

from __future__ import annotations

from pathlib import Path

from questions.interchange import yaml
from questions.models import Course
from quizzes.exams.loading import FILE, exam_record


def export_exams(course: Course, folder: Path) -> int:
    """Write exams.yaml into the folder, if the course has exams; returns how many."""
    records = [exam_record(exam) for exam in course.exams.order_by("starts_at", "pk").prefetch_related("names")]
    if records:
        text = "\n".join(yaml.write([record]) for record in records)
        (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
    return len(records)
