"""The diagnostic: what a newcomer to a course knows already."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Slug
from questions.models import Course
from quizzes import presentations
from quizzes.api.requests import StudentRequest
from quizzes.courses import diagnostic
from quizzes.memory.diagnostic import MOST
from quizzes.presentations import PresentationPayload


class ConceptStandingPayload(TypedDict):
    """A concept on the map."""

    concept: Slug
    name: str
    standing: Literal["known", "unsure", "not_known"]
    chance: Annotated[float, Field(description="That it was known as the diagnostic ended, 0-1.")]


class DiagnosticPayload(TypedDict):
    """How far the diagnostic is: a question while it is open, a map of concepts and a first plan once it is done."""

    state: Literal["not_begun", "open", "done", "skipped"]
    answered: int
    most: Annotated[int, Field(description="Questions at most; it ends earlier where little is left to learn.")]
    question: PresentationPayload | None
    map: list[ConceptStandingPayload]
    plan: Annotated[list[str], Field(description="The first plan, in sentences.")]


def diagnostic_payload(reading: diagnostic.Reading) -> DiagnosticPayload:
    """Return the diagnostic as a client reads it."""
    return {
        "state": reading.state,
        "answered": reading.answered,
        "most": MOST,
        "question": presentations.payload(reading.question) if reading.question else None,
        "map": [
            {
                "concept": each.concept.slug,
                "name": each.concept.name,
                "standing": each.standing,
                "chance": each.chance,
            }
            for each in reading.standings
        ],
        "plan": list(reading.plan),
    }


class DiagnosticView(APIView):
    """The caller's diagnostic in a course. Its questions are answered by `POST reviews/batch/`, like any."""

    @extend_schema(responses=DiagnosticPayload)
    def get(self, request: StudentRequest, slug: str) -> Response:
        """Return how far it is, with the question to answer next."""
        return Response(diagnostic_payload(diagnostic.read(request.user, _find_course(request, slug), timezone.now())))

    @extend_schema(request=None, responses=DiagnosticPayload)
    def post(self, request: StudentRequest, slug: str) -> Response:
        """Begin, or go on after an answer: the next question, or the map, which is kept."""
        reading = diagnostic.go_on(request.user, _find_course(request, slug), timezone.now())
        return Response(diagnostic_payload(reading))

    @extend_schema(responses={200: DiagnosticPayload})
    def delete(self, request: StudentRequest, slug: str) -> Response:
        """End it here: with the map so far, or skipped where nothing was answered."""
        reading = diagnostic.stop(request.user, _find_course(request, slug), timezone.now())
        return Response(diagnostic_payload(reading))


def _find_course(request: StudentRequest, slug: str) -> Course:
    enrolment = request.user.enrolments.studied().select_related("course").filter(course__slug=slug).first()
    if enrolment is None:
        raise Http404("You study no such course.")
    return enrolment.course
