"""Questions of our kinds as items of QTI, in the names of 2.1. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from xml.etree.ElementTree import Element, SubElement

from questions.figures import pictures
from questions.interchange.leaving import Document, Leaving, line_html, to_html
from questions.interchange.qti.contents import add_html
from questions.interchange.qti.mistakes import TYPED, write_mistake
from questions.interchange.qti.spelling import Version

PLACE = re.compile(r"\[\[([a-z][a-z0-9-]{0,31})\]\]")
LABELLED = re.compile(r"!\[[^\[\]]*\]\(media/([^\s()]+)\)")
RADIUS = 16
"""Pixels around a place of a picture."""


class _Item:
    """An item while it is written: declarations, body and processing, in the order that the schema has them."""

    def __init__(self, name: str, title: str, version: Version) -> None:
        self.version = version
        self.root = Element("assessmentItem", {"identifier": name, "title": title, "adaptive": "false"})
        self.root.set("timeDependent", "false")
        self.declarations: list[Element] = []
        self.body = Element("itemBody")
        self.conditions: dict[str, Element] = {}
        """When each response is right."""
        self.mistakes: list[Element] = []
        self.feedback: list[Element] = []
        self.lost: list[str] = []

    def declare(self, name: str, cardinality: str, base_type: str, correct: list[str]) -> Element:
        """A response with its key."""
        attributes = {"identifier": name, "cardinality": cardinality, "baseType": base_type}
        element = Element("responseDeclaration", attributes)
        if correct:
            answer = SubElement(element, "correctResponse")
            for value in correct:
                SubElement(answer, "value").text = value
            self.conditions[name] = _comparison("match", name, "correct")
        self.declarations.append(element)
        return element

    def finish(self) -> Element:
        """The whole item."""
        self.root.extend(self.declarations)
        for name, cardinality, kind, start in (
            ("SCORE", "single", "float", "0"),
            ("FEEDBACK", "multiple", "identifier", ""),
        ):
            outcome = SubElement(self.root, "outcomeDeclaration", {"identifier": name, "cardinality": cardinality})
            outcome.set("baseType", kind)
            if start:
                SubElement(SubElement(outcome, "defaultValue"), "value").text = start
        self.root.append(self.body)
        if self.conditions:
            self.root.append(self._processing())
            self.root[-1].extend(self.mistakes)
        self.root.extend(self.feedback)
        return self.root

    def _processing(self) -> Element:
        """The score is the share of responses that are right; each shows what is said to it."""
        processing = Element("responseProcessing")
        for condition in self.conditions.values():
            branch = SubElement(SubElement(processing, "responseCondition"), "responseIf")
            branch.append(condition)
            total = SubElement(SubElement(branch, "setOutcomeValue", {"identifier": "SCORE"}), "sum")
            SubElement(total, "variable", {"identifier": "SCORE"})
            SubElement(total, "baseValue", {"baseType": "float"}).text = f"{1 / len(self.conditions):.6g}"
        return processing


def write_item(item: Leaving, version: Version) -> tuple[Element, list[str]] | None:
    """The item, and what it could not hold; None for a kind that QTI has not."""
    write = WRITERS.get(item.kind)
    if write is None:
        return None
    written = _Item(item.slug if item.slug[0].isalpha() else f"i-{item.slug}", item.slug, version)
    if item.kind != "multi_part":
        add_html(written.body, to_html(item.body["stem"], _path))
    write(written, item.body, "RESPONSE", written.body)
    for name in ("explanation", "solution"):
        if item.body.get(name):
            _say(written, name, item.body[name])
    for number, hint in enumerate(item.body.get("hints", []), start=1):
        _say(written, f"hint{number}", hint)
    if item.body.get("mistakes") and item.kind not in TYPED:
        written.lost.append("Answers that are expected to be wrong, and what is said to them.")
    if item.body.get("work"):
        written.lost.append("The steps of the worked solution.")
    return written.finish(), written.lost


def _path(address: str) -> str:
    return f"media/{address}"


def _say(item: _Item, name: str, text: str) -> None:
    attributes = {"outcomeIdentifier": "FEEDBACK", "identifier": name, "showHide": "show"}
    feedback = Element("modalFeedback", attributes)
    add_html(feedback, to_html(text, _path))
    item.feedback.append(feedback)


def _say_within(choice: Element, because: str | None) -> None:
    """Say something to who picks a choice."""
    if because:
        attributes = {"outcomeIdentifier": "FEEDBACK", "identifier": choice.attrib["identifier"], "showHide": "show"}
        add_html(SubElement(choice, "feedbackInline", attributes), line_html(because, _path))


def _expect(item: _Item, body: Document, name: str) -> None:
    """Say something to answers that are expected to be wrong."""
    for place, mistake in enumerate(body.get("mistakes", []), start=1):
        said = f"{name}-mistake{place}"
        item.mistakes.append(write_mistake(name, mistake, said, exact_case=body.get("case") == "exact"))
        _say(item, said, mistake["because"])


def _comparison(what: str, name: str, with_what: str, **attributes: str) -> Element:
    element = Element(what, attributes)
    SubElement(element, "variable", {"identifier": name})
    SubElement(element, with_what, {"identifier": name})
    return element


def _interaction(parent: Element, name: str, response: str, **attributes: str) -> Element:
    return SubElement(parent, name, {"responseIdentifier": response, **attributes})


def _choices(item: _Item, body: Document, name: str, parent: Element, *, several: bool) -> None:
    right = [f"c{place}" for place, choice in enumerate(body["choices"], start=1) if choice.get("correct")]
    item.declare(name, "multiple" if several else "single", "identifier", right)
    element = _interaction(parent, "choiceInteraction", name, shuffle="true", maxChoices="0" if several else "1")
    for place, choice in enumerate(body["choices"], start=1):
        option = SubElement(element, "simpleChoice", {"identifier": f"c{place}"})
        add_html(option, line_html(choice["text"], _path))
        _say_within(option, choice.get("because"))


def _order(item: _Item, body: Document, name: str, parent: Element) -> None:
    steps = {f"s{place}": step for place, step in enumerate(body["steps"], start=1)}
    item.declare(name, "ordered", "identifier", list(steps))
    element = _interaction(parent, "orderInteraction", name, shuffle="true")
    for key in sorted(steps, key=steps.__getitem__):
        add_html(SubElement(element, "simpleChoice", {"identifier": key}), line_html(steps[key], _path))


def _rights(body: Document) -> dict[str, str]:
    """The right-hand texts, each once, and the distractors, by their identifiers."""
    texts = [*(pair["right"] for pair in body["pairs"]), *(each["text"] for each in body.get("distractors", []))]
    return {f"r{place}": text for place, text in enumerate(dict.fromkeys(texts), start=1)}


def _match(item: _Item, body: Document, name: str, parent: Element) -> None:
    rights = _rights(body)
    keys = {text: key for key, text in rights.items()}
    item.declare(name, "multiple", "directedPair", [f"p_{p['id']} {keys[p['right']]}" for p in body["pairs"]])
    count = str(len(body["pairs"]))
    element = _interaction(parent, "matchInteraction", name, shuffle="true", maxAssociations=count)
    left, right = SubElement(element, "simpleMatchSet"), SubElement(element, "simpleMatchSet")
    for pair in body["pairs"]:
        attributes = {"identifier": f"p_{pair['id']}", "matchMax": "1"}
        choice = SubElement(left, "simpleAssociableChoice", attributes)
        add_html(choice, line_html(pair["left"], _path))
        _say_within(choice, pair.get("because"))
    tempting = {each["text"]: each.get("because") for each in body.get("distractors", [])}
    for key, text in rights.items():
        choice = SubElement(right, "simpleAssociableChoice", {"identifier": key, "matchMax": count})
        add_html(choice, line_html(text, _path))
        _say_within(choice, tempting.get(text))
    if body.get("round"):
        item.lost.append("How many pairs are put at a time.")


def _labels(item: _Item, body: Document, name: str, parent: Element) -> None:
    """Places of a picture in 3.0; 2.1 has no names for them, so that their numbers are matched there."""
    picture = LABELLED.fullmatch(body["image"])
    size = pictures.size(picture[1]) if picture else None
    if picture is None or size is None or not item.version.is_third:
        add_html(parent, to_html(body["image"], _path))
        item.lost.append("Where on the picture its places are: they are matched by words.")
        _match(item, body, name, parent)
        return
    rights = _rights(body)
    keys = {text: key for key, text in rights.items()}
    item.declare(name, "multiple", "directedPair", [f"{keys[p['right']]} p_{p['id']}" for p in body["pairs"]])
    element = _interaction(parent, "graphicGapMatchInteraction", name, maxAssociations="0")
    if any(each.get("because") for each in (*body["pairs"], *body.get("distractors", []))):
        item.lost.append("What is said to a wrong match.")
    width, height = size
    attributes = {"data": _path(picture[1]), "width": str(width), "height": str(height)}
    kind = pictures.content_type(picture[1]) or "image/png"
    SubElement(element, "object", {**attributes, "type": kind}).text = body["image"][2:].partition("]")[0]
    for key, text in rights.items():
        add_html(SubElement(element, "gapText", {"identifier": key, "matchMax": "0"}), line_html(text))
    for pair in body["pairs"]:
        coords = f"{round(pair['x'] * width)},{round(pair['y'] * height)},{RADIUS}"
        attributes = {"identifier": f"p_{pair['id']}", "matchMax": "1", "shape": "circle", "coords": coords}
        SubElement(element, "associableHotspot", {**attributes, "hotspotLabel": pair["left"]})


def _text(item: _Item, body: Document, name: str, parent: Element) -> None:
    declaration = item.declare(name, "single", "string", body["accept"][:1])
    mapping = SubElement(declaration, "mapping", {"defaultValue": "0"})
    sensitive = "true" if body.get("case") == "exact" or body.get("code") or body.get("language") else "false"
    for text in body["accept"]:
        attributes = {"mapKey": text, "mappedValue": "1", "caseSensitive": sensitive}
        SubElement(mapping, "mapEntry", attributes)
    earns = item.conditions[name] = Element("gt")
    SubElement(earns, "mapResponse", {"identifier": name})
    SubElement(earns, "baseValue", {"baseType": "float"}).text = "0"
    _interaction(_paragraph(parent), "textEntryInteraction", name)
    _expect(item, body, name)
    if held := sorted({"pattern", "code", "language", "spacing"} & body.keys()):
        item.lost.append(f"How answers are compared: {', '.join(held)}.")


def _paragraph(parent: Element) -> Element:
    return parent if parent.tag in ("p", "span") else SubElement(parent, "p")


def _number(item: _Item, body: Document, name: str, parent: Element) -> None:
    item.declare(name, "single", "float", [str(body["answer"])])
    place = _paragraph(parent)
    element = _interaction(place, "textEntryInteraction", name)
    if body.get("unit"):
        element.tail = f" {body['unit']}"
        item.lost.append("The unit, which stands as a word behind the field.")
    tolerance = body.get("tolerance") or {}
    if tolerance and (body.get("digits") or body.get("decimals") is not None or body.get("exact")):
        item.lost.append("How many digits are asked for beside the error that is allowed.")
    if tolerance.get("atol"):
        away = f"{tolerance['atol']!r}"
        comparison = _comparison("equal", name, "correct", toleranceMode="absolute", tolerance=f"{away} {away}")
    elif tolerance.get("rtol"):
        away = f"{tolerance['rtol'] * 100:g}"
        comparison = _comparison("equal", name, "correct", toleranceMode="relative", tolerance=f"{away} {away}")
    elif body.get("exact"):
        comparison = _comparison("equal", name, "correct", toleranceMode="exact")
    elif body.get("decimals") is not None:
        figures = str(body["decimals"])
        comparison = _comparison("equalRounded", name, "correct", roundingMode="decimalPlaces", figures=figures)
    else:
        figures = str(body.get("digits") or 3)
        comparison = _comparison("equalRounded", name, "correct", roundingMode="significantFigures", figures=figures)
    item.conditions[name] = comparison
    _expect(item, body, name)


def _open(item: _Item, body: Document, name: str, parent: Element) -> None:
    model = body.get("model") or body.get("back", "")
    item.declare(name, "single", "string", [])
    _interaction(parent, "extendedTextInteraction", name)
    rubric = SubElement(parent, "rubricBlock", {"view": "scorer"})
    add_html(rubric, to_html(model, _path))
    points = body.get("points", [])
    if [point["text"] for point in points] not in ([], [model]):
        item.lost.append("Points of the rubric, which stand below the model answer.")
        listed = SubElement(rubric, "ul")
        for point in points:
            add_html(SubElement(listed, "li"), line_html(point["text"], _path))
    if "back" in body:
        item.lost.append("That one rates oneself: it is a question to be answered in words.")


def _typed(item: _Item, body: Document, name: str, parent: Element) -> None:
    """Formulas, lists, matrices and intervals: compared as texts."""
    answer = body["answer"]
    item.lost.append("That answers of equal meaning are right: they are compared as texts.")
    _text(item, {"accept": [answer if isinstance(answer, str) else _listed(answer)]}, name, parent)


def _listed(answer: object) -> str:
    return f"[{', '.join(map(_listed, answer))}]" if isinstance(answer, list) else str(answer)


def _parts(item: _Item, body: Document, name: str, parent: Element) -> None:
    """Blanks stand in the text, other parts below it."""
    parts = {part["id"]: part for part in body["parts"]}
    html = PLACE.sub(lambda found: f'<span data-part="{found[1]}"></span>', to_html(body["stem"], _path))
    add_html(parent, html)
    placed = [each for each in parent.iter("span") if each.get("data-part") in parts]
    for span in placed:
        part = parts.pop(span.attrib.pop("data-part"))
        if part["kind"] == "single_choice":
            _inline_choice(item, part, span)
        else:
            WRITERS[part["kind"]](item, part, part["id"], span)
    for part in parts.values():
        section = Element("div")
        WRITERS[part["kind"]](item, part, part["id"], section)
        asked = section if section.find("p") is not None else section[-1]
        prompt = Element("div" if asked is section else "prompt")
        add_html(prompt, to_html(part.get("stem", ""), _path))
        asked.insert(0, prompt)
        parent.append(section)
    if any(part.get("follow") or part.get("marks", 1) != 1 for part in body["parts"]):
        item.lost.append("Marks of parts, and that a part follows from another.")


def _inline_choice(item: _Item, part: Document, span: Element) -> None:
    right = [f"c{place}" for place, choice in enumerate(part["choices"], start=1) if choice.get("correct")]
    item.declare(part["id"], "single", "identifier", right)
    element = _interaction(span, "inlineChoiceInteraction", part["id"], shuffle="true")
    for place, choice in enumerate(part["choices"], start=1):
        add_html(SubElement(element, "inlineChoice", {"identifier": f"c{place}"}), line_html(choice["text"]))
    if any(choice.get("because") for choice in part["choices"]):
        item.lost.append("What is said to wrong options in the text.")


WRITERS: dict[str, Callable[[_Item, Document, str, Element], None]] = {
    "single_choice": partial(_choices, several=False),
    "multiple_select": partial(_choices, several=True),
    "ordering": _order,
    "matching": _match,
    "labels": _labels,
    "short_text": _text,
    "numeric": _number,
    "open_response": _open,
    "recall": _open,
    "multi_part": _parts,
    "formula": _typed,
    "number_list": _typed,
    "matrix": _typed,
    "intervals": _typed,
}
