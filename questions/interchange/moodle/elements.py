"""Questions of our kinds as elements of Moodle XML. Pure."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from questions.figures import pictures
from questions.interchange.leaving import (
    Document,
    Fetch,
    Leaving,
    error_allowed,
    find_lost,
    line_html,
    plain_line,
    says_error,
    to_html,
    write_number,
)
from questions.interchange.moodle.cloze import write_cloze
from questions.interchange.moodle.gaps import find_gaps
from questions.interchange.moodle.text_formats import join_solution
from questions.kinds.entry_texts import as_text
from questions.kinds.labels import PICTURE

RADIUS = 16
"""Pixels around a place of a picture."""
EVERYWHERE = {"stem", "explanation", "solution", "hints"}
"""What every question of Moodle holds."""
TRUE_FALSE = ["True", "False"]


@dataclass
class _Question:
    """A question while it is written."""

    item: Leaving
    fetch: Fetch
    element: Element
    lost: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    """Fields of the body that were written, beside those that all questions hold."""

    @property
    def body(self) -> Document:
        """The body of the item."""
        return self.item.body

    def add(self, name: str, value: object) -> None:
        """Append an element with a plain value."""
        SubElement(self.element, name).text = str(value)

    def add_text(self, parent: Element, name: str, text: str, write: Callable[..., str] = to_html) -> Element:
        """Append an element with Markdown as HTML, and the pictures that it shows as files."""
        return self.add_html(parent, name, *self._shown(text, write))

    def add_html(self, parent: Element, name: str, html: str, shown: list[str]) -> Element:
        """Append an element with HTML that shows these pictures."""
        element = SubElement(parent, name, {"format": "html"})
        SubElement(element, "text").text = html
        for address in dict.fromkeys(shown):
            self.add_file(element, address)
        return element

    def add_file(self, parent: Element, address: str) -> None:
        """Append a picture."""
        content = self.item.find_picture(address, self.fetch)
        if content is None:
            self.lost.append(f"The picture {address}: it is missing.")
            return
        file = SubElement(parent, "file", {"name": address, "path": "/", "encoding": "base64"})
        file.text = base64.b64encode(content).decode()

    def add_after(self) -> None:
        """Append what is said when it was answered: the explanation, and the solution apart in it."""
        said = [self._shown(self.body.get(name) or "", to_html) for name in ("explanation", "solution")]
        html = join_solution(*(html for html, _ in said))
        self.add_html(self.element, "generalfeedback", html, [address for _, shown in said for address in shown])

    def _shown(self, text: str, write: Callable[..., str]) -> tuple[str, list[str]]:
        shown: list[str] = []

        def name_picture(address: str) -> str:
            shown.append(address)
            return f"@@PLUGINFILE@@/{address}"

        return write(text, name_picture), shown

    def add_answer(self, text: str, percent: float, because: str = "", tolerance: str = "") -> None:
        """Append an answer that is typed."""
        answer = SubElement(self.element, "answer", {"fraction": f"{percent:g}", "format": "plain_text"})
        SubElement(answer, "text").text = text
        self.add_text(answer, "feedback", because)
        if tolerance:
            SubElement(answer, "tolerance").text = tolerance


def write_question(item: Leaving, fetch: Fetch) -> tuple[Element, list[str]]:
    """The item, which draws nothing, and what it could not hold."""
    question = _Question(item, fetch, Element("question"))
    question.add("name", "")
    SubElement(question.element[0], "text").text = item.slug
    if item.kind != "multi_part":
        question.add_text(question.element, "questiontext", item.body["stem"])
    elif gaps := find_gaps(item.body):
        question.add_text(question.element, "questiontext", item.body["stem"], gaps.fill)
    else:
        html, shown, lost = write_cloze(item.body)
        question.add_html(question.element, "questiontext", html, shown)
        question.lost += lost
    question.add_after()
    for name, value in (("defaultgrade", 1), ("penalty", 0.3333333), ("hidden", 0), ("idnumber", item.slug)):
        question.add(name, value)
    question.element.set("type", WRITERS[item.kind](question))
    for hint in item.body.get("hints", []):
        question.add_text(question.element, "hint", hint)
    if lost := find_lost(item.body, EVERYWHERE | question.held):
        question.lost.append(f"Moodle does not hold: {', '.join(lost)}.")
    return question.element, question.lost


def _choose(question: _Question) -> str:
    question.held = {*question.held, "choices"}
    choices = question.body["choices"]
    several = question.item.kind == "multiple_select"
    if not several and [choice["text"] for choice in choices] == TRUE_FALSE:
        for choice in choices:
            right = 100 if choice.get("correct") else 0
            question.add_answer(choice["text"].lower(), right, choice.get("because", ""))
        return "truefalse"
    question.add("single", "false" if several else "true")
    question.add("shuffleanswers", "true")
    question.add("answernumbering", "abc")
    share = 100 / (sum(bool(choice.get("correct")) for choice in choices) or 1)
    for choice in choices:
        worth = share if choice.get("correct") else -share if several else 0
        answer = question.add_text(question.element, "answer", choice["text"], line_html)
        answer.set("fraction", f"{worth:.5f}".rstrip("0").rstrip("."))
        question.add_text(answer, "feedback", choice.get("because", ""))
    if not any(choice.get("correct") for choice in choices):
        question.lost.append("That no option is right, which Moodle does not take.")
    return "multichoice"


def _type(question: _Question) -> str:
    body = question.body
    question.held = {*question.held, "accept", "mistakes", "case"}
    question.add("usecase", int(body.get("case") == "exact" or bool(body.get("code") or body.get("language"))))
    for text in body["accept"]:
        question.add_answer(text.replace("*", r"\*"), 100)
    for mistake in body.get("mistakes", []):
        question.add_answer(mistake["text"].replace("*", r"\*"), 0, mistake["because"])
    return "shortanswer"


def _type_formula(question: _Question) -> str:
    """Formulas, lists, matrices and intervals are compared as texts."""
    question.held = {*question.held, "answer", "variables"}
    question.lost.append("That answers of equal meaning are right: they are compared as texts.")
    question.add("usecase", 1)
    question.add_answer(as_text(question.body["answer"]).replace("*", r"\*"), 100)
    return "shortanswer"


def _number(question: _Question) -> str:
    body, away = question.body, write_number(error_allowed(question.body))
    question.held = {*question.held, "answer", "mistakes", "digits", "decimals", "exact", "tolerance"}
    if not says_error(body):
        question.lost.append(f"How precise it has to be: it may be {away} off.")
    question.add_answer(write_number(body["answer"]), 100, "", away)
    for mistake in body.get("mistakes", []):
        question.add_answer(write_number(mistake["value"]), 0, mistake["because"], away)
    if body.get("unit"):
        question.held.add("unit")
        unit = SubElement(SubElement(question.element, "units"), "unit")
        SubElement(unit, "multiplier").text = "1"
        SubElement(unit, "unit_name").text = body["unit"]
        question.add("unitgradingtype", int(body.get("units", "shown") != "shown"))
        question.add("unitpenalty", 1 - body.get("wrong_unit", 0))
        question.add("showunits", 0)
    return "numerical"


def _match(question: _Question) -> str:
    question.held = {*question.held, "pairs", "distractors"}
    pairs, others = question.body["pairs"], question.body.get("distractors", [])
    question.add("shuffleanswers", "true")
    rights = [plain_line(text) for text in (*(pair["right"] for pair in pairs), *(each["text"] for each in others))]
    lefts = [*(pair["left"] for pair in pairs), *("" for _ in others)]
    for left, (right, _) in zip(lefts, rights, strict=True):
        row = question.add_text(question.element, "subquestion", left, line_html)
        SubElement(SubElement(row, "answer"), "text").text = right
    if not all(is_whole for _, is_whole in rights):
        question.lost.append("Marks and pictures in what is matched: a list holds plain text.")
    if any(each.get("because") for each in (*pairs, *others)):
        question.lost.append("What is said to a wrong match.")
    return "matching"


def _label(question: _Question) -> str:
    """Markers that are dragged onto the picture."""
    question.held = {*question.held, "pairs", "distractors", "image"}
    picture = PICTURE.fullmatch(question.body["image"])
    assert picture is not None
    address = picture[2].removeprefix("media/")
    width, height = pictures.size(address) or (1, 1)
    pairs, others = question.body["pairs"], question.body.get("distractors", [])
    texts = [*(pair["right"] for pair in pairs), *(each["text"] for each in others)]
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts), start=1)}
    question.add_file(question.element, address)
    question.add("shuffleanswers", "")
    for text, number in numbers.items():
        drag = SubElement(question.element, "drag")
        SubElement(drag, "no").text = str(number)
        SubElement(drag, "text").text = line_html(text)
        SubElement(drag, "noofdrags").text = str(max(1, [pair["right"] for pair in pairs].count(text)))
    for number, pair in enumerate(pairs, start=1):
        drop = SubElement(question.element, "drop")
        place = f"{round(pair['x'] * width)},{round(pair['y'] * height)};{RADIUS}"
        values = {"no": number, "shape": "circle", "coords": place, "choice": numbers[pair["right"]]}
        for name, value in values.items():
            SubElement(drop, name).text = str(value)
    question.lost.append("The words for places and for the picture, for readers who cannot see it.")
    if any(each.get("because") for each in (*pairs, *others)):
        question.lost.append("What is said to a wrong match.")
    return "ddmarker"


def _order(question: _Question) -> str:
    question.held = {*question.held, "steps"}
    for name, value in (("layouttype", "VERTICAL"), ("selecttype", "ALL"), ("selectcount", 0)):
        question.add(name, value)
    question.add("gradingtype", "ABSOLUTE_POSITION")
    for place, step in enumerate(question.body["steps"], start=1):
        question.add_text(question.element, "answer", step, line_html).set("fraction", str(place))
    return "ordering"


def _write(question: _Question) -> str:
    question.held = {*question.held, "model", "points", "back"}
    model, points = question.body.get("model") or question.body["back"], question.body.get("points", [])
    question.add("responseformat", "editor")
    question.add("responserequired", 1)
    question.add("responsefieldlines", 15)
    question.add("attachments", 0)
    listed = ""
    if points not in ([], [{"text": model}]):
        listed = "\n\n" + "\n".join(f"- {point['text'].replace(chr(10), chr(10) + '  ')}" for point in points)
        question.lost.append("Points of the rubric and their marks: they stand below the model answer.")
    if "back" in question.body:
        question.lost.append("That one rates oneself: it is a question to be answered in words.")
    question.add_text(question.element, "graderinfo", model + listed)
    return "essay"


def _blanks(question: _Question) -> str:
    question.held = {*question.held, "parts"}
    gaps = find_gaps(question.body)
    if gaps is None:
        return "cloze"
    question.add("shuffleanswers", 1)
    if gaps.because:
        question.add_text(question.element, "incorrectfeedback", gaps.because)
    for word, group in gaps.words:
        option = SubElement(question.element, "dragbox" if gaps.are_dragged else "selectoption")
        SubElement(option, "text").text = word
        SubElement(option, "group").text = str(group)
        if gaps.are_dragged:
            SubElement(option, "infinite")
    return "ddwtos" if gaps.are_dragged else "gapselect"


WRITERS: dict[str, Callable[[_Question], str]] = {
    "single_choice": _choose,
    "multiple_select": _choose,
    "short_text": _type,
    "numeric": _number,
    "matching": _match,
    "labels": _label,
    "ordering": _order,
    "open_response": _write,
    "recall": _write,
    "formula": _type_formula,
    "number_list": _type_formula,
    "matrix": _type_formula,
    "intervals": _type_formula,
    "multi_part": _blanks,
}
"""By the kind: what writes the rest of a question, and returns Moodle's type of it."""
