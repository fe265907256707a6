"""The page that shows every component once: /styleguide/, where DEBUG is on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from questions import kinds
from quizzes import lessons, presentations
from quizzes.lessons import SampleQuestion
from quizzes.views import Context, samples

COLOURS = {
    "Grounds and lines": ("paper", "surface", "sunken", "line", "edge"),
    "Ink": ("ink", "quiet"),
    "What one can do": ("accent", "accent-strong", "accent-soft"),
    "The exam": ("exam", "exam-soft"),
    "Memory": ("memory", "memory-soft", "fading", "fading-soft"),
    "Answers": ("right", "right-soft", "partly", "partly-soft", "wrong", "wrong-soft"),
}
SIZES = ("xs", "s", "m", "l", "xl", "2xl", "3xl")
PICTURES = ("long", "day", "exam", "empty")
MISTAKEN = {"value": "123456"}


def styleguide(request: HttpRequest) -> HttpResponse:
    """Tokens and components, drawn by the templates and sheets that pages use; questions where there is a course."""
    question = lessons.draw_showcase()
    context = {
        "colours": COLOURS,
        "sizes": SIZES,
        "pictures": PICTURES,
        "states": ("due", "open", "known", "ready", "weak", "new"),
        "parts": _show_question(question) if question else [],
    }
    return render(request, "styleguide.html", context)


def _show_question(question: SampleQuestion) -> list[Context]:
    """A question to be answered, answered right, and answered wrong."""
    asked = question.presentation
    key = kinds.get(asked.version.kind).reveal(presentations.body_of(asked.version), asked.answer).key
    shown = [
        samples.show_question(question, "#"),
        *(samples.show_answered(question, response, "#") for response in ({**key}, MISTAKEN)),
    ]
    return [part | {"at": f"-{number}"} for number, part in enumerate(shown)]
