"""Keys of rows, as forms of the admin send them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

Row = TypeVar("Row", bound=Model)
Response = Callable[..., HttpResponse | None]


def can_be_key(model: type[Model], text: object) -> bool:
    """Whether a row of `model` can have `text` as its key: Django asks the database for any, and fails."""
    try:
        model._meta.pk.clean(text, None)
    except ValidationError:
        return False
    return True


def guard_actions(site: admin.AdminSite) -> None:
    """Have the actions of every admin leave out what no row can have as its key."""
    for each in site._registry.values():
        each.response_action = _guarded(each.model, each.response_action)  # type: ignore[method-assign]


def _guarded(model: type[Model], respond: Response) -> Response:
    @functools.wraps(respond)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse | None:
        post = request.POST.copy()
        sent = post.getlist(ACTION_CHECKBOX_NAME)
        post.setlist(ACTION_CHECKBOX_NAME, [key for key in sent if can_be_key(model, key)])
        request.POST = post  # type: ignore[assignment]
        return respond(request, *args, **more)

    return guarded


class RowsChoiceField(forms.ModelMultipleChoiceField[Row]):
    """A choice of rows that says so if one cannot be."""

    def clean(self, value: object) -> QuerySet[Row]:
        for key in value if isinstance(value, list | tuple) else ():
            if self.queryset is not None and not can_be_key(self.queryset.model, key):
                raise ValidationError(self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": key[:20]})
        return super().clean(value)
