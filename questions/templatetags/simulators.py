"""Interactive figures in a lesson's text."""

import json
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

from questions.figures import plots
from questions.text import markup

register = template.Library()


@register.filter
def with_figures(html: str) -> SafeString:
    """A section's clean HTML, its figures drawn where it places them."""
    return mark_safe(markup.SIMULATOR.sub(lambda place: _draw(place["name"]), html))


def _draw(name: str) -> str:
    if name not in plots.FIGURES:
        return ""
    return render_to_string(f"questions/simulators/{name}.html", {"figure": plots.figure(name)})


class _Compact(json.JSONEncoder):
    """JSON without the spaces after commas and colons, a fifth of it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "separators": (",", ":"), "ensure_ascii": False})


@register.filter
def as_data(document: object) -> SafeString:
    """A document for a script, in an element that runs nothing."""
    return json_script(document, encoder=_Compact)
