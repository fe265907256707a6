"""A draft of a sitting: which items its sections ask, by the exam's blueprint. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questions.kinds import Round
from quizzes.exams import blueprints, composition, viva_rounds
from quizzes.exams.apart import NOTHING, Apart
from quizzes.exams.errors import SittingError
from quizzes.exams.parts import Candidate, Part, ShortageError


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
    """What a sitting may ask of its student: the bank's items for an assessment, the pairs they know for a viva.

    Some of the items are to be kept `apart`.
    """

    candidates: Sequence[Candidate] = ()
    known_pairs: KnownPairs = KnownPairs((), {})
    apart: Apart = NOTHING


def draft_sitting(blueprint: blueprints.Assessment | blueprints.Viva, pool: Pool, seed: int) -> list[DraftSection]:
    """Choose from the pool what a sitting asks, the same for the same seed. Raises SittingError `bank`."""
    if isinstance(blueprint, blueprints.Viva):
        return draft_viva(blueprint, pool.known_pairs, seed, apart=pool.apart)
    return draft_assessment(blueprint, pool.candidates, seed, apart=pool.apart)


def draft_assessment(
    blueprint: blueprints.Assessment,
    candidates: Sequence[Candidate],
    seed: int,
    *,
    apart: Apart = NOTHING,
    strict: bool = False,
) -> list[DraftSection]:
    """Draw the items of each section.

    Raises SittingError `bank` if there are too few, or, with `strict`, if a number of the blueprint cannot be met.
    """
    sections = blueprint.parts
    try:
        drawn = composition.compose(
            candidates, parts_of(blueprint), blueprint.concepts, seed, apart=apart, strict=strict
        )
    except ShortageError as shortage:
        where = "" if shortage.part is None else f"{sections[shortage.part].title}: "
        raise SittingError("bank", f"{where}{shortage}.") from None
    return [
        DraftSection(section.title, [DraftSlot(item) for item in items])
        for section, items in zip(sections, drawn, strict=True)
    ]


def parts_of(blueprint: blueprints.Assessment) -> list[Part]:
    """Return what an assessment has to fill, section by section."""
    return [
        Part(section.slots, section.kinds, section.difficulty, frozenset(section.pools)) for section in blueprint.parts
    ]


def draft_viva(
    blueprint: blueprints.Viva, known: KnownPairs, seed: int, *, apart: Apart = NOTHING
) -> list[DraftSection]:
    """Choose the rounds. Raises SittingError `bank` where there is no match set."""
    rounds = viva_rounds.choose_rounds(
        known.pairs, blueprint.rounds, blueprint.pairs, blueprint.concepts, seed, apart=apart
    )
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
