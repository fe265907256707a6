"""One HTTP call at a time, each on a connection of its own; what became of it is recorded."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.history.records import Document

PATIENCE = 30.0
"""Seconds for an answer: an unknown outcome is not a lost one, and the machine may be busy."""
AWAY = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; status 0 where there was none, or half of one."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def text(self) -> str:
        """What it says."""
        return self.content.decode(errors="replace")

    @property
    def document(self) -> Document:
        """The JSON object that it holds; empty for another text."""
        try:
            read = json.loads(self.text)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


@dataclass
class Wire:
    """A client's way to the service, with the cookies that it was given and the headers that it always sends."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def call(
        self, method: str, path: str, body: Document | None = None, form: Mapping[str, object] | None = None
    ) -> Answer:
        """Send JSON, or a form, and return the answer; redirects are not followed."""
        headers = dict(self.headers)
        sent: bytes | None = None
        if body is not None:
            sent, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif form:
            sent, headers["Content-Type"] = urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded"
            headers["Referer"] = self.url
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        place = urlsplit(self.url)
        link = http.client.HTTPConnection(str(place.hostname), place.port, timeout=PATIENCE)
        try:
            link.request(method, path, sent, headers)
            reply = link.getresponse()
            content = reply.read()
            for cookie in reply.headers.get_all("Set-Cookie", []):
                self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(cookie).items()})
            return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, content)
        except AWAY:
            return Answer()
        finally:
            link.close()
