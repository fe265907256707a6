"""What a process of tests leaves out, since nothing that is tested depends on it and it takes a share of each page."""

from __future__ import annotations

from django.template.base import Template
from django.template.context import Context, RequestContext
from django.test.signals import template_rendered


def tell_of_pages_alone() -> None:
    """Tell the test client of a page's template, and not of each of the hundreds that its fields and parts have.

    Django has the client copy the context of every one of them. Those of pages are all that tests ask for.
    """
    Template._render = _render  # type: ignore[attr-defined]


def _render(template: Template, context: Context) -> str:
    if isinstance(context, RequestContext) and context.template is template:
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)
