"""A form field of parts: each has the form of its kind; they are added, removed and moved."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from questions import kinds
from questions.admin.body_forms import BodyForm, form_field
from questions.admin.edits import text_of
from questions.admin.fieldsets import is_small, title_of
from questions.admin.rows import MAX_ROW_NUMBER, AuthorField
from questions.kinds import fields
from questions.whole_numbers import read_whole_number

MAX_PARTS = 24
"""Parts that a form is read with; publishing allows fewer."""
PLACEHOLDER = "__part__"
"""Stands in the forms of new parts for their number."""


@dataclass(frozen=True)
class ShownSection:
    """A section of a part's form: its lines, each of one field or of several small ones; folded away, or not."""

    title: str
    lines: Sequence[Sequence[forms.BoundField]]
    folded: bool


class PartForm(BodyForm, forms.Form):
    """The form of a part of some kind; its names begin with `parts-3-` where it is the part of number 3."""

    kind: ClassVar[kinds.AnyKind]
    described: ClassVar[fields.Parts]

    @classmethod
    def sections(cls) -> list[fields.Section]:
        """The sections of the kind's form, with what a part has; the fields of every part come first."""
        kept: list[fields.Section] = []
        for section in cls.kind.form:
            names = [field for field in section.fields if _first(field) not in cls.described.left_out]
            if names:
                # The whole item has an explanation: a part may do without.
                folded = section.folded or section.title == fields.AFTER.title
                kept.append(fields.Section(section.title, tuple(names), folded))
        kept.sort(key=lambda section: section.title != QUESTION)
        return [fields.Section("", cls.described.common), *kept]

    @classmethod
    def body_fields(cls) -> list[fields.Field]:
        return [field for section in cls.sections() for field in section.fields]

    def document(self) -> fields.Document:
        return {"kind": self.kind.name, **super().document()}

    def clean(self) -> dict[str, Any] | None:
        self.check_names()
        return super().clean()

    def shown(self) -> Iterator[ShownSection]:
        """The sections as they are drawn; what is rare, and a section that says nothing, is folded away."""
        for section in self.sections():
            rare = [field for field in section.fields if field.rare and not self._says(field)]
            usual = [field for field in section.fields if field not in rare]
            if usual:
                yield self._shown(section.title, usual, folded=section.folded and not any(map(self._says, usual)))
            if rare:
                yield self._shown(title_of(rare), rare, folded=True)

    def _says(self, field: fields.Field) -> bool:
        bound = self[field.name]
        return bool(bound.errors) or not fields.is_blank(bound.value())

    def _shown(self, title: str, described: Sequence[fields.Field], *, folded: bool) -> ShownSection:
        lines: list[list[forms.BoundField]] = []
        for small, group in itertools.groupby(described, is_small):
            line = [self[field.name] for field in group]
            lines += [line] if small else [[field] for field in line]
        return ShownSection(title, lines, folded)


QUESTION = "Question"
"""The section of a kind's form that a part shows first."""


def _first(field: fields.Field) -> str:
    return field.place.partition(".")[0]


@functools.cache
def part_form_of(described: fields.Parts, kind: str) -> type[PartForm]:
    """The form of a part of this kind."""
    base: type[PartForm] = type(f"{kind}Part", (PartForm,), {"kind": kinds.get(kind), "described": described})
    return type(base.__name__, (base,), {field.name: form_field(field) for field in base.body_fields()})


class PartsWidget(forms.Widget):
    """The forms of the parts below each other, and a template for a new part of each kind."""

    template_name = "admin/questions/parts.html"

    class Media:
        js = (forms.Script("questions/admin/parts.js", type="module"),)
        css = {"all": ("questions/admin/parts.css",)}

    def __init__(self, described: fields.Parts) -> None:
        super().__init__()
        self.described = described
        self.sent: list[PartForm] = []
        self.data: object = None

    def get_context(self, name: str, value: Sequence[object] | None, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        offered = self.described.kinds()
        context["widget"] |= {
            "parts": self.sent or list(self.forms_of(name, value or [])),
            "blank": [(kind, self._form_of(name, {"kind": kind}, PLACEHOLDER)) for kind, _ in offered],
            "kinds": offered,
            "add": self.described.add,
        }
        return context

    def forms_of(self, name: str, value: Sequence[object]) -> Iterator[PartForm]:
        """The forms of stored parts; what an unfinished draft has in the place of one is left out."""
        known = dict(self.described.kinds())
        for number, part in enumerate(value):
            if isinstance(part, Mapping) and part.get("kind") in known:
                yield self._form_of(name, part, str(number))

    def _form_of(self, name: str, part: Mapping[str, object], number: str) -> PartForm:
        form = part_form_of(self.described, str(part["kind"]))
        initial = {field.name: field.read(part) for field in form.body_fields()}
        return form(initial=initial, prefix=f"{name}-{number}")

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> list[fields.Document]:
        """The documents of the parts in the order of the page."""
        if self.data is not data:
            self.data, self.sent = data, [form(data, prefix=prefix) for form, prefix in self._sent(data, name)]
            for form in self.sent:
                form.is_valid()
        return [form.document() for form in self.sent]

    def _sent(self, data: Mapping[str, Any], name: str) -> Iterator[tuple[type[PartForm], str]]:
        known = dict(self.described.kinds())
        prefixes = [key.removesuffix("-kind") for key in data if key.startswith(f"{name}-") and key.endswith("-kind")]
        for prefix in prefixes[:MAX_PARTS]:
            number = read_whole_number(prefix.removeprefix(f"{name}-"), 0, MAX_ROW_NUMBER)
            if number is not None and data[f"{prefix}-kind"] in known:
                yield part_form_of(self.described, data[f"{prefix}-kind"]), prefix
        if data.get(f"{name}-add") in known:  # without scripts
            yield part_form_of(self.described, data[f"{name}-add"]), f"{name}-{MAX_ROW_NUMBER}"

    def value_omitted_from_data(self, data: Mapping[str, object], files: object, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


class PartsField(AuthorField):
    """A list of parts, each a document."""

    widget: PartsWidget

    def __init__(self, described: fields.Parts) -> None:
        super().__init__(
            widget=PartsWidget(described), required=False, label=described.label, help_text=described.help_text
        )

    def has_changed(self, initial: Sequence[object] | None, data: Sequence[object] | None) -> bool:
        """Whether a part differs, as it is typed."""
        return self.as_text(initial) != self.as_text(data)

    def as_text(self, value: object) -> str:
        parts = self.widget.forms_of("", value if isinstance(value, list) else [])
        return "\n\n".join("\n".join([f"[{part.kind.title}]", *_lines(part)]) for part in parts)


def _lines(part: PartForm) -> Iterator[str]:
    for name, field in part.fields.items():
        if text := text_of(field, part.initial.get(name)):
            yield f"{field.label}: {text}"
