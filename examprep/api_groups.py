"""The groups in which the OpenAPI document lists the calls, each by the beginnings of its paths."""

from __future__ import annotations

from typing import NamedTuple


class Group(NamedTuple):
    """A group of calls: what it is about, and the first part of their paths."""

    about: str
    paths: tuple[str, ...]


GROUPS = {
    "Account": Group("Settings, logins, devices, one's own data and its end.", ("me", "devices")),
    "Courses": Group(
        "Courses, and what is to be learnt in them.",
        ("courses", "lessons", "simulators", "concepts", "search"),
    ),
    "Review": Group(
        "The day's questions, and answers to them: `queue/` gives, `reviews/batch/` takes.",
        ("queue", "today", "practice", "reviews", "presentations", "items", "numbers"),
    ),
    "Offline": Group("What an app needs away from the net, and how it keeps up.", ("packs", "sync")),
    "Exams": Group("Exams and their sittings.", ("exams", "sittings")),
    "Notebook": Group("Bookmarks and notes.", ("bookmarks", "notes")),
    "Progress": Group("What was done, what is known, what comes.", ("progress",)),
}
PREFIX = "/api/v1/"


def group_of(path: str) -> str:
    """Return the name of the group that a path is in. Raises LookupError where none names the path's first part."""
    first = path.removeprefix(PREFIX).partition("/")[0]
    for name, group in GROUPS.items():
        if first in group.paths:
            return name
    raise LookupError(f"{path} is in no group: name “{first}” in examprep.api_groups.")
