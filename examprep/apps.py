"""The app of people, and what is connected when the service starts."""

from importlib import import_module

from django.apps import AppConfig


class ExamprepConfig(AppConfig):
    name = "examprep"
    verbose_name = "People"

    def ready(self) -> None:
        """Have security events logged, once there are models."""
        import_module("examprep.security_log").connect()
