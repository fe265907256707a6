"""How a version's answers are judged, once something was wrong with it: facts that are written, and never rewritten."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from questions import kinds
from questions.bank.locks import lock_item
from questions.bank.problems import BankError, Problem
from questions.models import Author, Correction, ItemVersion

Rule = Correction.Rule


@dataclass(frozen=True)
class Rules:
    """How answers to a version are judged by the corrections in force.

    `body` says what is right; `also` are bodies by which an answer may be right instead. Where `is_full` everybody has
    full marks; where `is_void` nobody has any, and none are missing.
    """

    body: kinds.ItemBody
    also: tuple[kinds.ItemBody, ...]
    is_full: bool
    is_void: bool
    by_version: int | None
    """The version whose rules these are, if it is another one."""


def rules_of(version: ItemVersion) -> Rules | None:
    """Return how a version's answers are judged; None where by the version alone. Mostly no query."""
    return _load_rules(version.pk, version.last_correction) if version.last_correction else None


@functools.lru_cache(maxsize=256)
def _load_rules(version: int, last_correction: int) -> Rules | None:
    # Corrections are only added to: the newest says which they are.
    written = Correction.objects.filter(version=version, pk__lte=last_correction)
    reversed_ones = written.filter(rule=Rule.REVERSE).values("reverses")
    standing = written.exclude(rule=Rule.REVERSE).exclude(pk__in=reversed_ones).order_by("pk")
    return combine(ItemVersion.objects.get(pk=version), standing.select_related("by_version"))


def forget_rules() -> None:
    """Load all rules anew: a test's database gives the ids of versions again."""
    _load_rules.cache_clear()


def combine(version: ItemVersion, corrections: Iterable[Correction]) -> Rules | None:
    """Return what corrections, in their order, make of a version's rules; None for none. Raises ValueError.

    Of those that judge by another version, give full marks or void it the newest holds; accepted answers add up.
    """
    standing = list(corrections)
    if not standing:
        return None
    newest = next((each for each in reversed(standing) if each.rule != Rule.ACCEPT), None)
    judged_by = newest.by_version if newest and newest.by_version else version
    body = kinds.parse(judged_by.kind, judged_by.body, judged_by.engine)
    accepted = [each.answer for each in standing if each.rule == Rule.ACCEPT]
    return Rules(
        body=body,
        also=tuple(kinds.get(version.kind).accepting(body, answer) for answer in accepted),
        is_full=bool(newest and newest.rule == Rule.FULL),
        is_void=bool(newest and newest.rule == Rule.VOID),
        by_version=judged_by.pk if judged_by.pk != version.pk else None,
    )


def check_correction(correction: Correction) -> Rules | None:
    """Return how the version would be judged with one more correction. Raises BankError where it cannot be."""
    version, other = correction.version, correction.by_version
    standing = Correction.objects.filter(version=version).in_force().select_related("by_version")
    try:
        if correction.rule == Rule.REVERSE:
            return combine(version, standing.exclude(pk=correction.reverses.pk if correction.reverses else 0))
        if correction.rule == Rule.VERSION and (other is None or other.item_id != version.item_id):
            raise ValueError("Name another version of the same question.")
        if other and other.pk == version.pk:
            raise ValueError("A version is judged by its own rules as it is: take the correction back.")
        if correction.rule == Rule.ACCEPT and not correction.answer.strip():
            raise ValueError("Write the answer that is right too.")
        return combine(version, [*standing, correction])
    except ValueError as error:
        raise BankError([Problem(_line(error), entry=version.item.slug)]) from None


def _line(error: ValueError) -> str:
    """What an error says, in a line: pydantic's have several."""
    return str(error).splitlines()[-1 if "\n" in str(error) else 0].partition(" [type=")[0].strip()


@transaction.atomic
def write_correction(correction: Correction) -> Correction:
    """Write a correction down, from when on it holds; one that says what holds already is that one.

    Raises BankError.
    """
    _, item = lock_item(correction.version.item)
    if not correction.why.strip():
        raise BankError([Problem("Say why: students read it.", "why", item.slug)])
    check_correction(correction)
    same = _find_same(correction)
    if same is not None:
        return same
    correction.save()
    ItemVersion.objects.filter(pk=correction.version_id).update(last_correction=correction.pk)
    correction.version.last_correction = correction.pk
    return correction


def _find_same(correction: Correction) -> Correction | None:
    """The correction that says the same and holds; of a reversal one that was written."""
    written = Correction.objects.filter(version=correction.version)
    if correction.rule == Rule.REVERSE:
        return written.filter(reverses=correction.reverses_id).first()
    same = written.in_force().filter(rule=correction.rule, by_version=correction.by_version, answer=correction.answer)
    newest = written.in_force().exclude(rule=Rule.ACCEPT).last()
    found = same.first()
    return found if correction.rule == Rule.ACCEPT or found == newest else None


def reversal_of(correction: Correction, *, why: str, by: Author | None, now: datetime) -> Correction:
    """Return what takes a correction back, not written yet."""
    return Correction(
        version=correction.version, rule=Rule.REVERSE, reverses=correction, why=why, made_by=by, made_at=now
    )


def list_corrections(versions: Sequence[ItemVersion]) -> list[Correction]:
    """Return all corrections of these versions, the newest first; one query."""
    written = Correction.objects.filter(version__in=versions).select_related(
        "version__item", "by_version", "made_by", "reverses__by_version", "reversed_by"
    )
    return list(written.order_by("-pk"))
