"""A date and a time beside each other, each with a label of its own: in Django's admin neither has one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.options import FORMFIELD_FOR_DBFIELD_DEFAULTS
from django.db.models import DateTimeField


class LabelledDateTimeField(forms.SplitDateTimeField):
    """Two fields, which the label of both names together with what each is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for part, widget in zip(("date", "time"), getattr(self.widget, "widgets", ()), strict=False):
            widget.attrs["aria-label"] = f"{self.label}: {part}"


def label_dates_and_times() -> None:
    """Have the admins that are registered from here on use it."""
    FORMFIELD_FOR_DBFIELD_DEFAULTS[DateTimeField]["form_class"] = LabelledDateTimeField
