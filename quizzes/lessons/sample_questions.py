"""Sample questions: put to nobody in particular, answered without a trace.

What a visitor answers, and what is tried in passing with the formula in sight, says nothing of a memory. A sample
question is stored nowhere: it follows from its token, by seeds that only this server can compute.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.core import signing
from django.utils.crypto import salted_hmac

from questions import kinds
from questions.models import Item, ItemVersion, Lesson
from questions.roles import readable_courses
from questions.text import markup
from questions.text.outline import TaughtSection
from quizzes import presentations
from quizzes.lessons.questions import choose_versions, published
from quizzes.models import Presentation

QUESTION, ANSWERS = "sample question", "answers so far"
"""The salts of what is signed."""
OTHERS = 10
"""How often another question is drawn because it looks like the one before."""


class Identity(NamedTuple):
    """Which sample question it is: the item's version, and the id of the presentation."""

    version: int
    presentation: uuid.UUID


@dataclass(frozen=True)
class SampleQuestion:
    """A question put to nobody in particular. Its presentation is not stored, and follows from its identity."""

    presentation: Presentation

    @property
    def identity(self) -> Identity:
        """Which sample question this is."""
        return Identity(self.presentation.version_id, self.presentation.pk)

    @property
    def stem(self) -> str:
        """What it asks, with its numbers."""
        stem: str = self.presentation.prompt["stem"]
        return stem

    @property
    def token(self) -> str:
        """The identity, signed; it holds the time too, so two tokens of one question may differ."""
        version, presentation = self.identity
        return signing.dumps({"version": version, "id": presentation.hex}, salt=QUESTION)


class SampleAnswer(NamedTuple):
    """A sample question with the response to it; None before it is answered."""

    question: SampleQuestion
    response: object = None


def draw_quick_check(lesson: Lesson, section: TaughtSection | None = None) -> list[SampleQuestion]:
    """Return a quick check for a visitor, or the two questions of a section: other ones each time."""
    drawn = [_draw(version, uuid.uuid4()) for version in choose_versions(lesson, uuid.uuid4().hex, section)]
    return [question for question in drawn if question]


def draw_variant(lesson: Lesson, slug: str, unlike: str = "") -> SampleQuestion | None:
    """Return a fresh variant of an item that the lesson's text offers to try; None where it offers no such item.

    It asks something else than the question whose token is `unlike`, as far as there is something else.
    """
    if slug not in markup.tried(lesson.body_markdown):
        return None
    items = Item.objects.in_practice().filter(course=lesson.course_id, slug=slug)
    item = items.select_related("published__item__course", "published__lesson").first()
    return _draw_other(published(item), unlike) if item else None


def draw_showcase(unlike: str = "") -> SampleQuestion | None:
    """Return a question for who does not know the service: fresh numbers in one that is easy; None without courses.

    It has other numbers than the question whose token is `unlike`, as far as there are others.
    """
    items = Item.objects.in_practice().filter(kind__in=kinds.with_variants(), course__in=readable_courses(None))
    item = (
        items.order_by("published__difficulty", "pk")
        .select_related("published__item__course", "published__lesson")
        .first()
    )
    return _draw_other(published(item), unlike) if item else None


def read_identity(token: str) -> Identity | None:
    """Return which question a token stands for; None for text that this server has not signed."""
    try:
        document = signing.loads(token, salt=QUESTION)
    except signing.BadSignature:
        return None
    return Identity(document["version"], uuid.UUID(document["id"]))


def read_token(lesson: Lesson | None, token: str) -> SampleQuestion | None:
    """Return the question of a token that was given out for an item of the lesson's course; None for other text.

    Without a lesson it may be of any course.
    """
    identity = read_identity(token)
    if identity is None:
        return None
    versions = ItemVersion.objects.filter(pk=identity.version).select_related("item__course", "lesson")
    version = (versions.filter(item__course=lesson.course_id) if lesson else versions).first()
    return _draw(version, identity.presentation) if version else None


def sign_answers(answers_so_far: Sequence[SampleAnswer]) -> str:
    """Return a visitor's quick check with the answers so far, signed, to be sent back with the next answer."""
    document = [[answer.question.token, answer.response] for answer in answers_so_far]
    return signing.dumps(document, salt=ANSWERS, compress=True)


def read_answers(lesson: Lesson, signed: str) -> list[SampleAnswer]:
    """Return the answers so far; none where the text is not signed, without the questions that are no longer asked."""
    try:
        document = signing.loads(signed, salt=ANSWERS)
    except signing.BadSignature:
        return []
    answers = [(read_token(lesson, token), response) for token, response in document]
    return [SampleAnswer(question, response) for question, response in answers if question]


def grade_sample(question: SampleQuestion, response: object) -> presentations.BareGrade:
    """Return the grade of a response to a sample question. Raises questions.kinds.ResponseError."""
    version, answer = question.presentation.version, question.presentation.answer
    kind, body = kinds.get(version.kind), presentations.body_of(version)
    return presentations.grade_payload(
        presentations.grade_response(version, answer, response), kind.reveal(body, answer)
    )


def _draw(version: ItemVersion, pk: uuid.UUID) -> SampleQuestion | None:
    presentation = presentations.draw(version, pk, _seeds(pk))
    return SampleQuestion(presentation) if presentation else None


def _draw_other(version: ItemVersion, unlike: str) -> SampleQuestion | None:
    """Draw a question whose stem is not that of the one before, if some of a few tries has another."""
    identity = read_identity(unlike)
    before = _draw(version, identity.presentation) if identity and identity.version == version.pk else None
    question = _draw(version, uuid.uuid4())
    for _ in range(OTHERS):
        if not (before and question and question.stem == before.stem):
            break
        question = _draw(version, uuid.uuid4())
    return question


def _seeds(pk: uuid.UUID) -> Iterator[int]:
    """Yield the seeds that follow from the id of a presentation, for this server alone."""
    for number in range(presentations.DRAWS):
        digest = salted_hmac(QUESTION, f"{pk}:{number}", algorithm="sha256").digest()
        yield int.from_bytes(digest[:8]) >> (64 - presentations.SEED_BITS)
