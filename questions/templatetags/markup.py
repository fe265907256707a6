"""Markdown in templates: `{% load markup %}{{ text|markdown }}`."""

from django import template
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
