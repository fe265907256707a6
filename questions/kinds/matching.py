"""Match the following: each pair is remembered on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from typing_extensions import TypedDict

from questions.kinds.base import (
    Feedback,
    Graded,
    Kind,
    Opaque,
    Option,
    Presented,
    Prompt,
    Revealed,
    ShownGrade,
    Text,
    rank,
    sample_opaque,
)
from questions.kinds.expected import ExpectedFeedback
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Integer, Rows, Section
from questions.kinds.pair_bodies import Body, why_wrong
from questions.kinds.pairs import PairAnswer, PairsResponse, PairTexts, Round
from questions.kinds.reasons import reasons_of
from questions.kinds.responses import FormFields, ResponseError, field_of, known_id
from questions.kinds.samples import Sample, SampleOption

PAIRS = 6
"""Pairs in a presentation, unless the body says otherwise."""
SPARE = 3
"""Distractors in a presentation."""
SAMPLES = 5
DISTRACTORS = Rows(
    name="distractors",
    label="Distractors",
    add="Add a distractor",
    help_text="Right-hand texts that belong to no pair.",
    columns=(
        Column("text", "Text", "long"),
        Column("because", "Because", "long", "What it is really, and why it fits none"),
    ),
)
ROUND = Integer(
    name="round",
    label="Round",
    minimum=2,
    maximum=12,
    help_text="How many are asked in one round; empty for all, up to six.",
)


BodyT = TypeVar("BodyT", bound=Body)


class PairsPrompt(Prompt):
    """Both sides, each in the order of its ids."""

    left: list[Text]
    right: list[Text]


class PairsAnswer(TypedDict):
    """The right side of each left side (ids), the facet of each left side, and the text of each right side."""

    pairs: dict[str, str]
    facets: dict[str, str]
    right: dict[str, str]


@dataclass(frozen=True)
class PairRow:
    """A left side as a graded answer shows it: its match (None: left open), and the `right` one, in HTML."""

    id: str
    html: str
    answered: str | None
    right: str
    correct: bool
    said: str | None


class PairsKind(Kind[BodyT, PairsPrompt, PairsAnswer, PairsResponse]):
    """A kind of pairs: the score is right pairs / pairs; a pair left out counts as wrong."""

    prompt_type: ClassVar[type] = PairsPrompt
    response_type = PairsResponse
    sample_noun = "rounds"
    typical_guess_rate = 0.15
    rule = "pairs"
    has_pairs = True
    in_quick_check = False

    def facets(self, body: BodyT) -> list[str]:
        return [pair.id for pair in body.pairs]

    def facet_of(self, answer: PairsAnswer) -> dict[str, str]:
        return answer["facets"]

    def present(
        self,
        body: BodyT,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[PairsPrompt, PairsAnswer]:
        asked = pairs or Round(body.round or PAIRS, SPARE)
        focused = [pair for name in focus for pair in body.pairs if pair.id == name]
        others = [pair for pair in body.pairs if pair.id not in focus]
        others.sort(key=lambda pair: rank(seed, identity, pair.id))
        put = (focused + others)[: asked.size]
        wrong = [distractor.text for distractor in body.distractors]
        wrong.sort(key=lambda text: (text not in asked.preferred, rank(seed, identity, text)))
        rights = list(dict.fromkeys([pair.right for pair in put] + wrong[: asked.distractors]))
        left = {opaque(f"left:{pair.id}"): pair for pair in put}
        right = {opaque(f"right:{text}"): text for text in rights}
        id_of = {text: key for key, text in right.items()}
        prompt: PairsPrompt = {
            "stem": body.stem,
            "left": [{"id": key, "text": left[key].left} for key in sorted(left)],
            "right": [{"id": key, "text": right[key]} for key in sorted(right)],
        }
        answer: PairsAnswer = {
            "pairs": {key: id_of[pair.right] for key, pair in left.items()},
            "facets": {key: pair.id for key, pair in left.items()},
            "right": right,
        }
        return Presented(prompt, answer, tuple(pair.id for pair in put), 1 / len(rights))

    def from_form(self, form: FormFields) -> PairsResponse:
        chosen = {name.removeprefix("left-"): values[-1] for name, values in form.items() if name.startswith("left-")}
        return {"pairs": {left: right for left, right in chosen.items() if right}}

    def grade(self, body: BodyT, answer: PairsAnswer, response: object) -> Graded:
        pairs = field_of(response, "pairs", '{"pairs": {left id: right id}}')
        if not isinstance(pairs, dict) or not pairs:
            raise ResponseError("pairs", "Match at least one pair: send {left id: right id}.")
        for left, right in pairs.items():
            known_id(left, answer["pairs"], "pairs")
            known_id(right, answer["right"], "pairs")
        return _grade(body, answer, pairs)

    def expected(self, body: BodyT, answer: PairsAnswer) -> list[ExpectedFeedback]:
        """What is said of each left side that is not matched; with a distractor that has a why, that too."""
        why_not = {distractor.text for distractor in body.distractors if distractor.because}
        chosen = ["", *(key for key, text in answer["right"].items() if text in why_not)]
        return [
            {
                "when": {"left": left, "right": right} if right else {"left": left},
                "target": left,
                "message": why_wrong(body, facet, answer["right"].get(right, "")),
            }
            for left, facet in answer["facets"].items()
            for right in chosen
        ]

    def carried(self, body: BodyT, answer: PairsAnswer, before: BodyT) -> PairsAnswer | None:
        """Right sides are known by their texts, those that were reworded by their pairs."""
        now = {pair.id: pair.right for pair in body.pairs}
        texts, texts_before = set(_right_texts(body)), set(_right_texts(before))
        reworded = {
            pair.right: now[pair.id]
            for pair in before.pairs
            if pair.id in now and pair.right not in texts and now[pair.id] not in texts_before
        }
        right = {key: reworded.get(text, text) for key, text in answer["right"].items()}
        id_of = {text: key for key, text in right.items()}
        pairs = {left: id_of.get(now.get(facet, "")) for left, facet in answer["facets"].items()}
        known = {left: key for left, key in pairs.items() if key is not None}
        return {**answer, "pairs": known, "right": right} if len(known) == len(pairs) else None

    def grade_blank(self, body: BodyT, answer: PairsAnswer) -> Graded:
        return _grade(body, answer, {})

    def blank_response(self) -> PairsResponse:
        return {"pairs": {}}

    def reveal(self, body: BodyT, answer: PairsAnswer) -> Revealed[PairsResponse]:
        because = {pair.id: pair.because for pair in body.pairs}
        reasons: list[Feedback] = [
            {"target": left, "message": because[facet]} for left, facet in answer["facets"].items() if because[facet]
        ]
        return Revealed({"pairs": dict(answer["pairs"])}, body.explanation, body.solution, reasons)

    def result_rows(
        self, prompt: PairsPrompt, grade: ShownGrade[PairsResponse], response: PairsResponse
    ) -> list[PairRow]:
        right = {entry["id"]: entry["text_html"] for entry in prompt["right"]}
        said = reasons_of(grade)
        matched, key = response["pairs"], grade["key"]["pairs"]
        return [
            PairRow(
                id=entry["id"],
                html=entry["text_html"],
                answered=right.get(matched.get(entry["id"], "")),
                right=right[key[entry["id"]]],
                correct=matched.get(entry["id"]) == key[entry["id"]],
                said=said.get(entry["id"]),
            )
            for entry in prompt["left"]
        ]

    def response_texts(self, prompt: PairsPrompt, response: PairsResponse) -> list[tuple[str, ...]]:
        right, matched = {entry["id"]: entry["text_html"] for entry in prompt["right"]}, response["pairs"]
        return [(left["text_html"], right[matched[left["id"]]]) for left in prompt["left"] if left["id"] in matched]

    def options(self, body: BodyT) -> list[Option]:
        return [Option(f"{pair.left} → {pair.right}", right=True) for pair in body.pairs]

    def shown(self, body: BodyT) -> list[tuple[str, str]]:
        becauses = [(f"pairs.{place}.because", pair.because) for place, pair in enumerate(body.pairs)]
        becauses += [(f"distractors.{place}.because", each.because) for place, each in enumerate(body.distractors)]
        return [*super().shown(body), *(entry for group in self.rivals(body) for entry in group), *becauses]

    def rivals(self, body: BodyT) -> list[list[tuple[str, str]]]:
        """The left texts; and the right ones with the distractors, where pairs may share a text."""
        left = [(f"pairs.{place}.left", pair.left) for place, pair in enumerate(body.pairs)]
        right: dict[str, str] = {}
        for place, pair in enumerate(body.pairs):
            right.setdefault(pair.right, f"pairs.{place}.right")
        wrong = [(f"distractors.{place}.text", each.text) for place, each in enumerate(body.distractors)]
        return [left, [(field, text) for text, field in right.items()] + wrong]

    def answers(self, body: BodyT) -> list[str]:
        return [text for pair in body.pairs for text in (pair.left, pair.right)]

    def picked(self, body: BodyT, answer: PairsAnswer, response: PairsResponse) -> list[str]:
        left_of = {pair.id: pair.left for pair in body.pairs}
        pairs = response["pairs"].items()
        return [f"{left_of[answer['facets'][left]]} → {answer['right'][right]}" for left, right in pairs]

    def pair_answer(self, answer: PairsAnswer, response: object) -> PairAnswer:
        matched = response.get("pairs", {}) if isinstance(response, Mapping) else {}
        return PairAnswer(matched, answer["pairs"], answer["facets"], answer["right"])

    def pair_texts(self, body: BodyT, facet: str) -> PairTexts:
        by_id = {pair.id: pair for pair in body.pairs}
        pair = by_id[facet]
        return PairTexts(pair.left, pair.right, pair.because)

    def samples(self, body: BodyT, identity: str, first: int = 0) -> list[Sample]:
        several = body.round and body.round < len(body.pairs)
        return [self.sample(body, seed, identity) for seed in range(SAMPLES if several else 1)]

    def sample(self, body: BodyT, seed: int, identity: str) -> Sample:
        """The round of a seed, with its key."""
        presented = self.present(body, seed=seed, identity=identity, opaque=sample_opaque(seed))
        answer = presented.answer
        by_id = {pair.id: pair for pair in body.pairs}
        why = {distractor.text: distractor.because for distractor in body.distractors}
        pairs = [by_id[answer["facets"][entry["id"]]] for entry in presented.prompt["left"]]
        used = set(answer["pairs"].values())
        spare = [entry["text"] for entry in presented.prompt["right"] if entry["id"] not in used]
        return Sample(
            body.stem,
            body.explanation,
            body.solution,
            "pairs",
            [SampleOption(pair.left, right=True, partner=pair.right, because=pair.because) for pair in pairs],
            [SampleOption(text, because=why.get(text, "")) for text in spare],
        )


class Matching(PairsKind[Body]):
    """Texts that are matched with texts."""

    name = "matching"
    title = "Matching"
    hint = "Pairs, each remembered on its own, and distractors."
    body_type = Body
    form = (
        Section(
            "Question",
            (
                STEM,
                Rows(
                    name="pairs",
                    label="Pairs",
                    add="Add a pair",
                    help_text="Each pair is remembered on its own, under its id: keep the id when you reword it.",
                    columns=(
                        Column("id", "Id", "text", "l2"),
                        Column("left", "Left", "long"),
                        Column("right", "Right", "long"),
                        Column("because", "Because", "long", "Why they belong together"),
                    ),
                ),
                DISTRACTORS,
                ROUND,
            ),
        ),
        AFTER,
        WHAT_IS_DRAWN,
    )


def _grade(body: Body, answer: PairsAnswer, pairs: Mapping[str, str]) -> Graded:
    key, facets, right = answer["pairs"], answer["facets"], answer["right"]
    scores = {facet: float(pairs.get(left) == key[left]) for left, facet in facets.items()}
    feedback: list[Feedback] = [
        {"target": left, "message": why_wrong(body, facet, right.get(pairs.get(left, ""), ""))}
        for left, facet in facets.items()
        if not scores[facet]
    ]
    return Graded(sum(scores.values()) / len(scores), feedback, scores)


def _right_texts(body: Body) -> list[str]:
    """All that may stand on the right."""
    return [*(pair.right for pair in body.pairs), *(distractor.text for distractor in body.distractors)]
