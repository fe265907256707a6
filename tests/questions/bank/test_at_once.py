"""Two at once: every pair of what changes the bank, on PostgreSQL, where writers do not wait for each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection, transaction
from django.db.models import Max
from django.test import Client

from examprep.models import User
from examprep.roles import make_instructors_group
from questions import bank
from questions.models import Concept, Course, Item, Lesson
from quizzes.exams import load_exams
from quizzes.models import Exam
from tests import courses
from tests.forms import filled_in

ROUNDS = 3
"""Of a pair that needs no page."""
SLUG = "order-of-a-step"
Operation = Callable[[Client, Item, int], None]


def _save_draft(client: Client, item: Item, number: int) -> None:
    body = {**item.draft, "stem": f"Draft {number}"}
    bank.save_draft(item.course, item.slug, item.kind, body, [tag.concept for tag in item.tags.all()])


def _expect(error: bank.BankError, reason: str) -> None:
    if reason not in str(error):
        raise error


def _publish(client: Client, item: Item, number: int) -> None:
    try:
        bank.publish(item, seeds=20)
    except bank.BankError as error:
        _expect(error, "retired meanwhile")


def _save_and_publish(client: Client, item: Item, number: int) -> None:
    _save_draft(client, item, number)
    _publish(client, item, number)


def _retire(client: Client, item: Item, number: int) -> None:
    bank.retire(item)


def _action(name: str) -> Operation:
    def act(client: Client, item: Item, number: int) -> None:
        keys = list(Item.objects.values_list("pk", flat=True).order_by("-pk" if number else "pk"))
        answer = client.post("/admin/questions/item/", {"action": name, ACTION_CHECKBOX_NAME: keys})
        assert answer.status_code == 302

    return act


def _load(client: Client, item: Item, number: int) -> None:
    with transaction.atomic():
        bank.load_course(courses.TINY, seeds=20)


def _load_exams(client: Client, item: Item, number: int) -> None:
    try:
        load_exams(item.course, courses.TINY)
    except bank.BankError as error:
        _expect(error, "published.")  # too few: the others are retired just now


def _audit(client: Client, item: Item, number: int) -> None:
    bank.record_findings(item, ["Nothing."])


def _edit(model: type[Lesson | Concept | Exam | Item]) -> Operation:
    def save(client: Client, item: Item, number: int) -> None:
        row = item if model is Item else model._default_manager.order_by("pk").first()
        assert row is not None
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}/change/"
        answer = client.post(url, filled_in(client, url) | {"_draft": "1"})
        assert answer.status_code in {200, 302}

    return save


OPERATIONS: dict[str, Operation] = {
    "save a draft": _save_draft,
    "publish": _publish,
    "save and publish": _save_and_publish,
    "retire": _retire,
    "publish all": _action("publish_items"),
    "retire all": _action("retire_items"),
    "load the course": _load,
    "load the exams": _load_exams,
    "record an audit": _audit,
    "edit an item": _edit(Item),
    "edit a lesson": _edit(Lesson),
    "edit a concept": _edit(Concept),
    "edit an exam": _edit(Exam),
}
PAGES = {"publish all", "retire all", "edit an item", "edit a lesson", "edit a concept", "edit an exam"}


@pytest.fixture
def clients(transactional_db: None) -> list[Client]:
    """The browsers of two instructors of the tiny course."""
    if connection.vendor != "postgresql":
        pytest.skip("Writers of SQLite wait for each other.")
    courses.load()
    browsers = []
    for name in ("ina", "ivo"):
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(make_instructors_group())
        browser = Client()
        browser.force_login(user)
        browsers.append(browser)
    return browsers


def at_once(clients: list[Client], pair: tuple[Operation, Operation], item: Item) -> list[BaseException | None]:
    """Run two operations on the item at the same moment; what each raised."""
    barrier = Barrier(2)

    def run(number: int) -> BaseException | None:
        try:
            mine = Item.objects.select_related("course", "published").get(pk=item.pk)
            barrier.wait()
            pair[number](clients[number], mine, number)
        except Exception as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def test_every_pair_of_operations_at_once(clients: list[Client]) -> None:
    course, item = Course.objects.get(), Item.objects.get(slug=SLUG)
    for first, second in itertools.combinations_with_replacement(OPERATIONS, 2):
        for _ in range(1 if {first, second} & PAGES else ROUNDS):
            Item.objects.update(retired_at=None)
            errors = at_once(clients, (OPERATIONS[first], OPERATIONS[second]), item)
            assert errors == [None, None], f"{first} beside {second}"
            _check_sound(course, f"{first} beside {second}")


def _check_sound(course: Course, pair: str) -> None:
    """The newest version is the published one, and revisions go up."""
    rows = Item.objects.annotate(newest=Max("versions__number"))
    for slug, published, newest in rows.values_list("slug", "published__number", "newest"):
        assert published == newest, f"{slug}, {pair}"
    revision = Course.objects.get(pk=course.pk).revision
    assert revision == Item.objects.aggregate(last=Max("revision"))["last"], pair


def test_a_retirement_is_never_undone_by_who_did_not_see_it(clients: list[Client]) -> None:
    for name in ("publish", "save and publish", "publish all", "edit an item"):
        item = Item.objects.get(slug=SLUG)
        Item.objects.filter(pk=item.pk).update(retired_at=None)
        item.refresh_from_db()
        bank.retire(Item.objects.get(pk=item.pk))
        if name != "publish all":
            OPERATIONS[name](clients[0], item, 0)
            item.refresh_from_db()
            assert item.retired_at, name


ADDED: dict[str, dict[str, object]] = {
    "/accounts/signup/": {"username": "newcomer", "password1": "lovelace-1815"},
    "/admin/examprep/user/add/": {"username": "added", "password1": "lovelace-1815", "password2": "lovelace-1815"},
    "/admin/questions/concept/add/": {"slug": "twice", "name": "Twice", "definition": "Once.", "position": 0},
    "/admin/questions/lesson/add/": {
        "slug": "twice",
        "title": "Twice",
        "week": 1,
        "session": 1,
        "minutes": 5,
        "reading": "[]",
        "body_markdown": "Once.",
    },
}


@pytest.mark.parametrize("url", ADDED)
def test_two_who_add_the_same_at_once_get_a_page_and_an_error_at_a_field(clients: list[Client], url: str) -> None:
    """A double click is two of these."""
    User.objects.update(is_superuser=True)
    sent: dict[str, object] = {"course": Course.objects.get().pk, "lesson": Lesson.objects.all()[0].pk, **ADDED[url]}
    answers: list[int] = []

    def add(client: Client, item: Item, number: int) -> None:
        answers.append((Client() if "accounts" in url else client).post(url, dict(sent)).status_code)

    assert at_once(clients, (add, add), Item.objects.get(slug=SLUG)) == [None, None]
    assert sorted(answers) == [200, 302]
