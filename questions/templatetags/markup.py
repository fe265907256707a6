"""Markdown in templates: `{% load markup %}{{ text|markdown }}`."""

from collections.abc import Sequence
from string import ascii_lowercase

from django import template
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from questions.text import markup
from questions.text.places import cut_at_places

register = template.Library()


@register.filter
def markdown(text: str | None) -> SafeString:
    """Blocks of Markdown; sanitised."""
    return markup.render(text or "")


@register.filter
def markdown_inline(text: str | None) -> SafeString:
    """One line of Markdown; sanitised."""
    return markup.render_inline(text or "")


@register.filter
def markdown_with_places(text: str | None, names: Sequence[str]) -> SafeString:
    """Blocks of Markdown with the letter of each part where its field is to stand."""
    letters = dict(zip(names, ascii_lowercase, strict=False))
    pieces = cut_at_places(text or "", names)
    box = '{}<span class="part-place">{}</span>'
    before = format_html_join("", box, ((html, letters.get(name, "")) for html, name in pieces[:-1]))
    return format_html("{}{}", before, pieces[-1][0])


@register.filter
def runs(html: str) -> SafeString:
    """The attribute of a box that holds this clean HTML, where its words are read from right to left."""
    words = strip_tags(markup.MATH.sub(" ", html))
    return SafeString(' dir="rtl"' if markup.direction(words) == "rtl" else "")
