"""Keys of rows, as forms of the admin send them."""

from __future__ import annotations

from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def can_be_key(model: type[Model], text: object) -> bool:
    """Whether a row of `model` can have `text` as its key: Django asks the database for any, and fails."""
    try:
        model._meta.pk.clean(text, None)
    except ValidationError:
        return False
    return True


class RowsChoiceField(forms.ModelMultipleChoiceField[Row]):
    """A choice of rows that says so if one cannot be."""

    def clean(self, value: object) -> QuerySet[Row]:
        for key in value if isinstance(value, list | tuple) else ():
            if self.queryset is not None and not can_be_key(self.queryset.model, key):
                raise ValidationError(self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": key[:20]})
        return super().clean(value)
