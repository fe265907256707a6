"""Items on their way out: as plain questions, their variants frozen, their texts as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from questions import kinds
from questions.interchange.asking import RefusedError, number
from questions.kinds.bodies import ItemBody
from questions.kinds.drawn import variants
from questions.text import markup
from questions.variants.engine import VariantError

FROZEN = 5
"""Variants that stand for an item that draws, in formats that cannot draw."""
UNBROKEN = re.compile(r'<span class="unbroken">([^<]*)</span>')
PICTURE = re.compile(r'<img class="picture" src="/media/([^"]*)"')

Fetch = Callable[[str], bytes | None]
"""Of a picture's address: its bytes."""


@dataclass(frozen=True)
class Leaving:
    """An item that leaves: `body` is a valid one of its kind. `said` is what could not be held of it until now."""

    slug: str
    kind: str
    body: dict[str, Any]
    concepts: tuple[str, ...] = ()
    difficulty: int = 2
    seconds: int = 45
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """A file that was written, and (slug, text) for each thing that its format cannot hold."""

    content: bytes
    remarks: tuple[tuple[str, str], ...] = ()


Write = Callable[[Sequence[Leaving], Fetch], Written]


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
    seen: list[dict[str, Any]] = []
    for document in frozen:
        if document not in seen:
            seen.append(document)
            yield replace(item, slug=f"{item.slug}-v{len(seen)}", body=document, said=said)


def _bodies(item: Leaving, body: ItemBody, count: int) -> list[dict[str, Any]]:
    if body.drawing is None or hasattr(body, "parts"):
        raise RefusedError("its parts share what is drawn.")
    drawn = variants(body, body.drawing, item.slug, count)
    return [each.model_dump(mode="json", exclude_defaults=True) for each in drawn]


def _numbers(item: Leaving, body: Any, count: int) -> list[dict[str, Any]]:
    """Variants of a question for a number: its key stands in place of the formula."""
    documents = []
    for variant in body.engine.generate(item.slug, range(count)):
        values = variant["values"]
        texts = {name: body.engine.render(name, values) for name in body.engine.texts}
        document = {name: texts[name] for name in ("stem", "explanation", "solution") if texts.get(name)}
        kept = body.model_dump(mode="json", exclude_defaults=True)
        document |= {name: kept[name] for name in ("digits", "decimals", "exact", "unit") if name in kept}
        if isinstance(variant["key"], list):
            raise RefusedError("it draws, and several numbers are asked for.")
        document["answer"] = repr(float(variant["key"]))
        if body.tolerance is not None:
            of = abs(float(variant["of"] if variant["of"] is not None else variant["key"]))
            away = max((body.tolerance.rtol or 0) * of, body.tolerance.atol or 0)
            document["tolerance"] = {"atol": away}
        documents.append(document)
    return documents


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


def _formula(found: re.Match[str]) -> str:
    begins, ends = (r"\[", r"\]") if "display" in found[2] else (r"\(", r"\)")
    return f"{begins}{found[3]}{ends}"


def plain_text(text: str) -> str:
    """Markdown as a text without marks."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", to_html(text))).split())
