"""Texts in the formats that Moodle has for them. Pure."""

from __future__ import annotations

import html
import re

from questions.interchange.texts import Texts

OPENS, CLOSES = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,9})[\s>]"), re.compile(r"</([a-zA-Z][a-zA-Z0-9]{0,9})\s*>")
SOLUTION = '<div class="solution">'
STANDS_ALONE = re.compile(r"<(?:br|hr|img)\b[^<>]*>")


def join_solution(explanation: str, solution: str) -> str:
    """The HTML of both, from which `split_solution` has them again."""
    return f"{explanation}\n{SOLUTION}{solution}</div>" if solution else explanation


def split_solution(text: str) -> tuple[str, str]:
    """The explanation and the worked solution in what is said when a question was answered."""
    explanation, _, solution = text.partition(SOLUTION)
    return explanation, solution.strip().removesuffix("</div>")


def to_markdown(text: str, form: str, texts: Texts) -> str:
    """The Markdown of a text; `form` is Moodle's name of its format, `html` where it is none of the others."""
    if form in ("markdown", "markdown_format"):
        return text.strip()
    return texts.markdown(to_html(text, form))


def to_html(text: str, form: str) -> str:
    """The HTML of a text in one of Moodle's formats but Markdown."""
    if form in ("plain", "plain_text"):
        return _with_breaks(html.escape(text.strip(), quote=False))
    if form in ("moodle", "moodle_auto_format", ""):
        return _with_breaks(text.strip() if _is_html(text) else _escape_tags(text.strip()))
    return text


def _is_html(text: str) -> bool:
    """Whether tags mean something in it, and are not spoken of: one is closed, or stands alone."""
    return bool(STANDS_ALONE.search(text) or set(OPENS.findall(text)) & set(CLOSES.findall(text)))


def _escape_tags(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _with_breaks(text: str) -> str:
    return re.sub(r"\n\s*\n", "<p></p>", text).replace("\n", "<br>")
