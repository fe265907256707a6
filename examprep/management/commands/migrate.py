"""Django's `migrate`, which makes the tables of an empty database at once, and refuses one from before 0.1.0."""

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from examprep.first_tables import make_tables

APPS = ("examprep", "questions", "quizzes")
ADVICE = (
    "This database was made by a version before 0.1.0, which cannot be carried on:"
    " start with an empty one (another DATA_DIR, or another DATABASE_URL)."
)
OTHERWISE = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")
"""Options by which less is asked for than a database that is up to date."""


class Command(migrate.Command):
    """Migrations were begun anew for 0.1.0; from then on they only add."""

    def handle(self, *args: object, **options: object) -> None:
        """Migrate. Raises CommandError where migrations were applied that are no longer there."""
        executor = MigrationExecutor(connections[str(options["database"])])
        applied, known = executor.loader.applied_migrations, executor.loader.disk_migrations
        if any(app in APPS and (app, name) not in known for app, name in applied):
            raise CommandError(ADVICE)
        if not any(map(options.get, OTHERWISE)) and make_tables(executor) and options["verbosity"]:
            self.stdout.write("The database was empty: all tables are made at once.")
        super().handle(*args, **options)
