"""Django's `migrate`, which refuses a database that a version before 0.1.0 made."""

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader

APPS = ("examprep", "questions", "quizzes")
ADVICE = (
    "This database was made by a version before 0.1.0, which cannot be carried on:"
    " start with an empty one (another DATA_DIR, or another DATABASE_URL)."
)


class Command(migrate.Command):
    """Migrations were begun anew for 0.1.0; from then on they only add."""

    def handle(self, *args: object, **options: object) -> None:
        """Migrate. Raises CommandError where migrations were applied that are no longer there."""
        loader = MigrationLoader(connections[str(options["database"])])
        if any(app in APPS and (app, name) not in loader.disk_migrations for app, name in loader.applied_migrations):
            raise CommandError(ADVICE)
        super().handle(*args, **options)
