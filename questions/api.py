"""Lessons over REST."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Annotated, TypeVar, cast

from django.db.models import Model, Prefetch, QuerySet
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from pydantic import Field
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.current_course import find_named
from questions.figures import simulators
from questions.json_types import Slug
from questions.models import Concept, Course, Lesson
from questions.roles import listed_courses, readable_courses
from questions.text import markup

RowT = TypeVar("RowT", bound=Model)
ViewT = TypeVar("ViewT", bound=type[APIView])
COURSE = OpenApiParameter(
    "course",
    OpenApiTypes.STR,
    description="The slug of the course. Without it the current one is meant (see `me/`), else the only one that fits.",
)
"""What every call takes that names something by its slug."""
OF_COURSE = OpenApiParameter("course", OpenApiTypes.STR, description="The slug of a course: only what is of it.")
"""What lists take."""


_asked_anew = method_decorator([cache_control(private=True, no_cache=True), conditional_page], name="dispatch")


def revalidated(view: ViewT) -> ViewT:
    """Decorate a view whose answers a client keeps, and asks for anew by their `ETag`: 304 while they are the same."""
    view.is_revalidated = True  # type: ignore[attr-defined]  # the API's document says so
    decorated: ViewT = _asked_anew(view)
    return decorated


def deprecated(since: datetime, until: datetime) -> Callable[[ViewT], ViewT]:
    """Decorate a view that is to go: its answers say since when (RFC 9745) and until when (RFC 8594)."""
    told = {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": http_date(until.timestamp()),
        "Link": '</api/v1/docs/>; rel="deprecation"; type="text/html"',
    }

    def decorate(view: ViewT) -> ViewT:
        class Deprecated(view):  # type: ignore[misc, valid-type]  # of whichever class
            __doc__ = view.__doc__

            @property
            def default_response_headers(self) -> dict[str, str]:
                return {**super().default_response_headers, **told}

        return cast(ViewT, extend_schema(deprecated=True)(Deprecated))

    return decorate


def course_of(request: Request) -> str | None:
    """Return the slug of the course that a call names; None where it names none."""
    return request.query_params.get("course") or None


def of_named_course(request: Request, rows: QuerySet[RowT]) -> QuerySet[RowT]:
    """Return the rows of the course that a call names; all where it names none."""
    course = course_of(request)
    return rows.filter(course__slug=course) if course else rows


class FurtherReadingPayload(TypedDict):
    """What a lesson names to be read elsewhere."""

    title: str
    url: Annotated[str, Field(description="An address of the web, or empty.")]
    what: Annotated[str, Field(description="What is read there, or empty.")]


class LessonPayload(TypedDict):
    """A lesson, whole."""

    slug: Slug
    title: str
    course: Slug
    week: int
    session: int
    minutes: Annotated[int, Field(description="Reading it.")]
    builds_on: list[Slug]
    concepts: list[Slug]
    body_markdown: str
    body_html: str
    simulators: Annotated[list[str], Field(description="Names of the interactive figures; see `simulators/`.")]
    reading: list[FurtherReadingPayload]


def lesson_payload(lesson: Lesson) -> LessonPayload:
    """Return a lesson as clients read it."""
    return {
        "slug": lesson.slug,
        "title": lesson.title,
        "course": lesson.course.slug,
        "week": lesson.week,
        "session": lesson.session,
        "minutes": lesson.minutes,
        "builds_on": [earlier.slug for earlier in lesson.builds_on.all()],
        "concepts": [concept.slug for concept in lesson.concepts.all()],
        "body_markdown": lesson.body_markdown,
        "body_html": markup.render(lesson.body_markdown),
        "simulators": list(markup.simulators(lesson.body_markdown)),
        "reading": [
            {"title": entry["title"], "url": entry["url"], "what": entry["what"]} for entry in lesson.reading_list
        ],
    }


def _in(courses: QuerySet[Course]) -> QuerySet[Lesson]:
    return (
        Lesson.objects.filter(is_published=True, course__in=courses)
        .select_related("course")
        .prefetch_related(
            Prefetch("builds_on", Lesson.objects.only("slug")),
            Prefetch("concepts", Concept.objects.only("slug", "lesson")),
        )
    )


def load_lessons(ids: Collection[int]) -> list[LessonPayload]:
    """Return these lessons as the API has them, in the order of their courses; three queries."""
    return [lesson_payload(lesson) for lesson in _in(Course.objects.all()).filter(pk__in=ids)]


@revalidated
@extend_schema_view(get=extend_schema(parameters=[OF_COURSE], responses=LessonPayload))
class LessonList(generics.ListAPIView[Lesson]):
    """The lessons of the courses that the caller may read and that are not archived, in the order of their courses."""

    def get_queryset(self) -> QuerySet[Lesson]:
        return of_named_course(self.request, _in(listed_courses(self.request.user))).order_by()

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([lesson_payload(lesson) for lesson in page])


@revalidated
class LessonDetail(APIView):
    """One lesson."""

    @extend_schema(parameters=[COURSE], responses=LessonPayload)
    def get(self, request: Request, slug: str) -> Response:
        lessons = _in(readable_courses(request.user))
        return Response(lesson_payload(find_named(lessons, request.user, slug, course_of(request))))


class SimulatorPayload(TypedDict):
    """An interactive figure."""

    name: str
    frames: Annotated[object, Field(description="The numbers to draw; which there are depends on the figure.")]


@revalidated
class SimulatorDetail(APIView):
    """The numbers behind an interactive figure of a lesson: always the same, to be kept."""

    @extend_schema(responses=SimulatorPayload)
    def get(self, request: Request, name: str) -> Response:
        if name not in simulators.SIMULATORS:
            raise NotFound
        payload: SimulatorPayload = {"name": name, "frames": simulators.document(name)}
        return Response(payload)
