"""A client in Python, by types made of the API's own schema: checked by mypy --strict, and run against a service.

`examprep_client` is made by the tests, of the schema as it is.
"""

from __future__ import annotations

import datetime
import sys
import uuid
from dataclasses import dataclass, field

import httpx
from examprep_client.api.offline import packs_retrieve, sync_retrieve
from examprep_client.api.review import queue_retrieve, reviews_batch_create
from examprep_client.client import AuthenticatedClient
from examprep_client.models.batch_request import BatchRequest
from examprep_client.models.card_change import CardChange
from examprep_client.models.event_change import EventChange
from examprep_client.models.numeric_pack_entry import NumericPackEntry
from examprep_client.models.ordering_presentation import OrderingPresentation
from examprep_client.models.pack import Pack
from examprep_client.models.problem import Problem
from examprep_client.models.queue import Queue
from examprep_client.models.queue_retrieve_html import QueueRetrieveHtml
from examprep_client.models.reported_review import ReportedReview
from examprep_client.models.reported_review_type import ReportedReviewType
from examprep_client.models.sync import Sync


@dataclass
class Copy:
    """What the client has of the student's."""

    cards: dict[uuid.UUID, CardChange] = field(default_factory=dict)
    events: dict[uuid.UUID, EventChange] = field(default_factory=dict)
    cursor: str = ""


def log_in(url: str, username: str, password: str) -> AuthenticatedClient:
    account = {"username": username, "password": password}
    answer = httpx.post(f"{url}/_allauth/app/v1/auth/login", json=account).raise_for_status()
    token: str = answer.json()["meta"]["session_token"]
    return AuthenticatedClient(base_url=url, token=token, auth_header_name="X-Session-Token", prefix="")


def show(queue: Queue) -> list[str]:
    """What is asked now, a line each."""
    return [
        f"{asked.item}: {' | '.join(step.text for step in asked.prompt.steps)}"
        if isinstance(asked, OrderingPresentation)
        else f"{asked.item}: {asked.prompt.stem}"
        for asked in queue.results
    ]


def answer_all(pack: Pack) -> list[ReportedReview]:
    """Right answers to all that the pack has, by their keys."""
    for entry in pack.results:
        if isinstance(entry, NumericPackEntry):
            print(entry.item, entry.grading.allowed, entry.prompt.unit)
    return [
        ReportedReview(
            id=uuid.uuid4(),
            type_=ReportedReviewType.REVIEW,
            presentation=entry.id,
            response=entry.key,
            confidence=4,
            duration_ms=1000 * entry.estimated_seconds,
            occurred_at=datetime.datetime.now(datetime.UTC),
        )
        for entry in pack.results
    ]


def send(client: AuthenticatedClient, copy: Copy, events: list[ReportedReview]) -> None:
    now = datetime.datetime.now(datetime.UTC)
    batch = BatchRequest(device=uuid.uuid4(), device_now=now, cursor=copy.cursor, events=[*events])
    sent = reviews_batch_create.sync(client=client, body=batch)
    if sent is None or isinstance(sent, Problem):
        raise RuntimeError(sent and f"{sent.code}: {sent.detail}")
    for result in sent.results:
        if result.grade is not None:
            print(result.status.value, result.grade.kind.value, result.grade.rating.value, result.grade.cards[0].due_at)


def read_changes(client: AuthenticatedClient, copy: Copy) -> None:
    has_more = True
    while has_more:
        page = sync_retrieve.sync(client=client, cursor=copy.cursor)
        assert isinstance(page, Sync), page
        for change in page.changes:
            if isinstance(change, CardChange):
                copy.cards[change.id] = change
            elif isinstance(change, EventChange):
                copy.events[change.id] = change
        copy.cursor, has_more = page.cursor, page.has_more


def study(url: str, username: str, password: str) -> None:
    """A day: what is asked, the pack, an answer to each of its questions, and what follows from them."""
    client, copy = log_in(url, username, password), Copy()
    read_changes(client, copy)
    queue = queue_retrieve.sync(client=client, limit=5, html=QueueRetrieveHtml.VALUE_0)
    pack = packs_retrieve.sync(client=client, days=1)
    assert isinstance(queue, Queue), queue
    assert isinstance(pack, Pack), pack
    print(*show(queue), sep="\n")
    events = answer_all(pack)
    send(client, copy, events)
    read_changes(client, copy)
    assert copy.events.keys() == {event.id for event in events}
    assert all(event.score == 1 and not event.undone for event in copy.events.values())
    assert {entry.card for entry in pack.results} <= {
        card.id for card in copy.cards.values() if card.due_at is not None
    }
    refused = queue_retrieve.sync(client=client, limit=1000)
    assert isinstance(refused, Problem), refused
    print(refused.code.value, len(events))


if __name__ == "__main__":
    study(*sys.argv[1:4])
