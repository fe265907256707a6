"""Sample questions as parts of a page: put to nobody in particular, answered without a trace."""

from __future__ import annotations

from quizzes import lessons, presentations
from quizzes.lessons import SampleQuestion
from quizzes.models import Presentation
from quizzes.views import Context, answering
from quizzes.views.answering import RefusedAnswer, Response


def show_question(question: SampleQuestion, address: str, refused: RefusedAnswer | None = None) -> Context:
    """Return what `_check_question.html` shows of a sample question that is answered at the address."""
    shown = question.presentation
    return show_form(shown, address, refused) | {"sample": question.token, "free_hints": presentations.all_hints(shown)}


def show_answered(question: SampleQuestion, response: Response, address: str) -> Context:
    """Return what `_check_answered.html` shows of a response, graded. Raises questions.kinds.ResponseError."""
    payload = presentations.payload(question.presentation)
    return {
        "template": "quizzes/_check_answered.html",
        "address": address,
        "sample": question.token,
        "at": f"-{payload['id']}",
        **answering.graded_context(
            payload, presentations.with_html(lessons.grade_sample(question, response)), response
        ),
    }


def show_form(presentation: Presentation, address: str, refused: RefusedAnswer | None) -> Context:
    """Return what the form of a question within a page shows, a student's or a sample."""
    return {
        "template": "quizzes/_check_question.html",
        "address": address,
        "at": f"-{presentation.pk}",
        **answering.question_context(presentation, refused),
    }
