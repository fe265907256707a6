"""The authoring form of an item: what every kind has, and the fields that its kind describes."""

from __future__ import annotations

import functools
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from questions import bank
from questions.admin.body_forms import BodyForm, form_field
from questions.admin.edits import EditForm
from questions.admin.keys import RowsChoiceField
from questions.admin.parts import PartForm, PartsField, PartsWidget
from questions.kinds import AnyKind, fields
from questions.models import Concept, Course, Item


class ItemForm(BodyForm, EditForm[Item]):
    """What every kind has. A draft may be unfinished; publishing insists on a body that is valid."""

    kind: ClassVar[AnyKind]
    forgotten: list[str]
    """Ids of pairs or parts whose memory publishing ends."""

    main_concept = forms.ModelChoiceField(Concept.objects.all(), help_text="Its lesson is the item's lesson.")
    other_concepts = RowsChoiceField(Concept.objects.all(), required=False, widget=forms.CheckboxSelectMultiple)

    enemy_slugs = forms.CharField(
        label="Enemies",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Slugs of items that no exam asks beside it, since one tells what the other asks.",
    )

    class Meta:
        model = Item
        fields = ("course", "slug", "difficulty", "seconds", "idea", "pool")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: Item | None = kwargs.get("instance")
        if instance is not None and instance.pk:
            tagged = [tag.concept_id for tag in instance.tags.all()]
            initial = {
                "main_concept": next(iter(tagged), None),
                "other_concepts": tagged[1:],
                "enemy_slugs": " ".join(row.enemy.slug for row in instance.enemies.select_related("enemy")),
            }
            body = {field.name: field.read(instance.draft) for field in self.body_fields()}
            kwargs["initial"] = {**initial, **body, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.forgotten = []
        if "slug" in self.fields:
            self.fields["slug"].required = False  # without one it keeps the one it has
            if not self.instance.pk:
                self.fields["slug"].help_text = "If you leave it empty, it is made from the question's words."

    @classmethod
    def body_fields(cls) -> list[fields.Field]:
        return [field for section in cls.kind.form for field in section.fields]

    def concepts(self) -> list[Concept]:
        """The tags, the main one first."""
        main = self.cleaned_data["main_concept"]
        return [main, *(other for other in self.cleaned_data["other_concepts"] if other != main)]

    def enemies(self) -> list[Item]:
        """The items that the field names, without those that are not in the course."""
        slugs = str(self.cleaned_data["enemy_slugs"]).split()
        course = self.cleaned_data.get("course") or (self.instance.course if self.instance.pk else None)
        return list(Item.objects.filter(course=course, slug__in=slugs).exclude(pk=self.instance.pk).order_by("slug"))

    def clean_enemy_slugs(self) -> str:
        slugs = str(self.cleaned_data["enemy_slugs"]).replace(",", " ").split()
        self.cleaned_data["enemy_slugs"] = " ".join(slugs)
        items = self.enemies()
        if unknown := set(slugs) - {item.slug for item in items}:
            raise ValidationError(f"There is no other item “{min(unknown)}” in this course.")
        return " ".join(slugs)

    def clean_pool(self) -> str:
        pool = str(self.cleaned_data["pool"])
        if pool == bank.PRACTICE:
            raise ValidationError(bank.POOL_RULE)
        return pool

    def clean(self) -> dict[str, Any]:
        self.check_names()
        self._check_parts()
        cleaned = super().clean() or {}
        course = cleaned.get("course") or (self.instance.course if self.instance.pk else None)
        for field in ("main_concept", "other_concepts"):
            concepts = cleaned.get(field) or []
            for concept in [concepts] if isinstance(concepts, Concept) else concepts:
                if course is not None and concept.course_id != course.pk:
                    self.add_error(field, f"“{concept}” is a concept of another course.")
        if "_publish" in self.data and not self.errors:
            self._check_body()
        if not cleaned.get("slug") and isinstance(course, Course) and "slug" not in self.errors:
            cleaned["slug"] = bank.propose_slug(course, str(self.document().get("stem", "")), self.kind.title)
        return cleaned

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"] or self.instance.slug)

    def state(self) -> str:
        return "retired" if self.instance.retired_at else ""

    def unseen(self) -> str:
        if "_publish" not in self.data or not self.instance.retired_at:
            return ""
        return "This item was retired since you opened it. Publish it again to bring it back."

    def _check_body(self) -> None:
        """Show what keeps the body from being valid at the fields where it is, and ask before memory is lost."""
        try:
            bank.validate_body(self.kind.name, self.document())
            self.forgotten = bank.list_forgotten(self.instance, self.document())
            if self.forgotten and "forget" not in self.data:
                self.add_error(None, "It is not published yet: students would lose what they remember of it.")
        except bank.BankError as error:
            for problem in error.problems:
                self.show_problem(problem.field, problem.message)

    def show_within(self, field: fields.Field, place: str, message: str) -> None:
        if not isinstance(field, fields.Parts):
            return super().show_within(field, place, message)
        number, _, inner = place.partition(".")
        part = self._parts(field)[int(number)]
        part.show_problem(inner, message)
        return self._show_part(part, message)

    def _show_part(self, part: PartForm, message: str) -> None:
        """Say above the form, too, what is wrong with a part."""
        self.add_error(None, f"Part {part.cleaned_data.get('id') or part.kind.title}: {message}")

    def _check_parts(self) -> None:
        """Refuse parts whose fields cannot be read."""
        for field in self.body_fields():
            if isinstance(field, fields.Parts):
                for part in self._parts(field):
                    for message in [text for texts in part.errors.values() for text in texts]:
                        self._show_part(part, str(message))

    def _parts(self, field: fields.Parts) -> list[PartForm]:
        widget = self.fields[field.name].widget
        assert isinstance(widget, PartsWidget)
        return widget.sent


@functools.cache
def form_of(kind: AnyKind) -> type[ItemForm]:
    """The form of a kind."""
    described = [field for section in kind.form for field in section.fields]
    drawn = {
        field.name: PartsField(field) if isinstance(field, fields.Parts) else form_field(field) for field in described
    }
    return type(f"{type(kind).__name__}Form", (ItemForm,), {"kind": kind, **drawn})
