"""What a client holds that follows its cursor, and what is known to be right of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.history.course import PUBLISHED
from tests.history.records import Document, History, Operation, Violation

Copy = dict[tuple[str, str], Document]
GONE = 410
TAKEN = ("accepted", "duplicate")


def apply(copy: Copy, changes: Iterable[Document]) -> None:
    """Bring a copy up to date, as the guide for clients says."""
    for change in changes:
        if change["type"] == "deletion":
            copy.pop(("item_version" if change["of"] == "item" else change["of"], change["id"]), None)
        else:
            copy[change["type"], change.get("id", "")] = change


def taken_events(operation: Operation) -> Iterator[str]:
    """Yield the events that an answer to a batch says are in the log; not those that wait for the end of an exam."""
    if operation.kind == "batch" and operation.is_acknowledged:
        for result in operation.answer["results"]:
            if result["status"] in TAKEN and result["code"] is None:
                yield result["id"]


@dataclass
class Follower:
    """A client that follows its cursor."""

    copy: Copy = field(default_factory=dict)
    round_began: int | None = None
    """Where it began to ask for what is new, until it has all of that."""
    last: list[Document] = field(default_factory=list)
    """What the last round brought."""


def check_reads(history: History) -> Iterator[Violation]:
    """Read your writes: what was acknowledged before a client began to read is in its copy when it has read to the end.

    Of events of the same student from whichever client, and of versions that were published.
    """
    published = list(history.of("", "publish"))
    for student in history.students():
        followers: dict[str, Follower] = {}
        waiting: dict[str, dict[str, int]] = {}
        """By client: the events that it has not been seen to hold yet, and where their acknowledgement ended."""
        clients = {each.client for each in history.of(student, "sync")}
        for each in history.operations:
            if each.student == student:
                for event in taken_events(each):
                    for client in clients:
                        waiting.setdefault(client, {}).setdefault(event, each.ended)
                if each.kind == "sync":
                    follower = followers.setdefault(each.client, Follower())
                    yield from _read(each, follower, waiting.setdefault(each.client, {}), published)


def _read(
    page: Operation, follower: Follower, waiting: dict[str, int], published: Sequence[Operation]
) -> Iterator[Violation]:
    """Follow one page of a client, and look at what it holds at the end of a round."""
    if page.status == GONE:
        yield Violation("cursor", page.student, f"{page.client} was told to start again, and has no reason to")
        follower.copy.clear()
        follower.round_began = None
    if not page.is_acknowledged:
        return
    if follower.round_began is None:
        follower.round_began, follower.last = page.began, []
    apply(follower.copy, page.answer["changes"])
    follower.last += page.answer["changes"]
    if page.answer["has_more"]:
        return
    for event, ended in list(waiting.items()):
        if ("event", event) in follower.copy:
            del waiting[event]
        elif ended < follower.round_began:
            yield Violation("read-your-writes", page.student, f"{page.client} does not get event {event}", (event,))
            del waiting[event]
    yield from _check_versions(page, follower, published)
    follower.round_began = None


def _check_versions(page: Operation, follower: Follower, published: Sequence[Operation]) -> Iterator[Violation]:
    begun = follower.round_began or 0
    done = Counter(each.sent["item"] for each in published if each.is_acknowledged and each.ended < begun)
    tried = Counter(each.sent["item"] for each in published if each.outcome != "refused" and each.began < page.ended)
    for slug in PUBLISHED:
        held = follower.copy.get(("item_version", slug))
        number = held["version"] if held else 0
        if not 1 + done[slug] <= number <= 1 + tried[slug]:
            words = f"{page.client} has version {number} of {slug}, which was published {done[slug]} times"
            yield Violation("revision", page.student, words, (slug,))


def follow(history: History, student: str) -> dict[str, Follower]:
    """Return what each client of a student holds at the end."""
    followers: dict[str, Follower] = {}
    for page in history.of(student, "sync"):
        follower = followers.setdefault(page.client, Follower())
        for _ in _read(page, follower, {}, ()):
            pass  # `check_reads` says what it finds
    return followers


def check_cursors(history: History) -> Iterator[Violation]:
    """Cursors neither skip nor go back: whoever followed one holds what a fresh client gets, and is told nothing twice.

    At the end nothing changed any more, and each client asked twice.
    """
    for student in history.students():
        fresh = fresh_copy(history, student)
        if fresh is None:
            continue
        for client, follower in follow(history, student).items():
            for key in sorted(fresh.keys() | follower.copy.keys()):
                if fresh.get(key) != follower.copy.get(key):
                    words = f"{client} has {follower.copy.get(key)} where there is {fresh.get(key)}"
                    yield Violation("cursor", student, words, (key[1],))
                    break
            if follower.last:
                yield Violation("cursor", student, f"{client} is told again of {follower.last[0]}")


def fresh_copy(history: History, student: str) -> Copy | None:
    """Return what a fresh client got at the end; None where none asked."""
    pages = list(history.of(student, "full"))
    if not pages:
        return None
    copy: Copy = {}
    apply(copy, pages[-1].answer["changes"])
    return copy
