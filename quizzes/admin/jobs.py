"""Background jobs."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator

from quizzes.admin.read_only import ReadOnlyAdmin
from quizzes.background import outbox
from quizzes.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    """Background work that waits, and what was given up."""

    list_display = ("kind", "student", "state", "asked_at", "run_at", "attempts", "error_line")
    list_filter = ("kind", ("dead_at", admin.EmptyFieldListFilter))
    search_fields = ("student__username",)
    list_select_related = ("student",)
    ordering = ("-dead_at", "run_at")
    actions = ("retry",)

    @admin.display
    def state(self, job: Job) -> str:
        """Given up, with a worker, or waiting."""
        if job.dead_at:
            return "given up"
        return "with a worker" if job.leased_until and job.leased_until > timezone.now() else "waiting"

    @admin.display(description="last error")
    def error_line(self, job: Job) -> str:
        return Truncator(job.error.partition("\n")[0]).chars(100)

    @admin.action(description="Retry jobs that were given up", permissions=["retry"])
    def retry(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        count = outbox.retry(jobs, timezone.now())
        self.message_user(request, f"{count} will be retried; a worker starts within half a minute.")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may change jobs may retry them, and nothing else."""
        return request.user.has_perm("quizzes.change_job")
