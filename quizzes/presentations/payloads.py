"""What clients are sent of a presentation and of a grade. Nothing in a presentation lets its key be inferred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NotRequired, cast

from pydantic import Field
from typing_extensions import TypedDict

from questions import bank, kinds
from questions.json_types import AnyResponse, Share, Slug, Uuid, of_kind, one_of
from questions.kinds.base import Feedback
from questions.kinds.expected import ExpectedFeedback
from questions.text import markup
from quizzes.models import Presentation
from quizzes.presentations.checking import checked_parts
from quizzes.presentations.hints import count_hints
from quizzes.presentations.judging import reveal, way_of
from quizzes.presentations.step_payloads import StepPayload, steps_payload

BLOCK_TEXTS = {"stem", "back", "explanation", "solution", "definition"}
INLINE_TEXTS = {"text", "message"}
"""Fields that hold Markdown of several paragraphs, and of one line."""

ItemKind = Annotated[str, one_of(kinds.KINDS)]
PartKind = Annotated[str, one_of(name for name, kind in kinds.KINDS.items() if kind.can_be_part)]
Prompt = Annotated[dict[str, Any], of_kind("prompt")]
"""What a student sees of an item: which fields there are depends on its kind."""


class FeedbackPayload(TypedDict):
    """What is said about a part of a response: the id of an option, or the name of a field."""

    target: str
    message: str
    message_html: str


class GradeFields(TypedDict):
    """The grade of a whole question, or of a part."""

    score: Share
    correct: bool
    feedback: list[FeedbackPayload]
    key: Annotated[AnyResponse, Field(description="In the shape of a response.")]
    explanation: str
    explanation_html: str
    solution: str | None
    solution_html: str | None
    reasons: NotRequired[
        Annotated[
            list[FeedbackPayload],
            Field(description="Why each option is right or wrong, chosen or not, where the item says so."),
        ]
    ]
    back: NotRequired[Annotated[str, Field(description="The answer to what students mark themselves.")]]
    back_html: NotRequired[str]
    void: NotRequired[Annotated[bool, Field(description="True: the question was withdrawn, and does not count.")]]


class PartGradePayload(GradeFields):
    """The grade of a part."""

    kind: PartKind


class PresentationPayload(TypedDict):
    """An item as put to one student. It never holds a key."""

    id: Uuid
    card: Uuid
    course: Slug
    item: Slug
    version: int
    kind: ItemKind
    lesson: Slug
    concepts: list[Slug]
    difficulty: Annotated[int, Field(ge=1, le=5)]
    estimated_seconds: int
    prompt: Prompt
    checked: NotRequired[
        Annotated[
            dict[str, CheckedPartPayload],
            Field(description="Parts that were checked, by their ids: what was answered to them stands."),
        ]
    ]
    hints: Annotated[int, Field(description="How many there are to take, one by one, at `presentations/<id>/hints/`.")]
    work_steps: Annotated[int, Field(description="Of its worked solution: see `items/<item>/work/`. 0: it has none.")]


class CheckedPartPayload(TypedDict):
    """A part that was checked by itself: what was answered, and its grade."""

    response: AnyResponse
    grade: PartGradePayload


class AnsweredPresentationPayload(PresentationPayload):
    """A Presentation with all that grading it needs."""

    key: Annotated[AnyResponse, Field(description="In the shape of a response.")]
    check: Annotated[
        dict[str, object] | None,
        Field(description=kinds.check_help(), deprecated=True),
    ]
    grading: Annotated[dict[str, object], of_kind("grading")]
    """The rule by its name with its data, as docs/api.md has them."""
    feedback: Annotated[list[ExpectedFeedback], Field(description="What is said to answers that are expected.")]
    explanation: str
    explanation_html: str
    solution: str | None
    solution_html: str | None
    back: NotRequired[Annotated[str, Field(description="The answer to what students mark themselves.")]]
    back_html: NotRequired[str]
    parts: NotRequired[dict[str, PartTextsPayload]]
    work: NotRequired[Annotated[list[StepPayload], Field(description="The steps of the worked solution.")]]


class PartTextsPayload(TypedDict):
    """What is said of a part after the answer."""

    explanation: str
    explanation_html: str
    solution: str | None
    solution_html: str | None
    back: NotRequired[str]
    back_html: NotRequired[str]


class Verdict(TypedDict):
    """What grading finds: all of a grade that version and answer do not give again."""

    score: float
    correct: bool
    feedback: list[Feedback]
    void: NotRequired[bool]
    """True where the question was withdrawn, so that the answer does not count."""
    parts: NotRequired[dict[str, Any]]
    """Those of the parts by their ids, of questions that have parts; so it is with all below."""


class BareGrade(Verdict):
    """A grade with all its texts, in Markdown, and without card states."""

    key: dict[str, object]
    explanation: str
    solution: str | None
    reasons: list[Feedback]


def payload(presentation: Presentation) -> PresentationPayload:
    """Return the presentation as its student may see it: nothing in it lets the key be inferred."""
    version = presentation.version
    shown: PresentationPayload = {
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
        "hints": count_hints(presentation),
        "work_steps": kinds.count_steps(version.body),
        "course": version.item.course.slug,
    }
    if presentation.parts_checked:
        shown["checked"] = checked_payload(presentation)
    return shown


def checked_payload(presentation: Presentation) -> dict[str, CheckedPartPayload]:
    """Return the parts that were checked, each with its answer and its grade."""
    revealed = reveal(presentation.version, presentation.answer).parts
    checked = checked_parts(presentation)
    grades = {part: _with_texts(verdict_payload(each["graded"]), revealed[part]) for part, each in checked.items()}
    shown = with_html(with_kinds({"parts": grades}, presentation)["parts"])
    return {part: {"response": each["response"], "grade": shown[part]} for part, each in checked.items()}


def answered_payload(presentation: Presentation) -> AnsweredPresentationPayload:
    """Return the presentation with its key, explanation and solution, for a client that grades while offline.

    `grading` says what the key alone does not: the error that a number may have, and how texts are compared.
    """
    version = presentation.version
    kind = kinds.get(version.kind)
    body, needed = way_of(version, presentation.answer)
    revealed = kind.reveal(body, needed)
    parts = {name: _after_texts(part) for name, part in revealed.parts.items()}
    grading = kind.grading(body, needed)
    entry = {
        **payload(presentation),
        "key": revealed.key,
        "check": kind.check(body, needed),
        "grading": {**grading, "final": grading["final"] and bank.rules_of(version) is None},
        "feedback": with_html(kind.expected(body, needed)),
        **_after_texts(revealed),
        **({"parts": parts} if parts else {}),
        **({"work": steps_payload(presentation)} if kinds.count_steps(version.body) else {}),
    }
    return cast(AnsweredPresentationPayload, entry)


def _after_texts(revealed: kinds.Revealed[Any]) -> PartTextsPayload:
    texts = {
        "explanation": revealed.explanation,
        "solution": revealed.solution,
        **({"back": revealed.back} if revealed.back else {}),
    }
    return cast(PartTextsPayload, with_html(texts))


def grade_payload(graded: kinds.Graded, revealed: kinds.Revealed[dict[str, object]]) -> BareGrade:
    """Return the grade without card states."""
    grade: BareGrade = _with_texts(verdict_payload(graded), revealed)
    return grade


def _with_texts(verdict: Mapping[str, Any], revealed: kinds.Revealed[Any]) -> Any:
    """Return what grading found with key, explanation, solution and reasons; what the verdict has of them stays."""
    whole: dict[str, Any] = {
        "key": revealed.key,
        "explanation": revealed.explanation,
        "solution": revealed.solution,
        "reasons": revealed.reasons,
        **({"back": revealed.back} if revealed.back else {}),
        **verdict,
    }
    if revealed.parts:
        whole["parts"] = {name: _with_texts(verdict["parts"][name], part) for name, part in revealed.parts.items()}
    return whole


def verdict_payload(graded: kinds.Graded) -> Verdict:
    """Return what of a grade is stored with an answer."""
    verdict: Verdict = {"score": graded.score, "correct": graded.correct, "feedback": graded.feedback}
    if graded.void:
        verdict["void"] = True
    if graded.parts:
        verdict["parts"] = {name: verdict_payload(part) for name, part in graded.parts.items()}
    return verdict


def shown_grade(grade: Mapping[str, object], presentation: Presentation) -> Any:
    """Return the stored grade of an answer with its key, explanation, solution and reasons, and with HTML.

    The presentation gives them again; grades that were stored with them keep them.
    """
    revealed = reveal(presentation.version, presentation.answer)
    return with_html({**with_kinds(_with_texts(grade, revealed), presentation), "cards": card_states(grade)})


def with_kinds(grade: Mapping[str, Any], presentation: Presentation) -> dict[str, Any]:
    """Return a grade with the kind of its question, and of each part."""
    named = {**grade, "kind": presentation.version.kind}
    if "parts" in grade:
        asked = {part["id"]: part["kind"] for part in presentation.prompt["parts"]}
        named["parts"] = {name: {**part, "kind": asked[name]} for name, part in grade["parts"].items()}
    return named


CARD_STATE = ("card", "facet", "stability", "difficulty", "retrievability", "due_at")
"""What a stored grade says of each card, in this order, without names; older ones have the names."""


def pack_states(states: Iterable[Mapping[str, object]]) -> list[list[object]]:
    """Return the states of cards as a grade is stored with them."""
    return [[state[name] for name in CARD_STATE] for state in states]


def card_states(grade: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the states of cards of a stored grade, by their names."""
    states = grade.get("cards", [])
    return [state if isinstance(state, dict) else dict(zip(CARD_STATE, state, strict=True)) for state in states]


def with_html(document: Any) -> Any:
    """Return a copy in which every Markdown text stands beside its sanitised `…_html`."""
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
