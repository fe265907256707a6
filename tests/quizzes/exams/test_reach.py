"""What exams of a course can ask: every item, or it is said."""

from __future__ import annotations

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from questions import bank
from questions.models import Course, Item
from quizzes import exams
from quizzes.exams import blueprints
from quizzes.exams.reach import Askable, can_ask, load_askable
from quizzes.exams.viva_rounds import Pair, choose_rounds
from quizzes.models import Exam
from tests import courses
from tests.courses import COURSE

pytestmark = pytest.mark.django_db
VIVAS = 100


def viva(course: Course, **concepts: float) -> Exam:
    blueprint = {"rounds": 1, "pairs": 2, "distractors": 0, "seconds_a_round": 60, "concepts": concepts}
    return Exam.objects.create(course=course, slug="talk", title="Talk", kind="viva", minutes=20, blueprint=blueprint)


@pytest.mark.slow
def test_every_match_set_of_the_first_course_comes_in_some_viva() -> None:
    course = courses.load(COURSE)
    blueprint = blueprints.parse("viva", course.exams.get(kind="viva").blueprint_asked)
    assert isinstance(blueprint, blueprints.Viva)
    sets = [item for item in load_askable(course.pk) if item.kind == "matching"]
    facets = {item.slug: item.published.facets for item in course.items.filter(kind="matching") if item.published}
    assert all(can_ask(blueprint, each) for each in sets)
    rng = np.random.default_rng(1)
    seen: set[int] = set()
    for seed in range(VIVAS):
        # Who has learnt what came before, and some of the others.
        known = [1.0 if at in seen else rng.uniform() for at in range(len(sets))]
        pairs = [
            Pair(at, facet, each.concepts, 3, known[at]) for at, each in enumerate(sets) for facet in facets[each.slug]
        ]
        rounds = choose_rounds(pairs, blueprint.rounds, blueprint.pairs, blueprint.concepts, seed)
        seen |= {chosen.item for chosen in rounds}
        if len(seen) == len(sets):
            break
    assert seen == set(range(len(sets)))
    assert exams.list_unreachable(course) == []


@pytest.mark.any_database
def test_a_viva_goes_by_all_concepts_and_an_assessment_by_kind_and_main_concept() -> None:
    item = Askable(1, "a", "matching", ("first", "second"))
    viva = blueprints.Viva(rounds=1, pairs=2, distractors=0, seconds_a_round=60, concepts={"second": 1})
    assert can_ask(viva, item)
    assert not can_ask(viva, Askable(2, "b", "numeric", ("second",)))
    assert not can_ask(blueprints.Assessment(slots=1, concepts={"second": 1}), item)
    section = blueprints.Section(title="S", slots=1, kinds={"matching": 0, "numeric": 1})
    assert not can_ask(blueprints.Assessment(slots=1, sections=[section]), item)
    assert can_ask(blueprints.Assessment(slots=1, concepts={"first": 1}), item)


@pytest.mark.any_database
def test_a_weight_that_no_match_set_is_about_is_refused(course: Course) -> None:
    asked = {concept for each in load_askable(course.pk) if each.kind == "matching" for concept in each.concepts}
    idle = next(concept.slug for concept in course.concepts.all() if concept.slug not in asked)
    with pytest.raises(exams.BlueprintError, match=f"No published match set is about {idle}"):
        exams.check_blueprint(viva(course, **{idle: 1}))


@pytest.mark.any_database
def test_items_that_no_exam_can_ask_are_named(course: Course, instructor: Client) -> None:
    Exam.objects.filter(course=course).delete()
    assert exams.list_unreachable(course) == [], "a course without exams misses none"
    exam = viva(course)
    unreachable = exams.list_unreachable(course)
    assert unreachable == [each.slug for each in load_askable(course.pk) if each.kind != "matching"]
    page = instructor.get(reverse("admin:quizzes_exam_change", args=[exam.pk])).content.decode()
    assert f"No exam of this course can ask: {', '.join(unreachable)}." in page


def test_who_retires_an_item_that_an_exam_needs_is_told_at_once(course: Course, instructor: Client) -> None:
    exam = viva(course)
    for item in [each for each in Item.objects.all() if each.kind == "matching"][1:]:
        bank.retire(item)
    (last,) = (item for item in Item.objects.published() if item.kind == "matching")
    Exam.objects.filter(course=course).exclude(pk=exam.pk).delete()
    assert exams.list_thin(course) == []
    response = instructor.post(
        reverse("admin:questions_item_changelist"),
        {"action": "retire_items", "_selected_action": [last.pk]},
        follow=True,
    )
    text = response.content.decode()
    assert f"{exam.title} cannot be drawn as its blueprint says: match sets: 1 rounds needed, 0 published." in text
