"""Authoring in the admin, as an instructor does it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from examprep.models import User
from questions import bank, kinds
from questions.admin.parts import part_form_of
from questions.figures import pictures
from questions.kinds import fields
from questions.models import Concept, Course, Item
from quizzes import schedule
from tests.conftest import Api

ADD = "/admin/questions/item/add/"


def rows(name: str, *entries: dict[str, str]) -> dict[str, str]:
    """Rows of a field as the form sends them."""
    return {f"{name}-{row}-{column}": text for row, entry in enumerate(entries) for column, text in entry.items()}


HAND = pictures.read("hand.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>')
BODIES: dict[str, dict[str, str]] = {
    "single_choice": rows(
        "choices", {"text": "Weights", "correct": "1"}, {"text": "Biases", "because": "They are left alone."}
    ),
    "multiple_select": rows(
        "choices", {"text": "It shrinks", "correct": "1"}, {"text": "It grows", "because": "The sign is wrong."}
    ),
    "numeric": {
        **rows("draw", {"name": "n", "value": "integer(2, 90)"}),
        **rows("let", {"name": "m", "value": "2*n"}),
        **rows("where", {"value": "n > 3"}),
        **rows("mistakes", {"value": "n", "because": "Twice ${n}$ was asked."}),
        "answer": "m",
        "exact": "on",
    },
    "formula": {
        **rows("draw", {"name": "n", "value": "integer(2, 90)"}),
        **rows("variables", {"name": "x", "value": "real"}, {"name": "lambda", "value": "positive"}),
        **rows("mistakes", {"value": "{n}x", "because": "The other name is missing."}),
        "answer": "{n}x + lambda",
        "form": "simplified",
        "stem": "Which, when ${n}x$?",
    },
    "matching": {
        **rows(
            "pairs",
            {"id": "a", "left": "L1", "right": "zeros", "because": "A constant pull."},
            {"id": "b", "left": "L2", "right": "small", "because": "A proportional pull."},
        ),
        **rows("distractors", {"text": "masks", "because": "That is dropout."}),
    },
    "labels": {
        **rows(
            "pairs",
            {"id": "a", "x": "0.25", "y": "0.5", "left": "on the left", "right": "Thumb", "because": "It is short."},
            {"id": "b", "x": "0.75", "y": "0.5", "left": "on the right", "right": "Finger"},
        ),
        "image": f"![A hand](media/{HAND.address})",
    },
    "ordering": rows("steps", {"text": "one"}, {"text": "two"}, {"text": "three"}),
    "short_text": rows("accept", {"text": "AdamW"}, {"text": "adam w"}) | {"pattern": "adam(w)?"},
}


GIVEN = re.compile(r'name="examples-0-given"[^>]* value="([^"]*)"')
DRAWN = {
    "stem": "How much memory do the weights of {net.name} take, with {bits} bits each?",
    **rows("tables", {"name": "nets", "value": "name\tmillions\nResNet-18\t11.7\nVGG-16\t138\nBERT\t110"}),
    **rows("draw", {"name": "net", "value": "row(nets)"}, {"name": "bits", "value": "choice(8, 16, 32)"}),
    **rows("let", {"name": "mb", "value": "net.millions*bits/8"}),
    **rows("examples", {"given": "net.name = BERT; net.millions = 110; bits = 8", "answer": "110 MB"}),
    **rows("cases", {"name": "large", "value": "mb > 200"}),
    **rows("choices", {"text": "{mb} MB", "correct": "1"}, {"text": "{8*mb} MB", "because": "These are bits."}),
}
"""A single choice that draws."""


def form(course: Course, kind: str, **more: str) -> dict[str, Any]:
    concept = Concept.objects.get(slug="l2")
    return {
        "course": course.pk,
        "slug": f"new-{kind.replace('_', '-')}",
        "main_concept": concept.pk,
        "difficulty": 2,
        "seconds": 30,
        "stem": "Which, when ${n}$?" if kind == "numeric" else "Which?",
        "explanation": "Because.",
        **BODIES[kind],
        **more,
    }


def publish(instructor: Client, course: Course, kind: str, **more: str) -> Item:
    bank.store_pictures(course, [HAND])
    answer = instructor.post(f"{ADD}?kind={kind}", form(course, kind, **more, _publish="1"))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Item.objects.get(slug=f"new-{kind.replace('_', '-')}")


@pytest.mark.any_database
@pytest.mark.parametrize("kind", BODIES)
def test_an_item_of_each_kind_is_written_published_and_asked(
    instructor: Client, course: Course, student: User, api: Api, kind: str
) -> None:
    item = publish(instructor, course, kind)

    assert item.state == "published"
    assert item.published
    assert item.published.number == 1
    assert item.published.published_by
    assert item.published.published_by.username == "ina"
    schedule.plan_day(student)
    assert item.slug in {asked["item"] for asked in api.queue(50)["results"]}


@pytest.mark.any_database
@pytest.mark.parametrize("kind", [*BODIES, "drawn"])
def test_a_form_that_is_saved_untouched_changes_nothing(instructor: Client, course: Course, kind: str) -> None:
    item = (
        publish(instructor, course, "single_choice", **DRAWN) if kind == "drawn" else publish(instructor, course, kind)
    )
    page = instructor.get(f"/admin/questions/item/{item.pk}/change/")
    shown = page.context["adminform"].form

    sent = {name: value for name, value in shown.initial.items() if isinstance(value, str | int) and value}
    for name, value in shown.initial.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            sent |= rows(name, *({key: str(text) for key, text in row.items() if text} for row in value))
    logged = LogEntry.objects.count()
    for button in ("_draft", "_publish"):
        answer = instructor.post(f"/admin/questions/item/{item.pk}/change/", {**sent, button: "1"})
        assert answer.status_code == 302, answer.context["adminform"].form.errors

    item.refresh_from_db()
    assert item.published
    assert item.published.number == 1
    assert LogEntry.objects.count() == logged


def test_idea_enemies_and_pool_are_saved_beside_the_draft_and_a_pool_is_released_once(
    instructor: Client, course: Course
) -> None:
    use = {"idea": "the-pull", "enemy_slugs": "decay-factor, true-of-l2", "pool": "final"}
    item = publish(instructor, course, "single_choice", **use)
    assert (item.idea, item.pool, item.is_secret) == ("the-pull", "final", True)
    page = instructor.get(f"/admin/questions/item/{item.pk}/change/")
    assert page.context["adminform"].form.initial["enemy_slugs"] == "decay-factor true-of-l2"
    wrong = instructor.post(f"{ADD}?kind=numeric", form(course, "numeric", enemy_slugs="nobody", pool="practice"))
    assert {*wrong.context["adminform"].form.errors} == {"enemy_slugs", "pool"}

    for number in (1, 0):
        data = {"action": "release_items", "_selected_action": [item.pk]}
        answer = instructor.post("/admin/questions/item/?pool=final", data, follow=True)
        assert f"{number} released to practice" in answer.content.decode()
    item.refresh_from_db()
    assert not item.is_secret
    assert item.released_by
    assert item.released_by.username == "ina"
    assert LogEntry.objects.filter(change_message__contains="Released from the pool final").count() == 1
    assert "Released to practice on" in instructor.get(f"/admin/questions/item/{item.pk}/change/").content.decode()


def test_pictures_of_the_course_are_suggested_without_the_words_that_are_to_be_written(
    instructor: Client, course: Course
) -> None:
    item = publish(instructor, course, "labels")
    page = instructor.get(f"/admin/questions/item/{item.pk}/change/").content.decode()

    assert f'<option value="![](media/{HAND.address})">' in page
    assert re.search(r'<input[^>]* list="pictures"', page)


@pytest.mark.any_database
def test_what_is_rare_is_folded_away_until_it_says_something(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "numeric")

    def folded() -> set[str]:
        fieldsets = instructor.get(f"/admin/questions/item/{item.pk}/change/").context["adminform"].fieldsets
        return {str(title) for title, options in fieldsets if "collapse" in options["classes"]}

    assert folded() >= {"Tolerance", "Hints, solution, solution in steps", "About"}
    publish_again = form(course, "numeric", solution="Twice.", _publish="1", **rows("hints", {"hint": "Double it."}))
    assert instructor.post(f"/admin/questions/item/{item.pk}/change/", publish_again).status_code == 302
    assert "Solution in steps" in folded()


@pytest.mark.any_database
def test_an_unfinished_item_shows_its_texts_and_formulas(instructor: Client, course: Course) -> None:
    typed = {"stem": "What is $\\lambda$?", "parts-0-kind": "numeric", "parts-0-stem": "And $\\eta$?"}
    page = instructor.post("/admin/questions/item/preview/multi_part/", typed).content.decode()

    assert "Before it can be published" in page
    assert page.count('class="katex"') == 2


@pytest.mark.parametrize("kind", [name for name, kind in kinds.KINDS.items() if kind.can_be_part])
def test_a_part_shows_what_its_answer_is_and_folds_the_rest(kind: str) -> None:
    (described,) = [
        field for section in kinds.get("multi_part").form for field in section.fields if isinstance(field, fields.Parts)
    ]
    sections = list(part_form_of(described, kind)(prefix="parts-0").shown())
    titles = [section.title for section in sections if not section.folded]

    assert titles[:2] == ["", "Question"]
    assert "After the answer" not in titles
    assert len(titles) > 2 or len(next(section for section in sections if section.title == "Question").lines) > 1


@pytest.mark.any_database
def test_what_is_drawn_is_folded_away_where_nothing_is(instructor: Client, course: Course) -> None:
    plain = publish(instructor, course, "multiple_select")
    drawn = publish(instructor, course, "single_choice", **DRAWN)

    def folded(item: Item) -> bool:
        fieldsets = instructor.get(f"/admin/questions/item/{item.pk}/change/").context["adminform"].fieldsets
        return any("collapse" in options["classes"] for _, options in fieldsets if "draw" in options["fields"])

    assert folded(plain)
    assert not folded(drawn)
    shown = instructor.get(f"/admin/questions/item/{drawn.pk}/change/").content.decode()
    assert "ResNet-18,11.7" in shown
    assert {"net.name = BERT", "net.millions = 110", "bits = 8"} == set(GIVEN.findall(shown)[0].split("; "))


@pytest.mark.any_database
def test_a_draft_is_kept_unfinished_and_not_asked(instructor: Client, course: Course, api: Api) -> None:
    sent = form(course, "single_choice", _draft="1") | {"explanation": "", "choices-1-because": ""}

    assert instructor.post(f"{ADD}?kind=single_choice", sent).status_code == 302

    item = Item.objects.get(slug="new-single-choice")
    assert item.state == "draft"
    assert item.draft["choices"][0]["text"] == "Weights"
    assert item.slug not in {asked["item"] for asked in api.queue(50)["results"]}
    page = instructor.get(f"/admin/questions/item/{item.pk}/change/").content.decode()
    assert "Weights" in page
    assert "Biases" in page


@pytest.mark.any_database
def test_publishing_what_is_not_valid_names_the_row_and_changes_nothing(instructor: Client, course: Course) -> None:
    answer = instructor.post(
        f"{ADD}?kind=single_choice", form(course, "single_choice", _publish="1") | {"choices-1-because": ""}
    )

    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert "Choice 2 is wrong and needs a `because`" in str(errors)
    assert not Item.objects.filter(slug="new-single-choice").exists()


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"answer": "__import__('os')"}, "answer", "column"),
        ({"let-0-value": "nn*2"}, "let", "Row 1, formula"),
        ({"draw-0-value": "gauss(0, 1)"}, "draw", "Row 1, drawn from"),
        ({"mistakes-0-value": "n +"}, "mistakes", "Row 1, formula"),
        ({"draw-0-name": ""}, "draw", "name is missing"),
        ({"tolerance_of": "n"}, "tolerance_rtol", "rtol"),
    ],
)
def test_a_formula_that_is_wrong_is_refused_at_its_field(
    instructor: Client, course: Course, change: dict[str, str], field: str, said: str
) -> None:
    answer = instructor.post(f"{ADD}?kind=numeric", form(course, "numeric", _publish="1") | change)

    assert answer.status_code == 200
    assert said in str(answer.context["adminform"].form.errors[field])
    assert not Item.objects.filter(slug="new-numeric").exists()


@pytest.mark.any_database
def test_what_fails_its_audit_stays_a_draft_and_says_why(instructor: Client, course: Course) -> None:
    sent = form(course, "numeric", _publish="1") | {"mistakes-0-value": "m + 0*n"}

    page = instructor.post(f"{ADD}?kind=numeric", sent, follow=True).content.decode()

    assert "Mistake 1 is marked right" in page
    assert Item.objects.get(slug="new-numeric").state == "draft"


@pytest.mark.any_database
def test_an_edit_makes_a_new_version_and_leaves_the_old_one(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "ordering")
    address = f"/admin/questions/item/{item.pk}/change/"
    edited = form(course, "ordering") | {"stem": "In which order?"}

    instructor.post(address, {**edited, "_draft": "1"})
    item.refresh_from_db()
    assert item.state == "changed"
    assert item.published
    assert item.published.body["stem"] == "Which?"
    page = instructor.get(address).content.decode()
    assert "-stem: Which?" in page
    assert "+stem: In which order?" in page

    instructor.post(address, {**edited, "_publish": "1"})
    assert [version.body["stem"] for version in item.versions.order_by("number")] == ["Which?", "In which order?"]


@pytest.mark.any_database
def test_retiring_and_publishing_again(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "ordering")
    address = f"/admin/questions/item/{item.pk}/change/"

    instructor.post("/admin/questions/item/", {"action": "retire_items", "_selected_action": item.pk, "confirmed": "1"})
    item.refresh_from_db()
    assert item.state == "retired"

    instructor.post(address, form(course, "ordering", _publish="1"))
    item.refresh_from_db()
    assert item.state == "published"


def test_the_list_filters_by_state_and_publishes_and_retires(instructor: Client, course: Course) -> None:
    instructor.post(f"{ADD}?kind=ordering", form(course, "ordering", _draft="1"))
    item = Item.objects.get(slug="new-ordering")

    def listed(state: str) -> int:
        found = instructor.get(f"/admin/questions/item/?state={state}")
        return int(found.context["cl"].result_count)

    assert (listed("draft"), listed("published"), listed("changed"), listed("retired")) == (1, 6, 0, 0)
    chosen = {"_selected_action": [item.pk]}
    instructor.post("/admin/questions/item/", {"action": "publish_items", **chosen})
    assert (listed("draft"), listed("published")) == (0, 7)
    instructor.post("/admin/questions/item/", {"action": "retire_items", "confirmed": "1", **chosen})
    assert (listed("published"), listed("retired")) == (6, 1)


@pytest.mark.any_database
@pytest.mark.parametrize("kind", BODIES)
def test_the_preview_shows_what_is_typed(instructor: Client, course: Course, kind: str) -> None:
    page = instructor.post(f"/admin/questions/item/preview/{kind}/", form(course, kind)).content.decode()

    assert page.count('class="sample"') == (5 if "draw-0-name" in BODIES[kind] else 1)
    assert "Because." in page
    assert 'class="problems"' not in page
    assert not Item.objects.filter(slug__startswith="new-").exists()


@pytest.mark.any_database
def test_the_preview_says_what_is_missing_and_cleans_what_is_typed(instructor: Client, course: Course) -> None:
    sent = form(course, "ordering") | {"stem": "<script>alert(1)</script>", "explanation": ""}

    page = instructor.post("/admin/questions/item/preview/ordering/", sent).content.decode()
    assert "<code>explanation</code> This field is missing." in page

    page = instructor.post("/admin/questions/item/preview/ordering/", sent | {"explanation": "x"}).content.decode()
    assert "<script" not in page


@pytest.mark.any_database
def test_the_slug_of_another_item_is_refused(instructor: Client, course: Course) -> None:
    publish(instructor, course, "ordering")

    answer = instructor.post(f"{ADD}?kind=single_choice", form(course, "single_choice") | {"slug": "new-ordering"})

    assert answer.status_code == 200
    assert Item.objects.get(slug="new-ordering").kind == "ordering"


@pytest.mark.any_database
def test_what_was_published_cannot_be_deleted(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "ordering")

    assert instructor.post(f"/admin/questions/item/{item.pk}/delete/", {"post": "yes"}).status_code == 403
    page = instructor.get(f"/admin/questions/itemversion/{item.published_id}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert "<pre>stem: " in page.content.decode(), "its body is to be read"


def test_instructors_read_results_and_touch_no_accounts(instructor: Client) -> None:
    for page in ("reviewevent", "review", "card", "presentation", "enrolment", "exam"):
        assert instructor.get(f"/admin/quizzes/{page}/").status_code == 200, page
    for page in ("reviewevent", "review", "card", "presentation", "dailyplan"):
        assert instructor.get(f"/admin/quizzes/{page}/add/").status_code == 403, page
    for page in ("course", "lesson", "concept", "item", "itemversion"):
        assert instructor.get(f"/admin/questions/{page}/").status_code == 200, page
    for page in ("examprep/user", "quizzes/dailyplan"):  # a plan holds all courses of a student
        assert instructor.get(f"/admin/{page}/").status_code == 403, page


@pytest.mark.any_database
def test_students_do_not_get_in(student: User, course: Course) -> None:
    client = Client()
    client.force_login(student)

    for address in ("/admin/", "/admin/questions/item/", f"{ADD}?kind=numeric"):
        assert client.get(address)["Location"].startswith("/admin/login/")
    assert client.post("/admin/questions/item/preview/numeric/", {})["Location"].startswith("/admin/login/")


@pytest.mark.any_database
def test_an_administrator_sees_accounts(admin_client: Client) -> None:
    page = admin_client.get("/admin/examprep/user/")
    assert page.status_code == 200


@pytest.mark.any_database
def test_the_preview_of_a_numeric_item_shows_the_spread_of_its_answers(instructor: Client, course: Course) -> None:
    page = instructor.post("/admin/questions/item/preview/numeric/", form(course, "numeric")).content.decode()

    assert page.count("<rect ") == 24
    assert 'aria-label="Histogram of the answers, from 8 to 180"' in page
    assert "87 different questions" in page
    assert "98 % of the draws met the conditions" in page


@pytest.mark.any_database
def test_the_preview_lists_the_seeds_that_break_an_item(instructor: Client, course: Course) -> None:
    sent = form(course, "numeric") | {"mistakes-0-value": "m + (n - 7)*(n - 8)*(n - 9)"}

    page = instructor.post("/admin/questions/item/preview/numeric/", sent).content.decode()

    assert "It cannot be published" in page
    assert re.search(r"Mistake 1 is marked right\. \d+ seeds, such as \d+", page)


def test_what_the_nightly_audit_finds_is_shown_until_it_is_mended(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "numeric")
    bank.record_findings(item, ["Mistake 1 is marked right. 3 seeds.", "Mistake 1 is marked right. 3 seeds."])

    address = f"/admin/questions/item/{item.pk}/change/"
    assert "The nightly audit found this item broken" in instructor.get(address).content.decode()
    listed = instructor.get("/admin/questions/item/?audit=broken").context["cl"].queryset
    assert [found.slug for found in listed] == [item.slug]

    instructor.post(address, form(course, "numeric", _publish="1") | {"stem": "Twice ${n}$?"})
    assert not item.findings.exists()
