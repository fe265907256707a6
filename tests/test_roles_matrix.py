"""Who gets in where: every route of the service, as everybody. A route without a rule fails."""

from __future__ import annotations

import copy
import json
import logging
import random
import re
import uuid
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import ResolverMatch, resolve
from django.utils import timezone

from examprep.models import User
from examprep.roles import make_instructors_group
from questions import roles
from questions.models import Course, Item
from questions.roles import ACTS_OF, Act, Role
from quizzes import exams, schedule
from quizzes.models import Exam, MemoryFit, Section, Sitting
from tests.conftest import Api
from tests.test_crawler import all_routes, history  # noqa: F401 - a fixture: rows of every kind

R, W, S, M, O = Act.READ, Act.WRITE, Act.SEE_STUDENTS, Act.MARK, Act.MANAGE  # noqa: E741 - as columns of a table
ROOT = "superusers"
FOUND = "who may found courses"
STUDENTS = "whoever studies the course"
STAFF = "whoever has a role in a course"
OWN = "the student whose it is"
PEOPLE = "whoever is logged in"
ALL = "everybody"
NONE = "nobody"
Rule = Act | str

TABLES: dict[str, tuple[Rule, Rule, Rule, Rule]] = {
    # what is administered        view  add    change delete
    "questions/course": (R, FOUND, O, O),
    "questions/lesson": (R, W, W, W),
    "questions/concept": (R, W, W, W),
    "questions/item": (R, W, W, NONE),  # the one of the table is published: it is retired
    "questions/itemversion": (R, NONE, NONE, NONE),
    "questions/picture": (R, W, NONE, NONE),
    "questions/import": (R, W, W, NONE),
    "questions/correction": (R, NONE, NONE, NONE),
    "questions/staffact": (R, NONE, NONE, NONE),
    "quizzes/exam": (R, W, W, W),
    "quizzes/questionreport": (R, NONE, W, NONE),
    "quizzes/enrolment": (S, ROOT, M, NONE),
    "quizzes/card": (S, NONE, NONE, NONE),
    "quizzes/presentation": (S, NONE, NONE, NONE),
    "quizzes/reviewevent": (S, NONE, NONE, NONE),
    "quizzes/review": (S, NONE, NONE, NONE),
    "quizzes/sitting": (S, NONE, M, NONE),
    "quizzes/sittingact": (S, NONE, NONE, NONE),
    "quizzes/slotmark": (S, NONE, NONE, NONE),
    "quizzes/memoryfit": (S, NONE, NONE, NONE),
    "quizzes/dailyplan": (ROOT, NONE, NONE, NONE),
    "quizzes/reminder": (ROOT, NONE, NONE, NONE),
    "quizzes/job": (ROOT, NONE, NONE, NONE),
    "examprep/user": (ROOT, ROOT, ROOT, NONE),
    "auth/group": (ROOT, ROOT, ROOT, ROOT),
    "account/emailaddress": (ROOT, ROOT, ROOT, ROOT),
    "usersessions/usersession": (ROOT, ROOT, ROOT, ROOT),
    "examprep/ltiplatform": (ROOT, ROOT, ROOT, ROOT),
    "examprep/ltiaccount": (ROOT, ROOT, ROOT, ROOT),
    "examprep/lticontext": (ROOT, NONE, NONE, ROOT),
    "examprep/ltiscore": (ROOT, NONE, NONE, ROOT),
}

PAGES: dict[str, tuple[Rule | None, Rule | None]] = {
    # other pages of the admin: to get, to post; None where it is not answered
    "admin/": (STAFF, None),
    "admin/running/": (ROOT, None),
    "admin/logout/": (None, ALL),
    "admin/login/": (None, None),  # it leads to the one login, or refuses who is no staff
    "admin/password_change/": (STAFF, None),
    "admin/password_change/done/": (STAFF, None),
    "admin/autocomplete/": (ROOT, None),
    "admin/jsi18n/": (STAFF, None),
    "admin/r/<path:content_type_id>/<path:object_id>/": (NONE, None),
    "admin/(?P<url>.*)$": (NONE, None),
    "admin/^(?P<app_label>questions|auth|examprep|quizzes|account|usersessions)/$": (STAFF, None),
    "admin/examprep/user/<id>/password/": (ROOT, ROOT),
    "admin/examprep/ltiplatform/link/": (None, ROOT),
    "admin/questions/item/statistics.csv": (R, None),
    "admin/questions/item/measure/": (None, W),
    "admin/questions/item/<int:pk>/statistics/": (R, None),
    "admin/questions/item/preview/<slug:kind>/": (None, W),
    "admin/questions/item/<int:pk>/versions/": (R, None),
    "admin/questions/item/<int:pk>/restore/": (None, W),
    "admin/questions/item/<int:pk>/retire/": (W, None),
    "admin/questions/item/<int:pk>/duplicate/": (None, W),
    "admin/questions/item/export/": (R, None),
    "admin/questions/item/hints/": (W, None),
    "admin/questions/import/<int:pk>/report.json": (R, None),
    "admin/questions/import/<int:pk>/questions/<int:number>/": (R, None),
    "admin/questions/lesson/preview/": (None, W),
    "admin/questions/lesson/<int:pk>/versions/": (R, None),
    "admin/questions/lesson/<int:pk>/restore/": (None, W),
    "admin/questions/correction/item/<int:pk>/": (W, W),
    "admin/quizzes/exam/<int:pk>/results/": (R, None),
    "admin/quizzes/exam/<int:pk>/results/items.csv": (R, None),
    "admin/quizzes/exam/<int:pk>/results/answers.csv": (R, None),
    "admin/quizzes/exam/<int:pk>/results/students.csv": (S, None),
    "admin/quizzes/slotmark/queue/": (M, M),
    "admin/quizzes/reviewevent/item/<int:pk>/wrong/": (W, W),
    "admin/quizzes/sitting/many/": (M, M),
    # pages of a course for its staff
    "teaching/": (STAFF, None),
    "exams/<slug:slug>/trial/": (R, R),
    "courses/<slug:course>/as-student/": (None, R),
    "courses/<slug:course>/overview/": (S, None),
    "courses/<slug:course>/overview/measure/": (None, S),
    "courses/<slug:course>/overview/lines/": (None, M),
    "courses/<slug:course>/students/": (S, None),
    "courses/<slug:course>/gradebook/": (S, None),
    "courses/<slug:course>/gradebook.csv": (S, None),
    "courses/<slug:course>/students/<str:student>/": (S, None),
    "courses/<slug:course>/students/<str:student>/answers/": (S, None),
    "courses/<slug:course>/students/<str:student>/notes/": (None, M),
    "courses/<slug:course>/students/<str:student>/notes/<int:note>/": (None, NONE),  # there is no such note
    "courses/<slug:course>/people/": (S, None),
    "courses/<slug:course>/people/access/": (O, O),
    "courses/<slug:course>/people/roles/": (None, O),
    "courses/<slug:course>/people/roles/<int:membership>/": (None, O),
    "courses/<slug:course>/people/roster/": (O, None),
    "courses/<slug:course>/people/roster.csv": (O, None),
    "courses/<slug:course>/people/roster/list/": (O, O),
    "courses/<slug:course>/people/roster/links.csv": (O, None),
    "courses/<slug:course>/people/roster/<str:seat>/": (None, O),
    "courses/<slug:course>/people/sections/": (O, O),
    "courses/<slug:course>/people/sections/<int:section>/": (O, O),
}

SERVICE: dict[str, Rule] = {
    # pages and calls of students, by any method
    **dict.fromkeys(
        ("", "worker.js", "app.webmanifest", "offline/", "favicon.ico", "privacy/", "lessons/", "concepts/", "search/"),
        ALL,
    ),
    "as-student/stop/": PEOPLE,
    **dict.fromkeys(("lessons/<slug:slug>/", "lessons/<slug:slug>/formulas/", "concepts/<slug:slug>/"), ALL),
    **dict.fromkeys(("lessons/<slug:slug>/quick-check/", "lessons/<slug:slug>/try/<slug:item>/", "review/read/"), ALL),
    **dict.fromkeys((f"lessons/<slug:slug>/sections/<str:heading>/{page}" for page in ("", "check/")), ALL),
    **dict.fromkeys(("figures/<slug:name>/<slug:digest>/", "media/<str:address>"), ALL),
    **dict.fromkeys(("health/live", "health/ready"), ALL),
    "metrics": NONE,  # for who has the token alone
    **dict.fromkeys(("reminders/stop/<str:token>/", "calendar/<str:secret>.ics", "invitations/<str:secret>/"), ALL),
    **dict.fromkeys(("api/v1/schema/", "api/v1/docs/", "api/v1/^(?P<path>(?s:.*))$"), ALL),
    **dict.fromkeys(("settings/", "account/", "account/second-factor/", "account/keep/", "account/export/"), PEOPLE),
    **dict.fromkeys(("account/logins/", "today/", "today/more/", "today/ahead/", "today/minutes/"), PEOPLE),
    **dict.fromkeys(("courses/", "courses/<slug:course>/", "join/", "join/<slug:code>/"), ALL),
    **dict.fromkeys((f"courses/<slug:course>/{page}/" for page in ("join", "leave", "choose")), PEOPLE),
    "api/v1/courses/<slug:slug>/enrolment/": PEOPLE,
    "api/v1/courses/<slug:slug>/diagnostic/": PEOPLE,
    **dict.fromkeys((f"courses/<slug:course>/{page}/" for page in ("start", "diagnostic", "diagnostic/stop")), PEOPLE),
    **dict.fromkeys(("today/off/", "reminders/push/", "calendar/", "practise/"), PEOPLE),
    **dict.fromkeys(("today/notices/<int:notice>/", "reports/<uuid:id>/", "review/<uuid:event>/"), PEOPLE),
    **dict.fromkeys(("exams/", "exams/<slug:slug>/", "notebook/", "progress/", "progress/missed/", "unsent/"), PEOPLE),
    **dict.fromkeys((f"notebook/<slug:slug>/{page}/" for page in ("bookmark", "note", "answers")), PEOPLE),
    **dict.fromkeys((f"lessons/<slug:slug>/{page}/" for page in ("read", "work")), PEOPLE),
    **dict.fromkeys(("work/<slug:slug>/", "review/"), PEOPLE),
    **dict.fromkeys((f"review/{page}/" for page in ("forms", "undo", "hint", "part", "bury", "summary")), PEOPLE),
    **dict.fromkeys(("sittings/<uuid:id>/", "sittings/<uuid:id>/submit/"), OWN),
    **dict.fromkeys(("sittings/<uuid:id>/slots/<int:number>/", "sittings/<uuid:id>/rounds/<int:number>/"), OWN),
    **dict.fromkeys((f"api/v1/{call}/" for call in ("me", "me/export", "me/sessions", "me/sessions/<int:id>")), PEOPLE),
    **dict.fromkeys((f"api/v1/me/{call}/" for call in ("calendar", "erasure")), PEOPLE),
    **dict.fromkeys((f"api/v1/today{call}/" for call in ("", "/ahead", "/day-off", "/more")), PEOPLE),
    **dict.fromkeys(("api/v1/today/notices/<int:id>/", "api/v1/practice/", "api/v1/devices/<uuid:id>/"), PEOPLE),
    **dict.fromkeys((f"api/v1/{call}/" for call in ("courses", "lessons", "lessons/<slug:slug>", "concepts")), PEOPLE),
    **dict.fromkeys((f"api/v1/lessons/<slug:slug>/sections/{call}" for call in ("", "<str:heading>/reading/")), PEOPLE),
    **dict.fromkeys(
        ("api/v1/reviews/batch/", "api/v1/lessons/<slug:slug>/quick-check/", "api/v1/simulators/<slug:name>/"), PEOPLE
    ),
    **dict.fromkeys(
        (f"api/v1/{call}/" for call in ("queue", "packs", "sync", "numbers/read", "reviews/batch")), PEOPLE
    ),
    **dict.fromkeys((f"api/v1/{call}/" for call in ("exams", "exams/<slug:slug>", "sittings", "progress")), PEOPLE),
    **dict.fromkeys((f"api/v1/{call}/" for call in ("search", "bookmarks", "exams/<slug:slug>/sittings")), PEOPLE),
    **dict.fromkeys((f"api/v1/bookmarks/{call}/" for call in ("<slug:item>",)), PEOPLE),
    **dict.fromkeys((f"api/v1/notes/{call}/" for call in ("<slug:item>",)), PEOPLE),
    **dict.fromkeys((f"api/v1/items/<slug:item>/{call}/" for call in ("work", "answers")), PEOPLE),
    **dict.fromkeys((f"api/v1/presentations/<uuid:id>/{call}/" for call in ("hints", "reports", "work")), OWN),
    **dict.fromkeys((f"api/v1/presentations/<uuid:id>/{call}/" for call in ("parts/<slug:part>", "reveal")), OWN),
    **dict.fromkeys((f"api/v1/sittings/<uuid:id>/{call}/" for call in ("submit", "result")), OWN),
    **dict.fromkeys((f"api/v1/sittings/<uuid:id>/{call}/<int:slot>/" for call in ("answers", "flags")), OWN),
    **dict.fromkeys(
        (f"api/v1/sittings/<uuid:id>/rounds/<int:slot>/{call}/" for call in ("start", "finish", "oral")), OWN
    ),
    "api/v1/sittings/<uuid:id>/": OWN,
}
NAMED = ("lessons/<", "concepts/<", "exams/<", "notebook/<", "work/<")
"""Where the paths of what is named within its course begin: with the course, and without it."""
PAGES |= {f"courses/<slug:course>/{route}": PAGES[route] for route in PAGES if route.startswith(NAMED)}
SERVICE |= {f"courses/<slug:course>/{route}": SERVICE[route] for route in SERVICE if route.startswith(NAMED)}
TESTED_ELSEWHERE = ("accounts/", "_allauth/", "lti/")
"""Routes of allauth, of which none is of a course, and those that learning platforms sign for (tests/lti)."""
UNSEEN = {"owner elsewhere": ("ada", "tiny", "decay-factor"), "author": ("ada",)}
"""Words that stand on no page of the admin that these people are shown: what is of the course, and its student."""
SPARED = ("author elsewhere", "assistant elsewhere", "observer elsewhere")
"""Who asks where a row is named alone: in lists the owner of another course stands for them."""
BENS = {f"api/v1/sittings/<uuid:id>/{call}/" for call in ("answers/<int:slot>", "flags/<int:slot>", "submit")}
"""Calls about the sitting of a second student, who is amid an exam."""
BODIES: dict[str, dict[str, Any]] = {
    "PATCH me/": {"daily_minutes": 25},
    "DELETE me/": {"password": "lovelace-1815"},
    "PUT devices/<uuid:id>/": {"push": None},
    "POST today/more/": {"minutes": 10},
    "POST practice/": {"concept": "l2"},
    "PATCH courses/<slug:slug>/enrolment/": {"exam_dates": {}},
    "PUT sittings/<uuid:id>/answers/<int:slot>/": {"response": {"dont_know": True}, "rev": 0},
    "PUT sittings/<uuid:id>/flags/<int:slot>/": {"flagged": True},
    "POST numbers/read/": {"value": "1"},
    "POST reviews/batch/": {"device": str(uuid.UUID(int=1)), "device_now": "2026-01-01T00:00:00Z", "events": []},
    "PUT sittings/<uuid:id>/rounds/<int:slot>/oral/": {"pair": "l2", "mark": 1},
    "PUT lessons/<slug:slug>/sections/<str:heading>/reading/": {"state": "read"},
    "PUT notes/<slug:item>/": {"text": "Mind the sign."},
    "POST presentations/<uuid:id>/work/": {"step": 1, "response": {"dont_know": True}},
    "POST presentations/<uuid:id>/reports/": {"category": "key", "text": "It is wrong."},
}
"""What is sent by calls that need more than a word: a refusal is for who asks then, and not for what is sent."""
CALLS: dict[str, Rule] = {
    # calls that write and have another rule than those of their route that read
    **dict.fromkeys((f"{method} courses/<slug:slug>/enrolment/" for method in ("PATCH", "DELETE")), STUDENTS),
    **dict.fromkeys((f"{method} courses/<slug:slug>/diagnostic/" for method in ("POST", "DELETE")), STUDENTS),
    **dict.fromkeys((f"{method} bookmarks/<slug:item>/" for method in ("PUT", "DELETE")), STUDENTS),
    **dict.fromkeys(("PUT notes/<slug:item>/", "POST items/<slug:item>/work/"), STUDENTS),
    **dict.fromkeys(("POST lessons/<slug:slug>/quick-check/", "POST exams/<slug:slug>/sittings/"), STUDENTS),
    **dict.fromkeys(
        (f"{method} lessons/<slug:slug>/sections/<str:heading>/reading/" for method in ("PUT", "DELETE")), STUDENTS
    ),
    "DELETE me/sessions/<int:id>/": NONE,  # the one of the table is nobody's
}
NOT_NOW = ("/hints/", "/parts/<slug:part>/", "/reveal/", "/finish/", "/oral/", "/diagnostic/", "/enrolment/", "/work/")
"""Calls that depend on more than who asks: whoever may is told so (400, 409), and not that there is nothing."""
Person = User | AnonymousUser
STANDARD = re.compile(r"admin/(\w+/\w+)/(?:<path:object_id>/)?(add/|history/|delete/|change/|)$")


def rules() -> Iterator[tuple[str, str, Rule]]:
    """Give the rule of each route and method; fail for a route that has none, and for a rule that has no route."""
    routes = [route for route in all_routes() if not route.startswith(TESTED_ELSEWHERE)]
    standard = {route: match for route in routes if (match := STANDARD.match(route)) and match[1] in TABLES}
    assert set(routes) - set(standard) == {*PAGES, *SERVICE}
    assert {match[1] for match in standard.values()} == set(TABLES)
    for route, match in standard.items():
        view, add, change, delete = TABLES[match[1]]
        if match[2] == "" and "<" in route:
            yield "GET", route, STAFF  # it leads on
        elif match[2] in ("", "history/"):
            yield "GET", route, view
        elif match[2] == "change/":
            yield from (("GET", route, view), ("POST", route, change))
        else:
            yield "GET", route, add if match[2] == "add/" else delete  # Django asks the same of a post
    for route, (get, post) in PAGES.items():
        yield from ((method, route, rule) for method, rule in (("GET", get), ("POST", post)) if rule)
    for route, rule in SERVICE.items():
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            yield method, route, CALLS.get(f"{method} {route[7:]}", rule) if writes_by_call(method, route) else rule


class World:
    """A course with everything in it, another one, and people of each role in both."""

    def __init__(self) -> None:
        self.course = Course.objects.get(slug="tiny")
        other = Course.objects.create(slug="other", title="Another one")
        self.people: dict[str, Person] = {"ada": User.objects.get(username="ada"), "visitor": AnonymousUser()}
        self.people["root"] = User.objects.create_superuser("root")
        for role in Role:
            for course in (self.course, other):
                name = role.value if course == self.course else f"{role.value} elsewhere"
                user = self.people[name] = User.objects.create_user(name)
                roles.set_role(user, course, role)
        founder = self.people["owner"]
        assert isinstance(founder, User)
        founder.groups.add(make_instructors_group())
        neighbour = self.people["neighbour"] = User.objects.create_user("neighbour")
        schedule.enrol(neighbour, other)
        MemoryFit.objects.update(student=None, course=self.course)
        self.sitting = Sitting.objects.filter(state="open").first() or Sitting.objects.earliest("opened_at")
        ben = self.people["ben"] = User.objects.create_user("ben")
        schedule.enrol(ben, self.course)
        for person in self.people.values():
            person.get_all_permissions()  # looked up once, and not for each request
        User.objects.update(password=User.objects.get(username="ada").password)  # who ends their account types it
        self.bens = exams.open_sitting(ben, Exam.objects.get(slug="tiny-exam"), timezone.now())[0]
        worked = Api(User.objects.get(username="ada")).post("items/decay-factor/work/", {}).json()
        self.worked = worked["presentation"]["id"]
        self.values = {
            "course": "tiny",
            "student": "ada",
            "seat": str(self.course.enrolments.get(student__username="ada").pk),
            "note": "1",
            "kind": "numeric",
            "heading": "the-penalty",
            "section": str(Section.objects.get().pk),
            "app_label": "questions",
            "number": "1",
            "slot": "1",
            "part": "a",
            "notice": "1",
            "event": str(uuid.UUID(int=7)),
            "item": "decay-factor",
            "name": "early-stopping",
            "token": "1:forged",
            "secret": "0" * 43,
            "digest": "unknown",
            "address": "unknown",
            "content_type_id": "1",
            "url": "elsewhere/",
            "path": "nothing/",
        }

    def address(self, route: str) -> str | None:
        """The address of a route, of the course's own rows; None where there is no such row."""
        values = dict(self.values)
        if route.startswith("admin/"):
            pages = {"questions/correction": Item, "quizzes/reviewevent": Item}
            place = "/".join(route.split("/")[1:3])
            table: Any = (pages.get(place) if "/item/<int:pk>" in route else None) or (
                apps.get_model(place.replace("/", ".")) if place in TABLES else None
            )
            rows: Any = table._default_manager.order_by("pk") if table else None
            rows = rows.filter(published__isnull=False) if table is Item else rows
            row = rows.first() if rows is not None else None
            values |= dict.fromkeys(("object_id", "pk", "id"), str(row.pk)) if row else {}
        elif "presentations/" in route:
            values["id"] = self.worked
        elif route in BENS:
            values["id"] = str(self.bens.pk)
        else:
            values["id"] = "1" if "<int:id>" in route else str(self.sitting.pk)
        slugs = {"api/v1/courses": "tiny", "exams": "tiny-exam", "concepts": "l2", "lessons": "decay"}
        values["slug"] = next((slug for place, slug in slugs.items() if place in route), "decay-factor")
        filled = re.sub(r"\^?\(\?P<(\w+)>.*?\)(?:/?\$)", lambda match: f"{values[match[1]].rstrip('/')}/", route)
        try:
            return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], filled)
        except KeyError:
            return None

    def asking(self, rule: Rule, route: str, *, is_call: bool) -> list[str]:
        """Return who is to ask a route.

        Whom a rule lets in is decided by the same rows on each database. That all queries run on PostgreSQL too is
        shown by one whom it lets in and one whom it does not, whom the run's seed draws.
        """
        if rule in (ALL, PEOPLE) and not is_call:
            names = ["ada", "visitor"]
        else:
            is_named = names_a_row(route) and not is_call
            names = [name for name in self.people if is_named or name not in SPARED]
        if connection.vendor == "sqlite":
            return names
        by_rule = [[name for name in names if self.may(name, rule, route) == may] for may in (True, False)]
        return [random.choice(some) for some in by_rule if some]

    def may(self, name: str, rule: Rule, route: str) -> bool:
        """Whether a rule lets somebody in; where a route names no row, somebody who may so in another course too."""
        if name == "root":
            return rule not in (NONE, OWN, STUDENTS)
        role, _, elsewhere = name.partition(" ")
        staff = role in ACTS_OF
        if isinstance(rule, Act):
            return staff and rule in ACTS_OF[role] and not (elsewhere and names_a_row(route))
        if rule == STUDENTS:
            return name in ("ada", "ben")
        owner = "ben" if route in BENS else "ada"
        return {STAFF: staff, FOUND: name == "owner", OWN: name == owner, PEOPLE: name != "visitor", ALL: True}.get(
            rule, False
        )


def ask(
    method: str, address: str, match: ResolverMatch, person: Person, sent: Mapping[str, Any] | None = None
) -> HttpResponse:
    """What the view that an address leads to answers somebody, before it is drawn; what it changes is taken back."""
    query = "?app_label=quizzes&model_name=enrolment&field_name=student" if "autocomplete" in address else ""
    body: Mapping[str, Any] = {} if method == "GET" else {"content_type": "application/x-www-form-urlencoded"}
    if sent is not None:
        body = {"data": json.dumps(sent), "content_type": "application/json"}
    request = RequestFactory().generic(method, address + query, **body)
    request.user, request.session = copy.copy(person), SessionStore()
    request._dont_enforce_csrf_checks, request._messages = True, CookieStorage(request)  # type: ignore[attr-defined]
    request.resolver_match = match
    with transaction.atomic():
        try:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except PermissionDenied:
            response = HttpResponse(status=403)
        except Http404:
            response = HttpResponse(status=404)
        transaction.set_rollback(True)
    return response


def is_let_in(response: HttpResponse, route: str) -> bool:
    """Whether an answer is neither a refusal nor the way to the login, or back to where the admin begins."""
    to = response.get("Location", "")
    away = to.startswith(("/accounts/login", "/admin/login")) or (route.startswith("admin/") and to == "/admin/")
    return (response.status_code < 400 or response.status_code == 422) and not away  # 422: a form is refused


def drawn(response: HttpResponse) -> str:
    """A page of the admin as it is shown; "" for what is refused, or is no such page."""
    return response.render().content.decode() if isinstance(response, TemplateResponse) else ""


def writes_by_call(method: str, route: str) -> bool:
    """Whether something is written over REST."""
    return route.startswith("api/v1/") and "^" not in route and method != "GET"


def is_as_told(name: str, response: HttpResponse, route: str, expected: bool) -> bool:
    """Whether a call that writes is answered by who asks: it is done, or there is nothing for them."""
    if not expected:
        return response.status_code == (401 if name == "visitor" else 404)
    return response.status_code < 400 or (route.endswith(NOT_NOW) and response.status_code in (400, 409))


def fits(rule: Rule, name: str, response: HttpResponse, route: str, expected: bool) -> bool:
    """Whether an answer is as the rule has it."""
    if rule not in (ALL, PEOPLE, OWN):
        return is_let_in(response, route) == expected
    # Whether there is something to see depends on more than who asks, as does what a call without a body is told.
    return response.status_code not in (401, 403) if expected else not is_let_in(response, route)


def names_a_row(route: str) -> bool:
    """Whether a route names a row of the course, and not only a table or a kind."""
    return "<" in route.replace("<slug:kind>", "").replace("<app_label>", "")


@pytest.mark.usefixtures("history")
def test_every_route_lets_in_whom_its_rule_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.template.loader.render_to_string", lambda *_, **__: "")
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # refusals by the thousand
    world = World()
    wrong = []
    for method, route, rule in rules():
        address = world.address(route)
        if address is None:
            continue
        match, is_call = resolve(address), writes_by_call(method, route)
        sent = BODIES.get(f"{method} {route[7:]}", {}) if is_call else None
        for name in world.asking(rule, route, is_call=is_call):
            cache.clear()
            response = ask(method, address, match, world.people[name], sent)
            if response.status_code == 405:
                break
            expected = world.may(name, rule, route)
            told = [word for word in UNSEEN.get(name, ()) if re.search(rf"\b{word}\b", drawn(response), re.IGNORECASE)]
            if told:
                wrong.append(f"{method} {route} tells {name} of {told}")
            if not (is_as_told if is_call else partial(fits, rule))(name, response, route, expected):
                wrong.append(f"{method} {route} ({rule}) as {name}: {response.status_code}, expected {expected}")
    assert not wrong, "\n".join(wrong)
