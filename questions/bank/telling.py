"""Items that tell what others ask: keys and formulas of one item in what students see of another before they answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pydantic
from django.utils import timezone

from questions import kinds
from questions.bank.locks import raise_graph_revision
from questions.models import AcceptedHint, Author, Course, Item, ItemEnemy

AFTERWARDS = {"explanation", "solution", "hints", "work", "because", "back", "model", "points"}
"""Parts of the names of those fields that nobody sees before an answer."""
SHORTEST_KEY, FEWEST_WORDS, SHORTEST_FORMULA = 4, 5, 7
"""Characters of a key that is typed, words of one that is chosen, characters of a formula: less tells nothing."""
COMMON = 6
"""A formula that so many items show before an answer is known to everybody."""
FORMULA = re.compile(r"\$([^$]+)\$")
SPACES = re.compile(r"\\[,;:! ]|\\(?:left|right|displaystyle)(?![a-z])|\s+")
VALUE = re.compile(r"\A[\\\w]+=[-+\d.]+|\A[^a-zA-Z\\]+")
"""A formula that only gives something its number, or has nothing but numbers."""
OPERATOR = re.compile(r"[-+=/^]|\\(?:cdot|times|frac|sum|sqrt)")


@dataclass(frozen=True)
class Told:
    """What an item tells: its text as it stands before an answer, and what its answer is, in words and formulas."""

    item: int
    text: str
    formulas: str
    keys: frozenset[str]
    key_formulas: frozenset[str]


@dataclass(frozen=True)
class Hint:
    """An item whose text has these words, which are the answer to the `other`; both by their keys."""

    item: int
    other: int
    words: str


def find_hints(items: Sequence[Told], about: int | None = None) -> Iterator[Hint]:
    """Find what items tell of each other, or what one (`about`) tells and has told of it. Pure."""
    formulas = {formula for item in items for formula in item.key_formulas}
    common = {formula for formula in formulas if sum(formula in item.formulas for item in items) >= COMMON}
    for other in items:
        for item in items:
            if item.item == other.item or (about is not None and about not in (item.item, other.item)):
                continue
            words = [key for key in other.keys if key in item.text and _stands_alone(key, item.text)]
            words += [formula for formula in other.key_formulas - common if formula in item.formulas]
            if words:
                yield Hint(item.item, other.item, max(words, key=lambda text: (len(text), text)))


def read_told(item: int, kind: str, document: object) -> Told | None:
    """Read what an item tells; None where its body cannot be read. Pure."""
    try:
        body = kinds.parse(kind, document)
    except pydantic.ValidationError:
        return None
    shown = dict.fromkeys(kinds.get(kind).shown(body))
    public = [text for field, text in shown if AFTERWARDS.isdisjoint(field.split("."))]
    private = [text for field, text in shown if not AFTERWARDS.isdisjoint(field.split("."))]
    text, formulas = _plain(" \n ".join(public)), "\n".join(_formulas(public))
    right = [_plain(option.text) for option in kinds.get(kind).options(body) if option.right]
    return Told(
        item,
        text,
        formulas,
        frozenset(key for key in right if _is_telling(key, text)),
        frozenset(
            formula
            for formula in _formulas(private)
            if len(formula) >= SHORTEST_FORMULA
            and OPERATOR.search(formula)
            and not VALUE.fullmatch(formula)
            and formula not in formulas
        ),
    )


def _is_telling(key: str, own_text: str) -> bool:
    """Whether a key tells the answer wherever it is read: a sentence, or a word that the item itself does not show."""
    if "{" in key or key.startswith("`"):
        return False
    return len(key.split()) >= FEWEST_WORDS if key in own_text else len(key) >= SHORTEST_KEY


def _stands_alone(key: str, text: str) -> bool:
    """Whether a key stands in a text as words of their own."""
    parts = text.split(key)
    return any(not (before[-1:].isalnum() or after[:1].isalnum()) for before, after in itertools.pairwise(parts))


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").casefold().split()).rstrip(".")


def _formulas(texts: Iterable[str]) -> list[str]:
    return [SPACES.sub("", formula) for text in texts for formula in FORMULA.findall(text)]


@dataclass(frozen=True)
class HintOfItems:
    """A hint between two published items."""

    item: Item
    other: Item
    words: str


MAX_KEPT = 20_000
_kept: dict[tuple[int, datetime], Told | None] = {}
"""What was read of versions, which never change, by key and instant."""


def list_hints(course: Course, about: Item | None = None) -> list[HintOfItems]:
    """List what published items of a course tell of each other, or what one tells and has told of it; four queries.

    Pairs that no exam asks together are left out, and what was accepted as harmless.
    """
    asked = Item.objects.published().filter(course=course, kind__in=kinds.in_exams())
    items = {item.pk: item for item in asked.select_related("published").defer("draft").order_by("position", "pk")}
    read = [told for item in items.values() if (told := _read_kept(item))]
    apart = {frozenset(pair) for pair in ItemEnemy.objects.filter(item__course=course).values_list("item", "enemy")}
    accepted = AcceptedHint.objects.filter(item__course=course).values_list("item", "other", "words")
    harmless = set(accepted)
    return [
        HintOfItems(items[hint.item], items[hint.other], hint.words)
        for hint in find_hints(read, about.pk if about else None)
        if frozenset((hint.item, hint.other)) not in apart
        and not (items[hint.item].idea and items[hint.item].idea == items[hint.other].idea)
        and (hint.item, hint.other, hint.words) not in harmless
    ]


def _read_kept(item: Item) -> Told | None:
    version = item.published
    assert version is not None
    key = version.pk, version.published_at
    if key not in _kept:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[key] = read_told(item.pk, version.kind, version.body)
    return _kept[key]


def accept_hint(item: Item, other: Item, words: str, by: Author | None) -> None:
    """Remember that a hint is harmless; idempotent."""
    fields = {"accepted_at": timezone.now(), "accepted_by": by}
    AcceptedHint.objects.get_or_create(item=item, other=other, words=words, defaults=fields)


def make_enemies(item: Item, other: Item) -> None:
    """Have no exam ask these two together; idempotent."""
    if not ItemEnemy.objects.filter(item=other, enemy=item).exists():
        ItemEnemy.objects.get_or_create(item=item, enemy=other)
        raise_graph_revision(item.course_id)
