"""Answers that are expected to be wrong: what processing compares a response with only to say something. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from questions.interchange.asking import Asked, number
from questions.interchange.qti.trees import each, text_of

TYPED = {"short_text": "text", "numeric": "value"}
"""The kinds that expect such answers, and what they call them."""
COMPARISONS = ("stringMatch", "equal", "match")


def write_mistake(response: str, mistake: Mapping[str, str], said: str, *, exact_case: bool) -> Element:
    """The condition under which the feedback `said` is shown."""
    condition = Element("responseCondition")
    branch = SubElement(condition, "responseIf")
    is_text = "text" in mistake
    how = {"caseSensitive": str(exact_case).lower()} if is_text else {"toleranceMode": "exact"}
    comparison = SubElement(branch, "stringMatch" if is_text else "equal", how)
    SubElement(comparison, "variable", {"identifier": response})
    value = SubElement(comparison, "baseValue", {"baseType": "string" if is_text else "float"})
    value.text = mistake["text"] if is_text else str(mistake["value"])
    shown = SubElement(branch, "setOutcomeValue", {"identifier": "FEEDBACK"})
    SubElement(SubElement(shown, "multiple"), "baseValue", {"baseType": "identifier"}).text = said
    return condition


def read_mistakes(item: Element, response: str, asked: Asked, said: Mapping[str, str]) -> tuple[Asked, frozenset[str]]:
    """What is asked, with the answers that are expected to be wrong; and the names of the feedback that they show."""
    name = TYPED.get(asked.kind)
    rows: list[dict[str, str]] = []
    used: set[str] = set()
    for branch in each(item, "responseIf", "responseElseIf"):
        value, shown = _compared(branch, response), _shown(branch, said)
        if name is None or not value or not shown or (name == "value" and number(value) is None):
            continue
        if value not in [row[name] for row in rows] and not _is_key(value, asked):
            rows.append({name: value, "because": said[shown]})
            used.add(shown)
    return (Asked(asked.kind, {**asked.fields, "mistakes": rows}) if rows else asked), frozenset(used)


def _compared(branch: Element, response: str) -> str:
    """The value with which a branch compares the response, and nothing more; "" where it does something else."""
    comparison = branch[0] if len(branch) else None
    if comparison is None or comparison.tag not in COMPARISONS or len(comparison) != 2:
        return ""
    variable, value = comparison
    is_this = variable.tag == "variable" and variable.get("identifier") == response
    return text_of(value) if is_this and value.tag == "baseValue" else ""


def _shown(branch: Element, said: Mapping[str, str]) -> str:
    """The feedback that a branch shows, where that is all that it does; "" where it does something else."""
    outcomes = branch.findall("setOutcomeValue")
    names = [text_of(value) for outcome in outcomes for value in each(outcome, "baseValue")]
    return names[0] if len(outcomes) == 1 and len(names) == 1 and names[0] in said else ""


def _is_key(value: str, asked: Asked) -> bool:
    accepted = asked.fields.get("accept", [asked.fields.get("answer")])
    return isinstance(accepted, list) and value in accepted
