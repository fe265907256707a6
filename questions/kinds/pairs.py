"""What kinds whose pairs are cards of their own put, and are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from typing_extensions import TypedDict


@dataclass(frozen=True)
class Round:
    """How many pairs and distractors a presentation of pairs holds, and which distractors come first (by text)."""

    size: int
    distractors: int
    preferred: Sequence[str] = ()


@dataclass(frozen=True)
class PairAnswer:
    """An answer to pairs, by ids that are new in each presentation.

    `matched` and `key` are right ids by left id; `facets` names the pair of a left id, `texts` the text of a right id.
    """

    matched: Mapping[str, str]
    key: Mapping[str, str]
    facets: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class PairTexts:
    """Both sides of a pair in Markdown, and why they belong together ("" where the item gives no reason)."""

    left: str
    right: str
    because: str


class PairsResponse(TypedDict):
    """Right ids by left id, of the pairs that were matched."""

    pairs: dict[str, str]
