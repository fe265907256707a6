"""Some seconds under fault, and one of the planted bugs: `make soak` does the same for long, and plants all of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import get_args

import pytest
from django.db import connection

from tests import servers
from tests.history.catching import BUGS_OF, NONE, catch
from tests.history.faults import FAULTS
from tests.history.planted.bugs import BUGS
from tests.history.records import show_piece
from tests.history.run import STUDENTS, carry_out
from tests.history.stand import Database, Stand, standing

pytestmark = pytest.mark.database
SECONDS, EVERY = 4.0, 0.4
SLOW = "all killed"
"""It takes the seconds of a start: `make soak` has it."""


def _database() -> Database:
    return next(name for name in get_args(Database) if name == connection.vendor)


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    try:
        with standing(_database(), [*STUDENTS, *BUGS_OF]) as service:
            yield service
    except servers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("randomly_seed", 0))


def test_under_fault_nothing_is_lost_doubled_or_read_wrong(stand: Stand, seed: int) -> None:
    run = carry_out(stand, seed, SECONDS, every=EVERY, kinds=sorted(FAULTS[stand.database].keys() - {SLOW}))
    assert not run.broken, run.broken[0]
    assert not run.violations, "\n".join(show_piece(run.history, each) for each in run.violations[:3]) + run.summary()


@pytest.mark.any_database
def test_a_planted_bug_is_named(stand: Stand, seed: int) -> None:
    bug = random.Random(seed).choice(list(BUGS))
    found = {violation.check for violation in catch(stand, bug, seed)}
    assert found & set(BUGS[bug]), f"{bug}: {found}"


@pytest.mark.any_database
def test_every_student_has_one_bug() -> None:
    assert list(BUGS_OF.values()) == [NONE, *BUGS]
