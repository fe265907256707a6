"""Forms whose fields make a body, of an item or of a part, as its kind describes them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from questions.admin.rows import MAX_ROWS, RowsField
from questions.kinds import fields
from questions.whole_numbers import read_whole_number


class BodyForm(forms.BaseForm):
    """A form with a field for each that `body_fields` describes. Nothing is required: drafts may be unfinished."""

    @classmethod
    def body_fields(cls) -> list[fields.Field]:
        """The fields that make the body."""
        raise NotImplementedError

    def document(self) -> fields.Document:
        """The body document that the fields make; what is blank is left out."""
        document: fields.Document = {}
        for field in self.body_fields():
            field.write(document, self.cleaned_data.get(field.name))
        return document

    def check_names(self) -> None:
        """Refuse rows that become a mapping and whose names do not differ."""
        for field in self.body_fields():
            if not isinstance(field, fields.Rows) or field.shape != "mapping":
                continue
            names = [row["name"] for row in self.cleaned_data.get(field.name) or []]
            for place, name in enumerate(names):
                if not name or name in names[:place]:
                    problem = "is missing" if not name else f"“{name}” stands here twice"
                    self.add_error(field.name, f"Row {place + 1}: the name {problem}.")

    def show_problem(self, place: str, message: str) -> None:
        """Show a problem at the field for a place in the document, such as `choices.2.because`."""
        for field in self.body_fields():
            if place in (field.place, field.errors_of):
                return self.add_error(field.name, message)
            if place.startswith(f"{field.place}."):
                return self.show_within(field, place.removeprefix(f"{field.place}."), message)
        return self.add_error(None, f"{place}: {message}" if place else message)

    def show_within(self, field: fields.Field, place: str, message: str) -> None:
        """Show a problem at a place within a field's value."""
        row = self._row_label(field.name, place)
        self.add_error(field.name, ValidationError(f"{row}: {message}" if row else message))

    def _row_label(self, name: str, place: str) -> str:
        """How a place within a field's rows is called: `Row 2, because`; "" for a field without rows."""
        rows = self.fields[name]
        if not isinstance(rows, RowsField):
            return ""
        row, _, column = place.partition(".")
        if (number := read_whole_number(row, 0, MAX_ROWS)) is not None:
            return rows.label_of(number, column)
        names = [row.get("name") for row in self.cleaned_data.get(name) or []]
        return rows.label_of(names.index(row) if row in names else 0, "value")


def form_field(field: fields.Field) -> forms.Field:
    """The form field that is drawn for a described one. Nothing is required: drafts may be unfinished."""
    drawn = _drawn(field)
    drawn.required, drawn.widget.is_required = False, False
    drawn.label, drawn.help_text = field.label, field.help_text
    return drawn


def _drawn(field: fields.Field) -> forms.Field:
    match field:
        case fields.TextArea():
            return forms.CharField(widget=forms.Textarea(attrs={"rows": field.rows, "class": "vLargeTextField"}))
        case fields.Line():
            line: dict[str, Any] = {"class": "vTextField", "placeholder": field.placeholder}
            if field.is_picture:
                line |= {"list": "pictures", "autocomplete": "off"}
            return forms.CharField(widget=forms.TextInput(attrs=line))
        case fields.Integer():
            return forms.IntegerField(min_value=field.minimum, max_value=field.maximum)
        case fields.Decimal():
            return forms.FloatField()
        case fields.Checkbox():
            return forms.BooleanField()
        case fields.Select():
            return forms.ChoiceField(choices=field.choices)
        case fields.Rows():
            return RowsField(field.columns, field.add, field.picture)
        case _:
            raise TypeError(f"There is no form field for {field!r}.")
