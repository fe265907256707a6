"""What a QTI 2 or 3 item says about right answers: declarations, mappings, and what processing adds to them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from questions.interchange.asking import FULL, RefusedError, Remarks
from questions.interchange.qti.trees import each, text_of

COMPARISONS = ("match", "member", "stringMatch", "equal", "equalRounded")


@dataclass
class Declaration:
    """A response: how many values, of which type, which are right, and what each earns."""

    name: str
    is_several: bool = False
    base_type: str = ""
    correct: list[str] = field(default_factory=list)
    earns: dict[str, float] = field(default_factory=dict)
    is_exact_case: bool = False

    def key(self, remarks: Remarks) -> list[str]:
        """The values that are right: as stated, else those that earn something."""
        earning = [value for value, mark in self.earns.items() if mark > 0]
        if not self.correct:
            return earning if self.is_several or self.base_type == "string" else self._best()
        if any(mark < 0 for mark in self.earns.values()):
            remarks.lost.append("Marks that are taken away for wrong answers.")
        if self.earns and set(map(str.casefold, earning)) != set(map(str.casefold, self.correct)):
            if any(value.casefold() not in map(str.casefold, earning) for value in self.correct):
                remarks.changed.append("The marks (mapping) do not agree with the key: the key is kept.")
            else:
                remarks.lost.append("Part of the marks for some answers.")
        elif len({mark for mark in self.earns.values() if mark > 0}) > 1:
            remarks.lost.append("Different marks for the right answers.")
        return self.correct

    def accepted(self, remarks: Remarks) -> list[str]:
        """The texts that earn everything; the key first."""
        most = max(self.earns.values(), default=0)
        full = [value for value, mark in self.earns.items() if mark > 0 and mark >= most - FULL]
        if partly := [value for value, mark in self.earns.items() if 0 < mark < most - FULL]:
            remarks.lost.append(f"Part of the marks for: {', '.join(partly)}.")
        return [*self.correct, *full]

    def _best(self) -> list[str]:
        most = max(self.earns.values(), default=0)
        return [value for value, mark in self.earns.items() if mark == most > 0]


def read_declarations(item: Element) -> dict[str, Declaration]:
    """The responses that an item declares, by their identifiers."""
    return {
        name: _declaration(name, element)
        for element in each(item, "responseDeclaration")
        if (name := element.get("identifier", ""))
    }


def _declaration(name: str, element: Element) -> Declaration:
    entries = list(each(element, "mapEntry"))
    earns: dict[str, float] = {}
    for entry in entries:
        try:
            earns[_spaced(entry.get("mapKey", ""))] = float(entry.get("mappedValue", ""))
        except ValueError:
            continue
    correct = [text_of(value) for answer in element.findall("correctResponse") for value in each(answer, "value")]
    return Declaration(
        name=name,
        is_several=element.get("cardinality", "") in ("multiple", "ordered"),
        base_type=element.get("baseType", ""),
        correct=[value for value in correct if value],
        earns=earns,
        is_exact_case=bool(entries) and all(entry.get("caseSensitive", "true") == "true" for entry in entries),
    )


def _spaced(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True)
class Precision:
    """How exactly a number is asked for: by bounds around the key, or by a count of digits or decimals."""

    below: float | None = None
    above: float | None = None
    is_relative: bool = False
    digits: int | None = None
    decimals: int | None = None


def read_precision(item: Element, name: str) -> Precision:
    """How a response is compared with its key; exactly where nothing is said."""
    for element in each(item, "equal", "equalRounded"):
        if name not in _variables(element):
            continue
        if element.tag == "equalRounded":
            figures = element.get("figures", "")
            if figures.isdecimal() and 1 <= int(figures) <= 10:
                is_decimals = element.get("roundingMode") == "decimalPlaces"
                return Precision(decimals=int(figures)) if is_decimals else Precision(digits=int(figures))
        elif element.get("toleranceMode") in ("absolute", "relative"):
            try:
                bounds = [abs(float(part)) for part in element.get("tolerance", "").split()]
            except ValueError:
                continue
            if bounds:
                return Precision(bounds[0], bounds[-1], element.get("toleranceMode") == "relative")
    return Precision()


def read_compared(item: Element, name: str) -> list[str]:
    """The values that processing compares a response with where it then adds to the score."""
    values: list[str] = []
    for branch in each(item, "responseIf", "responseElseIf"):
        if _scores(branch) and len(branch):
            for comparison in _positive(branch[0]):
                if name in _variables(comparison):
                    values += [text_of(value) for value in comparison.findall("baseValue")]
    return [value for value in dict.fromkeys(values) if value]


def _positive(condition: Element) -> Iterator[Element]:
    if condition.tag in COMPARISONS:
        yield condition
    elif condition.tag in ("and", "or"):
        for child in condition:
            yield from _positive(child)


def _scores(branch: Element) -> bool:
    for outcome in branch.findall("setOutcomeValue"):
        value = outcome.find("baseValue")
        if outcome.get("identifier", "").upper().startswith("SCORE") and (
            value is None or text_of(value) not in ("0", "0.0", "")
        ):
            return True
    return False


def _variables(element: Element) -> list[str]:
    return [variable.get("identifier", "") for variable in each(element, "variable")]


def check_templates(item: Element) -> None:
    """Refuse an item whose numbers are drawn by template rules. Raises RefusedError."""
    if next(each(item, "templateProcessing"), None) is not None:
        raise RefusedError(
            "Its numbers are drawn by template rules of QTI, which are not read: write it as an item that draws."
        )
    if next(each(item, "printedVariable"), None) is not None:
        raise RefusedError("Its text shows values that are computed as it is answered.")
