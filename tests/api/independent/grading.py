"""The rules of docs/api.md under “Grading”, one function each."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.api.independent import reading
from tests.api.independent.reading import LeftToServiceError, RefusedError

Document = dict[str, Any]


@dataclass
class Grade:
    """The score, and which feedback is said: the `when` that fits, in parts with `part`."""

    score: float
    said: list[Document] = field(default_factory=list)
    parts: dict[str, Grade] = field(default_factory=dict)


class NearlyError(RefusedError):
    """Say “Nearly”, and ask the student to look again."""


def grade(entry: Document, response: Any) -> Grade:
    """Grade a response to an entry of a pack. Raises RefusedError, LeftToServiceError."""
    if not entry["grading"]["final"]:
        raise LeftToServiceError
    return by_rule(entry["grading"], entry["prompt"], entry["key"], response)


def by_rule(rule: Document, prompt: Document, key: Document, response: Any) -> Grade:
    if isinstance(response, dict) and response.get("dont_know") is True:
        return Grade(0.0)
    if not isinstance(response, dict):
        raise RefusedError("Send an object.")
    return RULES[rule["rule"]](rule, prompt, key, response)


# Options


def one_choice(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    chosen = _known(response.get("choice"), prompt["choices"])
    return Grade(float(chosen == key["choice"]), [{"chosen": chosen}])


def ticks(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    ticked = _ids(response.get("choices"), prompt["choices"])
    keys = set(key["choices"])
    right, wrong, missed = ticked & keys, ticked - keys, keys - ticked
    score = max(len(right) - len(wrong), 0) / len(keys) if keys else float(not ticked)
    return Grade(score, [*({"chosen": each} for each in wrong), *({"missed": each} for each in missed)])


def pairs(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    matched = response.get("pairs")
    if not isinstance(matched, dict) or not matched:
        raise RefusedError("Match at least one pair.")
    for left, right in matched.items():
        _known(left, prompt["left"])
        _known(right, prompt["right"])
    wrong = [left for left, right in key["pairs"].items() if matched.get(left) != right]
    said = [{"left": left, "right": matched.get(left)} for left in wrong]
    return Grade((len(key["pairs"]) - len(wrong)) / len(key["pairs"]), said)


def order(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    steps, right = response.get("order"), key["order"]
    if len(_ids(steps, prompt["steps"])) != len(right):
        raise RefusedError("Send all steps.")
    assert isinstance(steps, list)
    places = [right.index(step) for step in steps]
    longest = [1] * len(places)
    for at, place in enumerate(places):
        longest[at] += max((longest[before] for before in range(at) if places[before] < place), default=0)
    said = [{"step": step} for at, step in enumerate(steps) if right[at] != step]
    return Grade((max(longest) - 1) / (len(places) - 1), said)


def _known(value: Any, options: Sequence[Document]) -> str:
    if not isinstance(value, str) or value not in {option["id"] for option in options}:
        raise RefusedError("No such option.")
    return value


def _ids(values: Any, options: Sequence[Document]) -> set[str]:
    if not isinstance(values, list):
        raise RefusedError("Send a list.")
    known = {_known(value, options) for value in values}
    if len(known) < len(values):
        raise RefusedError("One stands here twice.")
    return known


# Texts

DASHES, SINGLE, DOUBLE, STROKES = "‐‑‒–—―−˗﹣－", "‘’‚‛′`", "“”„‟″", "⁄∕"
PLAIN = str.maketrans(
    {
        **dict.fromkeys(DASHES, "-"),
        **dict.fromkeys(SINGLE, "'"),
        **dict.fromkeys(DOUBLE, '"'),
        **dict.fromkeys(STROKES, "/"),
    }
)


def text(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    typed = response.get("text")
    if not isinstance(typed, str) or not typed.strip() or len(typed) > 200:
        raise RefusedError("Type an answer.")
    form = comparable(typed, rule)
    accepted = [comparable(each, rule) for each in rule["accept"]]
    pattern = rule["pattern"]
    if form in accepted or (pattern and isinstance(form, str) and form.isascii() and re.fullmatch(pattern, form)):
        return Grade(1.0)
    for place, mistake in enumerate(rule["mistakes"]):
        if comparable(mistake, rule) == form:
            return Grade(0.0, [{"mistake": place}])
    if response.get("final") is not True and any(is_near(form, each) for each in accepted):
        raise NearlyError
    return Grade(0.0)


def comparable(typed: str, rule: Document) -> str | list[str]:
    """The form that is compared: of code its tokens."""
    typed = "".join(
        char
        for char in typed
        if unicodedata.category(char) != "Cf" and not "\ufe00" <= char <= "\ufe0f" and char != "\u034f"
    )
    if rule["code"]:
        return tokens(typed.translate(PLAIN_CODE))
    if typed.isascii():
        typed = typed.replace("`", "'")
    else:
        typed = _spelt_out(unicodedata.normalize("NFC", typed.translate(PLAIN))).translate(PLAIN)
    typed = " ".join(re.sub(r"(?<![\w.])\.(?=\d)", "0.", typed).split())
    if rule["case"] != "exact":
        typed = typed.casefold().strip()
        for quote in "\"'":
            if len(typed) > 2 and typed[0] == typed[-1] == quote and quote not in typed[1:-1]:
                typed = typed[1:-1].strip()
        typed = re.sub(r"(?<=[\w)\]])\.+$", "", typed)
        typed = re.sub(r"(?<=[^\W\d_]{2})[!?]+$", "", typed).rstrip()
    return typed.replace(" ", "") if rule["spacing"] == "ignore" else typed


_SIGNS = "**= //= <<= >>= === !== ... ** // << >> && || ++ -- -> :: -= += *= /= %= @= &= |= ^= == != <= >= :="
SIGNS = tuple(_SIGNS.split(" "))
PLAIN_CODE = str.maketrans({**dict.fromkeys(DASHES, "-"), **dict.fromkeys("‘’", "'"), **dict.fromkeys("“”", '"')})


def tokens(code: str) -> list[str]:
    """By the grammar of the document, sign by sign."""
    found: list[str] = []
    at = 0
    while at < len(code):
        if not code[at].isspace():
            found.append(_token(code[at:]))
        at += len(found[-1]) if not code[at].isspace() else 1
    return found


def _token(rest: str) -> str:
    if rest[0] in "\"'" and (end := _end_of_string(rest)):
        return rest[:end]
    end = 0
    if rest[0].isdecimal() or (rest[0] == "." and rest[1:2].isdecimal()):
        end = _run(rest, 0, str.isdecimal)
        has_digits = end > 0
        if rest[end : end + 1] == ".":
            end = _run(rest, end + 1, str.isdecimal)
        sign = end + 1 + (rest[end + 1 : end + 2] in ("+", "-"))
        if rest[end : end + 1] in ("e", "E") and rest[sign : sign + 1].isdecimal():
            end = _run(rest, sign, str.isdecimal)
        return rest[: _run(rest, end, _is_word) if has_digits else end]
    if _is_word(rest[0]):
        return rest[: _run(rest, 0, _is_word)]
    return max((sign for sign in SIGNS if rest.startswith(sign)), key=len, default=rest[0])


def _run(text: str, at: int, belongs: Callable[[str], bool]) -> int:
    while at < len(text) and belongs(text[at]):
        at += 1
    return at


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _end_of_string(text: str) -> int:
    at = 1
    while at < len(text):
        if text[at] == text[0]:
            return at + 1
        at += 2 if text[at] == "\\" else 1
    return 0


def _spelt_out(typed: str) -> str:
    written, before = "", ""
    for char in typed:
        mark = unicodedata.decomposition(char).partition(" ")[0]
        mark = mark if mark.startswith("<") and mark != "<circle>" else ""
        if mark == "<fraction>" and written[-1:].isdigit():
            written += " "
        if mark != before:
            written += {"<super>": "^", "<sub>": "_"}.get(mark, "")
        written += unicodedata.normalize("NFKC", char) if mark else char
        before = mark
    return written


def is_near(typed: str | list[str], accepted: str | list[str]) -> bool:
    if isinstance(typed, list) or isinstance(accepted, list):
        return False
    slips = 2 if len(accepted) >= 8 else 1 if len(accepted) >= 4 else 0
    bare = re.compile(r"[^\W\d_]|[\s'\",;:()]")
    return bare.sub("", typed) == bare.sub("", accepted) and distance(typed, accepted) <= slips


def distance(one: str, other: str) -> int:
    """Optimal string alignment."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, start=1):
        last, row = row, [at]
        for to, aim in enumerate(other, start=1):
            least = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (char != aim))
            if at > 1 and to > 1 and char == other[to - 2] and one[at - 2] == aim:
                least = min(least, before[to - 2] + 1)
            row.append(least)
        before = last
    return row[-1]


# Numbers


def meets(value: Fraction, key: float, allowed: float) -> bool:
    limit = Fraction(allowed) * Fraction(1 + 1e-9) + abs(Fraction(key)) * Fraction(1, 2**50)
    return abs(value - Fraction(key)) <= limit


def _all_meet(values: Sequence[Fraction], key: Document | None) -> bool:
    if key is None or len(values) != len(key["values"]):
        return False
    return all(map(meets, values, key["values"], key["allowed"]))


def number(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    typed, scale = _typed(response), Fraction(1)
    if str(prompt.get("unit")).casefold() in ("%", "percent", "per cent", "percentage points") and "%" in str(typed):
        raise LeftToServiceError("The sign is that of the unit behind the field.")
    if "scales" in rule:
        typed, _, unit = typed.strip().rpartition(" ")
        if unit not in rule["scales"]:
            raise LeftToServiceError
        scale = Fraction(rule["scales"][unit])
    values = reading.answer(typed, is_list=rule["is_list"])
    if rule["is_list"] and len(values) != len(rule["values"]):
        raise RefusedError("Another list is asked for.")
    converted = [value * scale for value in values]
    if _all_meet(converted, rule):
        return Grade(rule["wrong_unit"] if scale != 1 and rule["units"] == "stated" else 1.0)
    for place, mistake in enumerate(rule["mistakes"]):
        if _all_meet(converted, mistake):
            return Grade(0.0, [{"mistake": place}])
    return Grade(rule["wrong_unit"] if scale != 1 and _all_meet(values, rule) else 0.0)


def _typed(response: Document) -> str:
    typed = response.get("value")
    if isinstance(typed, int | float):
        raise LeftToServiceError(typed)
    if not isinstance(typed, str):
        raise RefusedError("Send text.")
    if not typed.strip():
        raise RefusedError("Type an answer.")
    return typed


def _entries(rule: Document, score_of: Callable[[Document], float]) -> Grade:
    """The score by the key, and the mistake that it is."""
    score = score_of(rule["key"])
    said = [
        {"mistake": place}
        for place, texts in enumerate(rule["mistakes"])
        if score < 1 and any(score_of(each) == 1 for each in texts)
    ]
    return Grade(float(score == 1) if rule["all_or_nothing"] else score, said[:1])


def numbers(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    typed = _typed(response)
    values = [] if typed.strip() == "∅" else reading.numbers(typed)
    if rule["order"] == "set":
        values = list(dict.fromkeys(values))

    def score_of(wanted: Document) -> float:
        keys = list(zip(wanted["values"], wanted["allowed"], strict=True))
        if rule["order"] == "matters":
            hits = sum(meets(value, *each) for value, each in zip(values, keys, strict=False))
        else:
            left, hits = sorted(values), 0
            for value, allowed in sorted(keys, key=sum):
                first = next((each for each in left if meets(each, value, allowed)), None)
                if first is not None:
                    left.remove(first)
                    hits += 1
        most = max(len(values), len(keys))
        return hits / most if most else 1.0

    return _entries(rule, score_of)


def matrix(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    typed = reading.matrix(_typed(response))

    def score_of(wanted: Document) -> float:
        rows, is_flat = typed.rows, typed.is_flat
        if wanted["is_flat"] and 1 in (len(rows), len(rows[0])):
            rows = [[value for row in rows for value in row]]
        elif is_flat and len(rows[0]) > 1:
            raise RefusedError("A row or a column?")
        if (len(rows), len(rows[0])) != (wanted["rows"], wanted["columns"]):
            if rule["fixed"]:
                raise RefusedError("Another shape is asked for.")
            return 0.0
        values = [value for row in rows for value in row]
        return sum(map(meets, values, wanted["values"], wanted["allowed"])) / len(values)

    return _entries(rule, score_of)


def intervals(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    pieces = reading.pieces(_typed(response))
    ends = [(side, end) for piece in pieces for side, end in (("low", piece.low), ("high", piece.high))]
    finite = [(side, end) for side, end in ends if end.value is not None]

    def score_of(wanted: Document) -> float:
        keys = [(side, piece[side]) for piece in wanted["pieces"] for side in ("low", "high") if piece[side]]
        most = max(len(finite), len(keys))
        if not most:
            return float(len(pieces) == len(wanted["pieces"]))
        left, hits = list(finite), 0
        for side, end in keys:
            for each in left:
                if each[0] == side and each[1].closed == end["closed"] and _near(each[1], end):
                    left.remove(each)
                    hits += 1
                    break
        return hits / most

    return _entries(rule, score_of)


def _near(end: reading.End, key: Document) -> bool:
    return end.value is not None and meets(end.value, key["value"], key["allowed"])


def formula(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    reader = reading.Formulas(reading.plain(_typed(response)), [name["name"] for name in prompt["names"]])
    function = reader.whole(reader.formula)
    points = _points(rule)

    def values_of(compute: reading.Formula) -> list[float]:
        values = []
        for at in points:
            try:
                values.append(compute(at))
            except (ValueError, ArithmeticError):
                values.append(math.nan)
        return values

    values = values_of(function)
    if _same(values, rule["values"]):
        if reader.may_lack:
            raise LeftToServiceError
        return Grade(1.0)
    if any(map(math.isnan, values)):
        raise LeftToServiceError
    for place, mistake in enumerate(rule["mistakes"]):
        other = reading.Formulas(reading.plain(mistake), [name["name"] for name in prompt["names"]])
        if _same(values, values_of(other.whole(other.formula))):
            return Grade(0.0, [{"mistake": place}])
    return Grade(0.0)


def _points(rule: Document) -> list[dict[str, float]]:
    return [{name: column[at] for name, column in rule["points"].items()} for at in range(len(rule["values"]))]


def _same(values: Sequence[float], keys: Sequence[float]) -> bool:
    return all(
        abs(value - key) <= 1e-9 * max(abs(value), abs(key)) + 1e-12 for value, key in zip(values, keys, strict=True)
    )


# By the students themselves, and in parts


def points(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    written = response.get("text")
    if not isinstance(written, str) or not written.strip():
        raise RefusedError("Write an answer.")
    ticked = _ids(response.get("points"), rule["points"])
    marks = [point["marks"] for point in rule["points"]]
    return Grade(sum(point["marks"] for point in rule["points"] if point["id"] in ticked) / sum(marks))


def own_rating(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    rating = response.get("rating")
    if rating not in ("again", "hard", "good", "easy"):
        raise RefusedError("Say how well you knew it.")
    return Grade(rule["ratings"][rating])


def parts(rule: Document, prompt: Document, key: Document, response: Document) -> Grade:
    responses = response.get("parts")
    if not isinstance(responses, dict) or not responses or responses.keys() - rule["parts"].keys():
        raise RefusedError("Answer at least one part.")
    prompts = {part["id"]: part["prompt"] for part in prompt["parts"]}
    grades: dict[str, Grade] = {}
    for name, of_part in rule["parts"].items():
        grades[name] = Grade(0.0)
        if name in responses:
            grades[name] = by_rule(of_part, prompts[name], key["parts"][name], responses[name])
            if of_part["follows"] and grades[name].score < 1:
                raise LeftToServiceError
    earned = sum(rule["marks"][name] * each.score for name, each in grades.items())
    is_right = all(each.score == 1 for each in grades.values())
    return Grade(1.0 if is_right else earned / sum(rule["marks"].values()), [], grades)


RULES = {
    function.__name__: function
    for function in (
        *(one_choice, ticks, pairs, order, text, number, numbers, matrix, intervals, formula),
        *(points, own_rating, parts),
    )
}
