"""`manage.py demo_accounts`: student, instructor and admin, in the embedded default only."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from examprep.models import User
from examprep.roles import make_instructors_group
from questions import roles
from questions.models import Course
from quizzes import schedule

DAYS_TO_EXAM = 30


class Command(BaseCommand):
    help = "Creates the demo accounts student, instructor and admin (embedded default only)."

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        if not settings.EMBEDDED:
            raise CommandError("Demo accounts exist in the embedded default only.")
        student = self._account("student")
        instructor = self._account("instructor", is_staff=True)
        instructor.groups.add(make_instructors_group())
        self._account("admin", is_staff=True, is_superuser=True)
        exam_at = (timezone.now() + timedelta(days=DAYS_TO_EXAM)).replace(hour=9, minute=0, second=0, microsecond=0)
        for course in Course.objects.all():
            schedule.enrol(student, course, exam_at=exam_at)
            roles.set_role(instructor, course, roles.Role.OWNER)

    def _account(self, name: str, **fields: bool) -> User:
        """Return the account of that name, made with its name as its password where it is missing."""
        user, created = User.objects.get_or_create(username=name, defaults=fields)
        if created:
            user.set_password(name)
            user.save()
        return user
