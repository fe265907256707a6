"""The bodies of items, as documents come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pydantic

from questions import kinds
from questions.bank.pictures import missing_pictures
from questions.bank.problems import BankError, Problem, problems_of
from questions.text.appearance import appearance, find_flaws

MAX_CHARACTERS = 20_000
MAX_FORMULAS = 300
"""In all texts of an item: what a preview of five samples sets within a second."""


def validate_body(kind: str, document: object, *, pictures_stored: bool = True) -> kinds.ItemBody:
    """The body of an item of `kind`; raises BankError naming each field that is wrong.

    Its pictures have to be in the service, unless its course's folder brings them yet.
    """
    try:
        body = kinds.parse(kind, document)
    except pydantic.ValidationError as error:
        raise BankError(problems_of(error)) from None
    shown = dict.fromkeys(kinds.get(kind).shown(body))
    missing = missing_pictures(shown) if pictures_stored else []
    problems = [*_check_size(body)] or [*_check_shown(shown), *missing, *_check_rivals(kind, body), *_check_used(body)]
    if problems:
        raise BankError(problems)
    return body


def check_pictures(kind: str, body: kinds.ItemBody) -> None:
    """Raise BankError unless the pictures of a valid body are in the service."""
    if missing := [*missing_pictures(dict.fromkeys(kinds.get(kind).shown(body)))]:
        raise BankError(missing)


def _check_size(body: kinds.ItemBody) -> Iterator[Problem]:
    """More than a preview sets in a moment: each of its samples shows all texts."""
    texts = dict(_texts(body.model_dump(exclude_defaults=True)))
    if (characters := sum(map(len, texts.values()))) > MAX_CHARACTERS:
        longest = max(texts, key=lambda place: len(texts[place]))
        message = f"An item's texts hold at most {MAX_CHARACTERS} characters together, and these {characters}."
        yield Problem(f"{message} This is the longest: shorten it.", longest)
    formulas = {place: text.replace("$$", "$").count("$") // 2 for place, text in texts.items()}
    if (count := sum(formulas.values())) > MAX_FORMULAS:
        most = max(formulas, key=lambda place: formulas[place])
        yield Problem(f"An item shows at most {MAX_FORMULAS} formulas, and this one {count}. Most are here.", most)


def _texts(document: object, place: str = "") -> Iterator[tuple[str, str]]:
    """All texts of a body, each with its field."""
    parts: Iterable[tuple[object, object]] = ()
    if isinstance(document, str):
        yield place, document
    elif isinstance(document, dict):
        parts = document.items()
    elif isinstance(document, list):
        parts = enumerate(document)
    for name, part in parts:
        yield from _texts(part, f"{place}.{name}" if place else str(name))


def _check_shown(shown: Iterable[tuple[str, str]]) -> list[Problem]:
    """What students would not see as it is meant."""
    flaws = [Problem(flaw.message, field) for field, text in shown for flaw in find_flaws(text)]
    return list(dict.fromkeys(flaws))


def _check_rivals(kind: str, body: kinds.ItemBody) -> Iterator[Problem]:
    """Options that look the same, however they are written."""
    for group in kinds.get(kind).rivals(body):
        seen: dict[str, str] = {}
        for field, text in group:
            looks = appearance(text)
            if looks in seen:
                yield Problem(f"“{text}” and “{seen[looks]}” look the same to students.", field)
            seen.setdefault(looks, text)


def _check_used(body: kinds.ItemBody) -> Iterator[Problem]:
    """What is drawn or computed, and used by nothing."""
    for place in body.unused():
        yield Problem(f"Nothing uses “{place.partition('.')[2]}”: show it, or leave it out.", place)


def normalise_body(kind: str, document: dict[str, object]) -> dict[str, object]:
    """The one way to write down a valid body: the same whoever wrote it. An unfinished one is kept as it is."""
    try:
        body = kinds.parse(kind, document)
    except pydantic.ValidationError:
        return document
    return write_body(body)


def write_body(body: kinds.ItemBody) -> dict[str, object]:
    """A valid body as it is written down."""
    return body.model_dump(mode="json", exclude_defaults=True)
