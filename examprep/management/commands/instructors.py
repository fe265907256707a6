"""`manage.py instructors NAME … [--course SLUG …]`: lets accounts found courses, and own those that are named."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from examprep.models import User
from examprep.roles import make_instructors_group
from questions import roles
from questions.models import Course


class Command(BaseCommand):
    help = "Makes accounts instructors: they may found courses, and own those that are named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help="Usernames.")
        parser.add_argument("--course", action="append", default=[], help="A course that they own from now on.")

    @transaction.atomic
    def handle(self, *args: object, names: list[str], course: list[str], **options: object) -> None:
        group = make_instructors_group()
        users = {user.username: user for user in User.objects.filter(username__in=names)}
        if missing := [name for name in names if name not in users]:
            raise CommandError(f"There is no account {', '.join(missing)}; nothing was changed.")
        courses = Course.objects.in_bulk(course, field_name="slug")
        if unknown := [slug for slug in course if slug not in courses]:
            raise CommandError(f"There is no course {', '.join(unknown)}; nothing was changed.")
        for user in users.values():
            user.is_staff = True
            user.save(update_fields=["is_staff"])
            user.groups.add(group)
            for each in courses.values():
                roles.set_role(user, each, roles.Role.OWNER)
        self.stdout.write(f"Instructors: {', '.join(sorted(group.user_set.values_list('username', flat=True))) or '–'}")
