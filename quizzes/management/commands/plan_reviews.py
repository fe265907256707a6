"""`manage.py plan_reviews [--student NAME]`: today's plans, by hand."""

from argparse import ArgumentParser

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from quizzes import schedule


class Command(BaseCommand):
    help = "Makes today's plan for one student, or for everyone who is enrolled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--student", metavar="NAME")

    def handle(self, *args: object, student: str | None, **options: object) -> None:
        students = get_user_model().objects.filter(is_active=True, enrolments__isnull=False).distinct()
        if student:
            students = students.filter(username=student)
            if not students:
                raise CommandError(f"No student “{student}” is enrolled.")
        for each in students.iterator():
            plan = schedule.plan_day(each)
            minutes = round(plan.planned_seconds / 60)
            self.stdout.write(f"{each}: {plan.date}, {len(plan.tasks)} to review, {minutes} min.")
