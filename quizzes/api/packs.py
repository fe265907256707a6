"""Presentations for a client that goes offline."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple, NotRequired

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import LessonPayload, load_lessons, revalidated
from questions.figures.pictures import ADDRESS
from questions.json_types import Date, Uuid
from quizzes import presentations, reviews, schedule
from quizzes.api.pack_spares import GradedAlonePayload, SparePayload, spare_payload
from quizzes.api.requests import StudentRequest, read_whole_number
from quizzes.presentations import AnsweredPresentationPayload
from quizzes.reviews.payloads import MemoryPayload, PackMemoryPayload, ToReadPayload

MAX_PACK_DAYS = 30
DIGEST = 5
"""Bytes by which a delta tells what a client has: two of 500 are the same once in ten million packs."""


class PlacedPayload(TypedDict):
    """For which study day a question is meant, and its place on that day, from 1."""

    id: Uuid
    day: Date
    position: int


class PackEntryPayload(GradedAlonePayload):
    """A question with all that grading it needs, and its place in the days to come."""

    day: Date
    position: int
    spares: Annotated[
        list[SparePayload],
        Field(
            description="By what the card is asked again before there is a new pack, in order; none unless asked for."
        ),
    ]


class PackSection(ToReadPayload):
    """A section of a lesson to be read before cards of the pack that build on it are asked."""

    day: Annotated[Date, Field(description="That of the first of these cards: not before, where it was put off.")]


class PackPayload(TypedDict):
    """Questions for `days` days, with all that is needed to grade, to rate and to schedule them offline."""

    days: int
    memory: MemoryPayload
    reading: Annotated[
        list[PackSection], Field(description="Sections to read before the cards that wait for them, in order.")
    ]
    results: Annotated[list[PackEntryPayload], Field(description="With `since`: those that are new or changed.")]
    kept: Annotated[
        list[PlacedPayload],
        Field(description="With `since`: what else is in the pack as before. What a client has besides has left it."),
    ]
    memories: Annotated[
        list[PackMemoryPayload],
        Field(description="With `spares`: of the cards of all questions, those that stayed too, but new ones."),
    ]
    lessons: NotRequired[
        Annotated[
            list[LessonPayload],
            Field(description="With `lessons=1`: those of the questions, as `lessons/` has them; not what is known."),
        ]
    ]
    pictures: Annotated[
        list[str], Field(description="Paths of what `results` and `lessons` show. What a path shows never changes.")
    ]
    since: Annotated[str, Field(description="For the next call: what the client has now.")]


@revalidated
class PackView(APIView):
    """Questions for some days, with keys, for a client that goes offline; never those of an exam.

    Answers go to `reviews/batch/` when it is back. `ETag` and 304 save sending the same pack again, `since` what of it
    is the same: `results` are then what came or changed, `kept` is what stayed, and all else has left.
    """

    @extend_schema(
        parameters=[
            OpenApiParameter("days", {"type": "integer", "minimum": 1, "maximum": MAX_PACK_DAYS, "default": 7}),
            OpenApiParameter(
                "spares",
                {"type": "integer", "minimum": 0, "maximum": presentations.MAX_SPARES, "default": 0},
                description="How many further questions a card has at most, to be asked again without a network.",
            ),
            OpenApiParameter("since", str, description="As an earlier pack gave it, of which all is still there."),
            OpenApiParameter("lessons", str, description="1: with the questions' lessons."),
        ],
        responses=PackPayload,
    )
    def get(self, request: StudentRequest) -> HttpResponse:
        days = read_whole_number(request, "days", default=7, maximum=MAX_PACK_DAYS)
        with_lessons = request.query_params.get("lessons") == "1"
        spares = read_whole_number(request, "spares", default=0, minimum=0, maximum=presentations.MAX_SPARES)
        facts = schedule.load_pack_facts(request.user, days, spares=spares)
        # Lessons have no number that tells of all that is sent of them: their tag is made of what is sent.
        tag = None if with_lessons else f'"{settings.SPECTACULAR_SETTINGS["VERSION"]}-{facts.tag}"'
        if tag and (unchanged := get_conditional_response(request._request, etag=tag)):
            unchanged.headers["ETag"] = tag
            return unchanged
        is_plain = request.query_params.get("html") == "0"
        delta = _Delta(_read_since(request.query_params.get("since", "")), is_plain)
        pack = _pack_payload(schedule.build_pack(facts), days, delta, with_lessons=with_lessons)
        return Response(pack, headers={"ETag": tag} if tag else None)


def _show_reading(pack: schedule.Pack) -> list[PackSection]:
    days = {str(entry.presentation.card_id): entry.day for entry in pack.entries}
    return [
        {**section, "day": min(on).isoformat()}
        for section in reviews.show_sections(pack.reading)
        if (on := [days[card] for card in section["cards"] if card in days])
    ]


@dataclass
class _Delta:
    """What a client has of a pack already, by digests, and what it will have then."""

    known: Collection[bytes]
    is_plain: bool = False
    """Whether it is sent without HTML: what a client has so is not what has HTML."""
    digests: list[bytes] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    """As JSON."""

    def is_known(self, text: str) -> bool:
        """Whether the client has the entry that says this, as it is; it has it from now on."""
        digest = hashlib.sha256((text + "plain" * self.is_plain).encode()).digest()[:DIGEST]
        self.digests.append(digest)
        if digest in self.known:
            return True
        self.new.append(text)
        return False

    @property
    def since(self) -> str:
        """What the client sends the next time."""
        return base64.urlsafe_b64encode(b"".join(self.digests)).decode().rstrip("=")

    @property
    def pictures(self) -> list[str]:
        """The paths of the pictures in what is new."""
        found = (ADDRESS.match(rest) for text in self.new for rest in text.split("/media/")[1:])
        return sorted({f"/media/{match[0]}" for match in found if match})


def _read_since(text: str) -> frozenset[bytes]:
    """Return the digests of what a client has; of a text that no pack gave, none, so that it gets everything."""
    try:
        digests = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return frozenset()
    return frozenset(digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST))


class _Text(NamedTuple):
    """A question with its key as JSON, and the cards of its left sides or parts."""

    json: str
    cards: dict[str, str]

    @classmethod
    def of(cls, put: schedule.PackEntry | schedule.PackSpare) -> _Text:
        """Return that of an entry, or of a spare."""
        cards = {side: str(card) for side, card in put.cards.items()}
        return cls(presentations.answered_json(put.presentation), cards)

    @property
    def whole(self) -> str:
        """All that a client has of it."""
        return self.json + json.dumps(self.cards) if self.cards else self.json

    def read(self) -> GradedAlonePayload:
        """Return what a client is sent of it, its place aside."""
        shown: AnsweredPresentationPayload = json.loads(self.json)
        return {**shown, "cards": self.cards}


def _pack_payload(pack: schedule.Pack, days: int, delta: _Delta, *, with_lessons: bool) -> PackPayload:
    results: list[PackEntryPayload] = []
    kept: list[PlacedPayload] = []
    for entry in pack.entries:
        text, further = _Text.of(entry), [_Text.of(spare) for spare in entry.spares]
        day = entry.day.isoformat()
        if delta.is_known("".join([text.whole, *(spare.whole for spare in further)])):
            kept.append({"id": str(entry.presentation.pk), "day": day, "position": entry.position})
            continue
        shown = text.read()
        spares = [spare_payload(spare.read(), shown) for spare in further]
        results.append({**shown, "day": day, "position": entry.position, "spares": spares})
    payload: PackPayload = {
        "days": days,
        "memory": schedule.memory_payload(pack),
        "memories": pack.memories,
        "reading": _show_reading(pack),
        "results": results,
        "kept": kept,
        "pictures": [],
        "since": "",
    }
    if with_lessons:
        lessons = load_lessons({entry.presentation.version.lesson_id for entry in pack.entries})
        payload["lessons"] = [lesson for lesson in lessons if not delta.is_known(json.dumps(lesson, sort_keys=True))]
    return {**payload, "pictures": delta.pictures, "since": delta.since}
