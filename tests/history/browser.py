"""People at a browser: a student at the review page, and an instructor in the admin. Forms are sent as they come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from bs4 import BeautifulSoup, Tag

from tests.history.course import CORRECTED, PUBLISHED
from tests.history.draw import Step
from tests.history.people import Known
from tests.history.records import Document, History
from tests.history.wire import Answer, Wire

ANSWERED = re.compile(r"/review/answer/([0-9a-f-]{36})/")
REGRADING = "are being regraded"
"""What the page of corrections says meanwhile."""
TRIES = 3
"""How often a form is sent whose outcome is unknown."""


def read_form(page: str, selector: str) -> dict[str, list[str]]:
    """Return what a browser sends of a form that is left as it is; nothing where there is no such form."""
    found = BeautifulSoup(page, "html.parser").select_one(selector)
    fields: dict[str, list[str]] = {}
    for part in found.select("input, textarea, select") if found else ():
        name, kind = str(part.get("name") or ""), str(part.get("type") or "")
        if not name or kind in ("submit", "button") or "__row__" in name:
            continue
        if kind in ("checkbox", "radio") and not part.has_attr("checked"):
            continue
        fields.setdefault(name, []).append(_value(part))
    return fields


def _value(part: Tag) -> str:
    if part.name == "textarea":
        return part.get_text().removeprefix("\n")
    if part.name == "select":
        chosen = part.select_one("option[selected]") or part.select_one("option")
        return str(chosen.get("value", "")) if chosen else ""
    return str(part.get("value", ""))


@dataclass
class Browser:
    """Somebody with a session cookie."""

    history: History
    wire: Wire
    person: str
    name: str

    def log_in(self) -> None:
        """Get a session."""
        form = read_form(self.wire.call("GET", "/accounts/login/").text, "form:has(input[name=login])")
        said = {**form, "login": self.person, "password": self.person}
        self.wire.call("POST", "/accounts/login/", form=said)
        assert "sessionid" in self.wire.cookies

    def take(self, step: Step) -> None:
        """Do what a step says."""
        getattr(self, f"do_{step.kind.replace('-', '_')}")(step)

    def post(self, kind: str, path: str, form: Mapping[str, object], sent: Document, student: str) -> None:
        """Send a form until it is known what became of it, at most `TRIES` times."""
        for _ in range(TRIES):
            began = self.history.begin()
            answer = self.wire.call("POST", path, form=form)
            place = answer.headers.get("location", "")
            found = ANSWERED.search(place)
            # What is done leads elsewhere; a page in its place says why it is not, or asks who one is.
            is_refused = answer.status == 200 or place.startswith("/accounts/login")
            status = HTTPStatus.CONFLICT if is_refused else answer.status
            told = {"event": found[1]} if found else {}
            done = self.history.end(self.name, student, kind, sent, began, status=status, answer=told)
            if done.outcome != "unknown":
                break


@dataclass
class WebStudent(Browser):
    """A student who answers on the page."""

    known: Known = field(default_factory=Known)

    def do_form(self, step: Step) -> None:
        """Answer the question that the page shows."""
        page = self.wire.call("GET", "/review/").text
        form = read_form(page, "form#question")
        if "event" not in form:
            return
        options = BeautifulSoup(page, "html.parser").select("form#question input[name=choice]")
        event, presentation = form["event"][0], form["presentation"][0]
        said: dict[str, object] = {"dont_know": "1"}
        if options and step.dice[0] < 0.8:
            said = {"choice": str(options[int(step.dice[1] * len(options))].get("value"))}
        sent: Document = {"event": event, "presentation": presentation, "response": said}
        self.known.note(self.known.answered, event)
        self.post("form", "/review/", {**form, **said}, sent, self.person)

    def do_undo(self, step: Step) -> None:
        """Take back an answer."""
        form = read_form(self.wire.call("GET", "/review/").text, "form#bury")
        target = self.known.choose(self.known.answered, step.dice[0])
        if target and form:
            token = form["csrfmiddlewaretoken"]
            sent: Document = {"target": target}
            self.post("form-undo", "/review/undo/", {"csrfmiddlewaretoken": token, "event": target}, sent, self.person)


@dataclass
class Instructor(Browser):
    """An instructor, who alone changes the course."""

    edition: int = 1

    def do_publish(self, step: Step) -> None:
        """Publish a new version of an item."""
        slug = PUBLISHED[int(step.dice[0] * len(PUBLISHED))]
        if not (path := self._find(slug)):
            return
        form = read_form(self.wire.call("GET", path).text, "form#item_form")
        if form:
            self.edition += 1
            changed: dict[str, object] = {
                **form,
                "explanation": f"Edition {self.edition}.",
                "_publish": "Save and publish",
            }
            self.post("publish", path, changed, {"item": slug, "edition": self.edition}, "")

    def do_correct(self, step: Step) -> None:
        """Let everybody have full marks for a question."""
        self._correct({"rule": "full", "why": "It broke."}, "full")

    def do_take_back(self, step: Step) -> None:
        """Take the correction back."""
        self._correct({}, "reverse")

    def is_regrading(self) -> bool:
        """Whether what follows from a correction is still to be done, or nobody knows."""
        path = self._correcting()
        answer = self.wire.call("GET", path) if path else Answer()
        return answer.status != HTTPStatus.OK or REGRADING in answer.text

    def _correcting(self) -> str:
        return self._find(CORRECTED).replace("/item/", "/correction/item/").replace("/change/", "/")

    def _correct(self, said: dict[str, object], rule: str) -> None:
        path = self._correcting()
        page = self.wire.call("GET", path).text if path else ""
        form = read_form(page, "form.correcting-form")
        if not form:
            return
        token = {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"]}
        if rule == "reverse":
            written = BeautifulSoup(page, "html.parser").select_one("[name=reverses]")
            if written is None:
                return
            said = {"reverses": str(written.get("value")), "why": "It did not break."}
        else:
            said = {**said, "version": form["version"]}
        self.post("correct", path, {**token, **said, "apply": "1"}, {"item": CORRECTED, "rule": rule}, "")

    def _find(self, slug: str) -> str:
        """Return the path of an item's page; empty where it cannot be found now."""
        listed = self.wire.call("GET", f"/admin/questions/item/?q={slug}").text
        links = BeautifulSoup(listed, "html.parser").select("a[href*='/change/']")
        return next((str(link["href"]).partition("?")[0] for link in links if slug in link.get_text().split()), "")
