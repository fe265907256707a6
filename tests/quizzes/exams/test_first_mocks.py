"""The first course's mocks: no item tells what another asks, and no two ask the same."""

from __future__ import annotations

import itertools
import re

import pytest

from questions import kinds
from questions.bank.documents import ItemDocument
from questions.bank.telling import Told, find_hints, read_told
from questions.interchange import yaml
from quizzes.exams import blueprints
from quizzes.exams.apart import NOTHING, Apart
from quizzes.exams.drafting import draft_assessment
from quizzes.exams.parts import Candidate
from tests.courses import COURSE

MOCKS = 100


@pytest.fixture(scope="module")
def items() -> list[ItemDocument]:
    """What exams may ask of it, as the files say; nothing is loaded."""
    files = sorted((COURSE / "bank").glob("*.yaml"))
    entries = [ItemDocument.model_validate(entry) for file in files for entry in yaml.read(file.read_text())]  # type: ignore[attr-defined]
    return [entry for entry in entries if entry.kind in kinds.in_exams()]


def draw(items: list[ItemDocument], apart: Apart, count: int = MOCKS) -> list[list[int]]:
    """The items of each mock, by their places."""
    exams = yaml.read((COURSE / "exams.yaml").read_text())
    blueprint = blueprints.parse("assessment", exams[0]["blueprint"])  # type: ignore[index]
    assert isinstance(blueprint, blueprints.Assessment)
    candidates = [Candidate(at, item.kind, item.concepts[0], item.difficulty) for at, item in enumerate(items)]
    return [
        [slot.item for section in draft_assessment(blueprint, candidates, seed, apart=apart) for slot in section.slots]
        for seed in range(count)
    ]


def test_no_mock_has_an_item_that_tells_another_or_two_that_are_nearly_alike(items: list[ItemDocument]) -> None:
    places = {item.slug: at for at, item in enumerate(items)}
    pairs = {(places[item.slug], places[enemy]) for item in items for enemy in item.enemies}
    ideas = {at: item.idea for at, item in enumerate(items) if item.idea}
    enemies = {at: {*(b for a, b in pairs if a == at), *(a for a, b in pairs if b == at)} for at in range(len(items))}
    told = [read_told(at, item.kind, item.body) for at, item in enumerate(items)]
    read = [each for each in told if each]
    hints = [(hint.item, hint.other) for hint in find_hints(read)]
    # The lint finds nothing that its authors have not marked.
    assert [hint for hint in hints if hint[1] not in enemies[hint[0]] and not same(ideas, *hint)] == []

    def telling(mocks: list[list[int]]) -> float:
        return sum(any({*hint} <= {*mock} for hint in hints) for mock in mocks) / len(mocks)

    mocks = draw(items, Apart(ideas, {at: frozenset(others) for at, others in enemies.items()}))
    assert telling(mocks) == 0
    assert not any(b in enemies[a] or same(ideas, a, b) for mock in mocks for a, b in itertools.combinations(mock, 2))
    assert sum(any(alike(read[a], read[b]) for a, b in itertools.combinations(mock, 2)) for mock in mocks) <= 5
    assert telling(draw(items, NOTHING, 10)) > 0.1  # or else the lint finds nothing


def same(ideas: dict[int, str], one: int, other: int) -> bool:
    """Whether two items ask the same idea."""
    return one in ideas and ideas[one] == ideas.get(other)


def alike(one: Told, other: Told) -> bool:
    """Whether two items show nearly the same words."""
    words, others = (set(re.findall(r"\w{3,}", told.text)) for told in (one, other))
    return len(words & others) > 0.5 * len(words | others)
