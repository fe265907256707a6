from django.apps import AppConfig


class ExamprepConfig(AppConfig):
    name = "examprep"
    verbose_name = "People"
