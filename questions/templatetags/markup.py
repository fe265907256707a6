"""Markdown in templates: `{% load markup %}{{ text|markdown }}`."""

from django import template
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from questions.text import markup

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
def runs(html: str) -> SafeString:
    """The attribute of a box that holds this clean HTML, where its words are read from right to left."""
    words = strip_tags(markup.MATH.sub(" ", html))
    return SafeString(' dir="rtl"' if markup.direction(words) == "rtl" else "")
