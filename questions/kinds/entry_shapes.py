"""How an answer of several numbers is read, compared with a key, and written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """The share of an answer that is right, and what is said of the rest."""

    score: float
    message: str = ""


class Shape(ABC):
    """How answers of a form are read, compared and written. All raise NumberError for what cannot be read."""

    @abstractmethod
    def judge(self, key: str, typed: str) -> Verdict:
        """Compare an answer with a key."""

    @abstractmethod
    def data(self, key: str) -> dict[str, object]:
        """A key as numbers, each with the error that it may have, for a client that compares alone."""

    @abstractmethod
    def show(self, key: str) -> str:
        """A key as a student would type it, as precisely as is asked."""

    @abstractmethod
    def latex(self, text: str) -> str:
        """An answer as it is read, in LaTeX."""


def share_right(hits: int, numbers: int) -> str:
    """How many of several numbers are right, where it is neither all nor none."""
    return f"{hits} of {numbers} numbers {'is' if hits == 1 else 'are'} right." if 0 < hits < numbers else ""
