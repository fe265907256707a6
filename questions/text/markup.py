"""Markdown with LaTeX to sanitised HTML.

Authors are untrusted in the browser: raw HTML is off, and what comes out is cleaned once more by an allow-list. Math
stays LaTeX, in elements of class `math`: apps typeset them, and pages get them set as they leave (`katex`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from questions.figures import pictures
from questions.text import diagram_places, headings
from questions.variants import dollars

RenderRule = Callable[[RendererHTML, Sequence[Token], int, OptionsDict, EnvType], str]

TRY = re.compile(r"\btry=([a-z0-9-]+(?:,[a-z0-9-]+)*)")
"""In the line that opens a callout: the items that it offers to try."""
CALLOUTS = {
    "first-principles": "First principles",
    "intuition": "Intuition",
    "exam": "Exam-favourite numbers",
}
BEFORE_MATH = re.compile(r"(?<![(\[“‘„])[(\[“‘„]+$")
AFTER_MATH = re.compile(r"^(?:[-–]\w+|[.,;:!?)\]”’…%]+)+")
"""What a line must not break away from a formula: a bracket before it; after it a stop, or the rest of its word."""
PERCENT = re.compile(r"(?<=\d) %")
SIMULATOR = re.compile(r'<div class="simulator-place simulator-(?P<name>[a-z-]+)">.*?</div>', re.DOTALL)
"""In clean HTML: where an interactive figure stands."""
MATH = re.compile(r'<(span|div) class="(math(?: display)?)">([^<]*)</\1>')
"""In clean HTML: a formula, as it is written."""
MEDIA = "media/"
"""What the places of pictures begin with, in texts and in a course's folder."""
TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "del", "code", "pre", "blockquote", "span", "div", "aside", "a", "img"),
    *("ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"class", "src", "alt", "width", "height", "loading"},
    "ol": {"start", "dir"},
    **{tag: {"class", "dir"} for tag in ("span", "div", "aside", "p", "code")},
    **{tag: {"dir"} for tag in ("ul", "table", "td", "th", "blockquote")},
    "pre": {"class", "tabindex", "role", "aria-label"},
    **{tag: {"id", "dir"} for tag in ("h1", "h2", "h3", "h4", "h5", "h6")},
}


@lru_cache(maxsize=512)
def count_sections(text: str) -> int:
    """Return how many sections with a title a lesson's text has, without rendering it."""
    blocks: list[Token] = []
    _MARKDOWN.block.parse(text, _MARKDOWN, {}, blocks)
    return sum(block.type == "heading_open" and block.tag == "h2" for block in blocks)


@dataclass(frozen=True)
class Section:
    """A part of a lesson: from one second-level heading to the next. The part above the first has no title."""

    id: str
    title: str
    html: SafeString


@lru_cache(maxsize=4096)
def render(text: str) -> SafeString:
    """Blocks of Markdown as clean HTML."""
    return _clean(str(_MARKDOWN.render(text)))


@lru_cache(maxsize=8192)
def render_inline(text: str) -> SafeString:
    """One line of Markdown as clean HTML, without a paragraph around it."""
    html = _clean(str(_MARKDOWN.renderInline(text)))
    return format_html('<span dir="auto">{}</span>', html) if _has_right_to_left(text) else html


def parse(text: str) -> list[Token]:
    """Blocks of Markdown as tokens."""
    return _MARKDOWN.parse(text)


@lru_cache(maxsize=128)
def sections(text: str) -> tuple[Section, ...]:
    """A lesson's text, cut at its second-level headings."""
    return tuple(
        Section(
            str(part[0].attrGet("id")) if heading else "",
            heading.content if heading else "",
            _clean(str(_MARKDOWN.renderer.render(part[3:] if heading else part, _MARKDOWN.options, {}))),
        )
        for heading, part in split(parse(text))
    )


def split(tokens: list[Token]) -> Iterator[tuple[Token | None, list[Token]]]:
    """The tokens of each section, which begin with its heading, and the words of that; None above the first."""
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    for start, end in zip([0, *starts], [*starts, len(tokens)], strict=True):
        if start < end:
            yield tokens[start + 1] if start in starts else None, tokens[start:end]


def simulators(text: str) -> tuple[str, ...]:
    """The interactive figures that a lesson's text places, in order."""
    return tuple(SIMULATOR.findall(render(text)))


def tried(text: str) -> tuple[str, ...]:
    """The items (slugs) that the callouts of a lesson's text offer to try, in order."""
    opened = [token for token in _MARKDOWN.parse(text) if token.type.startswith("container_") and token.nesting > 0]
    return tuple(dict.fromkeys(slug for token in opened for slug in tried_in(token.info)))


def tried_in(info: str) -> list[str]:
    """The items that the opening line of a callout names."""
    match = TRY.search(info)
    return match[1].split(",") if match else []


def rename_tried(text: str, old: str, new: str) -> str:
    """The text of a lesson, where callouts offer the item `new` to try instead of `old`."""

    def rename(match: re.Match[str]) -> str:
        return f"try={','.join(new if slug == old else slug for slug in match[1].split(','))}"

    lines = text.splitlines(keepends=True)
    return "".join(TRY.sub(rename, line) if line.lstrip().startswith(":::") else line for line in lines)


def _clean(html: str) -> SafeString:
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(diagram_places.drawn(cleaned))  # noqa: S308 - what is left is on the allow-list


def _highlight(code: str, language: str, attributes: str) -> str:
    try:
        lexer = get_lexer_by_name(language or "text")
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))


def _code(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    """Code that is wider than its box is scrolled by keys too. A block of a diagram has its place."""
    if place := diagram_places.place(tokens[at]):
        return place
    html = RendererHTML.fence(self, tokens, at, options, env)
    return html.replace("<pre>", '<pre tabindex="0" role="group" aria-label="Code">', 1)


def _callout(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[at]
    if token.nesting < 0:
        return f"{_tries(tokens, at)}</aside>\n"
    kind, _, title = token.info.strip().partition(" ")
    heading = _MARKDOWN.renderInline(TRY.sub("", title).strip() or CALLOUTS[kind])
    return f'<aside class="callout callout-{kind}"{self.renderAttrs(token)}><p class="callout-title">{heading}</p>\n'


def _tries(tokens: Sequence[Token], end: int) -> str:
    """The links that a callout ends with, relative to its lesson's page."""
    start = next(token for token in reversed(tokens[:end]) if token.type == tokens[end].type.replace("close", "open"))
    named = tried_in(start.info)
    if not named:
        return ""
    links = [
        f'<a href="try/{slug}/">{"Try one" if place == 0 else "Another kind"}'
        f'<span class="visually-hidden">: {slug.replace("-", " ")}</span></a>'
        for place, slug in enumerate(named)
    ]
    return f'<p class="try">{" ".join(links)}</p>\n'


def _simulator(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    if tokens[at].nesting < 0:
        return "</div>\n"
    name = headings.slug_of(tokens[at].info.strip().removeprefix("simulator"))
    return f'<div class="simulator-place simulator-{name}">'


def _heading(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    return f"<{tokens[at].tag}{self.renderAttrs(tokens[at])}>"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _highlight}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin)
    parser.inline.ruler.at("math_inline", _inline_formula)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("math_inline", _inline_math)
    parser.add_render_rule("math_inline_double", _render_math("span", "math display"))
    parser.add_render_rule("math_block", _render_math("div", "math display"))
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("fence", _code)
    parser.core.ruler.push("ids", headings.give_ids)
    parser.core.ruler.push("directions", _mark_directions)
    parser.core.ruler.push("unbroken", _keep_together)
    for kind in CALLOUTS:
        parser.use(container_plugin, name=kind, render=_callout)
    parser.use(container_plugin, name="simulator", render=_simulator)
    return parser


def _inline_formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the signature of the parser's rules
    mark = dollars.formula_at(state.src, state.pos) if state.src[state.pos] == "$" else None
    if mark is None or mark.end > state.posMax:
        return False
    if not silent:
        token = state.push("math_inline_double" if mark.is_display else "math_inline", "math", 0)
        token.content = state.src[mark.inner_start : mark.inner_end]
    state.pos = mark.end
    return True


def _mark_directions(state: StateCore) -> None:
    """In a text with letters that are read from right to left each block, and what holds it, runs in its direction.

    That of a block is the direction of the first letter in it that has one; a browser would look into no list.
    """
    if not any(_has_right_to_left(token.content) for token in state.tokens if token.type == "inline"):
        return
    opened: list[Token] = []
    for token in state.tokens:
        if token.nesting > 0:
            opened.append(token)
        elif token.nesting < 0:
            opened.pop()
        elif token.type == "inline":
            text = "".join(child.content for child in token.children or [] if child.type == "text")
            if found := direction(text):
                for block in opened:
                    # The marks of a list stand on one side, whichever way an entry runs.
                    if block.attrGet("dir") is None and block.type != "list_item_open":
                        block.attrSet("dir", found)


def direction(text: str) -> str:
    """The direction (`rtl` or `ltr`) of the first letter of a text that has one; empty for a text without letters."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return ""


def _has_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def _image(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    """A picture of the course; publishing refuses all others, and what is stored of them shows its alternative."""
    place, alternative = str(tokens[at].attrGet("src")), escape(tokens[at].content)
    size = pictures.size(place.removeprefix(MEDIA)) if place.startswith(MEDIA) else None
    if size is None:
        return alternative
    width, height = size
    return f'<img class="picture" src="/{place}" alt="{alternative}" width="{width}" height="{height}" loading="lazy">'


def _keep_together(state: StateCore) -> None:
    """Where lines would break badly: a formula holds on to its punctuation, a number to its per cent sign."""
    for block in state.tokens:
        children = block.children or []
        for token in children:
            if token.type == "text":
                token.content = PERCENT.sub("\u202f%", token.content)
        for at, token in enumerate(children):
            if token.type != "math_inline":
                continue
            for place, pattern, side in ((at - 1, BEFORE_MATH, "before"), (at + 1, AFTER_MATH, "after")):
                text = children[place] if 0 <= place < len(children) else None
                match = pattern.search(text.content) if text and text.type == "text" else None
                if text and match:
                    text.content = text.content[: match.start()] + text.content[match.end() :]
                    token.meta = {**token.meta, side: match[0]}


def _inline_math(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    before, after = (escape(tokens[at].meta.get(side, ""), quote=False) for side in ("before", "after"))
    formula = _render_math("span", "math")(self, tokens, at, options, env)
    return f'<span class="unbroken">{before}{formula}{after}</span>' if before or after else formula


def _render_math(tag: str, classes: str) -> RenderRule:
    def rule(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        return f'<{tag} class="{classes}">{escape(tokens[at].content.strip(), quote=False)}</{tag}>'

    return rule


_MARKDOWN = _parser()
