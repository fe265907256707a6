"""`manage.py vapid_key`: a new key for web push."""

from django.core.management.base import BaseCommand

from quizzes.reminders import push_encryption


class Command(BaseCommand):
    help = "Prints a new VAPID key: put it in the environment, and students can have reminders in their browser."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"VAPID_PRIVATE_KEY={push_encryption.new_private_key()}")
