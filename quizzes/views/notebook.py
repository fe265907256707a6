"""Bookmarks, private notes, and how each question went."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from questions import kinds
from questions.models import Item
from questions.text.words import as_title
from quizzes import notebook, presentations
from quizzes.views import StudentRequest, answering, is_partial

ROWS = 20
"""Questions on a page."""


@login_required
@require_GET
def notebook_page(request: StudentRequest) -> HttpResponse:
    """All questions with a bookmark or a note."""
    entries = notebook.list_entries(request.user)
    context = {
        "page": "progress",
        "bookmarked": [entry.item for entry in entries if entry.is_bookmarked],
        "rows": Paginator(entries, ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "quizzes/notebook.html", context)


@login_required
@require_POST
def bookmark(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """Set a bookmark (`on`), or take it away."""
    item = notebook.find_item(request.user, slug, course)
    notebook.bookmark(request.user, item.pk, timezone.now(), on=request.POST.get("on") == "1")
    return _show(request, item)


@login_required
@require_POST
def note(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """Keep a note in place of the one before."""
    item = notebook.find_item(request.user, slug, course)
    try:
        notebook.write_note(request.user, item.pk, request.POST.get("text", ""), timezone.now())
    except notebook.NoteError as error:
        if is_partial(request):
            return _show(request, item, error=str(error), typed=request.POST.get("text", ""))
        messages.error(request, str(error))
    return _show(request, item)


@login_required
@require_GET
def answers(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """How a question went each time: a part of the review's page, or a page."""
    item = notebook.find_item(request.user, slug, course)
    withheld = item.pk in presentations.items_in_open_sittings(request.user)
    context = {
        "page": "progress",
        "name": as_title(item.slug),
        "item": item.slug,
        "course": item.course.slug,
        "work_steps": kinds.count_steps(item.published.body) if item.published else 0,
        "answers": notebook.list_answers(request.user, item.pk, withheld=withheld),
    }
    name = "quizzes/_past_answers.html" if is_partial(request) else "quizzes/past_answers.html"
    return render(request, name, context)


def _show(request: StudentRequest, item: Item, *, error: str = "", typed: str = "") -> HttpResponse:
    """Show what stands beside the question now: the part for htmx, else the page that the form came from."""
    event = request.POST.get("event", "")
    if is_partial(request):
        kept = notebook.load_page(request.user, item.pk)
        context = {"item": item.slug, "course": item.course.slug, "kept": kept, "event": event}
        context |= {"note_error": error, "typed_note": typed}
        return render(request, "quizzes/_notebook.html", context | {"is_saved": "text" in request.POST and not error})
    answered = answering.read_uuid(event)
    return redirect("review-answer", answered) if answered else redirect("notebook")
