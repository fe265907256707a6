"""Question pools of Blackboard 5, which are no QTI and travel as such. Pure."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from questions.interchange import asking
from questions.interchange.asking import Asked, Option, RefusedError, Remarks
from questions.interchange.qti.items import Question
from questions.interchange.qti.trees import CDATA_BEGINS, CDATA_ENDS, each


def iter_pool(root: Element) -> Iterator[Element]:
    """The questions of a pool."""
    return (child for child in root if child.tag.startswith("QUESTION_"))


def read_pool(element: Element, markdown: Callable[[str], str], remarks: Remarks) -> Question:
    """What a question of a pool asks. Raises RefusedError."""
    body = element.find("BODY")
    stem = markdown(_html(body)) if body is not None else ""
    answers = {answer.get("id", ""): markdown(_html(answer)) for answer in element.findall("ANSWER")}
    keys = list(each(element, "CORRECTANSWER"))
    asked = _ask(element, answers, keys, markdown, remarks)
    why = element.find("GRADABLE/FEEDBACK_WHEN_CORRECT")
    wrong = element.find("GRADABLE/FEEDBACK_WHEN_INCORRECT")
    after: dict[str, object] = {"explanation": markdown(_text(why))} if why is not None else {}
    return Question(stem, asked, after, markdown(_text(wrong)) if wrong is not None else "")


def _ask(
    element: Element, answers: dict[str, str], keys: list[Element], markdown: Callable[[str], str], remarks: Remarks
) -> Asked:
    kind = element.tag.removeprefix("QUESTION_")
    right = {key.get("answer_id", "") for key in keys}
    if kind in ("TRUEFALSE", "MULTIPLECHOICE", "MULTIPLEANSWER"):
        options = [Option(text, name in right) for name, text in answers.items()]
        return asking.choose(options, remarks, several=kind == "MULTIPLEANSWER")
    if kind == "MATCH":
        choices = {choice.get("id", ""): markdown(_html(choice)) for choice in element.findall("CHOICE")}
        pairs = [
            (name, answers.get(name, ""), choices.get(key.get("choice_id", ""), ""))
            for key in keys
            if (name := key.get("answer_id", ""))
        ]
        return asking.match(pairs, choices.values(), remarks)
    if kind == "FILLINBLANK":
        return asking.accept(answers.values(), remarks)
    if kind == "ORDER":
        places = {
            key.get("answer_id", ""): int(key.get("order", "0")) for key in keys if key.get("order", "").isdecimal()
        }
        return asking.order([answers[name] for name in sorted(places, key=places.__getitem__) if name in answers])
    if kind == "ESSAY":
        model = "\n\n".join(text for text in answers.values() if text)
        return Asked("open_response", {"model": model, "points": [{"text": model}]} if model else {})
    raise RefusedError(f"Questions of the type {kind} are not asked here.")


def _html(element: Element) -> str:
    return "".join(_text(text) for text in element.findall("TEXT"))


def _text(element: Element) -> str:
    text = element.text or ""
    plain = text.replace(CDATA_BEGINS, "").replace(CDATA_ENDS, "")
    return plain if CDATA_BEGINS in text else html.escape(plain, quote=False)
