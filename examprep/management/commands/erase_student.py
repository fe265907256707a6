"""`manage.py erase_student NAME`: erases an account at once."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from examprep import personal_data
from examprep.models import User


class Command(BaseCommand):
    help = "Erases what is stored about a person, at once and for good; statistics of questions stay, without a name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="A username.")

    def handle(self, *args: object, name: str, **options: object) -> None:
        person = User.named(name)
        if person is None:
            raise CommandError(f"There is no account {name}; nothing was changed.")
        personal_data.erase(person, timezone.now())
        self.stdout.write(f"{name} is erased.")
