"""The bank by filters, and what is selected from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import exams
from quizzes.exams.practice_bank import ItemMemory, memory_state
from quizzes.models import Card, Exam

NOW, HOUR = timezone.now(), timedelta(hours=1)


def pk(slug: str) -> int:
    return Item.objects.get(slug=slug).pk


def remembers(student: User, slug: str, *, due: float, lapses: int = 0, rating: int = 3) -> None:
    """As if the student had met the item, which is due in so many days."""
    Card.objects.create(
        student=student,
        item_id=pk(slug),
        facet="met",
        reviews=2,
        lapses=lapses,
        last_rating=rating,
        due_at=timezone.now() + timedelta(days=due),
    )


def counts(selection: exams.BankSelection, name: str) -> dict[str, int]:
    return {value: count for value, _, count in selection.options[name]}


@pytest.mark.any_database
def test_an_option_counts_what_the_other_filters_leave(student: User) -> None:
    selection = exams.browse_bank(student, exams.BankFilter(concept="factor"), timezone.now())
    assert selection.count == 3
    assert counts(selection, "concept") == {"l2": 3, "factor": 3}
    assert counts(selection, "kind") == {
        "matching": 0,
        "multiple_select": 0,
        "numeric": 1,
        "ordering": 1,
        "short_text": 1,
        "single_choice": 0,
    }
    assert counts(selection, "state") == {"new": 3}
    assert exams.browse_bank(student, exams.BankFilter(concept="factor", difficulty="1"), timezone.now()).count == 0
    assert exams.browse_bank(student, exams.BankFilter(kind="none-such"), timezone.now()).count == 0


@pytest.mark.any_database
def test_states_tell_new_due_weak_and_known(student: User) -> None:
    now = timezone.now()
    remembers(student, "penalty-target", due=-1)
    remembers(student, "true-of-l2", due=5)
    remembers(student, "order-of-a-step", due=5, lapses=2)
    remembers(student, "name-of-the-fix", due=-2, rating=1)
    states = {
        state: exams.select_items(student, exams.BankFilter(state=state), now) for state in exams.BankFilter.STATES
    }
    assert states["due"] == [pk("penalty-target")]
    assert states["known"] == [pk("true-of-l2")]
    assert states["weak"] == [pk("name-of-the-fix"), pk("order-of-a-step")]
    assert states["new"] == [pk("match-regularisers"), pk("decay-factor")]


@pytest.mark.any_database
def test_the_bank_is_loaded_again_where_something_was_published_since(student: User) -> None:
    def browse() -> tuple[exams.BankSelection, int]:
        with CaptureQueriesContext(connection) as queries:
            selection = exams.browse_bank(student, exams.BankFilter(), timezone.now())
        return selection, len(queries)

    first, queries = browse()
    assert browse() == (first, queries - 2)
    bank.retire(Item.objects.get(slug="penalty-target"))
    last, queries_then = browse()
    assert ({row.slug for row in first.rows} - {row.slug for row in last.rows}, queries_then) == (
        {"penalty-target"},
        queries,
    )


def test_a_selection_asks_the_longest_due_first_and_new_ones_last(student: User) -> None:
    now = timezone.now()
    for slug, days in (("order-of-a-step", 3), ("penalty-target", 1), ("name-of-the-fix", 2)):
        remembers(student, slug, due=-days)
    slugs = dict(Item.objects.values_list("pk", "slug"))
    assert [slugs[item] for item in exams.select_items(student, exams.BankFilter(), now)] == [
        "order-of-a-step",
        "name-of-the-fix",
        "penalty-target",
        "true-of-l2",
        "match-regularisers",
        "decay-factor",
    ]


@pytest.mark.parametrize(
    ("memory", "state"),
    [
        (None, "new"),
        (ItemMemory(0, 0, None, None), "new"),
        (ItemMemory(0, 3, 1, NOW), "new"),
        (ItemMemory(1, 2, 4, None), "weak"),
        (ItemMemory(1, 0, 1, NOW + HOUR), "weak"),
        (ItemMemory(1, 1, 2, NOW), "due"),
        (ItemMemory(1, 0, 3, NOW - HOUR), "due"),
        (ItemMemory(1, 0, 3, NOW + HOUR), "known"),
        (ItemMemory(1, 0, 3, None), "known"),
    ],
)
def test_the_state_of_an_item_follows_from_its_cards(memory: ItemMemory | None, state: str) -> None:
    assert memory_state(memory, NOW) == state


@pytest.mark.any_database
def test_a_course_without_exams_is_practised_too(client: Client, student: User, instructor: Client) -> None:
    Exam.objects.all().delete()
    for user, offered in ((student, True), (User.objects.get(username="ina"), False)):
        client.force_login(user)
        page = client.get("/exams/").content.decode()
        assert ("Practise from the question bank" in page) == offered, user
