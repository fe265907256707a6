"""Questions of all kinds, and answers to them: right, wrong, at the edge of what is allowed, and junk."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings

from questions import kinds
from questions.bank.documents import ItemDocument
from questions.interchange import yaml
from questions.kinds.base import sample_opaque

Document = dict[str, Any]
ROOT: Path = settings.BASE_DIR
OF_TESTS = ("tests/gallery/bank", "tests/course/bank")
FOLDERS = ("fixtures/regularization/bank", *OF_TESTS)
JUNK: tuple[Any, ...] = (
    *({}, [], None, "x", 7, True, {"dont_know": True}, {"dont_know": 1}, {"dont_know": True, "value": "2"}),
    *({"choice": "x"}, {"choice": None}, {"choice": ["x"]}, {"choices": "x"}, {"choices": [1]}, {"choices": {}}),
    *({"value": "abc"}, {"value": 5}, {"value": None}, {"value": "1" * 300}, {"value": "(" * 60 + "1" + ")" * 60}),
    *({"text": " "}, {"text": 5}, {"text": "a" * 201}, {"text": "\u200b"}, {"text": "x", "points": ["x"]}),
    *(
        {"pairs": []},
        {"pairs": {}},
        {"pairs": {"x": "y"}},
        {"order": []},
        {"order": "x"},
        {"rating": 3},
        {"rating": []},
    ),
    *({"parts": {}}, {"parts": []}, {"parts": {"x": {}}}, {"parts": None}),
)
SIGNS = (
    *"0123456789eExyabc.,;:+-*/^()[]{}%=<>!?'\"\\_ U",
    *("−", "×", "·", "÷", "∪", "∞", "²", "₂", "½", "٣", "１", "①", "ª", "ß", "ς", "İ", "ı", "ﬁ", "é", "e\u0301", "Ω"),
    *("\u2126", "\u00a0", "\u2003", "\u200b", "\ufeff", "\ufe0f", "\t", "’", "“", "–", "⁄", "`", "Ꭰ", "𝑥", "㎡", "™"),
)
TYPED = ("", "1 2/3", "1,234", "2^9^9", "1/0", "-2^2", "(1 + 2)*3", "50%", "1e-5", "2.5", "−3", "1 - 2", "0.1 + 0.2")
CODE_MISTAKE = {"text": 'w += eta*g["a b"]', "because": "Down, not up."}
MORE: tuple[Document, ...] = (
    {"kind": "formula", "answer": "x^2 + 2*x + 1", "variables": ["x"]},
    {
        "kind": "formula",
        "answer": "3*x*y - 2",
        "variables": ["x", "y"],
        "mistakes": [{"value": "3*x*y", "because": "2"}],
    },
    {"kind": "number_list", "answer": [1, 2.5, -3], "order": "free"},
    {"kind": "number_list", "answer": [2, -3], "order": "set", "mistakes": [{"value": [2, 3], "because": "Signs."}]},
    {"kind": "intervals", "answer": "(-inf, 2] U {3}", "mistakes": [{"value": "(-inf, 2]", "because": "And 3."}]},
    {"kind": "intervals", "answer": "[0, 1) U (2, inf)", "all_or_nothing": True},
    {"kind": "matrix", "answer": [[1, 2], [3, 4]], "mistakes": [{"value": "transpose", "because": "Rows."}]},
    {"kind": "matrix", "answer": [1, 2, 3], "fixed": True},
    {"kind": "numeric", "answer": "5e6", "unit": "W", "units": "any", "wrong_unit": 0.25},
    {"kind": "numeric", "answer": "300", "unit": "s", "units": "stated", "wrong_unit": 0.5},
    {"kind": "short_text", "accept": ["early stopping", "½ life"], "pattern": "early( |-)?stop(ped|ping)?"},
    {"kind": "short_text", "accept": ["x²", "CO₂"], "case": "exact", "spacing": "ignore"},
    {"kind": "short_text", "accept": ['w -= eta*g["a b"]', "w=w-1e-3"], "code": True, "mistakes": [CODE_MISTAKE]},
)


@dataclass(frozen=True)
class Asked:
    """A question as it was put, with its `entry` as a pack has it."""

    kind: kinds.AnyKind
    item: str
    body: Any
    answer: Any
    entry: Document

    def ask_service(self, response: object) -> tuple[float | str, set[str]]:
        """Return the score, or how the response is refused, and the messages of the feedback."""
        try:
            graded = kinds.grade(self.kind, self.body, self.answer, response)
        except kinds.NearMissError:
            return "nearly", set()
        except kinds.ResponseError:
            return "refused", set()
        feedback = [*graded.feedback, *(each for part in graded.parts.values() for each in part.feedback)]
        return graded.score, {each["message"] for each in feedback}

    def draw_answer(self, draw: random.Random) -> Any:
        """Return a response, as JSON has it."""
        return _as_json(_answer(self.entry["grading"], self.entry["prompt"], self.entry["key"], draw))


def ask_all(seeds: range, folders: Sequence[str] = FOLDERS) -> Iterator[Asked]:
    """Put every item of the courses in these folders, and some more, by each of the seeds."""
    for name, body, identity in _bodies(folders):
        kind = kinds.get(name)
        for seed in seeds:
            try:
                presented = kind.present(body, seed=seed, identity=identity, opaque=sample_opaque(seed))
            except kinds.VariantError:
                continue
            entry = {
                "prompt": presented.prompt,
                "key": kind.reveal(body, presented.answer).key,
                "grading": kind.grading(body, presented.answer),
                "feedback": kind.expected(body, presented.answer),
            }
            yield Asked(kind, identity, body, presented.answer, _as_json(entry))


def _bodies(folders: Sequence[str]) -> Iterator[tuple[str, Any, str]]:
    """The kind and the body of every item of the courses, and of some more."""
    for folder in folders:
        for path in sorted((ROOT / folder).glob("*.yaml")):
            documents: Any = yaml.read(path.read_text())
            for document in documents:
                item = ItemDocument.model_validate(document)
                yield item.kind, kinds.parse(item.kind, item.body), item.slug
    for number, more in enumerate(MORE):
        document = {**more, "stem": "?", "explanation": "?"}
        name = document.pop("kind")
        yield name, kinds.parse(name, document), f"more-{number}"


def _as_json(document: Any) -> Any:
    return json.loads(json.dumps(document))


def _answer(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    if draw.random() < 0.05:
        return draw.choice(JUNK)
    answer = key if draw.random() < 0.1 else ANSWERS_BY_RULE[rule["rule"]](rule, prompt, key, draw)
    return {name: _spoil(each, draw) for name, each in answer.items()} if draw.random() < 0.2 else answer


def _spoil(answer: Any, draw: random.Random) -> Any:
    """A typed text with a few signs too many, too few, or others."""
    if not isinstance(answer, str):
        return answer
    for _ in range(draw.randint(1, 3)):
        at = draw.randint(0, len(answer))
        answer = answer[:at] + draw.choice(["", draw.choice(SIGNS)]) + answer[at + draw.randint(0, 1) :]
    return answer


def _ids(options: list[Document]) -> list[str]:
    return [option["id"] for option in options]


def _one_choice(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    return {"choice": draw.choice(_ids(prompt["choices"]))}


def _ticks(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    ids = _ids(prompt["choices"])
    return {"choices": draw.sample(ids, draw.randint(0, len(ids)))}


def _pairs(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    rights = _ids(prompt["right"])
    matched = {left: right if draw.random() < 0.6 else draw.choice(rights) for left, right in key["pairs"].items()}
    return {"pairs": {left: right for left, right in matched.items() if draw.random() < 0.9}}


def _order(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    order = list(key["order"])
    for _ in range(draw.randint(0, 3)):
        order.insert(draw.randrange(len(order)), order.pop(draw.randrange(len(order))))
    return {"order": order[:-1] if draw.random() < 0.05 else order}


def _text(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    typed = draw.choice([*rule["accept"], *rule["mistakes"], "something else"])
    at = draw.randrange(len(typed))
    typed = draw.choice(
        [
            *(typed, typed.upper(), f"“{typed}”", f" {typed}. ", f"{typed}!", typed.replace(" ", "  ")),
            *(typed.replace("-", "–"), typed[:at] + typed[at + 1 :], typed[:at] + "q" + typed[at:]),
            *(typed[:at] + typed[at : at + 2][::-1] + typed[at + 2 :], f"'{typed}", typed.replace("²", "^2")),
        ]
    )
    return {"text": typed, **({"final": True} if draw.random() < 0.2 else {})}


def _near(value: float, allowed: float, draw: random.Random) -> str:
    """A number within what is allowed, at its edge, or beyond; as few digits as the grammar has."""
    off = draw.choice([0, 0, 0.5, -0.999, 0.999, 1, -1, 1.001, -1.01, 3]) * (allowed or abs(value) * 1e-3 or 1e-3)
    number = value + off
    fraction = Fraction(number).limit_denominator(1000)
    if draw.random() < 0.1 and max(abs(fraction.numerator), fraction.denominator) < 10**12:
        return str(fraction)
    return f"{number:.15g}".replace("-", draw.choice("-−"), 1) if number < 0 else f"{number:.15g}"


def _number(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    if draw.random() < 0.15:
        return {"value": draw.choice(TYPED)}
    mistakes = [mistake for mistake in rule["mistakes"] if mistake]
    about = draw.choice([rule, rule, *mistakes])
    shown = [_near(*each, draw) for each in zip(about["values"], about["allowed"], strict=True)]
    typed = f"[{', '.join(shown)}]" if rule["is_list"] else shown[0]
    if "scales" in rule:
        sign = draw.choice([rule["unit"], *rule["scales"]])
        scale = Fraction(rule["scales"][sign]) if draw.random() < 0.7 else Fraction(1)
        typed = f"{float(Fraction(about['values'][0]) / scale):.15g} {sign}"
    return {"value": typed}


def _numbers(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    about = draw.choice([rule["key"], rule["key"], *(text for texts in rule["mistakes"] for text in texts)])
    shown = [_near(*each, draw) for each in zip(about["values"], about["allowed"], strict=True)]
    if draw.random() < 0.3:
        draw.shuffle(shown)
    if draw.random() < 0.2:
        shown = draw.choice([shown[1:], [*shown, "7"], [*shown, *shown[:1]]])
    opening, closing = draw.choice([("[", "]"), ("", ""), ("{", "}"), ("(", ")")])
    return {"value": f"{opening}{draw.choice([', ', '; ']).join(shown)}{closing}"}


def _matrix(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    about = draw.choice([rule["key"], rule["key"], *(text for texts in rule["mistakes"] for text in texts)])
    shown = [_near(*each, draw) for each in zip(about["values"], about["allowed"], strict=True)]
    rows = [shown[at : at + about["columns"]] for at in range(0, len(shown), about["columns"])]
    if draw.random() < 0.2:
        rows = [list(column) for column in zip(*rows, strict=True)]
    text = ", ".join(f"[{', '.join(row)}]" for row in rows)
    return {"value": text if about["is_flat"] and len(rows) == 1 else f"[{text}]"}


def _intervals(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    about = draw.choice([rule["key"], rule["key"], *(text for texts in rule["mistakes"] for text in texts)])

    def bracket(end: Document | None, signs: str) -> str:
        closed = end is not None and end["closed"] != (draw.random() < 0.15)
        return signs[0] if closed else signs[1]

    def shown(end: Document | None, otherwise: str) -> str:
        return _near(end["value"], end["allowed"], draw) if end else otherwise

    pieces = []
    for piece in about["pieces"]:
        low, high = piece["low"], piece["high"]
        if low and high and low["value"] == high["value"]:
            pieces.append(f"{{{_near(low['value'], low['allowed'], draw)}}}")
        else:
            ends = f"{shown(low, '-inf')}, {shown(high, '∞')}"
            pieces.append(f"{bracket(low, '[(')}{ends}{bracket(high, '])')}")
    if draw.random() < 0.2:
        pieces = draw.choice([pieces[1:], [*pieces, "{7}"], [*pieces, "[1, 3]"], pieces[::-1]])
    return {"value": draw.choice([" U ", " ∪ "]).join(pieces) or "∅"}


def _formula(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    names = [name["name"] for name in prompt["names"]] or ["2"]
    name, other = draw.choice(names), draw.choice(names)
    return {
        "value": draw.choice(
            [
                *(f"{name} + 1", f"2*{name}^2 - 3*{other}", f"({name} + {other})^2", f"-{name}", f"{name}/{other}"),
                *(
                    f"3*{name}",
                    f"({name} + 1)^2",
                    f"{name}*{name} + 1 + 2*{name}",
                    f"3*{name}*{other} - 2",
                    f"3*{other}*{name}",
                ),
                *(f"sin({name})*2", f"{name}^(2)", f"{name}^2 + 2*{name} + 1.0001", key["value"], *rule["mistakes"]),
            ]
        )
        if "mistakes" in rule
        else key["value"]
    }


def _points(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    ids = _ids(rule["points"])
    return {"text": draw.choice(["So.", " "]), "points": draw.sample(ids, draw.randint(0, len(ids)))}


def _own_rating(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    return {"rating": draw.choice(["again", "hard", "good", "easy", "great"])}


def _parts(rule: Document, prompt: Document, key: Document, draw: random.Random) -> Any:
    prompts = {part["id"]: part["prompt"] for part in prompt["parts"]}
    answers = {
        name: key["parts"][name] if draw.random() < 0.3 else _answer(each, prompts[name], key["parts"][name], draw)
        for name, each in rule["parts"].items()
    }
    return {"parts": {name: answer for name, answer in answers.items() if draw.random() < 0.9}}


ANSWERS_BY_RULE: dict[str, Callable[[Document, Document, Document, random.Random], Any]] = {
    function.__name__.removeprefix("_"): function
    for function in (
        *(_one_choice, _ticks, _pairs, _order, _text, _number, _numbers, _matrix, _intervals, _formula),
        *(_points, _own_rating, _parts),
    )
}
