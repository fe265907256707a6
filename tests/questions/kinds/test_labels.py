"""Labels on a picture: what is asked, what is refused, and that a part may be one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pydantic import ValidationError

from examprep.models import User
from questions import bank, kinds
from questions.models import Course
from quizzes import exams, schedule
from quizzes.models import Exam
from tests.conftest import Api
from tests.questions.kinds.parts import write_course

ADDRESS = f"media/hand-640x480-{'0' * 32}.svg"
THUMB = {"id": "thumb", "x": 0.1, "y": 0.5, "left": "on the left", "right": "Thumb", "because": "It is short."}
MIDDLE = {"id": "middle", "x": 0.5, "y": 0.1, "left": "the longest", "right": "Finger"}
RING = {"id": "ring", "x": 0.7, "y": 0.2, "left": "beside the longest", "right": "Finger"}
BODY: dict[str, Any] = {
    "stem": "What is numbered?",
    "image": f"![A hand]({ADDRESS})",
    "pairs": [MIDDLE, RING, THUMB],
    "distractors": [{"text": "Toe", "because": "That is of a foot."}],
    "explanation": "A hand.",
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><circle cx="9" cy="9" r="5"/></svg>'


def present(**more: Any) -> Any:
    kind = kinds.get("labels")
    return kind.present(kinds.parse(kind.name, BODY), seed=3, identity="item:1", opaque=lambda name: f"~{name}", **more)


def test_the_picture_has_numbers_where_the_author_put_them_in_the_authors_order() -> None:
    prompt = present().prompt

    assert prompt["figures"] == [
        {"id": "~image", "url": f"/{ADDRESS}", "alt": "A hand", "width": 640, "height": 480},
    ]
    assert prompt["left"] == [
        {"id": f"~left:{place['id']}", "text": place["left"], "x": place["x"], "y": place["y"]}
        for place in (MIDDLE, RING, THUMB)
    ]
    assert {right["text"] for right in prompt["right"]} == {"Finger", "Thumb", "Toe"}


def test_an_answer_is_listed_in_the_order_of_the_numbers() -> None:
    prompt = present().prompt
    for side in ("left", "right"):
        prompt[side] = [entry | {"text_html": entry["text"]} for entry in prompt[side]]
    right = {entry["text"]: entry["id"] for entry in prompt["right"]}
    pairs = {place["id"]: right["Thumb"] for place in reversed(prompt["left"])}
    lines = kinds.get("labels").response_texts(prompt, {"pairs": pairs})
    assert [left for left, _ in lines] == [place["left"] for place in (MIDDLE, RING, THUMB)]


def test_words_and_names_may_hold_what_is_drawn() -> None:
    kind = kinds.get("labels")
    left = {**THUMB, "left": "{n} cm long", "right": "Thumb {n}"}
    drawn = {**BODY, "draw": {"n": "integer(2, 9)"}, "image": f"![{{n}} cm]({ADDRESS})", "pairs": [left, RING]}
    body = kinds.parse(kind.name, drawn)
    asked = kind.present(body, seed=3, identity="item:1", opaque=lambda name: f"~{name}")

    n = asked.answer["variant"]["values"]["n"]
    assert asked.prompt["figures"][0]["alt"] == f"{n:g} cm"
    assert asked.prompt["left"][0]["text"] == f"{n:g} cm long"
    assert f"Thumb {n:g}" in [right["text"] for right in asked.prompt["right"]]
    assert kind.samples(body, "item:1")[0].figure


def test_each_place_is_remembered_on_its_own_and_a_round_asks_the_weakest() -> None:
    asked = present(focus=("thumb", "middle"), pairs=kinds.Round(2, 1))

    assert asked.facets == ("thumb", "middle")
    assert [place["text"] for place in asked.prompt["left"]] == ["the longest", "on the left"]


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"pairs": [{**THUMB, "x": 1.01}, RING]}, "pairs.0.x", "less than or equal to 1"),
        ({"pairs": [{**THUMB, "y": -0.1}, RING]}, "pairs.0.y", "greater than or equal to 0"),
        ({"pairs": [{**THUMB, "y": float("nan")}, RING]}, "pairs.0.y", "finite"),
        ({"pairs": [{**THUMB, "x": 0.69, "y": 0.21}, RING]}, "", "“thumb” and “ring” lie on each other"),
        ({"pairs": [{**THUMB, "id": "ring"}, RING]}, "", "pair id “ring” stands here twice"),
        ({"pairs": [{**THUMB, "left": "the thumb's place"}, RING]}, "", "“thumb” give its name away"),
        ({"image": "media/hand.png"}, "", "![what it shows](media/…)"),
        ({"image": f"{BODY['image']} and {BODY['image']}"}, "", "![what it shows](media/…)"),
    ],
)
def test_what_cannot_be_asked_is_refused(change: dict[str, Any], place: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kinds.parse("labels", {**BODY, **change})

    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == place
    assert message in error["msg"]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("image", "message"),
    [
        (BODY["image"], f"There is no picture “{ADDRESS}”"),
        (f"![ ]({ADDRESS})", "Say what the picture shows"),
        ("![A hand](media/hand.png)", "There is no picture “media/hand.png”"),
    ],
)
def test_a_picture_that_nobody_would_see_is_refused_at_its_field(db: None, image: str, message: str) -> None:
    with pytest.raises(bank.BankError) as refused:
        bank.validate_body("labels", {**BODY, "image": image})

    assert any(problem.field == "image" and message in problem.message for problem in refused.value.problems)


ABOUT = {"slug": "hand", "concepts": ["l2"], "difficulty": 1, "seconds": 60}
LABELS = {**BODY, "kind": "labels", "image": "![A hand](media/hand.svg)"}


def load(folder: Path, item: dict[str, Any]) -> Course:
    """A course whose only question is the item; its folder has the picture."""
    (folder / "media").mkdir()
    (folder / "media/hand.svg").write_text(SVG)
    write_course(folder, {**ABOUT, **item})
    return bank.load_course(folder).course


@pytest.fixture
def ada(db: None, client: Client) -> User:
    """Somebody without a course, logged in."""
    user = User.objects.create_user("ada")
    client.force_login(user)
    return user


def test_a_viva_shows_the_picture_while_it_asks_and_with_what_was_wrong(
    tmp_path: Path, ada: User, client: Client
) -> None:
    course = load(tmp_path, LABELS)
    schedule.enrol(ada, course)
    blueprint = {"rounds": 1, "pairs": 3, "distractors": 1, "seconds_a_round": 60}
    viva = Exam.objects.create(course=course, slug="viva", title="V", kind="viva", minutes=5, blueprint=blueprint)
    sitting, _ = exams.open_sitting(ada, viva, timezone.now())
    exams.start_round(ada, sitting.pk, 1, timezone.now())

    asked = client.get(f"/sittings/{sitting.pk}/").content.decode()
    exams.finish_round(ada, sitting.pk, 1)
    graded = client.get(f"/sittings/{sitting.pk}/").content.decode()

    assert asked.count('<label class="mark"') == 3
    assert graded.count('class="mark wrong"') == 3


@pytest.mark.any_database
def test_a_part_may_be_labels(tmp_path: Path, ada: User, client: Client) -> None:
    side = {"id": "which", "kind": "short_text", "stem": "Of which side?", "accept": ["left"]}
    whole = {"kind": "multi_part", "stem": "A hand.", "explanation": "It is."}
    course = load(tmp_path, {**whole, "parts": [{**LABELS, "id": "places"}, side]})
    schedule.enrol(ada, course)
    api = Api(ada)
    page = client.get("/review/").content.decode()
    (asked,) = api.queue()["results"]

    labels = asked["prompt"]["parts"][0]["prompt"]
    assert f'<img src="{labels["figures"][0]["url"]}" alt="A hand" width="640" height="480">' in page
    assert page.count('class="mark"') == 3
    right = {entry["text"]: entry["id"] for entry in labels["right"]}
    names = {place["id"]: right["Finger"] for place in labels["left"]}
    grade = api.answer(asked["id"], {"parts": {"places": {"pairs": names}}})["grade"]
    assert grade["parts"]["places"]["score"] == pytest.approx(2 / 3)
    assert [said["message"] for said in grade["parts"]["places"]["feedback"]] == ["It is short."]
