"""The authoring form of an item: what every kind has, and the fields that its kind describes."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from questions import bank
from questions.admin.edits import EditForm
from questions.admin.keys import RowsChoiceField
from questions.admin.rows import MAX_ROWS, RowsField
from questions.kinds import AnyKind, fields
from questions.models import Concept, Item
from questions.whole_numbers import read_whole_number


class ItemForm(EditForm[Item]):
    """What every kind has. A draft may be unfinished; publishing insists on a body that is valid."""

    kind: ClassVar[AnyKind]

    main_concept = forms.ModelChoiceField(Concept.objects.all(), help_text="Its lesson is the item's lesson.")
    other_concepts = RowsChoiceField(Concept.objects.all(), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Item
        fields = ("course", "slug", "difficulty", "seconds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: Item | None = kwargs.get("instance")
        if instance is not None and instance.pk:
            tagged = [tag.concept_id for tag in instance.tags.all()]
            initial = {"main_concept": next(iter(tagged), None), "other_concepts": tagged[1:]}
            body = {field.name: field.read(instance.draft) for field in self.body_fields()}
            kwargs["initial"] = {**initial, **body, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if instance is not None and instance.pk and "slug" in self.fields:
            self.fields["slug"].required = False  # without one it keeps the one it has

    @classmethod
    def body_fields(cls) -> Iterable[fields.Field]:
        """The fields that make the body."""
        return [field for section in cls.kind.form for field in section.fields]

    def document(self) -> fields.Document:
        """The body document that the fields make; what is blank is left out."""
        document: fields.Document = {}
        for field in self.body_fields():
            field.write(document, self.cleaned_data.get(field.name))
        return document

    def concepts(self) -> list[Concept]:
        """The tags, the main one first."""
        main = self.cleaned_data["main_concept"]
        return [main, *(other for other in self.cleaned_data["other_concepts"] if other != main)]

    def clean(self) -> dict[str, Any]:
        self._check_names()
        cleaned = super().clean() or {}
        course = cleaned.get("course") or (self.instance.course if self.instance.pk else None)
        for field in ("main_concept", "other_concepts"):
            concepts = cleaned.get(field) or []
            for concept in [concepts] if isinstance(concepts, Concept) else concepts:
                if course is not None and concept.course_id != course.pk:
                    self.add_error(field, f"“{concept}” is a concept of another course.")
        if "_publish" in self.data and not self.errors:
            self._check_body()
        return cleaned

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"] or self.instance.slug)
        others = Item.objects.filter(course=self.instance.course_id, slug=slug).exclude(pk=self.instance.pk)
        if self.instance.pk and others.exists():
            raise ValidationError(f"There is an item “{slug}” in this course already.")
        return slug

    def state(self) -> str:
        return "retired" if self.instance.retired_at else ""

    def unseen(self) -> str:
        if "_publish" not in self.data or not self.instance.retired_at:
            return ""
        return "This item was retired since you opened it. Publish it again to bring it back."

    def _check_names(self) -> None:
        """Rows that become a mapping need names that differ."""
        for field in self.body_fields():
            if not isinstance(field, fields.Rows) or field.shape != "mapping":
                continue
            names = [row["name"] for row in self.cleaned_data.get(field.name) or []]
            for place, name in enumerate(names):
                if not name or name in names[:place]:
                    problem = "is missing" if not name else f"“{name}” stands here twice"
                    self.add_error(field.name, f"Row {place + 1}: the name {problem}.")

    def _check_body(self) -> None:
        """Put what keeps the body from being valid at the fields where it is."""
        try:
            bank.validate_body(self.kind.name, self.document())
        except bank.BankError as error:
            for problem in error.problems:
                self.add_error(*self._at_field(problem.field, problem.message))

    def _at_field(self, place: str, message: str) -> tuple[str | None, ValidationError]:
        """The form's field for a place in the document, such as `choices.2.because`, and the error to show there."""
        for field in self.body_fields():
            if place in (field.place, field.errors_of):
                return field.name, ValidationError(message)
            if place.startswith(f"{field.place}."):
                row = self._row_label(field.name, place.removeprefix(f"{field.place}."))
                return field.name, ValidationError(f"{row}: {message}" if row else message)
        return None, ValidationError(f"{place}: {message}" if place else message)

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


@functools.cache
def form_of(kind: AnyKind) -> type[ItemForm]:
    """The form of a kind."""
    drawn = {field.name: form_field(field) for section in kind.form for field in section.fields}
    return type(f"{type(kind).__name__}Form", (ItemForm,), {"kind": kind, **drawn})


def form_field(field: fields.Field) -> forms.Field:
    """The form field that is drawn for a described one. Nothing is required: drafts may be unfinished."""
    match field:
        case fields.TextArea():
            text = forms.Textarea(attrs={"rows": field.rows, "class": "vLargeTextField"})
            drawn: forms.Field = forms.CharField(widget=text)
        case fields.Line():
            line = forms.TextInput(attrs={"class": "vTextField", "placeholder": field.placeholder})
            drawn = forms.CharField(widget=line)
        case fields.Integer():
            drawn = forms.IntegerField(min_value=field.minimum, max_value=field.maximum)
        case fields.Decimal():
            drawn = forms.FloatField()
        case fields.Checkbox():
            drawn = forms.BooleanField()
        case fields.Select():
            drawn = forms.ChoiceField(choices=field.choices)
        case fields.Rows():
            drawn = RowsField(field.columns, field.add)
        case _:
            raise TypeError(f"There is no form field for {field!r}.")
    drawn.required, drawn.widget.is_required = False, False
    drawn.label, drawn.help_text = field.label, field.help_text
    return drawn
