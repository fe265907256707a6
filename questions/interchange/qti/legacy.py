"""Items of QTI 1.2, as Canvas, Blackboard and others write them. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from questions.interchange import asking
from questions.interchange.asking import Asked, Option, RefusedError, Remarks
from questions.interchange.qti.calculated import read_calculated
from questions.interchange.qti.conditions import Condition, Test, read_conditions
from questions.interchange.qti.items import WRONG, Question
from questions.interchange.qti.trees import CDATA_BEGINS, CDATA_ENDS, each, text_of

RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp")
TEXTS = ("mattext", "mat_formattedtext", "matemtext")
LOOKS_LIKE_HTML = re.compile(r"</?(p|div|span|br|b|i|em|strong|img|sub|sup|table|ul|ol|li)\b[^<>]*>", re.IGNORECASE)
NO_QUESTION = ("text_only_question", "text_only")
UPLOADS = ("file_upload_question", "file upload", "cc.file_upload.v0p1")


@dataclass(frozen=True)
class Response:
    """A response: its name, how many may be chosen, its options (name, HTML), and what stands beside it."""

    name: str
    element: Element
    labels: list[tuple[str, str]]
    prompt: str

    @property
    def takes(self) -> str:
        """`Single`, `Multiple` or `Ordered`."""
        return self.element.get("rcardinality", "Single")

    @property
    def is_chosen(self) -> bool:
        """Whether it is chosen among options, not typed."""
        return self.element.tag in ("response_lid", "response_grp")


@dataclass(frozen=True)
class Item:
    """An item that is read: what it says of its type, its responses and conditions."""

    element: Element
    type: str
    responses: list[Response]
    conditions: list[Condition]
    markdown: Callable[[str], str]
    remarks: Remarks

    def right(self, response: str) -> list[Test]:
        """The comparisons of a response in conditions that earn the most."""
        earning = [c for c in self.conditions if c.is_right and any(_is_of(t, response) for t in c.tests)]
        most = max((c.earns or 0 for c in earning), default=0)
        best = [c for c in earning if (c.earns or 0) == most]
        if len(best) < len(earning) and most:
            self.remarks.lost.append("Part of the marks for other answers.")
        return [test for c in best for test in c.tests if _is_of(test, response) and not test.is_not]


def _is_of(test: Test, response: str) -> bool:
    return test.response == response or not test.response


def read_legacy(element: Element, markdown: Callable[[str], str], remarks: Remarks) -> Question:
    """What an item asks. Raises RefusedError for one that cannot be asked here."""
    presentation = element.find("presentation")
    if presentation is None:
        raise RefusedError("It has no presentation.")
    responses = [_response(response, presentation) for response in each(presentation, *RESPONSES)]
    responses = [response for response in responses if response.element.tag != "response_grp" or response.labels]
    item = Item(element, type_of(element), responses, read_conditions(element), markdown, remarks)
    if item.type in NO_QUESTION or (not responses and item.type not in UPLOADS):
        raise RefusedError("It asks nothing: a text alone.")
    stem = "".join(_stem_html(presentation))
    after, to_wrong = _after(item)
    if next(each(element, "calculated"), None) is not None:
        stem, asked = read_calculated(element, markdown(stem), remarks)
        return Question(stem, asked, after, to_wrong)
    text = markdown(stem) or element.get("title", "")
    blanks = [response for response in responses if f"[{_blank(response)}]" in stem]
    if len(responses) > 1 and len(blanks) == len(responses):
        return Question(*_cloze(item, stem), after, to_wrong)
    return Question(text, _ask(item, presentation), after, to_wrong)


def type_of(item: Element) -> str:
    """What the program that wrote an item calls its type."""
    for field in each(item, "qtimetadatafield"):
        if text_of(field.find("fieldlabel")) in ("question_type", "cc_profile", "qmd_itemtype"):
            return text_of(field.find("fieldentry"))
    for other in each(item, "bbmd_questiontype", "qmd_itemtype"):
        return text_of(other)
    return ""


def _ask(item: Item, presentation: Element) -> Asked:
    first = item.responses[0] if item.responses else None
    if first is None or item.type.lower() in UPLOADS:
        item.remarks.changed.append("A file is asked for; here the answer is written.")
        return Asked("open_response", {})
    if first.element.tag == "response_xy":
        raise RefusedError("A click on a picture is asked for (hot spot): write it as places with names.")
    if len(item.responses) > 1:
        if all(response.is_chosen for response in item.responses):
            return _match(item, presentation)
        names = asking.new_ids([_blank(response) for response in item.responses], asking.PART_ID, "part")
        parts = [
            (name, item.markdown(r.prompt), _ask_one(item, r)) for name, r in zip(names, item.responses, strict=True)
        ]
        return asking.join(parts, item.remarks)
    return _ask_one(item, first)


def _ask_one(item: Item, response: Response) -> Asked:
    if not response.is_chosen:
        return _type_in(item, response)
    key = [test.value for test in item.right(response.name)]
    if response.takes == "Ordered" or item.type in ("ordering_question", "Ordering"):
        texts = dict(response.labels)
        if set(key) != set(texts):
            raise RefusedError("It does not say in which order its steps are right.")
        return asking.order([item.markdown(texts[name]) for name in dict.fromkeys(key)])
    options = [
        Option(item.markdown(text), name in key, "" if name in key else _because(item, response, name))
        for name, text in response.labels
    ]
    return asking.choose(options, item.remarks, several=response.takes == "Multiple")


def _type_in(item: Item, response: Response) -> Asked:
    tests = item.right(response.name)
    fib = next(each(response.element, "render_fib"), None)
    kind = fib.get("fibtype", "") if fib is not None else ""
    if response.element.tag == "response_num" or kind in ("Decimal", "Integer") or item.type == "numerical_question":
        return _number(tests, item.remarks)
    equal = [test for test in tests if test.what == "equal"]
    if not equal:
        if any(test.what == "within" for test in tests):
            item.remarks.lost.append("Words that were looked for in the answer.")
        model = _solution(item.element, item.markdown)
        return Asked("open_response", {"model": model, "points": [{"text": model}]} if model else {})
    exact = all(test.is_exact_case for test in equal)
    return asking.accept([test.value for test in equal], item.remarks, exact_case=exact)


def _number(tests: Sequence[Test], remarks: Remarks) -> Asked:
    """A key with bounds around it, bounds alone, or a key with its precision; the first of several."""
    if not tests:
        raise RefusedError("It does not say which number is right.")
    keys = [test for test in tests if test.what == "equal"]
    lows = [value for test in tests if test.what == "low" and (value := asking.number(test.value)) is not None]
    highs = [value for test in tests if test.what == "high" and (value := asking.number(test.value)) is not None]
    low, high = (lows[0], highs[0]) if lows and highs else (None, None)
    if len({test.value for test in keys}) > 1 or len(lows) > 1:
        remarks.lost.append("A second right number: the first is kept.")
    key = asking.number(keys[0].value) if keys else None
    if low is not None and high is not None and low <= high and (key is None or low <= key <= high):
        middle = (low + high) / 2
        if key is not None and abs(middle - key) > abs(high - low) / 100:
            remarks.changed.append("The tolerance is the same above the key as below it.")
            return asking.near(asking.plain(key), float(min(key - low, high - key)))
        return asking.near(asking.plain(key if key is not None else middle), float(high - low) / 2)
    if not keys:
        raise RefusedError("It does not say which number is right.")
    return asking.compute(keys[0].value, **keys[0].precision)


def _match(item: Item, presentation: Element) -> Asked:
    """Several lists beside texts: the options are the right-hand sides, of which Blackboard has a list of its own."""
    rights = [_material(block) for block in _right_blocks(presentation)]
    pairs, others = [], [item.markdown(text) for text in rights]
    for response in item.responses:
        key = {test.value for test in item.right(response.name)}
        texts = rights if rights and not any(text for _, text in response.labels) else [t for _, t in response.labels]
        right = [text for (name, _), text in zip(response.labels, texts, strict=False) if name in key]
        others += [item.markdown(text) for text in texts]
        if len(right) != 1:
            raise RefusedError("It does not say what belongs together.")
        pairs.append((response.name.removeprefix("response_"), item.markdown(response.prompt), item.markdown(right[0])))
    return asking.match(pairs, others, item.remarks)


def _cloze(item: Item, stem: str) -> tuple[str, Asked]:
    """Blanks in a text, which stand there as `[name]`."""
    names = asking.new_ids([_blank(response) for response in item.responses], asking.PART_ID, "blank")
    parts: list[tuple[str, str, Asked]] = []
    for place, (name, response) in enumerate(zip(names, item.responses, strict=True)):
        stem = stem.replace(f"[{_blank(response)}]", f"\ue012{place}\ue014")
        if response.is_chosen and item.type.startswith("fill_in_multiple_blanks") and not _is_list(response):
            asked = asking.accept([_plain(text) for _, text in response.labels], item.remarks)
        else:
            asked = _ask_one(item, response)
        parts.append((name, "", asked))
    text = re.sub("\ue012([0-9]{1,9})\ue014", lambda mark: f"[[{names[int(mark[1])]}]]", item.markdown(stem))
    return text, asking.join(parts, item.remarks)


def _is_list(response: Response) -> bool:
    kinds = {label.get("answer_type", "") for label in each(response.element, "response_label")}
    return bool(kinds & {"dropdown", "wordbank"})


def _blank(response: Response) -> str:
    return response.name.removeprefix("response_")


def _response(element: Element, presentation: Element) -> Response:
    labels = [(label.get("ident", ""), _material(label)) for label in each(element, "response_label")]
    own = [child for child in element if child.tag == "material"]
    prompt = "".join(_material(material) for material in own) or _beside(element, presentation)
    return Response(element.get("ident", ""), element, labels, prompt)


def _beside(element: Element, presentation: Element) -> str:
    """What stands in the same block as a response, where its block has no other."""
    for block in each(presentation, "flow"):
        if element in list(block) and block.get("class") != "RESPONSE_BLOCK":
            return "".join(_material(child) for child in block if child is not element)
    return ""


def _stem_html(element: Element) -> Iterator[str]:
    """The HTML outside responses, and outside the blocks that belong to them."""
    for child in element:
        if child.tag == "material":
            yield _material(child)
        elif child.tag == "response_xy":
            yield from (_material(material) for material in child if material.tag == "material")
        elif child.tag not in RESPONSES and child.get("class") not in ("RESPONSE_BLOCK", "RIGHT_MATCH_BLOCK"):
            yield from _stem_html(child)


def _right_blocks(presentation: Element) -> list[Element]:
    blocks = [flow for flow in each(presentation, "flow") if flow.get("class") == "RIGHT_MATCH_BLOCK"]
    return [child for block in blocks for child in block]


def _material(element: Element) -> str:
    """The HTML of all texts and pictures in an element."""
    pieces: list[str] = []
    for found in each(element, *TEXTS, "matimage", "matbreak", "matref"):
        if found.tag == "matbreak":
            pieces.append("<br>")
        elif found.tag == "matimage":
            pieces.append(
                f'<img src="{html.escape(found.get("uri", ""))}" alt="{html.escape(found.get("label", ""))}">'
            )
        elif found.tag in TEXTS:
            pieces.append(_text_html(found))
    return "".join(pieces)


def _text_html(element: Element) -> str:
    text = element.text or ""
    stated = element.get("texttype", element.get("type", "")).lower()
    is_html = "html" in stated or ((CDATA_BEGINS in text or not stated) and LOOKS_LIKE_HTML.search(text))
    text = text.replace(CDATA_BEGINS, "").replace(CDATA_ENDS, "").strip()
    return text if is_html else html.escape(text, quote=False).replace("\n", "<br>")


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^<>]+>", "", text)).strip()


def _because(item: Item, response: Response, name: str) -> str:
    """What is said to who picks an option."""
    shown = [
        feedback
        for condition in item.conditions
        if [test.value for test in condition.tests if not test.is_not] == [name] and not condition.is_right
        for feedback in condition.feedback
    ]
    said = _feedback(item)
    texts = [said[each_name] for each_name in (name, f"{name}_fb", *shown) if each_name in said]
    return texts[0] if texts and not WRONG.search(shown[0] if shown else "") else ""


def _feedback(item: Item) -> dict[str, str]:
    return {
        element.get("ident", ""): text
        for element in each(item.element, "itemfeedback")
        if (text := item.markdown(_material(element)))
    }


def _solution(item: Element, markdown: Callable[[str], str]) -> str:
    return "\n\n".join(markdown(_material(element)) for element in each(item, "solution") if _material(element))


def _after(item: Item) -> tuple[dict[str, object], str]:
    """The explanation, said in general and to right answers; and what is said to any wrong answer."""
    choices = {name for response in item.responses for name, _ in response.labels}
    why: list[str] = []
    to_wrong: list[str] = []
    for name, text in _feedback(item).items():
        if name.removesuffix("_fb") in choices or text in why:
            continue
        if WRONG.search(name):
            to_wrong.append(text)
        else:
            why.append(text)
    return {"explanation": "\n\n".join(why)} if why else {}, "\n\n".join(to_wrong)
