"""Answers in one's own words: the queue in which staff mark them, one by one, without names."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from questions.roles import Act, may_anywhere, rows_for
from questions.whole_numbers import read_whole_number
from quizzes import exams, presentations
from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.models import Slot, SlotMark

MAX_KEY = 2**62
MARKED = "marked last"
"""What of the session says which answer was marked last, to be undone."""


@admin.register(SlotMark)
class SlotMarkAdmin(StudentRowsAdmin[SlotMark]):
    """The marks that were given, and the queue."""

    ways = ("slot__sitting__exam__course",)
    list_display = ("made_at", "item", "points_reached", "made_by")
    list_filter = ("made_by",)
    list_select_related = ("slot__presentation__version__item", "made_by")
    ordering = ("-pk",)
    change_list_template = "admin/quizzes/slotmark/change_list.html"

    @admin.display
    def item(self, mark: SlotMark) -> str:
        """The question."""
        return str(mark.slot.presentation.version)

    @admin.display
    def points_reached(self, mark: SlotMark) -> str:
        """How many points the answer has."""
        return "taken back" if mark.points is None else str(len(mark.points))

    def get_urls(self) -> list[URLPattern]:
        page = path("queue/", self.admin_site.admin_view(self.queue_view), name="quizzes_marking")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        may_mark = may_anywhere(request.user, Act.MARK)
        return super().changelist_view(request, {**(extra_context or {}), "may_mark": may_mark})

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        """Show the answer to mark (`?slot=`, else the first); a post marks it, or takes the last mark back."""
        if not may_anywhere(request.user, Act.MARK):
            raise PermissionDenied
        if request.method == "POST":
            return self._mark(request)
        shown = exams.load_to_mark(_markable(request), read_whole_number(request.GET.get("slot", ""), 1, MAX_KEY))
        prompt = presentations.with_html(shown.slot.presentation.prompt) if shown else {}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Answers to mark",
            "shown": shown,
            "stem_html": prompt.get("stem_html", ""),
            "marked": request.session.get(MARKED),
        }
        return TemplateResponse(request, "admin/quizzes/slotmark/queue.html", context)

    def _mark(self, request: HttpRequest) -> HttpResponse:
        assert request.user.is_authenticated
        slot = read_whole_number(request.POST.get("slot", ""), 1, MAX_KEY) or 0
        following = read_whole_number(request.POST.get("following", ""), 1, MAX_KEY)
        is_undone = "undo" in request.POST
        try:
            points = None if is_undone else list(dict.fromkeys(request.POST.getlist("points")))
            slot = _markable(request).get(pk=slot).pk
            exams.mark_answer(slot, points, request.user, timezone.now())
        except (exams.MarkError, Slot.DoesNotExist) as error:
            reason = error if isinstance(error, exams.MarkError) else "There is no such answer."
            self.message_user(request, f"Nothing was marked: {reason}", messages.ERROR)
        else:
            request.session[MARKED] = None if is_undone else slot
            following = slot if is_undone else following
        address = reverse("admin:quizzes_marking")
        return HttpResponseRedirect(f"{address}?slot={following}" if following else address)


def _markable(request: HttpRequest) -> QuerySet[Slot]:
    """The answers of the courses in which one marks."""
    return rows_for(request.user, Act.MARK, Slot.objects.all(), "sitting__exam__course")
