"""Writes GIFT: texts as HTML, signs that mean something with a backslash before them."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from questions.interchange.diagrams import draw_diagrams
from questions.interchange.leaving import (
    Document,
    Fetch,
    Leaving,
    Note,
    error_allowed,
    find_lost,
    freeze,
    line_html,
    plain_line,
    says_error,
    to_html,
    write_number,
)
from questions.interchange.moodle.categories import join_category, tags_of
from questions.interchange.moodle.text_formats import join_solution
from questions.kinds.entry_texts import as_text
from questions.kinds.places import PLACE

SIGNS = re.compile(r"[\\~=#{}:]")
IMAGE, WORDS = re.compile(r"<img [^<>]*>"), re.compile(r' alt="([^"]*)"')
TRUE_FALSE = ["True", "False"]
BLANK, OTHER = r"\_\_\_\_\_", "…"
"""What stands in a text for the blank that is asked for, and for the others."""
EVERYWHERE = {"stem", "explanation", "solution"}

Lose = Callable[[str], None]


def write_gift(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[bytes]:
    """A text that `read_gift` reads, and Moodle does: the first concept of an item is its category."""
    category = ""
    plain_items = ((item.slug, draw_diagrams(each)) for item in items for each in freeze(item))
    for slug, plain in ((slug, part) for slug, each in plain_items for part in _in_parts(each)):
        for text in plain.said:
            note(slug, text)
        if not plain.kind:
            continue
        lost: list[str] = []
        answers = _answers(plain, lost.append)
        if answers is None:
            note(slug, "It is left out: GIFT takes “->” in an answer as a match.")
            continue
        if category != (category := join_category(plain.concepts[:1])):
            yield f"$CATEGORY: {category}\n\n".encode()
        yield f"{_block(plain, answers)}\n".encode()
        for text in lost:
            note(slug, text)
        if "](media/" in str(plain.body):
            note(slug, "Its pictures: GIFT holds text alone.")


def _in_parts(item: Leaving) -> Iterator[Leaving]:
    """The item, or where it has parts each of them as a question of its own."""
    if item.kind != "multi_part":
        yield item
        return
    said = (*item.said, f"It is {len(item.body['parts'])} questions, one for each part.")
    shared = {name: item.body[name] for name in ("explanation", "hints", "solution", "work") if name in item.body}
    for letter, part in zip(string.ascii_lowercase, item.body["parts"], strict=False):
        stem = PLACE.sub(lambda found, name=part["id"]: BLANK if found[1] == name else OTHER, item.body["stem"])  # type: ignore[misc]
        own = {name: value for name, value in part.items() if name not in ("id", "kind")}
        body = {**shared, **own, "stem": "\n\n".join(text for text in (stem, part.get("stem")) if text)}
        yield replace(item, slug=f"{item.slug}-{letter}", kind=part["kind"], body=body, said=said)


def _block(item: Leaving, answers: str) -> str:
    """A question with its comment, name, text and answers."""
    labels = " ".join([f"[id:{item.slug}]", *(f"[tag:{tag}]" for tag in tags_of(item))])
    unit = f"\n\n({item.body['unit']})" if item.body.get("unit") else ""
    picture = f"\n\n{item.body['image']}" if "image" in item.body else ""
    general = "\n\n".join(text for name in ("explanation", "model", "back") if (text := item.body.get(name)))
    general += "".join(f"\n\n- {point['text']}" for point in item.body.get("points", []))
    after = join_solution(_html(general), _html(item.body.get("solution") or ""))
    said = f"\t####{_escape(after)}\n" if after else ""
    stem = _escape(_html(f"{item.body['stem']}{picture}{unit}"))
    return f"// {labels}\n::{_escape(item.slug)}::[html]{stem}{{{answers}{said}}}\n"


def _html(text: str, write: Callable[..., str] = to_html) -> str:
    """Markdown as HTML, in which words stand for pictures."""
    return IMAGE.sub(lambda found: f"(picture: {''.join(WORDS.findall(found[0]))})", write(text))


def _line(text: str) -> str:
    """Markdown in an answer."""
    html = _escape(_html(text, line_html))
    return f"&\\#37;{html[1:]}" if html.startswith("%") else html


def _escape(text: str) -> str:
    """The text on lines that are never empty, with no sign that means something."""
    escaped = SIGNS.sub(r"\\\g<0>", text.strip())
    return re.sub(r"\n(?![A-Za-z])", r"\\n", escaped)


def _because(text: str | None) -> str:
    return f"#{_line(text)}" if text else ""


def _answers(item: Leaving, lose: Lose) -> str | None:
    """What stands between the braces, but what is said in general; None where GIFT would mean something else."""
    written = WRITERS[item.kind](item.body, lose)
    held = EVERYWHERE | HELD.get(item.kind, {"answer"})
    if lost := find_lost(item.body, held | {"unit"}):
        lose(f"GIFT does not hold: {', '.join(lost)}.")
    if item.body.get("unit"):
        lose("The unit, which stands in the question.")
    return written


HELD = {
    "single_choice": {"choices"},
    "multiple_select": {"choices"},
    "short_text": {"accept", "mistakes"},
    "numeric": {"answer", "mistakes", "digits", "decimals", "exact", "tolerance"},
    "matching": {"pairs", "distractors"},
    "labels": {"pairs", "distractors", "image"},
    "ordering": {"steps"},
    "open_response": {"model", "points"},
    "recall": {"back"},
    "formula": {"answer", "variables"},
}


def _lines(answers: Iterator[str]) -> str:
    return "".join(["\n", *(f"\t{answer}\n" for answer in answers)])


def _choose_one(body: Document, lose: Lose) -> str:
    choices = body["choices"]
    if [choice["text"] for choice in choices] == TRUE_FALSE:
        right, wrong = sorted(choices, key=lambda choice: not choice.get("correct"))
        return f"{right['text'].upper()}{_because(wrong.get('because'))}"
    return _lines(
        f"{'=' if choice.get('correct') else '~'}{_line(choice['text'])}{_because(choice.get('because'))}"
        for choice in choices
    )


def _choose_some(body: Document, lose: Lose) -> str:
    choices = body["choices"]
    share = 100 / (sum(bool(choice.get("correct")) for choice in choices) or 1)
    worth = f"{share:.5f}".rstrip("0").rstrip(".")
    if not any(choice.get("correct") for choice in choices):
        lose("That no option is right, which Moodle does not take.")
    return _lines(
        f"~%{'' if choice.get('correct') else '-'}{worth}%{_line(choice['text'])}{_because(choice.get('because'))}"
        for choice in choices
    )


def _type(body: Document, lose: Lose) -> str | None:
    mistakes = body.get("mistakes", [])
    if any("->" in text for text in (*body["accept"], *(each["text"] for each in mistakes))):
        return None
    lines = [f"={_typed(text)}" for text in body["accept"]]
    lines += [f"=%0%{_typed(each['text'])}{_because(each['because'])}" for each in mistakes]
    return _lines(iter(lines))


def _typed(text: str) -> str:
    """An answer that is typed, in which `*` is a star."""
    return _escape(text.replace("*", r"\*"))


def _type_formula(body: Document, lose: Lose) -> str:
    lose("That answers of equal meaning are right: they are compared as texts.")
    return _lines(iter([f"={_typed(as_text(body['answer']))}"]))


def _number(body: Document, lose: Lose) -> str:
    away = write_number(error_allowed(body))
    if not says_error(body):
        lose(f"How precise it has to be: it may be {away} off.")
    lines = [f"={write_number(body['answer'])}:{away}"]
    mistakes = ((write_number(each["value"]), _because(each["because"])) for each in body.get("mistakes", []))
    lines += [f"=%0%{value}:{away}{because}" for value, because in mistakes]
    return f"#{_lines(iter(lines))}"


def _match(body: Document, lose: Lose) -> str:
    pairs, others = body["pairs"], body.get("distractors", [])
    rights = [plain_line(text) for text in (*(pair["right"] for pair in pairs), *(each["text"] for each in others))]
    lefts = [*(_line(pair["left"]) for pair in pairs), *("" for _ in others)]
    if not all(is_whole for _, is_whole in rights):
        lose("Marks and pictures in what is matched: a list holds plain text.")
    if any(each.get("because") for each in (*pairs, *others)):
        lose("What is said to a wrong match.")
    return _lines(f"={left} -> {_escape(right)}" for left, (right, _) in zip(lefts, rights, strict=True))


def _label(body: Document, lose: Lose) -> str:
    lose("Where on the picture its places are: they are matched by words.")
    return _match(body, lose)


def _order(body: Document, lose: Lose) -> str:
    lose("That steps are put in order: their places are matched.")
    pairs = [{"left": str(place), "right": step} for place, step in enumerate(body["steps"], start=1)]
    return _match({"pairs": pairs}, lose)


def _write(body: Document, lose: Lose) -> str:
    lose("The model answer, which stands in what is said when it was answered.")
    return ""


WRITERS: dict[str, Callable[[Document, Lose], str | None]] = {
    "single_choice": _choose_one,
    "multiple_select": _choose_some,
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
}
"""By the kind: what stands between the braces."""
