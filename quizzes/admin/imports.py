"""Imports of questions in the admin, where there are workers to tell."""

from __future__ import annotations

from django.contrib import admin
from django.db import transaction

from questions.admin.imports import ImportAdmin
from questions.models import Import
from quizzes.background.publisher import publish

TASK = "questions.tasks.work_on_imports"

admin.site.unregister(Import)


@admin.register(Import)
class TellingImportAdmin(ImportAdmin):
    """The authors' pages; a worker is told on commit, and finds the rest by itself."""

    def tell_workers(self) -> None:
        transaction.on_commit(lambda: publish(TASK))
