"""`manage.py instructors NAME …`: lets accounts write courses in the admin and read results."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from examprep.models import User
from examprep.roles import make_instructors_group


class Command(BaseCommand):
    help = "Makes accounts instructors: staff in the group Instructors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help="Usernames.")

    @transaction.atomic
    def handle(self, *args: object, names: list[str], **options: object) -> None:
        group = make_instructors_group()
        users = {user.username: user for user in User.objects.filter(username__in=names)}
        if missing := [name for name in names if name not in users]:
            raise CommandError(f"There is no account {', '.join(missing)}; nothing was changed.")
        for user in users.values():
            user.is_staff = True
            user.save(update_fields=["is_staff"])
            user.groups.add(group)
        self.stdout.write(f"Instructors: {', '.join(sorted(group.user_set.values_list('username', flat=True))) or '–'}")
