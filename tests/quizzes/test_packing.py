"""Prompts take a tenth of their room, and are read as they were put."""

from __future__ import annotations

import json
import uuid
import zlib
from typing import Any

import pytest
from django.db.models import Case, F, When
from django.utils import timezone

from examprep.models import User
from quizzes import presentations, schedule
from quizzes.models import Card, Presentation, ReviewEvent
from quizzes.models.packed_json import pack_json, unpack_json
from quizzes.models.packing import pack, unpack
from quizzes.models.statements import Prepared
from quizzes.presentations import Ask

BODY = {"stem": "Wie groß ist $\\lambda$?", "choices": [{"text": "“Sehr” groß"}, {"text": "klein\n"}], "seconds": 1e5}
ANSWER = {"ids": {"a1b2c3": 0, "d4e5f6": 1}, "variant": {"values": {"n": 1.0, "m": -0.0}}}
PROMPT = {
    "stem": BODY["stem"],
    "choices": [{"id": "a1b2c3", "text": "“Sehr” groß"}, {"id": "d4e5f6", "text": "klein\n"}],
}


def test_what_is_packed_is_read_from_a_database_that_writes_numbers_and_orders_keys_its_own_way() -> None:
    packed = pack(PROMPT, BODY, ANSWER)
    other_body = {"seconds": 100000, "choices": BODY["choices"], "stem": BODY["stem"]}
    other_answer = {"variant": {"values": {"m": 0, "n": 1}}, "ids": {"d4e5f6": 1, "a1b2c3": 0}}
    assert unpack(packed, other_body, other_answer) == PROMPT
    assert len(packed) < len(json.dumps(PROMPT)) / 2
    assert unpack(pack([1, None], (), {2: (3,), 10: "x"}), [], {"10": "x", "2": [3]}) == [1, None]


def test_another_body_reads_nothing_rather_than_something_else() -> None:
    with pytest.raises(zlib.error):
        unpack(pack(PROMPT, BODY, ANSWER), {**BODY, "stem": "Wie groß ist $\\mu$?"}, ANSWER)


@pytest.fixture
def put(student: User) -> list[Presentation]:
    """A presentation of each item of the tiny course."""
    schedule.ensure_cards(student)
    cards = {card.item_id: card.pk for card in Card.objects.filter(student=student)}
    return presentations.present(student, [Ask(card) for card in cards.values()], timezone.now())


def test_stored_prompts_are_those_that_were_drawn_in_a_fraction_of_the_room(put: list[Presentation]) -> None:
    packed = whole = 0
    for shown in Presentation.objects.select_related("version__item__course"):
        drawn = presentations.draw(shown.version, shown.pk, [shown.seed], shown.facets)
        assert drawn is not None
        assert shown.prompt == json.loads(json.dumps(drawn.prompt)), shown
        assert (shown.whole_prompt, shown.answer) == (None, json.loads(json.dumps(drawn.answer)))
        packed += len(bytes(shown.packed_prompt or b""))
        whole += len(json.dumps(drawn.prompt))
    assert packed < 0.4 * whole


def test_prompts_of_before_are_read(put: list[Presentation]) -> None:
    prompts: dict[uuid.UUID, Any] = {shown.pk: shown.prompt for shown in put}
    for pk, prompt in prompts.items():
        Presentation.objects.filter(pk=pk).update(whole_prompt=prompt, packed_prompt=None)
    assert {shown.pk: shown.prompt for shown in Presentation.objects.all()} == prompts


def test_reading_prompts_with_their_versions_takes_one_query(
    put: list[Presentation], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert all(shown.prompt for shown in Presentation.objects.select_related("version"))


def test_answers_and_grades_take_a_third_of_their_room_and_are_as_json_has_them() -> None:
    grade = {
        "rating": "good",
        "score": 1.0,
        "correct": True,
        "feedback": [],
        "cards": [[str(uuid.uuid4()), "", 3.1, 2.118103970459015, 1.0, "2026-12-01T04:00:00.000Z"]],
    }
    assert len(pack_json(grade)) < len(json.dumps(grade)) / 3
    for document in (grade, ANSWER, PROMPT, {}, [1, None, -0.0, 1e-300, "ß\0"], "1"):
        assert json.dumps(unpack_json(pack_json(document))) == json.dumps(document)
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack_json({"score": float("nan")})


def test_what_is_packed_today_is_read_for_ever() -> None:
    packed = bytes.fromhex("01ab463658a94229166b32458e1650a207baf8f07ca55a00")
    assert unpack_json(packed) == {"feedback": ["x"], "corrections": True, "score": 0.5, "text": "ß"}


def test_answers_and_grades_of_before_are_read_wherever_they_are_asked_for(put: list[Presentation]) -> None:
    grade = {"rating": "good", "score": 1.0, "corrections": True, "text": "ß"}
    student, now = put[0].student, timezone.now()
    kept = {"student": student, "device": uuid.uuid4(), "study_date": now.date(), "type": ReviewEvent.Type.REVIEW}
    instants = dict.fromkeys(("device_occurred_at", "occurred_at", "received_at"), now)
    for at, shown in enumerate(put, 1):
        ReviewEvent.objects.create(
            presentation=shown, event_id=uuid.uuid4(), sequence=1000 + at, grade=grade, **kept, **instants
        )
    packed = _read_everywhere()
    _make_older()
    assert _read_everywhere() == packed
    assert {json.dumps(each.grade, sort_keys=True) for each in ReviewEvent.objects.all()} == {
        json.dumps(grade, sort_keys=True)
    }
    # One that is changed is packed from then on, and the older column is asked no more.
    ReviewEvent.objects.update(grade=[1])
    assert {*ReviewEvent.objects.values_list("whole_grade__score", flat=True)} == {1.0}
    assert all(event.grade == [1] for event in ReviewEvent.objects.all())


def _make_older() -> None:
    """Have the rows as they were before anything was packed."""
    for shown in Presentation.objects.all():
        Presentation.objects.filter(pk=shown.pk).update(whole_answer=shown.answer, answer=None)
    for event in ReviewEvent.objects.all():
        ReviewEvent.objects.filter(pk=event.pk).update(whole_grade=event.grade, grade=None)


def _read_everywhere() -> list[Any]:
    """Answers and grades by models, columns, joins and expressions."""
    events = ReviewEvent.objects.order_by("pk")
    told = Case(When(score=None, then=F("grade")))
    return [
        [shown.answer for shown in Presentation.objects.order_by("pk")],
        [shown.answer for shown in Presentation.objects.only("answer").order_by("pk")],
        [event.presentation and event.presentation.answer for event in events.select_related("presentation")],
        list(events.values_list("presentation__answer", "grade")),
        list(events.annotate(put=F("presentation__answer"), told=told).values_list("put", "told")),
        [event.grade for event in Prepared(lambda: ReviewEvent.objects.order_by("pk")).run()],
    ]
