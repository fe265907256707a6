"""What a sitting will ask, by its blueprint."""

from __future__ import annotations

import pytest

from quizzes.exams.blueprints import Assessment, Section, Viva
from quizzes.exams.drafting import (
    DraftSection,
    DraftSlot,
    KnownPairs,
    Pool,
    draft_assessment,
    draft_sitting,
    draft_viva,
)
from quizzes.exams.errors import SittingError
from quizzes.exams.parts import Candidate
from quizzes.exams.viva_rounds import Pair

BANK = [Candidate(item, "numeric" if item < 5 else "ordering", "l2", 1 + item % 3) for item in range(10)]


def test_each_section_is_drawn_from_its_kinds() -> None:
    blueprint = Assessment(
        slots=4,
        sections=[
            Section(title="Numbers", slots=3, kinds=["numeric"]),
            Section(title="Rest", slots=1, kinds=["ordering"]),
        ],
    )
    numbers, rest = draft_assessment(blueprint, BANK, seed=1)
    assert (numbers.title, len(numbers.slots)) == ("Numbers", 3)
    assert all(slot.item < 5 for slot in numbers.slots)
    assert (rest.title, len(rest.slots)) == ("Rest", 1)
    assert rest.slots[0].item >= 5


def test_without_sections_all_is_one_and_the_seed_decides() -> None:
    drafts = [draft_assessment(Assessment(slots=4), BANK, seed) for seed in (1, 1, 2, 3, 4)]
    assert [section.title for section in drafts[0]] == ["Questions"]
    assert drafts[0] == drafts[1]
    assert any(draft != drafts[0] for draft in drafts)


@pytest.mark.parametrize(
    ("blueprint", "strict", "message"),
    [
        (Assessment(slots=11), False, "items for all parts together: 11 needed, 10 published."),
        (Assessment(slots=3, difficulty={5: 1}), True, "Questions: difficulty 5: 3 needed, 0 published."),
        (
            Assessment(slots=6, sections=[Section(title="Numbers", slots=6, kinds=["numeric"])]),
            True,
            "Numbers: numeric: 6 needed, 5 published.",
        ),
        (Assessment(slots=3, concepts={"dropout": 1}), True, "3 needed, 0 published."),
    ],
)
def test_a_bank_that_is_too_small_is_named(blueprint: Assessment, strict: bool, message: str) -> None:
    with pytest.raises(SittingError) as refused:
        draft_assessment(blueprint, BANK, 1, strict=strict)
    assert refused.value.code == "bank"
    assert str(refused.value).endswith(message)


def test_a_number_that_is_missed_is_no_matter_for_who_sits_the_exam() -> None:
    (section,) = draft_assessment(Assessment(slots=3, difficulty={5: 1}), BANK, 1)
    assert len(section.slots) == 3


def test_a_round_puts_first_what_was_given_by_mistake() -> None:
    pairs = [Pair(7, "l1", ("l2",), 1, 0.2), Pair(7, "l2", ("l2",), 1, 0.9), Pair(8, "drop", ("l2",), 1, 0.99)]
    blueprint = Viva(rounds=1, pairs=2, distractors=3, seconds_a_round=60)
    (section,) = draft_viva(blueprint, KnownPairs(pairs, {7: ["zeros"], 8: ["noise"]}), seed=1)
    (slot,) = section.slots
    assert (slot.item, slot.facets) == (7, ("l1", "l2"))
    assert slot.pairs is not None
    assert (slot.pairs.size, slot.pairs.distractors, slot.pairs.preferred) == (2, 3, ["zeros"])
    assert section == DraftSection("Rounds", [DraftSlot(7, ("l1", "l2"), slot.pairs)])


def test_without_match_sets_there_is_no_viva() -> None:
    with pytest.raises(SittingError, match="There are no match sets"):
        draft_viva(Viva(rounds=1, pairs=2, distractors=0, seconds_a_round=60), KnownPairs([], {}), seed=1)


def test_what_a_sitting_asks_follows_from_its_blueprint() -> None:
    pool = Pool(BANK, KnownPairs([Pair(7, "l1", ("l2",), 1, 0.2)], {}))
    viva = Viva(rounds=1, pairs=2, distractors=0, seconds_a_round=60)
    assert draft_sitting(viva, pool, 1) == draft_viva(viva, pool.known_pairs, 1)
    assert draft_sitting(Assessment(slots=4), pool, 1) == draft_assessment(Assessment(slots=4), BANK, 1)
