"""Spares in a pack: what of a further question of a card is not as in its entry."""

from __future__ import annotations

from typing import Annotated, NotRequired, cast

from pydantic import Field
from typing_extensions import TypedDict

from questions.json_types import AnyResponse, Uuid, of_kind
from questions.kinds.expected import ExpectedFeedback
from quizzes.presentations import AnsweredPresentationPayload, CheckedPartPayload, ItemKind
from quizzes.presentations.payloads import PartTextsPayload
from quizzes.presentations.step_payloads import StepPayload


class GradedAlonePayload(AnsweredPresentationPayload):
    """A question with all that grading it needs."""

    cards: Annotated[
        dict[str, Uuid],
        Field(description="The card of each left side or part, by their ids; empty where there is one for the whole."),
    ]


class SparePayload(TypedDict):
    """A further question of an entry's card: the entry, with these fields in place of its own."""

    id: Uuid
    kind: ItemKind
    prompt: NotRequired[Annotated[dict[str, object], of_kind("prompt")]]
    key: NotRequired[AnyResponse]
    check: NotRequired[Annotated[dict[str, object] | None, Field(deprecated=True)]]
    grading: NotRequired[Annotated[dict[str, object], of_kind("grading")]]
    feedback: NotRequired[list[ExpectedFeedback]]
    explanation: NotRequired[str]
    explanation_html: NotRequired[str]
    solution: NotRequired[str | None]
    solution_html: NotRequired[str | None]
    back: NotRequired[str]
    back_html: NotRequired[str]
    parts: NotRequired[dict[str, PartTextsPayload]]
    work: NotRequired[list[StepPayload]]
    cards: NotRequired[dict[str, Uuid]]
    checked: NotRequired[dict[str, CheckedPartPayload]]


def spare_payload(spare: GradedAlonePayload, entry: GradedAlonePayload) -> SparePayload:
    """Return what of a spare is not as in its entry, with its id and kind."""
    differing = {name: value for name, value in spare.items() if entry.get(name) != value}
    if "checked" in entry and "checked" not in spare:
        differing["checked"] = {}
    return cast(SparePayload, {"id": spare["id"], "kind": spare["kind"], **differing})
