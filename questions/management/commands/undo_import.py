"""`manage.py undo_import NUMBER`: takes an import of questions back."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from questions import bank
from questions.models import Import


class Command(BaseCommand):
    help = "Deletes the drafts that an import made and restores those that it changed; import_items says its number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)

    def handle(self, *args: object, number: int, **options: object) -> None:
        made = Import.objects.filter(pk=number, undone_at=None).first()
        if made is None:
            raise CommandError(f"There is no import {number} that could be taken back.")
        report = bank.undo_import(made)
        if report.kept:
            self.stdout.write(f"Left alone, since edited or published: {', '.join(report.kept)}.")
        self.stdout.write(f"{made}: {len(report.deleted)} drafts deleted, {len(report.restored)} restored.")
