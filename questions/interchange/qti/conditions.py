"""How QTI 1.2 marks what is right: conditions that add to the score. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from questions.interchange.asking import number
from questions.interchange.qti.trees import each, text_of

BOUNDS = {"vargte": "low", "vargt": "low", "varlte": "high", "varlt": "high"}


@dataclass
class Test:
    """One comparison of a condition: of which response, with which text, and whether it must fail."""

    response: str
    value: str
    what: str = "equal"
    is_not: bool = False
    is_exact_case: bool = False
    precision: dict[str, int] = field(default_factory=dict)


@dataclass
class Condition:
    """What is compared, what it earns, and which feedback it shows."""

    tests: list[Test]
    earns: float | None
    feedback: list[str]
    is_called_right: bool

    @property
    def is_right(self) -> bool:
        """Whether meeting it is a right answer: it earns something, or is named so where nothing earns."""
        return self.earns > 0 if self.earns is not None else self.is_called_right


def read_conditions(item: Element) -> list[Condition]:
    """The conditions of an item, in their order."""
    return [_condition(element) for element in each(item, "respcondition")]


def _condition(element: Element) -> Condition:
    shown = [feedback.get("linkrefid", "") for feedback in each(element, "displayfeedback")]
    earned = [_earned(setvar) for setvar in each(element, "setvar") if "incorrect" not in _variable(setvar)]
    called = [element.get("title", ""), *shown]
    tests = [test for condition in each(element, "conditionvar") for test in _tests(condition, is_not=False)]
    is_called = any(name.lower() == "correct" for name in called) and bool(tests)
    return Condition(tests, max(earned, default=None), shown, is_called)


def _variable(setvar: Element) -> str:
    return (setvar.get("varname") or setvar.get("variablename") or "").lower()


def _earned(setvar: Element) -> float:
    text = text_of(setvar)
    value = number(text)
    if value is None:
        return 100.0 if text.upper().endswith(".MAX") else 0.0
    return -float(value) if setvar.get("action") == "Subtract" else float(value)


def _tests(element: Element, *, is_not: bool) -> Iterator[Test]:
    for child in element:
        name, value, response = child.tag, text_of(child), child.get("respident", "")
        if name == "not":
            yield from _tests(child, is_not=not is_not)
        elif name in ("and", "or", "unanswered"):
            yield from _tests(child, is_not=is_not)
        elif name in ("varequal", "varsubset", "varsubstring") and value:
            what = "within" if name == "varsubstring" else "equal"
            yield Test(response, value, what, is_not, child.get("case", "No") == "Yes", _precision(child))
        elif name in BOUNDS:
            yield Test(response, value, BOUNDS[name], is_not)


def _precision(element: Element) -> dict[str, int]:
    figures, kind = element.get("precision", ""), element.get("precisiontype", "")
    if not figures.isdecimal() or not 1 <= int(figures) <= 10:
        return {}
    return {"decimals" if kind == "decimals" else "digits": int(figures)}
