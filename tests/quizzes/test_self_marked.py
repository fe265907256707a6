"""What students mark themselves through the doors: on pages with and without scripts, over REST, never in exams."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from questions import bank
from questions.interchange import yaml
from questions.models import Course
from quizzes import exams
from quizzes.exams import blueprints
from quizzes.models import Exam, Presentation, ReviewEvent
from tests.conftest import Api
from tests.questions.kinds.parts import write_course
from tests.questions.kinds.self_marked import CARD, ESSAY, OPEN

pytestmark = pytest.mark.any_database
SECOND = {"points-1-text": "Another", "points-1-marks": "2.5"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course with one question of each kind that students mark themselves."""
    write_course(tmp_path, CARD, ESSAY)
    return tmp_path


@pytest.fixture
def course(db: None, folder: Path) -> Course:
    return bank.load_course(folder).course


@pytest.fixture
def browser(course: Course, student: User) -> Client:
    browser = Client()
    browser.force_login(student)
    return browser


def ask(browser: Client, kind: str) -> Any:
    """The page that asks the question of this kind."""
    browser.get("/review/")
    wanted = Presentation.objects.filter(version__kind=kind).first()
    if wanted is None:
        browser.post("/review/bury/", {"presentation": str(Presentation.objects.get().pk)})
        browser.get("/review/")
        wanted = Presentation.objects.get(version__kind=kind)
    return browser.get(f"/review/?presentation={wanted.pk}")


def fields(page: Any) -> dict[str, str]:
    """What the form on a page sends beside its own fields."""
    context = page.context
    return {"presentation": context["presentation"]["id"], "event": str(context["event"]), "shown": context["shown"]}


def test_they_are_loaded_exported_and_loaded_again_as_they_were(course: Course, folder: Path) -> None:
    exported = [
        {**item, **course.items.get(slug=item["slug"]).published.body}  # type: ignore[union-attr]
        for item in (CARD, ESSAY)
    ]
    (folder / "bank/items.yaml").write_text(yaml.write(exported))

    assert bank.load_course(folder).unchanged == ["l2-card", "dropout-essay"]


def test_a_card_is_turned_and_rated_and_the_next_question_follows(browser: Client, student: User) -> None:
    page = ask(browser, "recall")
    front = page.content.decode()
    assert "A penalty" not in front
    assert "shrinks in proportion" not in front

    turned = browser.post("/review/", {**fields(page), "turn": "1"})
    # But for what scripts turn other cards with.
    back = re.sub("<template.*?</template>", "", turned.content.decode(), flags=re.DOTALL)
    assert "A penalty" in back
    assert "shrinks in proportion" in back
    assert back.count('name="rating"') == 4
    assert "again today" in back
    assert not ReviewEvent.objects.filter(type="review").exists(), "nothing is answered yet"
    refused = browser.post("/review/", {**fields(turned), "rating": "great"}).content.decode()
    assert "Say how well you knew it" in refused
    assert "A penalty" in refused
    rated = browser.post("/review/", {**fields(turned), "rating": "easy"})

    assert rated["Location"] == "/review/"
    event = ReviewEvent.objects.get(type="review")
    assert event.grade
    assert event.grade["rating"] == "easy"
    assert event.reviews.get().rating == 4
    seen = browser.get(f"/review/{event.event_id}/").content.decode()
    assert "A penalty" in seen
    assert "<b>easy</b>" in seen


def test_an_essay_is_written_marked_and_shown_with_its_points(browser: Client) -> None:
    page = ask(browser, "open_response")
    assert "co-adaptation" not in page.content.decode()
    empty = browser.post("/review/", {**fields(page), "turn": "1", "text": " "}).content.decode()
    assert "Write an answer." in empty
    assert "co-adaptation" not in empty

    turned = browser.post("/review/", {**fields(page), "turn": "1", "text": "It is <b>noise</b>.\r\nYes."})
    html = turned.content.decode()
    assert "It is &lt;b&gt;noise&lt;/b&gt;.\nYes." in html
    assert "co-adaptation" in html
    assert "2\N{NO-BREAK SPACE}marks" in html
    points = [point["id"] for point in turned.context["back"]["points"]]
    marked = {**fields(turned), "marked": "1", "text": "It is <b>noise</b>.\r\nYes.", "points": points[1]}
    told = browser.post("/review/", marked, follow=True).content.decode()

    assert "Partly correct" in told
    assert told.count("in your answer</span>") == 3
    assert told.count("not in your answer</span>") == 2
    assert "It is &lt;b&gt;noise&lt;/b&gt;." in told
    event = ReviewEvent.objects.get(type="review")
    assert event.score == pytest.approx(2 / 3.3)
    assert event.grade
    assert event.grade["rating"] == "hard"


@pytest.mark.parametrize("text", ["щ" * 8000, "\n" + "a\n" * 3999, '"' * 8000])
def test_a_long_answer_is_stored_and_outlives_its_session(browser: Client, text: str) -> None:
    page = ask(browser, "open_response")
    browser.logout()
    sent = {**fields(page), "marked": "1", "text": text}
    browser.post("/review/", sent)
    kept = dict(browser.session["unsent"]["fields"])
    assert kept["text"] == text

    browser.force_login(User.objects.get(username="ada"))
    told = browser.post("/review/", sent, follow=True).content.decode()

    assert "Incorrect" in told
    event = ReviewEvent.objects.get(type="review")
    assert event.response
    assert event.response["text"] == text


def test_who_does_not_know_sees_the_answer(browser: Client) -> None:
    page = ask(browser, "open_response")

    told = browser.post("/review/", {**fields(page), "turn": "1", "dont_know": "1"}, follow=True).content.decode()

    assert "Not known yet" in told
    assert "co-adaptation" in told
    missed = browser.get("/progress/missed/").content.decode()
    assert "averages many networks" in missed


def test_an_answer_that_is_undone_is_asked_again(browser: Client) -> None:
    page = ask(browser, "recall")
    browser.post("/review/", {**fields(page), "rating": "good"})
    event = ReviewEvent.objects.get(type="review")

    again = browser.post("/review/undo/", {"event": str(event.event_id)}, follow=True)

    assert again.context["presentation"]["kind"] == "recall"
    assert "Show the answer" in again.content.decode()


def test_the_quick_check_turns_cards_for_visitors_too(course: Course) -> None:
    visitor = Client()
    page = visitor.get("/lessons/decay/quick-check/")
    (part,) = page.context["parts"]
    sent = {"sample": part["sample"], "answers_so_far": part["answers_so_far"]}
    assert "A penalty" not in page.content.decode()

    turned = visitor.post("/lessons/decay/quick-check/", {**sent, "turn": "1"}).content.decode()
    assert "A penalty" in turned
    assert turned.count('name="rating"') == 4
    rated = visitor.post("/lessons/decay/quick-check/", {**sent, "rating": "good"}).content.decode()

    assert "1 of 1 correct." in rated
    partial = visitor.post(
        "/lessons/decay/quick-check/", {"sample": part["sample"], "turn": "1"}, headers={"HX-Request": "true"}
    )
    assert "A penalty" in partial.content.decode()


def put(api: Api, kind: str) -> dict[str, Any]:
    """The question of this kind in the queue."""
    asked: dict[str, Any] = next(each for each in api.queue()["results"] if each["kind"] == kind)
    return asked


def test_a_client_turns_a_card_and_rates_it(course: Course, api: Api) -> None:
    asked = put(api, "recall")
    assert asked["prompt"].keys() == {"stem", "stem_html"}
    back = api.post(f"presentations/{asked['id']}/reveal/", {}).json()
    assert "A penalty" in back["back_html"]
    assert back["points"] == []
    dates = [datetime.fromisoformat(back["due"][rating]) for rating in ("again", "hard", "good", "easy")]
    assert dates == sorted(dates)

    grade = api.answer(asked["id"], {"rating": "hard"}, duration_ms=1, confidence=5)["grade"]

    assert (grade["rating"], grade["score"]) == ("hard", 1)
    assert grade["back"] == CARD["back"]
    assert datetime.fromisoformat(grade["cards"][0]["due_at"]) - dates[1] < timedelta(minutes=1)


def test_a_client_reveals_and_marks_an_essay(course: Course, api: Api) -> None:
    asked = put(api, "open_response")
    address = f"presentations/{asked['id']}/reveal/"
    unwritten = api.post(address, {})
    assert unwritten.status_code == 400
    assert unwritten.json()["errors"] == {"response.text": ["Write an answer."]}
    assert api.post(address, []).status_code == 400
    back = api.post(address, {"response": {"text": "Noise."}}).json()
    unmarked = api.answer(asked["id"], {"text": "Noise."})
    assert (unmarked["status"], unmarked["code"]) == ("rejected", "format")

    points = [point["id"] for point in back["points"]]
    grade = api.answer(asked["id"], {"text": "Noise.", "points": points})["grade"]

    assert (grade["score"], grade["correct"]) == (1, True)
    assert grade["key"] == {"text": OPEN["model"], "points": points}


def test_a_pack_holds_what_a_client_needs_to_turn_and_mark_alone(course: Course, api: Api) -> None:
    api.queue()
    entries = {entry["kind"]: entry for entry in api.get("packs/").json()["results"]}

    assert entries["recall"]["check"] == {
        "back": CARD["back"],
        "ratings": {"again": 0, "hard": 1, "good": 1, "easy": 1},
    }
    assert "A penalty" in entries["recall"]["back_html"]
    points = entries["open_response"]["check"]["points"]
    assert [(point["text"], point["marks"]) for point in points][1] == ("An average of *networks*.", 2)


def test_no_exam_asks_them(course: Course) -> None:
    exam = Exam(course=course, slug="exam", title="Exam", kind="assessment", minutes=10, blueprint={"slots": 1})
    with pytest.raises(exams.SittingError, match="1 needed, 0 published"):
        exams.check_blueprint(exam)
    sections = [{"title": "One", "slots": 1, "kinds": ["recall"]}]

    with pytest.raises(blueprints.BlueprintError, match="Students mark “recall” themselves"):
        blueprints.parse("assessment", {"slots": 1, "sections": sections})


def test_an_author_writes_and_previews_them(course: Course, instructor: Client) -> None:
    for at, (kind, own) in enumerate(
        (
            ("recall", {"back": "The **back**."}),
            ("open_response", {"model": "A **model**.", "points-0-text": "One point", "points-0-marks": "", **SECOND}),
        )
    ):
        add = f"/admin/questions/item/add/?kind={kind}"
        assert instructor.get(add).status_code == 200
        about = {"course": course.pk, "slug": f"new-{at}", "difficulty": 2, "seconds": 30, "stem": "A front."}
        typed = {**about, **own, "main_concept": course.concepts.get().pk}
        preview = instructor.post(f"/admin/questions/item/preview/{kind}/", typed).content.decode()
        assert "<strong>" in preview
        assert instructor.post(add, {**typed, "_publish": "1"}).status_code == 302
        assert course.items.get(slug=f"new-{at}").published
