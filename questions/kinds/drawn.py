"""Draws for every kind: a kind whose texts hold what is drawn, filled in before the kind itself sees them.

A kind asks, grades and shows a body with plain texts. `Drawn` stands before it: it draws the variant of a seed, fills
the texts, and stores what was drawn with the presentation, so that whatever comes later is about the same texts.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from questions.kinds import drawn_audit
from questions.kinds.base import AnyKind, Graded, Presented, Revealed
from questions.kinds.bodies import ItemBody
from questions.kinds.expected import ExpectedFeedback
from questions.kinds.samples import Sample
from questions.kinds.self_marking import Back
from questions.kinds.steps import WorkedStep
from questions.variants.audit import Audit
from questions.variants.engine import Drawing, VariantError, values_at

VARIANT = "variant"
"""Where an answer keeps what was drawn."""
SAMPLES = 5
Answer = Mapping[str, Any]


MAX_FILLED = 64
"""As many answers are graded, before any is shown, and more."""


@dataclass
class _Filled:
    """A body, so that no other has its id meanwhile, and what is filled of it, as far as that was asked for."""

    body: ItemBody
    graded: ItemBody
    whole: ItemBody | None = None


class _LastFilled(threading.local):
    """What a thread filled last: answers are graded, and then shown with their keys and why, in the same texts.

    By body and variant. What is graded alone, such as most of a long batch, is never filled whole.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], _Filled] = {}

    def to_grade(self, body: ItemBody, variant: Mapping[str, Any]) -> ItemBody:
        """Return the body with the texts of a variant that grading reads."""
        return self._get(body, variant).graded

    def get(self, body: ItemBody, variant: Mapping[str, Any]) -> ItemBody:
        """Return the body with the texts of a variant."""
        filled = self._get(body, variant)
        if filled.whole is None:
            filled.whole = body.with_texts_around(filled.graded, variant["values"])
        return filled.whole

    def _get(self, body: ItemBody, variant: Mapping[str, Any]) -> _Filled:
        key = id(body), repr(variant)
        if key not in self.kept:
            if len(self.kept) >= MAX_FILLED:
                del self.kept[next(iter(self.kept))]
            self.kept[key] = _Filled(body, body.graded_in_variant(variant["values"]))
        return self.kept[key]


_last = _LastFilled()


def with_draws(kind: AnyKind) -> AnyKind:
    """The kind, for bodies that draw too."""
    return cast(AnyKind, Drawn(kind))


class Drawn:
    """What differs for a body that draws; all else is the kind's."""

    def __init__(self, kind: AnyKind) -> None:
        self.kind = kind

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kind, name)

    def present(self, body: ItemBody, *, seed: int, identity: str, **how: Any) -> Presented[Any, Any]:
        """Draw the variant of the seed, and present its texts. Raises VariantError."""
        if body.drawing is None:
            return self.kind.present(body, seed=seed, identity=identity, **how)
        values = body.drawing.draw_sound(identity, [seed])
        drawn = values_at(values, 0)
        filled = body.in_variant(drawn)
        if flaws := drawn_audit.flaws(self.kind, filled):
            raise VariantError(flaws[0], [seed])
        presented = self.kind.present(filled, seed=seed, identity=identity, **how)
        variant = {"values": drawn, "engine": body.drawing.version}
        return replace(presented, answer={**presented.answer, VARIANT: variant})

    def filled(self, body: ItemBody, answer: Answer) -> ItemBody:
        """The body with the texts that a presentation shows."""
        if VARIANT not in answer or body.drawing is None:
            return body
        return _last.get(body, answer[VARIANT])

    def _to_grade(self, body: ItemBody, answer: Answer) -> ItemBody:
        """The same, without the texts around an answer."""
        if VARIANT not in answer or body.drawing is None:
            return body
        return _last.to_grade(body, answer[VARIANT])

    def grade(self, body: ItemBody, answer: Answer, response: object) -> Graded:
        """Grade a response to the texts that were shown."""
        return self.kind.grade(self._to_grade(body, answer), answer, response)

    def turn(self, body: ItemBody, answer: Answer, response: object) -> Back:
        """What is shown before an answer is marked, in the texts that were shown."""
        return self.kind.turn(self.filled(body, answer), answer, response)

    def grade_blank(self, body: ItemBody, answer: Answer) -> Graded:
        """Grade a question that was left blank."""
        return self.kind.grade_blank(self._to_grade(body, answer), answer)

    def reveal(self, body: ItemBody, answer: Answer) -> Revealed[Any]:
        """The key and the why, in the texts that were shown."""
        return self.kind.reveal(self.filled(body, answer), answer)

    def carried(self, body: ItemBody, answer: Answer, before: ItemBody) -> Answer | None:
        """What grading needs by another version of the item, whose texts are filled with what was drawn."""
        filled, variant = body, {}
        if body.drawing is not None:
            if before.drawing is None or VARIANT not in answer:
                return None
            try:
                values = values_at(body.drawing.carried_values(answer[VARIANT]["values"], before.drawing), 0)
                filled = body.filled(body.drawing.render_texts(values))
            except VariantError:
                return None
            variant = {VARIANT: {"values": values, "engine": body.drawing.version}}
        carried = self.kind.carried(filled, answer, self.filled(before, answer))
        return None if carried is None else {**carried, **variant}

    def hints(self, body: ItemBody, answer: Answer) -> list[str]:
        """The hints, with what was drawn."""
        return self.kind.hints(self.filled(body, answer), answer)

    def work(self, body: ItemBody, answer: Answer) -> list[WorkedStep]:
        """The steps of the worked solution, with what was drawn."""
        return body.worked(answer[VARIANT]["values"]) if VARIANT in answer else []

    def check(self, body: ItemBody, answer: Answer) -> dict[str, object] | None:
        """What a client needs to grade the texts that were shown."""
        return self.kind.check(self.filled(body, answer), answer)

    def grading(self, body: ItemBody, answer: Answer) -> dict[str, object]:
        """The rule and its data, for the texts that were shown."""
        return self.kind.grading(self.filled(body, answer), answer)

    def expected(self, body: ItemBody, answer: Answer) -> list[ExpectedFeedback]:
        """What is said to expected answers, in the texts that were shown."""
        return self.kind.expected(self.filled(body, answer), answer)

    def picked(self, body: ItemBody, answer: Answer, response: Any) -> list[str]:
        """What a response stands for, in the author's texts, which are the same in every variant."""
        filled = self.filled(body, answer)
        picked = self.kind.picked(filled, answer, response)
        if filled is body:
            return picked
        shown = dict(filled.texts())
        author = {shown[place]: text for place, text in body.texts() if place in shown}
        options = zip(self.kind.options(filled), self.kind.options(body), strict=False)
        author |= {shown.text: option.text for shown, option in options}
        return [" → ".join(author.get(part, part) for part in text.split(" → ")) for text in picked]

    def shown(self, body: ItemBody) -> list[tuple[str, str]]:
        """The texts of some variants; the author's where none can be drawn, which the audit says."""
        return [text for filled in self._some(body) for text in self.kind.shown(filled)]

    def rivals(self, body: ItemBody) -> list[list[tuple[str, str]]]:
        """The groups of texts that have to look different, of some variants."""
        return [group for filled in self._some(body) for group in self.kind.rivals(filled)]

    def samples(self, body: ItemBody, identity: str, first: int = 0) -> list[Sample]:
        """A sample of each of some variants."""
        if body.drawing is None:
            return self.kind.samples(body, identity, first)
        drawn = variants(body, body.drawing, identity, SAMPLES, first)
        return [self.kind.samples(filled, identity)[0] for filled in drawn]

    def audit(self, body: ItemBody, identity: str, seeds: int, *, share: float = 1) -> Audit | None:
        """Whether the variants of seeds 0 to `seeds` - 1 are sound; None where nothing is drawn."""
        if body.drawing is None:
            return self.kind.audit(body, identity, seeds, share=share)
        return drawn_audit.audit(self.kind, body, body.drawing, identity, seeds, share)

    def defects(self, body: ItemBody, answer: Answer) -> list[str]:
        """What the audit finds in one stored variant."""
        return [] if body.drawing is None else drawn_audit.flaws(self.kind, self.filled(body, answer))

    def is_reproduced(self, body: ItemBody, answer: Answer, *, seed: int, identity: str) -> bool:
        """Whether the seed still draws what was stored."""
        if body.drawing is None or VARIANT not in answer:
            return True
        stored: object = answer[VARIANT]["values"]
        return values_at(body.drawing.draw_sound(identity, [seed]), 0) == stored

    def _some(self, body: ItemBody) -> Sequence[ItemBody]:
        if body.drawing is None:
            return [body]
        try:
            return variants(body, body.drawing, "shown", SAMPLES)
        except VariantError:
            return [body]


def variants(body: ItemBody, drawing: Drawing, identity: str, count: int, first: int = 0) -> list[ItemBody]:
    """The bodies of `count` seeds from the `first` on, as they are drawn, what the audit would refuse included."""
    values = drawing.draw_sound(identity, range(first, first + count))
    return [body.in_variant(values_at(values, row)) for row in range(count)]
