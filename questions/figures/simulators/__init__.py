"""The numbers behind a lesson's interactive figures, each computed once a process by NumPy.

A simulator is a module with a function of no arguments that gives its frames as plain values: the same for everybody,
always. How they are drawn is in `questions.figures.plots`.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any

from questions.figures.simulators import dropout, ridge, stopping

SIMULATORS: dict[str, Callable[[], dropout.Frames | ridge.Frames | stopping.Run]] = {
    "ridge": ridge.frames,
    "early-stopping": stopping.run,
    "dropout": dropout.frames,
}


@cache
def document(name: str) -> dict[str, Any]:
    """The frames of a simulator as a JSON document. Raises KeyError for an unknown name."""
    return asdict(SIMULATORS[name]())
