"""A draft of a sitting: which items its sections ask, by the exam's blueprint. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questions.kinds import Round
from quizzes.exams import blueprints, composition, viva_rounds
from quizzes.exams.errors import SittingError


@dataclass(frozen=True)
class DraftSlot:
    """An item to ask; of a match set in a viva its pairs (`facets`), and how many it puts."""

    item: int
    facets: tuple[str, ...] = ()
    pairs: Round | None = None


@dataclass(frozen=True)
class DraftSection:
    """A section and what it asks, in order."""

    title: str
    slots: list[DraftSlot]


@dataclass(frozen=True)
class KnownPairs:
    """What is known of a student's match sets: their pairs, and for an item the right-hand texts given by mistake."""

    pairs: Sequence[viva_rounds.Pair]
    mistakes: Mapping[int, list[str]]


@dataclass(frozen=True)
class Pool:
    """What a sitting may ask of its student: the bank's items for an assessment, the pairs they know for a viva."""

    candidates: Sequence[composition.Candidate] = ()
    known_pairs: KnownPairs = KnownPairs((), {})


def draft_sitting(blueprint: blueprints.Assessment | blueprints.Viva, pool: Pool, seed: int) -> list[DraftSection]:
    """Choose from the pool what a sitting asks, the same for the same seed. Raises SittingError `bank`."""
    if isinstance(blueprint, blueprints.Viva):
        return draft_viva(blueprint, pool.known_pairs, seed)
    return draft_assessment(blueprint, pool.candidates, seed)


def draft_assessment(
    blueprint: blueprints.Assessment, candidates: Sequence[composition.Candidate], seed: int, *, strict: bool = False
) -> list[DraftSection]:
    """Draw the items of each section.

    Raises SittingError `bank` if there are too few, or, with `strict`, if a number of the blueprint cannot be met.
    """
    sections = blueprint.parts
    parts = [composition.Part(section.slots, section.kinds, section.difficulty) for section in sections]
    try:
        drawn = composition.compose(candidates, parts, blueprint.concepts, seed, strict=strict)
    except composition.ShortageError as shortage:
        where = "" if shortage.part is None else f"{sections[shortage.part].title}: "
        raise SittingError("bank", f"{where}{shortage}.") from None
    return [
        DraftSection(section.title, [DraftSlot(item) for item in items])
        for section, items in zip(sections, drawn, strict=True)
    ]


def draft_viva(blueprint: blueprints.Viva, known: KnownPairs, seed: int) -> list[DraftSection]:
    """Choose the rounds. Raises SittingError `bank` where there is no match set."""
    rounds = viva_rounds.choose_rounds(known.pairs, blueprint.rounds, blueprint.pairs, blueprint.concepts, seed)
    if not rounds:
        raise SittingError("bank", "There are no match sets for this viva.")
    slots = [
        DraftSlot(
            chosen.item,
            chosen.facets,
            Round(blueprint.pairs, blueprint.distractors, preferred=known.mistakes.get(chosen.item, [])),
        )
        for chosen in rounds
    ]
    return [DraftSection("Rounds", slots)]
