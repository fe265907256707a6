"""The app of people, and what is connected when the service starts."""

from contextlib import suppress
from importlib import import_module
from pathlib import Path

from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class ExamprepConfig(AppConfig):
    default = True  # of those in this file
    name = "examprep"
    verbose_name = "People"

    def ready(self) -> None:
        """Have tasks sent by our Celery app, security events logged, and databases closed to others.

        Not `examprep` itself imports Celery: what starts and watches the processes needs neither it nor Django.
        """
        import_module("examprep.celery")
        import_module("examprep.security_log").connect()
        connection_created.connect(keep_private, dispatch_uid="keep_private")


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = "Students and reviews"


class LoginsConfig(UserSessionsConfig):  # type: ignore[misc] # allauth has no types
    """Where people are logged in, noted by each login alone.

    What allauth does besides, to look for all earlier logins whether they last, is done at night for everybody.
    """

    def ready(self) -> None:
        """Have logins noted, and new passwords, which begin other sessions."""
        note_login = import_module("examprep.personal_data").note_login
        for name in ("user_logged_in", "password_set", "password_changed"):
            signal = getattr(import_module("allauth.account.signals"), name)
            signal.connect(note_login, dispatch_uid=f"note_login.{name}", weak=False)


def keep_private(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Let nobody but its owner read or write the file of an SQLite database, nor those beside it."""
    if connection.vendor != "sqlite":
        return
    for end in ("", "-wal", "-shm"):
        # In memory there is none; a file of somebody else is theirs to close.
        with suppress(FileNotFoundError, PermissionError):
            Path(f"{connection.settings_dict['NAME']}{end}").chmod(0o600)
