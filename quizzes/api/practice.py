"""Practice of any selection of the bank, on top of the day's plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import COURSE, course_of
from questions.current_course import CourseError, find_current_course, find_own_course
from questions.models import Course, Item
from quizzes import exams, presentations, schedule
from quizzes.api.requests import StrictSerializer, StudentRequest
from quizzes.presentations import PresentationPayload


class SelectionSerializer(StrictSerializer):
    """What to practise: named items, else what a sitting missed, else what passes every filter that is given."""

    items = serializers.ListField(
        child=serializers.SlugField(max_length=100), required=False, max_length=exams.MAX_SELECTION, min_length=1
    )
    sitting = serializers.UUIDField(required=False)
    lesson = serializers.CharField(required=False, max_length=100)
    concept = serializers.CharField(required=False, max_length=100)
    kind = serializers.CharField(required=False, max_length=100)
    difficulty = serializers.IntegerField(required=False, min_value=1, max_value=5)
    state = serializers.ChoiceField(exams.BankFilter.STATES, required=False)


class PracticePayload(TypedDict):
    """The questions to practise, in the order to ask them; empty where none of them can be asked now."""

    results: list[PresentationPayload]


class PracticeView(APIView):
    """Practise a selection of the bank of a course."""

    @extend_schema(parameters=[COURSE], request=SelectionSerializer, responses=PracticePayload)
    def post(self, request: StudentRequest) -> Response:
        """Return questions of the selection. They are answered like those of the queue, and count like them."""
        sent = SelectionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        items = _select(request, sent.validated_data)
        schedule.ensure_cards(request.user)
        asked = schedule.ask_items(request.user, items, timezone.now())
        payload: PracticePayload = {"results": [presentations.payload(each) for each in asked]}
        return Response(payload)


def _select(request: StudentRequest, chosen: Mapping[str, Any]) -> list[int]:
    """Return the items that the caller means. Raises Http404."""
    now, course = timezone.now(), _find_course(request)
    if "items" in chosen:
        slugs: list[str] = chosen["items"]
        named = Item.objects.in_practice().filter(course=course, slug__in=slugs).values_list("slug", "pk")
        return [pk for _, pk in sorted(named, key=lambda row: slugs.index(row[0]))]
    if "sitting" in chosen:
        try:
            return exams.missed_items(exams.get_sitting(request.user, chosen["sitting"], now), now)
        except ObjectDoesNotExist:
            raise Http404("There is no such sitting.") from None
    values = {name: str(chosen[name]) for name in exams.BankFilter.NAMES if name in chosen}
    return exams.select_items(request.user, exams.BankFilter(**values), now, course)


def _find_course(request: StudentRequest) -> Course | None:
    """Return the course that the call names, else the current one. Raises Http404."""
    slug = course_of(request)
    if slug is None:
        return find_current_course(request.user)
    try:
        return find_own_course(request.user, slug)
    except CourseError as refused:
        raise Http404(str(refused)) from None
