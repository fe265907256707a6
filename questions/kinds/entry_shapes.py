"""How an answer of several numbers is read, compared with a key, and written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

ReadT = TypeVar("ReadT")


@dataclass(frozen=True)
class Verdict:
    """The share of an answer that is right, and what is said of the rest."""

    score: float
    message: str = ""


class Shape(ABC, Generic[ReadT]):
    """How answers of a form are read, compared and written. All raise NumberError for what cannot be read."""

    def judge(self, key: str, typed: str) -> Verdict:
        """Read an answer, and compare it with a key."""
        return self.compare(self.read(key), self.read(typed))

    @abstractmethod
    def read(self, text: str) -> ReadT:
        """The numbers of an answer."""

    @abstractmethod
    def compare(self, key: ReadT, typed: ReadT) -> Verdict:
        """Compare an answer that was read with a key."""

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
