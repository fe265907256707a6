"""Installs the bugs in the processes of a service, all of them switched off."""

from django.apps import AppConfig


class Planted(AppConfig):
    """An app without models."""

    name = "tests.history.planted"

    def ready(self) -> None:
        """Patch what is loaded by now."""
        from tests.history.planted import bugs

        bugs.install()
