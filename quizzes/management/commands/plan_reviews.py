"""`manage.py plan_reviews [--student NAME]`: today's plans, by hand."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from quizzes import schedule


class Command(BaseCommand):
    help = "Makes today's plan for one student, or for everyone who is enrolled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--student", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        students = get_user_model().objects.filter(is_active=True, enrolments__isnull=False).distinct()
        if options["student"]:
            students = students.filter(username=options["student"])
            if not students:
                raise CommandError(f"No student “{options['student']}” is enrolled.")
        for student in students.iterator():
            plan = schedule.plan_day(student)
            minutes = round(plan.planned_seconds / 60)
            self.stdout.write(f"{student}: {plan.date}, {len(plan.tasks)} to review, {minutes} min.")
