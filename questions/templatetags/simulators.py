"""Interactive figures in a lesson's text."""

from django import template
from django.template.loader import render_to_string
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
