"""Two at once: every pair of what changes the bank, on PostgreSQL, where writers do not wait for each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection, transaction
from django.db.models import Max
from django.test import Client

from examprep.models import User
from questions import bank, roles
from questions.models import Concept, Course, Item, Lesson
from quizzes.exams import load_exams
from quizzes.models import Exam
from tests import courses
from tests.forms import filled_in

ROUNDS = 2
"""Of a pair that needs no page."""
SLUG = "order-of-a-step"
TICKED = (SLUG, "penalty-target", "match-regularisers")
"""Of what is done to all that are ticked: two would do to lock them in opposite orders."""
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
        ticked = Item.objects.filter(slug__in=TICKED).order_by("-pk" if number else "pk")
        keys = list(ticked.values_list("pk", flat=True))
        answer = client.post("/admin/questions/item/", {"action": name, ACTION_CHECKBOX_NAME: keys, "confirmed": "1"})
        assert answer.status_code == 302

    return act


def _load(client: Client, item: Item, number: int) -> None:
    with transaction.atomic():
        bank.load_course(courses.TINY, seeds=20)


def _load_exams(client: Client, item: Item, number: int) -> None:
    try:
        load_exams(item.course, courses.TINY)
    except bank.BankError as error:
        if not _too_few(error):
            raise


def _audit(client: Client, item: Item, number: int) -> None:
    bank.record_findings(item, ["Nothing."])


def _too_few(error: object) -> bool:
    """Whether an exam is refused because items that it needs are retired just now."""
    return "published." in str(error)


def _edit(model: type[Lesson | Concept | Exam | Item]) -> Operation:
    """Save a row's form as its page had it when nobody else was there."""

    def save(client: Client, item: Item, number: int) -> None:
        url, sent = FORMS[model]
        answer = client.post(url, dict(sent))
        assert answer.status_code == 302 or _too_few(answer.context["adminform"].form.errors)

    return save


FORMS: dict[type[Any], tuple[str, dict[str, Any]]] = {}
"""The address and the fields of an edit of each model."""


def _open_pages(client: Client) -> None:
    """Open the page of one row of each model."""
    for model in (Lesson, Concept, Exam, Item):
        rows = model._default_manager.order_by("pk")
        row = rows.get(slug=SLUG) if model is Item else rows[0]
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}/change/"
        FORMS[model] = url, filled_in(client, url) | {"_draft": "1"}


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
        user = User.objects.create_user(name)
        roles.set_role(user, Course.objects.get(), roles.Role.OWNER)
        browser = Client()
        browser.force_login(user)
        browsers.append(browser)
    _open_pages(browsers[0])
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
    """The newest version is the published one; no two items have one revision, nor any a later one than its course."""
    rows = Item.objects.annotate(newest=Max("versions__number"))
    for slug, published, newest in rows.values_list("slug", "published__number", "newest"):
        assert published == newest, f"{slug}, {pair}"
    revisions = list(Item.objects.order_by("revision").values_list("revision", flat=True))
    assert len(revisions) == len(set(revisions)), pair
    assert revisions[-1] <= Course.objects.get(pk=course.pk).revision, pair


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


def test_an_edit_that_waits_too_long_gives_the_text_back(clients: list[Client]) -> None:
    url, sent = FORMS[Lesson]
    locked, answered = Event(), Event()

    def load(key: int) -> None:
        try:
            with transaction.atomic():
                bank.lock_course(key)
                locked.set()
                answered.wait(30)
        finally:
            connection.close()

    def wait_little(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """As web processes do, which wait longer; for the transaction, since a pool lends its connections to others."""
        if " FOR " in sql and connection.connection:
            connection.connection.execute("SET LOCAL lock_timeout = 20")
        return execute(sql, params, many, context)

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(wait_little):
        loading = pool.submit(load, Course.objects.get().pk)
        locked.wait(30)
        try:
            answer = clients[0].post(url, sent | {"summary": "An hour of work"})
        finally:
            answered.set()
        loading.result()
    assert answer.status_code == 503
    assert "An hour of work" in answer.content.decode()


TEXTS = {Lesson: "summary", Concept: "definition", Exam: "title", Item: "stem"}


def test_of_two_edits_at_once_one_is_stored_and_the_other_comes_back(clients: list[Client]) -> None:
    for model, name in TEXTS.items():
        (url, sent), texts = FORMS[model], ["Words of the first", "Words of the other"]
        opened = clients[0].get(url).context["adminform"].form.opened
        answers: dict[int, Any] = {}

        def save(client: Client, item: Item, number: int) -> None:
            answers[number] = client.post(url, sent | {"opened": opened, name: texts[number]})  # noqa: B023

        assert at_once(clients, (save, save), Item.objects.get(slug=SLUG)) == [None, None]
        loser, winner = sorted(answers, key=lambda number: int(answers[number].status_code))
        assert (answers[loser].status_code, answers[winner].status_code) == (200, 302)
        form = answers[loser].context["adminform"].form
        assert form[name].value() == texts[loser]
        (difference,) = form.differences
        assert texts[winner].split()[-1] in difference.theirs
        assert filled_in(clients[0], url)[name] == texts[winner]


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
        "body_markdown": "Once.",
    },
}


def test_two_who_add_the_same_at_once_get_a_page_and_an_error_at_a_field(clients: list[Client]) -> None:
    """A double click is two of these."""
    User.objects.update(is_superuser=True)
    shared: dict[str, object] = {"course": Course.objects.get().pk, "lesson": Lesson.objects.all()[0].pk}
    for url, fields in ADDED.items():
        answers: list[int] = []

        def add(client: Client, item: Item, number: int) -> None:
            browser = Client() if "accounts" in url else client  # noqa: B023
            answers.append(browser.post(url, shared | fields).status_code)  # noqa: B023

        assert at_once(clients, (add, add), Item.objects.get(slug=SLUG)) == [None, None], url
        assert sorted(answers) == [200, 302], url
