"""`manage.py export_student NAME FILE`: writes what is stored about a person."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from examprep import personal_data
from examprep.models import User


class Command(BaseCommand):
    help = "Writes all that is stored about a person as a ZIP archive of JSON and CSV, as they get it themselves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="A username.")
        parser.add_argument("file", type=Path, help="Where to write it; nothing may be there yet.")

    def handle(self, *args: object, name: str, file: Path, **options: object) -> None:
        person = User.named(name)
        if person is None:
            raise CommandError(f"There is no account {name}.")
        try:
            with file.open("xb") as archive:
                personal_data.write_export(person, archive)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{file} holds what is stored about {person.username}.")
