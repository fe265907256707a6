"""Every page that links lead to, as each role: whatever is asked or sent, no answer is a fault of the server."""

from __future__ import annotations

import copy
import functools
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Correction, Course, ItemVersion, Picture, StaffAct
from questions.tasks import work_on_imports
from quizzes import schedule
from quizzes.exams import corrections
from quizzes.memory.fsrs import DEFAULT_PARAMETERS
from quizzes.models import MemoryFit, Notice, Reminder, Section, SittingAct, Slot, SlotMark
from tests.conftest import Api

PAGES_OF_A_ROUTE = 1
JUNK = ("\ud800", "\x00", "9" * 40, "-1", "00000000012", "٣", "1e400", "<script>", "[" * 500, "' OR 1=1 --", "é" * 300)
QUERIES = (
    "page=%ED%A0%80&q=%00&next=//elsewhere&p=99999999999999999999&limit=-1&o=x&sort=%FF&days=0000000000009&offset=1e3",
    "q=" + "%5B" * 300 + "&page=%D9%A3&p=-1&next=javascript:alert(1)&value=1e400&date=0000-00-00&_popup=1&cursor=AAAA",
)
SHARES = 2
"""Junk is put into so many parts of a form one after another, so that the rest of it is as it should be. Which junk it
is, the run's seed says."""


@dataclass
class Form:
    """A form as a page shows it: where it is sent, and what a browser would send untouched."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.typing = ""
        self.selecting = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        name = has.get("name", "")
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        elif tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").lower()))
        elif tag == "select":
            self.selecting = name
        elif self.forms and tag == "option" and self.selecting:
            if "selected" in has or self.selecting not in self.forms[-1].values:
                self.forms[-1].values[self.selecting] = has.get("value", "")
        elif self.forms and name:
            self._field(tag, name, has)

    def _field(self, tag: str, name: str, has: dict[str, str]) -> None:
        values = self.forms[-1].values
        if tag == "textarea":
            self.typing = name
            values[name] = ""
        elif tag == "button" or has.get("type") in ("submit", "radio"):
            values.setdefault(name, has.get("value", ""))
        elif tag == "input" and (has.get("type") != "checkbox" or "checked" in has):
            values[name] = has.get("value", "on" if has.get("type") == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        if self.typing:
            self.forms[-1].values[self.typing] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.typing = ""
        elif tag == "select":
            self.selecting = ""


class Visitor:
    """Somebody who follows every link, and sends every form as it is, twice, empty, and with junk in each field.

    What another visitor has sent already, and junk that another has asked a page with, is not tried again.
    """

    def __init__(self, user: User | None, sent: set[tuple[str | None, frozenset[str]]], asked: set[str]) -> None:
        self.user = user
        self.client = Client(raise_request_exception=False)
        self.pages: Counter[str] = Counter()
        self.sent = sent
        self.asked = asked
        self.addresses: dict[str, str] = {}
        self.shown: set[str] = set()
        self.faults: list[str] = []

    def crawl(self, *starts: str) -> None:
        waiting = list(starts)
        seen = set(waiting)
        while waiting:
            for address in self.visit(waiting.pop(0)):
                if address not in seen:
                    seen.add(address)
                    waiting.append(address)

    def visit(self, address: str) -> Iterator[str]:
        """Look at a page and do all that can be done there; the addresses it leads to."""
        route = route_of(address)
        if route is None or self.pages[route] >= PAGES_OF_A_ROUTE:
            return
        self.pages[route] += 1
        cache.clear()
        if self.user:
            self.client.force_login(self.user)
        response = self.get(address)
        self.addresses.setdefault(route, address)
        if response.status_code == 200 and route not in self.asked:
            self.asked.add(route)
            self.get(f"{address.partition('?')[0]}?{random.choice(QUERIES)}")
        if response.get("Location"):
            yield self.inside(address, response["Location"])
        if response.status_code == 200:
            self.shown.add(route)
        if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
            return
        page = Page(response.content.decode())  # type: ignore[attr-defined]
        yield from (self.inside(address, link) for link in page.links)
        for form in page.forms:
            target = self.inside(address, form.action or address)
            kind = (route_of(target), frozenset(form.values))
            if form.method == "post" and kind not in self.sent:
                self.sent.add(kind)
                self.send(target, form)

    def send(self, target: str, form: Form) -> None:
        """Send a form in every way; what it changes is taken back each time."""
        with self.taken_back():
            self.post(target, form.values)
            self.post(target, form.values)
        names = [name for name in form.values if name != "csrfmiddlewaretoken"]
        some = [{name: random.choice(JUNK) for name in names[place::SHARES]} for place in range(SHARES)]
        for values in [{}, *({**form.values, **wrong} for wrong in some if wrong)]:
            with self.taken_back():
                self.post(target, values)

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Take back what is sent within: what it stores, and what the browser keeps, as where it ends the login."""
        before, cookies = transaction.savepoint(), copy.deepcopy(self.client.cookies)
        yield
        transaction.savepoint_rollback(before)
        self.client.cookies = cookies

    def shows(self, route: str, address: str) -> bool:
        """Whether this visitor is shown a page, and neither refused nor led away."""
        if route in self.shown:
            return True
        if self.user:
            self.client.force_login(self.user)
        return self.get(address).status_code == 200

    def get(self, address: str) -> HttpResponseBase:
        return self.noted("GET", address, self.client.get(address))

    def post(self, address: str, values: dict[str, str]) -> None:
        body = urlencode(values, errors="surrogatepass")
        response = self.client.post(address, body, content_type="application/x-www-form-urlencoded")
        self.noted("POST", f"{address} {values!a}"[:400], response)

    def noted(self, method: str, what: str, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code >= 500:
            self.faults.append(f"{response.status_code} {method} {what}")
        return response

    @staticmethod
    def inside(page: str, link: str) -> str:
        """The address on this service that a link leads to, or none."""
        parts = urlsplit(urljoin(f"http://testserver{page}", link))
        return parts._replace(scheme="", netloc="", fragment="").geturl() if parts.netloc == "testserver" else ""


@functools.cache
def route_of(address: str) -> str | None:
    """The route of an address, where it leads to this service."""
    try:
        return resolve(urlsplit(address).path).route if address else None
    except Resolver404:
        return None


def all_routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


PUBLIC = (
    *("lessons/", "concepts/", "search/", "privacy/", "api/v1/docs/"),
    *("courses/<slug:course>/lessons/", "courses/<slug:course>/concepts/"),
    *("accounts/login/", "accounts/password/reset/", "accounts/signup/"),
)
"""Where the pages begin that anybody may read."""
COURSES = ("", "courses/", "courses/<slug:course>/")
"""Pages that anybody may read, and under which others stand that are not theirs."""
LEAVING = "courses/<slug:course>/leave/"
STUDENTS = (
    "account/",
    "accounts/",
    *(f"courses/<slug:course>/{page}/" for page in ("diagnostic", "exams", "notebook", "start", "work")),
    "exams/",
    "notebook/",
    "progress/",
    "review/",
    "settings/",
    "sittings/",
    "today/",
    "work/",
)
ADMINISTRATORS = ("admin/examprep/", "admin/auth/", "admin/account/", "admin/quizzes/job/", "admin/quizzes/reminder/")
"""Where the pages of the admin begin that instructors have no business with: accounts, and what runs the service."""
ELSEWHERE = ("api/v1/", "_allauth/", "accounts/", "admin/")
"""What has tests of its own: calls (tests/api/test_schema.py), and routes of Django and allauth without links."""
NOT_LINKED = {
    "account/keep/": "offered to who has asked for the end of the account",
    "account/logins/": "offered to who is logged in twice",
    "account/second-factor/": "where staff come who need a second factor",
    "as-student/stop/": "offered to who looks as a student",
    "calendar/<str:secret>.ics": "read by calendar programs",
    "invitations/<str:secret>/": "in mails",
    "join/": "where the form for a code leads",
    "join/<slug:code>/": "given to people by the course's staff",
    "courses/<slug:course>/diagnostic/stop/": "offered with the questions of a diagnostic",
    "courses/<slug:course>/lessons/<slug:slug>/sections/<str:heading>/check/": "where a section teaches something",
    "courses/<slug:course>/students/<str:student>/notes/<int:note>/": "offered to the author of a note",
    "favicon.ico": "asked for by browsers",
    "figures/<slug:name>/<slug:digest>/": "asked by a script",
    "health/live": "asked by machines",
    "metrics": "asked by machines",
    "health/ready": "asked by machines",
    "reminders/push/": "sent by a script",
    "lti/login/": "asked by learning platforms",
    "lti/launch/": "asked by learning platforms",
    "lti/choose/": "asked by learning platforms",
    "lti/keys/": "asked by learning platforms",
    "lti/register/<str:secret>/": "given to whoever runs a learning platform",
    "media/<str:address>": "shown where a text has a picture",
    "reminders/stop/<str:token>/": "in mails",
    "review/hint/": "offered with questions that have hints",
    "review/part/": "offered with questions that have parts",
    "review/read/": "asked by a script",
    "sittings/<uuid:id>/slots/<int:number>/": "sent by a script",
    "today/off/": "offered on days of which one may be taken off",
    "unsent/": "only after a login ran out",
    "worker.js": "asked for by a script",
    "app.webmanifest": "asked for by browsers",
    "offline/": "shown by the worker",
    "review/forms/": "asked by a script",
    "courses/<slug:course>/choose/": "offered to who has several courses",
    **{
        route: "kept for links that leave the course out"
        for route in all_routes()
        if route.startswith(("lessons/<", "concepts/<", "exams/<", "notebook/<", "work/<"))
    },
}


@pytest.fixture
def history(api: Api, key: Callable[[str], Any]) -> None:
    """A student who has answered, said what is wrong, is sitting an exam, and has handed another in."""
    shown = api.queue()["results"][0]
    api.answer(shown["id"], key(shown["id"]))
    api.post(f"presentations/{shown['id']}/reports/", {"category": "key"})
    handed_in = api.post("exams/tiny-exam/sittings/", {}).json()["id"]
    api.post(f"sittings/{handed_in}/submit/", {})
    SittingAct.objects.create(sitting_id=handed_in, kind="comment", request=uuid.uuid4(), made_at=timezone.now())
    SlotMark.objects.create(slot=Slot.objects.filter(sitting=handed_in)[0], points=[], made_at=timezone.now())
    api.post("exams/tiny-viva/sittings/", {})
    ada = User.objects.get(username="ada")
    version = ItemVersion.objects.exclude(item__slug=shown["item"]).first()
    assert version is not None
    full = Correction(version=version, rule=Correction.Rule.FULL, why="The key was wrong.", made_at=timezone.now())
    corrections.apply(full, timezone.now())
    answered = ItemVersion.objects.get(item__slug=shown["item"])
    Notice.objects.create(student=ada, item=answered.item, text="It was corrected.", made_at=timezone.now())
    schedule.look_ahead(ada)
    Reminder.objects.create(student=ada, date=timezone.localdate(), made_at=timezone.now())
    scores = dict.fromkeys(("log_loss_before", "log_loss_after", "rmse_before", "rmse_after"), 0.5)
    fit = {
        "parameters": list(DEFAULT_PARAMETERS),
        "calibration": [],
        "reviews": 500,
        "judged_on": 100,
        "adopted": False,
    }
    Picture.objects.create(course=Course.objects.get(), address=f"box-1x1-{'0' * 32}.svg")
    Section.objects.create(course=Course.objects.get(), name="Monday")
    bank.upload(Course.objects.get(), "gift", ContentFile(b"::One::Which? {=1 ~2#No.}", name="quiz.gift"), None)
    work_on_imports()
    StaffAct.objects.create(
        made_at=timezone.now(), kind="changed", model="questions.course", course=Course.objects.get()
    )
    MemoryFit.objects.create(student=ada, fitted_at=timezone.now(), **fit, **scores)


@pytest.mark.slow
def test_no_page_fails_and_each_role_reaches_its_own(history: None, instructor: Client) -> None:
    User.objects.create_superuser("root", password="rules-them-all")
    sent: set[tuple[str | None, frozenset[str]]] = set()
    asked: set[str] = set()
    names = ["", "ada", "ina", "root"]
    random.shuffle(names)  # so that now this one, now that one sends what several could
    roles: dict[str, Visitor] = {}
    for name in names:
        roles[name] = Visitor(User.objects.filter(username=name).first(), sent, asked)
        roles[name].crawl("/", "/admin/")
        assert not roles[name].faults

    everything = {route: address for visitor in roles.values() for route, address in visitor.addresses.items()}
    shown = {name: [page[0] for page in everything.items() if role.shows(*page)] for name, role in roles.items()}
    assert [route for route in shown[""] if not route.startswith(PUBLIC) and route not in COURSES] == []
    theirs = (*COURSES, LEAVING)
    assert [route for route in shown["ada"] if not route.startswith(PUBLIC + STUDENTS) and route not in theirs] == []
    assert [route for route in shown["ina"] if route.startswith(ADMINISTRATORS)] == []
    assert [route for route in shown["root"] if route.startswith(ADMINISTRATORS)] != []

    reached = {*everything, *dict(sent)}
    assert {route for route in all_routes() if not route.startswith(ELSEWHERE)} - reached == set(NOT_LINKED)
    pages = {route for route in all_routes() if route.startswith("admin/qu") and route.endswith("/change/")}
    assert pages - reached == set()
