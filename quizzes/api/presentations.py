"""Items as put to a student, as the API documents them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class TextSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()
    text_html = serializers.CharField()


class PromptSerializer(serializers.Serializer[Any]):
    """Which fields there are depends on the kind."""

    stem = serializers.CharField()
    stem_html = serializers.CharField()
    choices = TextSerializer(many=True, required=False)
    unit = serializers.CharField(required=False, allow_null=True)
    precision_hint = serializers.CharField(required=False)
    left = TextSerializer(many=True, required=False)
    right = TextSerializer(many=True, required=False)
    steps = TextSerializer(many=True, required=False)


class PresentationSerializer(serializers.Serializer[Any]):
    """An item as put to one student. It never holds a key."""

    id = serializers.UUIDField()
    card = serializers.UUIDField()
    item = serializers.SlugField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(
        ["single_choice", "multiple_select", "numeric", "matching", "ordering", "short_text"]
    )
    lesson = serializers.SlugField()
    concepts = serializers.ListField(child=serializers.SlugField())
    difficulty = serializers.IntegerField(min_value=1, max_value=5)
    estimated_seconds = serializers.IntegerField()
    prompt = PromptSerializer()


class AnsweredPresentationSerializer(PresentationSerializer):
    """A Presentation with all that grading it needs."""

    key = serializers.JSONField(help_text="In the shape of a response.")
    check = serializers.JSONField(
        allow_null=True,
        help_text=(
            "numeric: {values, allowed}, the error of each; short_text: {accept, pattern, case, spacing};"
            " else null: a response is right when it is the key."
        ),
    )
    explanation = serializers.CharField()
    explanation_html = serializers.CharField()
    solution = serializers.CharField(allow_null=True)
    solution_html = serializers.CharField(allow_null=True)
