"""Makes the database of a service under test: its tables, its course, its people, whose names are the arguments."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import django

INSTRUCTOR = "ina"
MINUTES = 480
"""A day, so that there is always something to ask."""


def main(students: list[str]) -> None:
    """Set the database up that the environment names."""
    django.setup()
    from django.core.management import call_command

    from examprep.models import User
    from examprep.roles import make_instructors_group
    from questions import bank, roles
    from quizzes import schedule
    from quizzes.exams import load_exams
    from tests.history.course import write_course

    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as name:
        write_course(Path(name))
        course = bank.load_course(Path(name), seeds=1).course
        load_exams(course, Path(name))
    instructor = User.objects.create_user(INSTRUCTOR, password=INSTRUCTOR, is_staff=True)
    instructor.groups.add(make_instructors_group())
    roles.set_role(instructor, course, roles.Role.OWNER)
    for each in students:
        student = User.objects.create_user(each, password=each, daily_minutes=MINUTES)
        schedule.enrol(student, course)
        schedule.plan_day(student)


if __name__ == "__main__":
    main(sys.argv[1:])
