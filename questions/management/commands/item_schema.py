"""`manage.py item_schema`: the JSON Schema of a bank file, for editors that check YAML while it is typed."""

import json

from django.core.management.base import BaseCommand

from questions import bank


class Command(BaseCommand):
    help = "Prints the JSON Schema of bank/*.yaml."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(json.dumps(bank.item_schema(), indent=2, ensure_ascii=False))
