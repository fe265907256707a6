"""The bodies of items, as documents come in."""

from __future__ import annotations

import pydantic

from questions import kinds
from questions.bank.problems import BankError, problems_of


def validate_body(kind: str, document: object) -> kinds.ItemBody:
    """The body of an item of `kind`; raises BankError naming each field that is wrong."""
    try:
        return kinds.parse(kind, document)
    except pydantic.ValidationError as error:
        raise BankError(problems_of(error)) from None


def normalise_body(kind: str, document: dict[str, object]) -> dict[str, object]:
    """The one way to write down a valid body: the same whoever wrote it. An unfinished one is kept as it is."""
    try:
        body = kinds.parse(kind, document)
    except pydantic.ValidationError:
        return document
    return body.model_dump(mode="json", exclude_defaults=True)
