"""Whatever a student can do on a page, an app can do by a call; a page without a line here fails."""

from __future__ import annotations

from django.urls import resolve

from tests.api.test_schema import OPERATIONS
from tests.test_crawler import all_routes

COURSE = "courses/<slug:course>/"
STAFF = (
    *("admin/", "teaching/", "as-student/", "exams/<slug:slug>/trial/", "lti/", f"{COURSE}exams/<slug:slug>/trial/"),
    *(f"{COURSE}{page}" for page in ("overview/", "people/", "students/", "gradebook", "as-student/")),
)
"""Where pages of staff begin, and what platforms call."""
NO_ACTION = (
    *(
        "",
        "privacy/",
        "worker.js",
        "app.webmanifest",
        "offline/",
        "favicon.ico",
        "health/live",
        "health/ready",
        "metrics",
        "styleguide/",
    ),
    *("reminders/stop/<str:token>/", "calendar/<str:secret>.ics", "figures/<slug:name>/<slug:digest>/"),
    *("media/<str:address>", "unsent/", "lessons/<slug:slug>/formulas/"),
)
"""What is read without a login, at its own address, by apps as by browsers."""
SIGN_IN = {
    # of allauth, below /_allauth/app/v1/
    "accounts/login/": "auth/login",
    "accounts/logout/": "auth/session",
    "accounts/signup/": "auth/signup",
    "accounts/reauthenticate/": "auth/reauthenticate",
    "accounts/email/": "account/email",
    "accounts/confirm-email/": "auth/email/verify",
    "accounts/password/change/": "account/password/change",
    "accounts/password/reset/": "auth/password/request",
    "accounts/2fa/": "account/authenticators",
    "accounts/3rdparty/": "account/providers",
}
TWINS = {
    # a page and what it does: the calls that do so
    "settings/": ["GET me/", "PATCH me/"],
    "account/": ["GET me/", "DELETE me/", "GET me/sessions/"],
    "account/second-factor/": ["GET me/"],  # the calls are allauth's
    "account/keep/": ["DELETE me/erasure/"],
    "account/export/": ["GET me/export/"],
    "account/logins/": ["DELETE me/sessions/{id}/"],
    "today/": ["GET today/", "GET queue/"],
    "today/notices/<int:notice>/": ["DELETE today/notices/{id}/"],
    "today/more/": ["POST today/more/"],
    "today/ahead/": ["GET today/ahead/", "POST today/ahead/"],
    "today/minutes/": ["PATCH me/"],
    "today/off/": ["POST today/day-off/", "DELETE today/day-off/"],
    "courses/": ["GET courses/"],
    COURSE: ["GET courses/"],
    f"{COURSE}choose/": ["PATCH me/"],
    f"{COURSE}join/": ["POST courses/{slug}/enrolment/"],
    f"{COURSE}leave/": ["DELETE courses/{slug}/enrolment/"],
    f"{COURSE}start/": ["PATCH courses/{slug}/enrolment/", "PATCH me/"],
    f"{COURSE}diagnostic/": ["GET courses/{slug}/diagnostic/", "POST courses/{slug}/diagnostic/"],
    f"{COURSE}diagnostic/stop/": ["DELETE courses/{slug}/diagnostic/"],
    "join/": ["POST courses/{slug}/enrolment/"],
    "join/<slug:code>/": ["POST courses/{slug}/enrolment/"],
    "invitations/<str:secret>/": ["POST courses/{slug}/enrolment/"],
    "reminders/push/": ["PUT devices/{id}/", "DELETE devices/{id}/"],
    "calendar/": ["GET me/calendar/", "POST me/calendar/", "DELETE me/calendar/"],
    "lessons/": ["GET lessons/"],
    "lessons/<slug:slug>/": ["GET lessons/{slug}/", "GET simulators/{name}/"],
    "lessons/<slug:slug>/read/": [
        "GET lessons/{slug}/sections/",
        "PUT lessons/{slug}/sections/{heading}/reading/",
        "DELETE lessons/{slug}/sections/{heading}/reading/",
    ],
    "lessons/<slug:slug>/sections/<str:heading>/": ["GET lessons/{slug}/", "GET lessons/{slug}/sections/"],
    "lessons/<slug:slug>/sections/<str:heading>/check/": ["GET lessons/{slug}/quick-check/"],
    "lessons/<slug:slug>/quick-check/": ["GET lessons/{slug}/quick-check/", "POST lessons/{slug}/quick-check/"],
    "lessons/<slug:slug>/try/<slug:item>/": ["POST items/{item}/work/"],
    "lessons/<slug:slug>/work/": ["POST items/{item}/work/"],
    "work/<slug:slug>/": ["POST items/{item}/work/", "POST presentations/{id}/work/"],
    "concepts/": ["GET concepts/"],
    "concepts/<slug:slug>/": ["GET concepts/"],
    "exams/": ["GET exams/"],
    "exams/<slug:slug>/": ["GET exams/{slug}/", "POST exams/{slug}/sittings/"],
    "practise/": ["POST practice/"],
    "sittings/<uuid:id>/": ["GET sittings/{id}/", "PUT sittings/{id}/answers/{slot}/", "GET sittings/{id}/result/"],
    "sittings/<uuid:id>/slots/<int:number>/": ["GET sittings/{id}/", "PUT sittings/{id}/flags/{slot}/"],
    "sittings/<uuid:id>/rounds/<int:number>/": [
        "POST sittings/{id}/rounds/{slot}/start/",
        "POST sittings/{id}/rounds/{slot}/finish/",
        "PUT sittings/{id}/rounds/{slot}/oral/",
    ],
    "sittings/<uuid:id>/submit/": ["POST sittings/{id}/submit/"],
    "notebook/": ["GET bookmarks/"],
    "notebook/<slug:slug>/bookmark/": ["PUT bookmarks/{item}/", "DELETE bookmarks/{item}/"],
    "notebook/<slug:slug>/note/": ["GET notes/{item}/", "PUT notes/{item}/"],
    "notebook/<slug:slug>/answers/": ["GET items/{item}/answers/"],
    "progress/": ["GET progress/"],
    "progress/missed/": ["GET sync/"],
    "search/": ["GET search/"],
    "reports/<uuid:id>/": ["POST presentations/{id}/reports/"],
    "review/": ["GET queue/"],
    "review/<uuid:event>/": ["POST reviews/batch/", "POST presentations/{id}/reveal/"],
    "review/forms/": ["GET packs/"],
    "review/read/": ["POST numbers/read/"],
    "review/undo/": ["POST reviews/batch/"],
    "review/hint/": ["POST presentations/{id}/hints/"],
    "review/part/": ["POST presentations/{id}/parts/{part}/"],
    "review/bury/": ["POST reviews/batch/"],
    "review/summary/": ["GET today/"],
}
"""The path of a page within its course is left out: calls take `?course=`."""


def test_each_page_of_a_student_has_its_calls() -> None:
    elsewhere = (*STAFF, "accounts/", "_allauth/", "api/")
    routes = {route for route in all_routes() if not route.startswith(elsewhere)}
    twice = {route for route in routes if "<slug:slug>" in route and route.removeprefix(COURSE) in routes - {route}}
    assert routes - twice - set(NO_ACTION) == set(TWINS)


def test_each_of_these_calls_is_there() -> None:
    known = {f"{method} {path.removeprefix('/api/v1/')}" for method, path in OPERATIONS}
    assert {call for calls in TWINS.values() for call in calls} - known == set()


def test_signing_in_has_the_calls_of_its_library() -> None:
    for call in SIGN_IN.values():
        assert resolve(f"/_allauth/app/v1/{call}").route
