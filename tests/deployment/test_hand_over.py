"""The proxy before two web processes, and a new version that takes over from the one that runs: nobody notices."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.deployment import engine, proxy
from tests.deployment.clients import HOST, Browser, Client, Reader, Student
from tests.deployment.containers import Containers
from tests.faults.service import until
from tests.servers import Missing

pytestmark = pytest.mark.slow
SOME = 20
"""Acknowledged events: by then a client is in full swing."""
ANSWER_WITH_ERRORS = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
HTTPServer(("127.0.0.1", int(sys.argv[1])), BaseHTTPRequestHandler).serve_forever()
"""
UNWELL = ("python", "-S", "-c", ANSWER_WITH_ERRORS)
"""A version that runs and answers, with errors alone: it is never healthy."""


@pytest.fixture
def docker(containers: Containers, tmp_path: Path) -> Iterator[engine.Engine]:
    """Two web containers behind a proxy."""
    containers.environment["METRICS_TOKEN"] = "token-of-these-tests"
    with engine.running(containers, tmp_path) as docker:
        web = [docker.start_web() for _ in range(2)]
        try:
            with proxy.serving([each.address for each in web]) as docker.proxy:
                until(lambda: all(containers.healthy(each.address) for each in web), lambda: str(tmp_path))
                yield docker
        except Missing as missing:
            pytest.skip(str(missing))


def test_a_new_version_takes_over_and_a_bad_one_does_not(docker: engine.Engine) -> None:
    assert docker.proxy is not None
    what_the_proxy_shows(docker.proxy, docker)
    port, trust = docker.proxy.https, docker.proxy.trust
    students = [Student(port, trust, name) for name in ("ada", "ben", "cleo")]
    reader = Reader(port, trust)
    clients: list[Client] = [*students, reader]
    for client in clients:
        client.start()
    until(
        lambda: all(len(student.acknowledged) > SOME for student in students),
        lambda: str([each.failed for each in clients]),
    )

    first = list(docker.web)
    docker.version = {"SECRET_KEY": ""}
    is_refused(docker, "exited unhealthy")
    docker.version, docker.command = {}, UNWELL
    is_refused(docker, "still running starting", PATIENCE="1")

    docker.command, docker.settings = (), "tests.deployment.next_version.settings"
    done = docker.hand_over()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(docker.web) == 2
    assert not set(docker.web) & set(first)
    before = {student: len(student.acknowledged) for student in students}
    until(
        lambda: all(len(each.acknowledged) > before[each] + SOME for each in students),
        lambda: str([each.failed for each in clients]),
    )
    for client in clients:
        client.stop()

    assert [failure for client in clients for failure in client.failed] == []
    assert reader.missing == []
    assert sum(client.requests for client in clients) > 200
    with psycopg.connect(docker.services.database) as server:
        stored = [str(event) for (event,) in server.execute("SELECT event_id FROM quizzes_reviewevent")]
        ((added,),) = server.execute("SELECT count(*) FROM quizzes_reviewevent WHERE next_version IS NULL")
    assert len(stored) == len(set(stored)) == added
    assert set().union(*(student.acknowledged for student in students)) <= set(stored)
    assert (docker.proxy.folder / "unheard").read_text() == ""


def is_refused(docker: engine.Engine, why: str, **environment: str) -> None:
    """The new version is not moved to; that is said, and its containers are gone."""
    before = list(docker.web)
    done = docker.hand_over(**environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(rf"^hand-over: \w+ is {why}: the version that runs goes on$", done.stderr, re.MULTILINE), (
        done.stderr
    )
    assert list(docker.web) == before


def what_the_proxy_shows(proxy: proxy.Proxy, docker: engine.Engine) -> None:
    """TLS alone, the service's own headers, nothing of what is for those within, and who it really is that asks."""
    plain = http.client.HTTPConnection("127.0.0.1", proxy.http)
    plain.request("GET", "/today/?a=b", headers={"Host": HOST})
    moved = plain.getresponse()
    assert (moved.status, moved.getheader("Location")) == (308, f"https://{HOST}/today/?a=b")

    browser = Browser(proxy.https, proxy.trust)
    assert browser.ask("/accounts/login/")[0] == 200
    token = {"Authorization": "Bearer token-of-these-tests"}
    for path in ("/metrics", "/health/ready", "/health/live", "//metrics", "/%6detrics", "/health/../metrics"):
        assert browser.ask(path, **token)[0] in {301, 400, 404}, path
    assert browser.failed == []

    secure = http.client.HTTPSConnection("127.0.0.1", proxy.https, context=proxy.trust)
    secure.request("GET", "/", headers={"Host": HOST})
    page = secure.getresponse()
    page.read()
    assert page.getheader("Strict-Transport-Security") == f"max-age={60 * 60 * 24 * 30}"
    secure.request(
        "POST",
        "/_allauth/app/v1/auth/login",
        '{"username": "ada", "password": "wrong"}',
        {"Host": HOST, "Content-Type": "application/json", "X-Forwarded-For": "203.0.113.7, 10.0.0.1"},
    )
    assert secure.getresponse().status == 400
    logs = "".join(docker.services.log(name) for name in docker.web)
    assert "login_failed" in logs
    assert "203.0.113.7" not in logs, "an address that the client made up"
    assert "127.0.0.1" in logs
