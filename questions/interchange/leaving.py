"""Items on their way out: as plain questions, their variants frozen, their texts as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

from questions import kinds
from questions.interchange.asking import RefusedError, number
from questions.kinds.asked_number import AskedPrecision
from questions.kinds.bodies import ItemBody
from questions.kinds.drawn import variants
from questions.text import markup
from questions.variants.engine import VariantError
from questions.variants.tolerance import allowed_error

FROZEN = 5
"""Variants that stand for an item that draws, in formats that cannot draw."""
SPOKEN = {
    "work": "the steps of the worked solution",
    "mistakes": "wrong answers that are expected",
    "solution": "the worked solution",
    "case": "capitals",
    "spacing": "spaces",
    "code": "comparing as code",
    "language": "comparing as code",
    "form": "the form of the number",
    "unit": "the unit",
    "units": "whether the unit is typed",
    "marks": "marks",
    "follow": "following from another part",
    "round": "how many pairs are put at a time",
}
"""Fields of bodies in words, where their names say too little."""
UNBROKEN = re.compile(r'<span class="unbroken">([^<]*)</span>')
PICTURE = re.compile(r'<img class="picture" src="/media/([^"]*)"')

Document = dict[str, Any]
"""A body of an item, or a part of one, that is valid for its kind."""

Fetch = Callable[[str], bytes | None]
"""Of a picture's address: its bytes."""


@dataclass(frozen=True)
class Leaving:
    """An item that leaves: `body` is a valid one of its kind. `said` is what could not be held of it until now."""

    slug: str
    kind: str
    body: Document
    concepts: tuple[str, ...] = ()
    difficulty: int = 2
    seconds: int = 45
    said: tuple[str, ...] = ()
    drawn: Mapping[str, bytes] = field(default_factory=dict)
    """Pictures that were drawn for it, by their addresses."""

    def find_picture(self, address: str, fetch: Fetch) -> bytes | None:
        """The bytes of a picture that it shows."""
        return self.drawn.get(address) or fetch(address)


Note = Callable[[str, str], None]
"""Is told, by an item's slug, of each thing that a format cannot hold; of some several times."""

Write = Callable[[Iterable[Leaving], Fetch, Note], Iterator[bytes]]
"""Gives a file in pieces, as the items come: it is never held as a whole."""


@dataclass(frozen=True)
class Written:
    """A file that was written, and (slug, text) for each thing that its format cannot hold."""

    content: bytes
    remarks: tuple[tuple[str, str], ...] = ()


def write_whole(write: Write, items: Iterable[Leaving], fetch: Fetch) -> Written:
    """The file as a whole, with what it cannot hold."""
    remarks: dict[tuple[str, str], None] = {}
    content = b"".join(write(items, fetch, lambda slug, text: remarks.setdefault((slug, text))))
    return Written(content, tuple(remarks))


def freeze(item: Leaving, count: int = FROZEN) -> Iterator[Leaving]:
    """The item as it is, or where it draws `count` of its variants, each an item that draws nothing."""
    body = kinds.parse(item.kind, item.body)
    draws = bool(item.body.get("draw"))
    if not draws and ("answer" not in item.body or not hasattr(body, "engine") or number(str(item.body["answer"]))):
        yield item
        return
    said = (*item.said, f"It draws: {count} of its variants stand for it.")
    try:
        frozen = _numbers(item, body, count) if hasattr(body, "engine") else _bodies(item, body, count)
    except (RefusedError, VariantError) as error:
        why = str(error) if isinstance(error, RefusedError) else "its variants cannot be drawn."
        yield replace(item, kind="", said=(*item.said, f"It is left out: {why}"))
        return
    if not draws:
        yield replace(item, body=frozen[0])
        return
    seen: list[Document] = []
    for document in frozen:
        if document not in seen:
            seen.append(document)
            yield replace(item, slug=f"{item.slug}-v{len(seen)}", body=document, said=said)


def _bodies(item: Leaving, body: ItemBody, count: int) -> list[Document]:
    if body.drawing is None or hasattr(body, "parts"):
        raise RefusedError("its parts share what is drawn.")
    drawn = variants(body, body.drawing, item.slug, count)
    return [each.model_dump(mode="json", exclude_defaults=True) for each in drawn]


def _numbers(item: Leaving, body: Any, count: int) -> list[Document]:
    """Variants of a question for a number: numbers stand in place of its formulas."""
    documents = []
    for variant in body.engine.generate(item.slug, range(count)):
        if isinstance(variant["key"], list):
            raise RefusedError("it draws, and several numbers are asked for.")
        values = variant["values"]
        document = body.filled_document(body.engine.render_texts(values), body.solved(values))
        document["answer"] = write_number(f"{variant['key']:.15g}")
        mistakes = zip(document.pop("mistakes", []), variant["mistakes"], strict=True)
        if known := [(each["because"], value) for each, value in mistakes if value is not None]:
            document["mistakes"] = [{"value": write_number(f"{value:.15g}"), "because": why} for why, value in known]
        if body.tolerance is not None:
            of = abs(float(variant["of"] if variant["of"] is not None else variant["key"]))
            away = max((body.tolerance.rtol or 0) * of, body.tolerance.atol or 0)
            document["tolerance"] = {"atol": float(f"{away:.12g}")}
        documents.append(document)
    return documents


def find_lost(body: Document, held: Set[str]) -> list[str]:
    """What a format does not hold of a body, in words: fields that are neither `held` nor empty."""
    lost = [name for name, value in body.items() if name not in held and value]
    return list(dict.fromkeys(SPOKEN.get(name, name) for name in lost))


def write_number(value: str | float) -> str:
    """A number without a power of ten, of which not all programs know."""
    known = number(str(value))
    return format(known.normalize(), "f") if known is not None else str(value)


def says_error(body: Document) -> bool:
    """Whether all that a body says of precision is how far off a number may be, as most programs have it."""
    if body.get("exact"):
        return True
    return not body.get("digits") and body.get("decimals") is None and body.get("tolerance", {}).keys() == {"atol"}


def error_allowed(body: Document) -> float:
    """How far off its key a number may be; `body` is of a question for a number, and draws nothing."""
    asked = AskedPrecision.model_validate({name: body[name] for name in AskedPrecision.model_fields if name in body})
    if asked.is_exact:
        return 0.0
    return float(f"{allowed_error(float(body['answer']), asked.precision, asked.allowed, None):.12g}")


def to_html(text: str, name_picture: Callable[[str], str] = lambda address: address) -> str:
    r"""Markdown as HTML that others show: formulas between `\(` and `\)`, pictures by the names that they get."""
    html = markup.MATH.sub(_formula, str(markup.render(text)))
    html = UNBROKEN.sub(r"\1", html)
    html = PICTURE.sub(lambda found: f'<img src="{name_picture(found[1])}"', html).replace(' loading="lazy"', "")
    return html.replace(' tabindex="0" role="group" aria-label="Code"', "").strip()


def line_html(text: str, name_picture: Callable[[str], str] = lambda address: address) -> str:
    """One line of Markdown as HTML, without a paragraph around it."""
    html = to_html(text, name_picture)
    is_line = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    return html[3:-4] if is_line else html


def plain_line(text: str) -> tuple[str, bool]:
    """One line of Markdown without marks, formulas as LaTeX; and whether nothing of it is missing."""
    html = line_html(text)
    plain = " ".join(unescape(re.sub(r"<[^<>]*>", " ", html)).split())
    return plain, "<" not in html


def _formula(found: re.Match[str]) -> str:
    begins, ends = (r"\[", r"\]") if "display" in found[2] else (r"\(", r"\)")
    return f"{begins}{found[3]}{ends}"


def plain_text(text: str) -> str:
    """Markdown as a text without marks."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", to_html(text))).split())
