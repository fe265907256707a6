"""Search."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes.api.requests import StudentRequest
from quizzes.progress import search


class FoundSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["concept", "lesson", "item"])
    slug = serializers.SlugField()
    title_html = serializers.CharField()
    snippet_html = serializers.CharField(help_text="One line, with the words in `<mark>`.")
    url = serializers.CharField(help_text="Its page; of an item, the caller's last answer to it.")


class FoundListSerializer(serializers.Serializer[Any]):
    results = FoundSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class SearchView(APIView):
    """Concepts, lessons, and items that the caller has answered, in which all words of `q` are found; never a key."""

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="Words, or beginnings of words.")],
        responses=FoundListSerializer,
    )
    def get(self, request: StudentRequest) -> Response:
        found = search.find(request.query_params.get("q", ""), request.user)
        return Response({"results": [asdict(one) for one in found], "next": None})
