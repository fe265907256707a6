"""The map of concepts and the page of one: what a visitor sees, and what a student."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Concept, Course, Item
from quizzes import progress, schedule
from quizzes.calendar import study_day
from quizzes.memory import fsrs
from quizzes.models import ReviewEvent
from tests.conftest import Api, wrong

pytestmark = pytest.mark.database
Key = Callable[[str], Any]


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def node(html: str, name: str) -> str:
    """What the map says of a concept to those who do not see it."""
    (label,) = re.findall(rf'aria-label="({name}[^"]*)"', html)
    return str(label)


def answer_all(api: Api, key: Key, slugs: set[str] | None = None, *, right: bool = True) -> None:
    for one in api.queue()["results"]:
        if slugs is None or one["item"] in slugs:
            known = key(one["id"])
            api.answer(one["id"], known if right else wrong(one, known))


def test_a_visitor_sees_the_map_without_mastery(course: Course) -> None:
    html = page(Client(), "/concepts/")
    assert node(html, "L2 penalty") == "L2 penalty"
    assert 'href="/courses/tiny/concepts/l2/"' in html
    assert 'class="level"' not in html
    assert "recall" not in html
    assert html.split('class="edges"')[1].split("</g>")[0].count("<path") == 1
    html = page(Client(), "/concepts/factor/")
    assert "What each step multiplies the weights by." in html
    assert "Your answers" not in html
    assert "begun" not in html


@pytest.mark.any_database
def test_a_students_map_follows_their_answers(web: Client, api: Api, key: Key) -> None:
    assert node(page(web, "/concepts/"), "L2 penalty") == "L2 penalty, not started"
    answer_all(api, key, {"penalty-target"})
    html = page(web, "/concepts/")
    found = re.fullmatch(r"L2 penalty, (\d+) %", node(html, "L2 penalty"))
    # One of the five cards: the other is in a set of three pairs, and one in a tick list.
    assert found
    assert int(found[1]) == 20
    assert node(html, "Decay factor") == "Decay factor, not started"


@pytest.mark.any_database
def test_a_concept_tells_what_it_needs_and_what_it_practises(web: Client) -> None:
    html = page(web, "/concepts/factor/")
    needs, leads = html.split("Prerequisites")[1].split("Leads to")
    assert 'href="/courses/tiny/concepts/l2/"' in needs
    assert "Nothing in this course." in leads
    assert "a correct answer counts as 50" in leads.split("Also practises")[1]
    assert (
        'href="/courses/tiny/concepts/factor/"'
        in page(web, "/concepts/l2/").split("Leads to")[1].split("Also practised by")[0]
    )
    assert 'href="/courses/tiny/lessons/decay/#concept:factor"' in html


@pytest.mark.any_database
def test_the_history_shows_what_was_asked_and_how_it_went(web: Client, api: Api, key: Key) -> None:
    assert "Your answers about this concept will be listed here." in page(web, "/concepts/factor/")
    begin = timezone.now().replace(hour=12)
    with time_machine.travel(begin) as clock:
        answer_all(api, key, right=False)
        for day in range(1, 8):
            clock.move_to(begin + timedelta(days=day))
            answer_all(Api(api_user(web)), key)
        html = page(web, "/concepts/factor/")
    history = html.split("Your answers")[1]
    articles = {kind: each for each in history.split("<article") for kind in ("Numeric", "Ordering") if kind in each}
    assert "multiplies every weight by what factor?" in articles["Numeric"]
    assert "{eta}" not in history
    assert 1 <= articles["Numeric"].count('<li class="right">') <= 5
    # On the day of an answer recall says nothing yet.
    assert "recall " not in articles["Ordering"]
    with time_machine.travel(begin + timedelta(days=9)):
        assert "recall " in page(web, "/concepts/factor/").split("Your answers")[1]
    assert "comes back" in articles["Ordering"]
    assert "KEY-" not in html
    (first, *_) = re.findall(r'href="(/review/[^"]+)"', articles["Numeric"])
    assert "KEY-EXPLANATION" in page(web, first)


def api_user(web: Client) -> User:
    return User.objects.get(pk=web.session["_auth_user_id"])


@pytest.mark.any_database
def test_a_match_sets_pairs_are_one_answer(web: Client, api: Api, key: Key) -> None:
    answer_all(api, key, {"match-regularisers"})
    history = page(web, "/concepts/l2/").split("Your answers")[1]
    assert history.count("<article") == 1
    assert history.count('<li class="right">') == 1
    assert "2 more questions to come" in history


@pytest.mark.any_database
def test_another_students_answers_are_not_shown(web: Client, stranger: User, key: Key) -> None:
    answer_all(Api(stranger), key)
    html = page(web, "/concepts/l2/")
    assert '<article class="met">' not in html
    assert node(page(web, "/concepts/"), "L2 penalty") == "L2 penalty, not started"


def test_a_retired_item_stays_in_the_history(web: Client, api: Api, key: Key) -> None:
    answer_all(api, key, {"penalty-target"})
    Item.objects.filter(slug="penalty-target").update(retired_at=timezone.now())
    assert "no longer asked" in page(web, "/concepts/l2/")


def test_what_was_answered_elsewhere_is_named_in_words(web: Client, api: Api, key: Key) -> None:
    answer_all(api, key, {"penalty-target"})
    ReviewEvent.objects.update(type="import", presentation=None)
    assert "Penalty target" in page(web, "/concepts/l2/").split("Your answers")[1]


@pytest.mark.any_database
def test_of_a_concept_no_cards_are_read_but_those_of_questions_that_were_answered(
    web: Client, student: User, api: Api, key: Key
) -> None:
    answer_all(api, key, {"penalty-target"})
    concept = Concept.objects.get(slug="l2")
    with CaptureQueriesContext(connection) as queries:
        progress.load_history(concept, student)
    reads = next(query["sql"] for query in queries if 'FROM "quizzes_card"' in query["sql"])
    assert '"reviews" >' in reads
    assert '"questions_item"."draft"' not in reads


def test_mastery_is_that_of_all_cards_though_those_alike_are_read_once(student: User) -> None:
    schedule.ensure_cards(student)
    now, cards = timezone.now(), list(student.cards.order_by("pk"))
    today = study_day(student, now).date
    for card, (stability, days) in zip(cards[::2], itertools.cycle([(3.0, 1), (3.0, 1), (8.5, 4)]), strict=False):
        card.stability, card.last_review_on = stability, today - timedelta(days=days)
        card.save()
    recalls: dict[str, list[float]] = defaultdict(list)
    for card in cards:
        days = (today - card.last_review_on).days if card.last_review_on else 0
        for concept in card.item.concepts.all():
            recall = fsrs.retrievability(days, card.stability, fsrs.DEFAULT_PARAMETERS) if card.stability else 0.0
            recalls[concept.slug].append(float(recall))

    with CaptureQueriesContext(connection) as queries:
        found = {known.concept.slug: known.mastery for known in progress.list_concepts(student)}

    assert "GROUP BY" in next(query["sql"] for query in queries if 'FROM "quizzes_card"' in query["sql"])
    for slug, each in recalls.items():
        known = found[slug]
        assert known
        assert known.mastery == pytest.approx(sum(each) / len(each))
    assert set(found) == set(recalls)


@pytest.mark.any_database
def test_an_unknown_concept_is_not_found(web: Client) -> None:
    assert web.get("/concepts/nothing/").status_code == 404


@pytest.mark.any_database
def test_pages_ask_as_much_of_a_long_history_as_of_a_short_one(web: Client, api: Api, key: Key) -> None:
    begin = timezone.now().replace(hour=12)
    counts: dict[str, list[int]] = {"/concepts/": [], "/concepts/l2/": [], "/progress/": [], "/search/?q=weights": []}
    with time_machine.travel(begin) as clock:
        for day in range(6):
            clock.move_to(begin + timedelta(days=day))
            answer_all(Api(api_user(web)), key)
            web.get("/today/")
            for address, counted in counts.items():
                web.get(address)
                with CaptureQueriesContext(connection) as queries:
                    page(web, address)
                counted.append(len(queries))
    assert all(len(set(counted)) == 1 and counted[0] <= 24 for counted in counts.values()), counts
