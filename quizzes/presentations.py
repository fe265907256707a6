"""An item version and a seed become a Presentation: what one student is asked, frozen."""

from __future__ import annotations

import functools
import logging
import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from pydantic import Field
from typing_extensions import TypedDict

from questions import kinds
from questions.json_types import Slug, Uuid, one_of
from questions.models import ItemVersion
from questions.text import markup
from quizzes.models import Card, Presentation, Sitting, Student

if TYPE_CHECKING:
    pass

SEED_BITS = 62
DRAWS = 20
"""Seeds that are tried for a sound variant."""

logger = logging.getLogger(__name__)

ItemKind = Annotated[str, one_of(kinds.KINDS)]


class TextPayload(TypedDict):
    """Something to choose, pair or order, under an id that is new in each presentation."""

    id: str
    text: str
    text_html: str


class PromptPayload(TypedDict):
    """What a student sees of an item. Which fields there are depends on the kind."""

    stem: str
    stem_html: str
    choices: NotRequired[list[TextPayload]]
    unit: NotRequired[str | None]
    precision_hint: NotRequired[str]
    left: NotRequired[list[TextPayload]]
    right: NotRequired[list[TextPayload]]
    steps: NotRequired[list[TextPayload]]


class PresentationPayload(TypedDict):
    """An item as put to one student. It never holds a key."""

    id: Uuid
    card: Uuid
    item: Slug
    version: int
    kind: ItemKind
    lesson: Slug
    concepts: list[Slug]
    difficulty: Annotated[int, Field(ge=1, le=5)]
    estimated_seconds: int
    prompt: PromptPayload


class AnsweredPresentationPayload(PresentationPayload):
    """A Presentation with all that grading it needs."""

    key: Annotated[dict[str, object], Field(description="In the shape of a response.")]
    check: Annotated[
        dict[str, object] | None,
        Field(description=kinds.check_help()),
    ]
    explanation: str
    explanation_html: str
    solution: str | None
    solution_html: str | None


class FeedbackPayload(TypedDict):
    """What is said about a part of a response: the id of an option, or the name of a field."""

    target: str
    message: str
    message_html: str


BLOCK_TEXTS = {"stem", "explanation", "solution", "definition"}
INLINE_TEXTS = {"text", "message"}


@dataclass(frozen=True)
class Ask:
    """A card to be put to its student, and for match sets the pairs that the round should hold, weakest first."""

    card_id: uuid.UUID
    facets: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class _Source:
    """What a body is compiled from; the version says which it is, since versions never change."""

    version_id: int
    kind: str = field(compare=False)
    body: object = field(compare=False)


def body_of(version: ItemVersion) -> kinds.ItemBody:
    """The body of a version, compiled once a process. No query: the version was loaded with it."""
    return _compile(_Source(version.pk, version.kind, version.body))


@functools.lru_cache(maxsize=2048)
def _compile(source: _Source) -> kinds.ItemBody:
    return kinds.parse(source.kind, source.body)


def forget_bodies() -> None:
    """Compile bodies anew: a test's database gives the ids of versions again."""
    _compile.cache_clear()


@transaction.atomic
def present(student: Student, asks: Sequence[Ask], now: datetime) -> list[Presentation]:
    """One open presentation for each ask, in order: the one that is waiting for an answer, else a new one.

    Nothing is asked that stands in an exam being sat: its answer would be the exam's. Asking again gives the same
    presentation, so that nobody can shop for an easier variant. An open presentation of a superseded version is
    closed and drawn anew; an answer to it that is on its way still counts. Cards that are no longer askable (retired
    items) are left out. Takes the same number of queries however many asks.
    """
    askable = Card.objects.filter(
        student=student,
        pk__in=[ask.card_id for ask in asks],
        item__published__isnull=False,
        item__retired_at__isnull=True,
    ).exclude(item__in=in_open_sitting(student))
    cards = {card.pk: card for card in askable.select_related("item__published__lesson")}
    asks = [ask for ask in asks if ask.card_id in cards]
    found = _open_presentations(cards.keys())
    stale = [one.pk for one in found.values() if one.version_id != cards[one.card_id].item.published_id]
    if stale:
        Presentation.objects.filter(pk__in=stale).update(closed_at=now)
        found = {card: one for card, one in found.items() if one.pk not in stale}
    missing = [ask for ask in asks if ask.card_id not in found]
    if missing:
        drawn = [_draw(student, cards[ask.card_id], ask.facets, now) for ask in missing]
        Presentation.objects.bulk_create(
            [one for one in drawn if one],
            # Another request may have drawn the same card a moment ago: the first one stands.
            ignore_conflicts=True,
        )
        found = _open_presentations(cards.keys())
    return [found[ask.card_id] for ask in asks if ask.card_id in found]


def in_open_sitting(student: Student | int) -> QuerySet[Any]:
    """The items of the student's open sittings, as a subquery."""
    put = Presentation.objects.filter(student=student, in_sitting=True, slot__sitting__state=Sitting.State.OPEN)
    return put.values("version__item")


def items_in_open_sittings(student: Student | int) -> set[int]:
    """The items of the student's open sittings; one query."""
    return set(in_open_sitting(student).values_list("version__item", flat=True))


def is_in_open_sitting(student: Student, presentation: Presentation | None) -> bool:
    """Whether its item is asked in a sitting of the student's that is open."""
    return (
        presentation is not None
        and in_open_sitting(student).filter(version__item=presentation.version.item_id).exists()
    )


def _open_presentations(cards: Any) -> dict[uuid.UUID, Presentation]:
    waiting = Presentation.objects.filter(card__in=list(cards), closed_at__isnull=True)
    return {one.card_id: one for one in waiting.select_related("version__item", "version__lesson")}


def _draw(student: Student, card: Card, facets: tuple[str, ...], now: datetime) -> Presentation | None:
    """A new presentation; broken variants are drawn again. None, and an error in the log, where all are broken."""
    version = card.item.published
    assert version is not None
    version.item = card.item  # loaded already, and asked for its identity
    seeds = [secrets.randbits(SEED_BITS) for _ in range(DRAWS)]
    drawn = draw(version, uuid.uuid4(), seeds, facets)
    if drawn:
        drawn.student, drawn.card, drawn.created_at = student, card, now
    return drawn


def draw(
    version: ItemVersion,
    pk: uuid.UUID,
    seeds: Iterable[int],
    facets: Sequence[str] = (),
    pairs: kinds.Round | None = None,
) -> Presentation | None:
    """A presentation of nobody's, not stored, by the first seed with a sound variant; None where there is none.

    `pairs` says how many a match set puts.
    """
    body = body_of(version)
    for seed in seeds:
        try:
            presented = kinds.get(version.kind).present(
                body,
                seed=seed,
                identity=version.identity,
                opaque=opaque_ids(pk),
                focus=[f for f in facets if f],
                pairs=pairs,
            )
        except kinds.VariantError as error:
            logger.warning("%s: seed %s is drawn again: %s", version, seed, error)
            continue
        return Presentation(
            id=pk,
            version=version,
            seed=seed,
            facets=list(presented.facets),
            prompt=presented.prompt,
            answer=presented.answer,
            guess_rate=presented.guess_rate,
        )
    logger.error("%s is not asked: no seed gave a sound variant", version)
    return None


def renew_broken(now: datetime) -> int:
    """Close the open presentations whose variant is broken, so that the next ask draws another; how many.

    What no longer follows from its seed is logged; it stays, since it is graded by what was stored.
    """
    closed = 0
    waiting = Presentation.objects.filter(closed_at__isnull=True, version__kind__in=kinds.with_variants())
    for one in waiting.select_related("version__item").iterator(chunk_size=500):
        kind, body = kinds.get(one.version.kind), body_of(one.version)
        if problems := kind.defects(body, one.answer):
            logger.error("%s, seed %s is broken: %s", one.version, one.seed, problems[0])
            closed += Presentation.objects.filter(pk=one.pk, closed_at__isnull=True).update(closed_at=now)
        elif not _is_reproduced(one, kind, body):
            logger.error("%s, seed %s: another variant than was stored", one.version, one.seed)
    return closed


def _is_reproduced(one: Presentation, kind: kinds.AnyKind, body: kinds.ItemBody) -> bool:
    try:
        return kind.is_reproduced(body, one.answer, seed=one.seed, identity=one.version.identity)
    except kinds.VariantError:
        return False


def opaque_ids(presentation: uuid.UUID) -> Callable[[str], str]:
    """Names of options to ids that are new in each presentation and that only this server can compute."""

    def opaque(name: str) -> str:
        return salted_hmac("presentation", f"{presentation}:{name}", algorithm="sha256").hexdigest()[:12]

    return opaque


def grade_payload(graded: kinds.Graded, revealed: kinds.Revealed) -> dict[str, Any]:
    """What is said of an answer: the Grade of CONTRACT.md as far as it knows of no card."""
    return {
        "score": graded.score,
        "correct": graded.correct,
        "feedback": graded.feedback,
        "key": revealed.key,
        "explanation": revealed.explanation,
        "solution": revealed.solution,
    }


def answered_payload(presentation: Presentation) -> AnsweredPresentationPayload:
    """The Presentation with its key, explanation and solution, for a client that grades by itself while offline.

    `check` says what the key alone does not: the error that a number may have, and how texts are compared.
    """
    version = presentation.version
    kind, body = kinds.get(version.kind), body_of(version)
    revealed = kind.reveal(body, presentation.answer)
    return {
        **payload(presentation),
        "key": revealed.key,
        "check": kind.check(body, presentation.answer),
        "explanation": revealed.explanation,
        "explanation_html": markup.render(revealed.explanation),
        "solution": revealed.solution,
        "solution_html": None if revealed.solution is None else markup.render(revealed.solution),
    }


def payload(presentation: Presentation) -> PresentationPayload:
    """Return the presentation as its student may see it: nothing in it lets the key be inferred."""
    version = presentation.version
    return {
        "id": str(presentation.pk),
        "card": str(presentation.card_id or ""),
        "item": version.item.slug,
        "version": version.number,
        "kind": version.kind,
        "lesson": version.lesson.slug,
        "concepts": version.concepts,
        "difficulty": version.difficulty,
        "estimated_seconds": version.seconds,
        "prompt": with_html(presentation.prompt),
    }


def with_html(document: Any) -> Any:
    """A copy in which every Markdown text stands beside its sanitised `…_html`."""
    if isinstance(document, list):
        return [with_html(entry) for entry in document]
    if not isinstance(document, dict):
        return document
    copy: dict[str, Any] = {}
    for name, value in document.items():
        if name == "key":
            # In the shape of a response: ids and typed text, no Markdown.
            copy[name] = value
            continue
        copy[name] = with_html(value)
        if name in BLOCK_TEXTS:
            copy[f"{name}_html"] = None if value is None else markup.render(value)
        elif name in INLINE_TEXTS and isinstance(value, str):
            copy[f"{name}_html"] = markup.render_inline(value)
    return copy
