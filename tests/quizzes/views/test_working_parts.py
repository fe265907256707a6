"""Steps of a question with parts: worked by hand with its parts in sight, and written by an author."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import schedule
from tests.forms import filled_in
from tests.questions.kinds.parts import ITEM, with_part, write_course

pytestmark = pytest.mark.any_database

STEPS = [{"say": "Divide the sum by 5.", "formula": "m", "decimals": 1, "unit": "cm", "hint": "{sum(x)}."}]


@pytest.fixture
def item(db: None, tmp_path: Path) -> Item:
    """The only question of its course: it has parts, and steps of its own and of a part."""
    whole = [{"say": "Add up.", "formula": "sum(x)", "exact": True}]
    write_course(tmp_path, {**ITEM, **with_part("mean", work=STEPS), "work": whole})
    return bank.load_course(tmp_path, seeds=20).course.items.get()


def log_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_it_is_worked_with_its_parts_in_sight_and_no_field_but_that_of_the_step(item: Item) -> None:
    student = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(student, item.course)

    page = log_in(student).get("/work/heights/").content.decode()

    assert "Add up." in page
    assert '<b class="letter">a</b>' in page  # of the part whose step is to be filled in
    assert "What is that number called?" in page  # a part below the text
    assert page.count('class="blank"') == 2
    assert page.count("<input") - page.count('<input type="hidden"') == 1


def test_an_author_saves_its_steps_as_they_are(item: Item) -> None:
    author = log_in(User.objects.create_superuser("root", password="rules"))
    address, before = f"/admin/questions/item/{item.pk}/change/", item.draft

    answer = author.post(address, {**filled_in(author, address), "_save": "1"})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    item.refresh_from_db()
    assert item.draft == before
    assert item.draft["parts"][0]["work"] == STEPS
