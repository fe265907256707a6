"""Items that tell what others ask are found, told of, and decided on."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from questions import bank
from questions.bank.telling import Hint, find_hints, read_told
from questions.models import AcceptedHint, Course, Item, ItemEnemy
from tests.questions.admin.test_items import publish

pytestmark = pytest.mark.any_database

PAGE = "/admin/questions/item/hints/"
CHOICES: list[dict[str, Any]] = [{"text": "Yes", "correct": True}, {"text": "No", "because": "No."}]


def told(*bodies: tuple[str, dict[str, Any]]) -> list[Hint]:
    """The hints of items of these kinds and bodies, which are numbered from 0."""
    read = [
        read_told(at, kind, {"stem": "Which?", "explanation": "Because.", **body})
        for at, (kind, body) in enumerate(bodies)
    ]
    return list(find_hints([each for each in read if each]))


@pytest.mark.parametrize(
    ("stem", "asked", "words"),
    [
        ("Why is a *Thinned network* small?", {"accept": ["thinned"]}, "thinned"),
        ("Why is it unthinned?", {"accept": ["thinned"]}, None),
        (
            "What is $w \\leftarrow (1 - \\eta\\lambda) w$?",
            {"explanation": "By $1-\\eta \\lambda$."},
            "1-\\eta\\lambda",
        ),
        ("With $\\lambda = 0.02$?", {"explanation": "Here $\\lambda = 0.02$, as said."}, None),
        ("What is $1 - p$?", {"explanation": "By $1 - p$."}, None),
    ],
)
def test_keys_and_formulas_are_found_in_what_is_seen_before_the_answer(
    stem: str, asked: dict[str, Any], words: str | None
) -> None:
    telling = ("single_choice", {"stem": stem, "choices": CHOICES})
    found = told(telling, ("short_text", {"accept": ["anything"], **asked}))
    assert found == ([Hint(0, 1, words)] if words else [])


def test_what_is_seen_afterwards_tells_nothing_and_what_everybody_shows_neither() -> None:
    asked = ("short_text", {"accept": ["thinned"], "explanation": "It is $1-\\eta\\lambda$."})
    afterwards = {"explanation": "A thinned network, by $1-\\eta\\lambda$.", "choices": CHOICES}
    assert [hint for hint in told(("single_choice", afterwards), asked) if hint.other == 1] == []
    everywhere = [("single_choice", {"stem": "$1-\\eta\\lambda$?", "choices": CHOICES})] * 6
    assert [hint for hint in told(*everywhere, asked) if hint.other == 6] == []
    assert len(told(*everywhere[:5], asked)) == 5


def test_a_chosen_sentence_is_found_in_another_item() -> None:
    right = "The weights shrink in proportion to themselves."
    choices = [{"text": right, "correct": True}, {"text": "They do not.", "because": "They do."}]
    telling = ("single_choice", {"stem": f"Why: {right.lower()}", "choices": CHOICES})
    assert [(hint.item, hint.other) for hint in told(telling, ("single_choice", {"choices": choices}))] == [(0, 1)]


def test_publishing_tells_and_the_page_decides(instructor: Client, course: Course) -> None:
    instructor.get(PAGE)
    item = publish(instructor, course, "single_choice", stem="What does AdamW do to weights?")
    other = Item.objects.get(slug="name-of-the-fix")
    page = instructor.get(PAGE).content.decode()
    assert "“new-single-choice” gives away “name-of-the-fix”: adamw" in page
    assert "Make them enemies" in page
    assert [(hint.item, hint.other, hint.words) for hint in bank.list_hints(course, item)] == [(item, other, "adamw")]

    form = {"item": item.pk, "other": other.pk, "words": "adamw"}
    assert instructor.post(PAGE, {**form, "decision": "harmless"}).status_code == 302
    assert bank.list_hints(course) == []
    accepted = AcceptedHint.objects.get()
    assert accepted.accepted_by
    assert accepted.accepted_by.username == "ina"
    assert "Accepted as harmless" in instructor.get(PAGE).content.decode()
    instructor.post(PAGE, {**form, "decision": "again"})
    assert len(bank.list_hints(course)) == 1

    for _ in range(2):
        instructor.post(PAGE, {**form, "decision": "enemies"})
    assert ItemEnemy.objects.filter(item=item, enemy=other).count() == 1
    assert bank.list_hints(course) == []


def test_the_page_takes_no_junk_and_is_for_authors(instructor: Client, course: Course, client: Client) -> None:
    item = Item.objects.get(slug="name-of-the-fix")
    for data in ({}, {"item": "x", "other": "-1"}, {"item": 9**20, "other": 1}):
        assert instructor.post(PAGE, data).status_code == 404
    itself = {"item": item.pk, "other": item.pk, "words": "\x00", "decision": "enemies"}
    assert instructor.post(PAGE, itself, follow=True).status_code == 200
    assert instructor.post(PAGE, {**itself, "decision": "harmless"}, follow=True).status_code == 200
    assert not ItemEnemy.objects.exists()
    assert not AcceptedHint.objects.exists()
    assert client.get(PAGE).status_code == 302


def test_the_command_lists_pairs_and_fails_where_there_are_any(course: Course) -> None:
    out = StringIO()
    call_command("find_hints", course="tiny", stdout=out)
    assert out.getvalue() == "0 pairs to mark as enemies, or to accept in the admin.\n"
    item = Item.objects.get(slug="penalty-target")
    body = {**item.draft, "stem": "What does AdamW make small?"}
    saved = bank.save_draft(course, item.slug, item.kind, body, [tag.concept for tag in item.tags.all()], difficulty=1)
    bank.publish(saved)
    with pytest.raises(SystemExit):
        call_command("find_hints", stdout=out)
    assert "penalty-target tells name-of-the-fix: adamw\n1 pair to mark" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("find_hints", course="unknown")
