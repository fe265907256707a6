"""One item of QTI 2 or 3, as a question of ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from questions.interchange import asking
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.qti.interactions import IGNORED, INLINE, READERS, Asking
from questions.interchange.qti.mistakes import read_mistakes
from questions.interchange.qti.responses import Declaration, check_templates, read_declarations
from questions.interchange.qti.trees import each, inner_html, text_of

BLANK = r"\_\_\_\_"
"""What stands for the place of an answer in a question that has one."""
IN_TEXT, BELOW = "\ue012", "\ue013"
LEFT_OUT = frozenset(["stylesheet", "style", "script", "prompt", "choiceRationales", "modalFeedback", "templateBlock"])
FEEDBACK = ("feedbackInline", "feedbackBlock", "modalFeedback")
WRONG = re.compile(r"incorrect|wrong|false|partly|fout|^_\d+f$|0f$", re.IGNORECASE)
"""Names of feedback that is said to wrong answers of all kinds."""
MARK = re.compile("([\ue012\ue013])([0-9]{1,9})\ue014")
"""Where an interaction stood in its body: in the text, or as a block below it."""

Markdown = Callable[[str], str]
"""HTML as Markdown."""


@dataclass(frozen=True)
class Question:
    """What an item asks, and what is said when it was answered."""

    stem: str
    asked: Asked
    after: dict[str, object]
    to_wrong: str = ""
    """What is said to any wrong answer."""


@dataclass
class _Reading:
    """An item while it is read: the interactions found in its body, in their order."""

    item: Element
    markdown: Markdown
    remarks: Remarks
    found: list[Element] = field(default_factory=list)
    gaps: dict[int, tuple[Element, str]] = field(default_factory=dict)

    def replaced(self, element: Element) -> str | None:
        """What stands in the body for an element that is no text."""
        name = element.tag
        if name in LEFT_OUT or (name == "rubricBlock" and "candidate" not in element.get("view", "candidate")):
            return ""
        if name in FEEDBACK:
            if any(inner.tag in READERS for inner in element.iter()):
                raise RefusedError("What it asks changes as it is answered (adaptive).")
            return ""
        if name in INLINE:
            return self._mark(IN_TEXT, element)
        if name == "gapMatchInteraction":
            return f"<div>{inner_html(element, lambda inner: self._in_gap_match(element, inner))}</div>"
        if name == "hottextInteraction":
            words = inner_html(element, lambda inner: _bold(inner) if inner.tag == "hottext" else self.replaced(inner))
            return f"<div>{words}</div>{self._mark(BELOW, element)}"
        if name in READERS:
            return self._mark(BELOW, element)
        if name.endswith("Interaction"):
            if name not in IGNORED:
                raise RefusedError(f"It has a {name}, which is not asked here.")
            self.remarks.lost.append("A film or sound." if name == "mediaInteraction" else "A button for hints.")
            return ""
        return None

    def _mark(self, what: str, element: Element) -> str:
        self.found.append(element)
        mark = f"{what}{len(self.found) - 1}\ue014"
        return mark if what == IN_TEXT else f"<p>{mark}</p>"

    def _in_gap_match(self, interaction: Element, element: Element) -> str | None:
        if element.tag in ("gapText", "gapImg"):
            return ""
        if element.tag == "gap":
            self.gaps[len(self.found)] = interaction, element.get("identifier", "")
            return self._mark(IN_TEXT, interaction)
        return self.replaced(element)


def _bold(element: Element) -> str:
    return f"<b>{inner_html(element)}</b>"


def read_item(item: Element, markdown: Markdown, remarks: Remarks) -> Question:
    """What an item asks. Raises RefusedError for one that cannot be asked here."""
    check_templates(item)
    body = item.find("itemBody")
    if body is None:
        raise RefusedError("It has no body.")
    if item.get("adaptive") == "true":
        remarks.lost.append("That it changes as it is answered (adaptive).")
    reading = _Reading(item, markdown, remarks)
    text = markdown(inner_html(body, reading.replaced))
    if not reading.found:
        raise RefusedError("It asks nothing: a text alone.")
    said = _read_feedback(item, markdown)
    declarations = read_declarations(item)
    asked = [_read(place, element, reading, declarations, said) for place, element in enumerate(reading.found)]
    for place, element in enumerate(reading.found):
        asked[place], used = read_mistakes(item, element.get("responseIdentifier", ""), asked[place], said)
        said = {name: text for name, text in said.items() if name not in used}
    after, to_wrong = _after(item, said, markdown)
    title = item.get("title") or item.get("identifier") or ""
    if len(asked) == 1:
        return Question(_stem_of_one(text, _prompt(reading.found[0], markdown)) or title, asked[0], after, to_wrong)
    open_ones = [each_asked for each_asked in asked if each_asked.kind == "open_response"]
    stem, joined = _join(text, reading, asked, remarks, are_open=len(open_ones) == len(asked))
    return Question(stem or title, joined, after, to_wrong)


def _read(
    place: int, element: Element, reading: _Reading, declarations: Mapping[str, Declaration], said: Mapping[str, str]
) -> Asked:
    name = element.get("responseIdentifier", "")
    response = declarations.get(name) or Declaration(name)
    if place in reading.gaps:
        return _read_gap(reading.gaps[place][1], element, response, reading)
    at = Asking(
        reading.item,
        response,
        lambda part: reading.markdown(inner_html(part, lambda inner: "" if inner.tag in FEEDBACK else None)),
        _reasons(reading.item, element, said, reading.markdown),
        reading.remarks,
    )
    return READERS[element.tag](element, at)


def _read_gap(gap: str, interaction: Element, response: Declaration, reading: _Reading) -> Asked:
    texts = {
        choice.get("identifier", ""): reading.markdown(inner_html(choice))
        for choice in each(interaction, "gapText", "gapImg")
    }
    links = [value.split() for value in response.key(reading.remarks)]
    right = {link[0] if link[1] == gap else link[1] for link in links if len(link) == 2 and gap in link}
    if not right:
        raise RefusedError("It does not say what belongs into its gaps.")
    if len(texts) > asking.MOST_CHOICES["single_choice"]:
        reading.remarks.changed.append("A gap with more than eight words to choose from is typed.")
        return asking.accept([texts[name] for name in texts if name in right], reading.remarks)
    options = [asking.Option(text, name in right) for name, text in texts.items()]
    return asking.choose(options, reading.remarks, several=False)


def _prompt(element: Element, markdown: Markdown) -> str:
    prompt = element.find("prompt")
    return markdown(inner_html(prompt)) if prompt is not None else ""


def _stem_of_one(text: str, prompt: str) -> str:
    """The text around the only interaction; a blank that stands alone is left out."""
    lines = (MARK.sub(lambda mark: BLANK if mark[1] == IN_TEXT else "", line) for line in text.splitlines())
    kept = "\n".join("" if line.strip() == BLANK else line for line in lines)
    return re.sub(r"\n{3,}", "\n\n", f"{kept}\n\n{prompt}").strip()


def _join(text: str, reading: _Reading, asked: list[Asked], remarks: Remarks, *, are_open: bool) -> tuple[str, Asked]:
    """The stem and the parts of several interactions: text before a block is the block's, unless it has blanks."""
    prompts = ["" if place in reading.gaps else _prompt(e, reading.markdown) for place, e in enumerate(reading.found)]
    names = _part_names(reading)
    if are_open:
        whole = "\n\n".join(part for part in (_stem_of_one(text, ""), *prompts) if part)
        remarks.changed.append("Several open answers have become one.")
        return whole, asked[0]
    stem: list[str] = []
    pieces = re.split("\ue013([0-9]{1,9})\ue014", text)
    for place, piece in enumerate(pieces[0::2]):
        block = int(pieces[2 * place + 1]) if 2 * place + 1 < len(pieces) else None
        if block is not None and place > 0 and not MARK.search(piece):
            prompts[block] = f"{piece.strip()}\n\n{prompts[block]}".strip()
        else:
            stem.append(piece.strip())
    whole = MARK.sub(lambda mark: f"[[{names[int(mark[2])]}]]", "\n\n".join(piece for piece in stem if piece))
    for gap_prompt in dict.fromkeys(_prompt(interaction, reading.markdown) for interaction, _ in reading.gaps.values()):
        whole = f"{gap_prompt}\n\n{whole}".strip()
    return whole, asking.join(list(zip(names, prompts, asked, strict=True)), remarks)


def _part_names(reading: _Reading) -> list[str]:
    wanted = [
        reading.gaps[place][1] if place in reading.gaps else element.get("responseIdentifier", "")
        for place, element in enumerate(reading.found)
    ]
    return asking.new_ids(wanted, asking.PART_ID, "part")


def _read_feedback(item: Element, markdown: Markdown) -> dict[str, str]:
    """What is said, by its identifiers."""
    said: dict[str, str] = {}
    for element in each(item, *FEEDBACK):
        name, text = element.get("identifier", ""), markdown(inner_html(element))
        if text and element.get("showHide", "show") == "show":
            said[name] = f"{said[name]}\n\n{text}" if name in said else text
    return said


def _reasons(item: Element, element: Element, said: Mapping[str, str], markdown: Markdown) -> dict[str, str]:
    """What is said to each choice of an interaction."""
    names = [choice.get("identifier", "") for choice in element.iter() if choice.get("identifier")]
    reasons = {name: said[name] for name in names if name in said}
    for rationales in each(item, "choiceRationales"):
        if rationales.get("responseIdentifier") == element.get("responseIdentifier"):
            reasons |= {r.get("identifier", ""): markdown(inner_html(r)) for r in each(rationales, "rationale")}
    return reasons


def _after(item: Element, said: Mapping[str, str], markdown: Markdown) -> tuple[dict[str, object], str]:
    """Explanation, solution and hints, feedback that is not about one choice; and what is said to any wrong answer."""
    choices = {element.get("identifier") for element in item.iter() if element.tag.endswith(("Choice", "hottext"))}
    general = {name: text for name, text in said.items() if name not in choices}
    hints = [text for name, text in general.items() if name.lower().startswith("hint")]
    solution = [text for name, text in general.items() if name.lower().startswith("solution")]
    rest = {n: t for n, t in general.items() if not n.lower().startswith(("hint", "solution"))}
    why = [text for name, text in rest.items() if not WRONG.search(name)]
    to_wrong = "\n\n".join(text for name, text in rest.items() if WRONG.search(name))
    rubric = [
        markdown(inner_html(block)) for block in each(item, "rubricBlock") if "candidate" not in block.get("view", "")
    ]
    after: dict[str, object] = {}
    if hints:
        after["hints"] = hints[:5]
    if solution:
        after["solution"] = "\n\n".join(solution)
    if why:
        after["explanation"] = "\n\n".join(why)
    if any(rubric):
        after["rubric"] = "\n\n".join(text for text in rubric if text)
    return after, to_wrong


def iter_items(root: Element) -> Iterator[Element]:
    """The items of a file: it is one, or it holds some."""
    return each(root, "assessmentItem")


def title_of(item: Element) -> str:
    """What an item is called."""
    return item.get("title") or item.get("identifier") or text_of(item)[:80]
