"""The authoring form of each kind: fields in, the kind's body document out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from questions import bank
from questions.admin.rows import Column, Rows
from questions.models import Concept, Item

MARKDOWN = "Markdown, with formulas as $…$."
WHY = Column("because", "Because", "long", "The misconception it catches, told to who picks it")


def text_area(label: str, rows: int, help_text: str) -> forms.CharField:
    """A field of Markdown."""
    widget = forms.Textarea(attrs={"rows": rows, "class": "vLargeTextField"})
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text)


def line(label: str, help_text: str = "", placeholder: str = "") -> forms.CharField:
    """A field of one line."""
    widget = forms.TextInput(attrs={"class": "vTextField", "placeholder": placeholder})
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text)


class ItemForm(forms.ModelForm[Item]):
    """What every kind has. A draft may be unfinished; publishing insists on a body that is valid."""

    kind: ClassVar[str]
    parts: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]]
    """The fieldsets of the kind: a title and its fields."""

    main_concept = forms.ModelChoiceField(Concept.objects.all(), help_text="Its lesson is the item's lesson.")
    other_concepts = forms.ModelMultipleChoiceField(
        Concept.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    stem = text_area("Stem", 4, f"The question. {MARKDOWN}")
    explanation = text_area("Explanation", 4, f"The why: argues for the key, and against what tempts. {MARKDOWN}")
    solution = text_area("Solution", 4, f"Worked, line by line; shown after the answer. {MARKDOWN}")

    class Meta:
        model = Item
        fields = ("course", "slug", "difficulty", "seconds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        if instance is not None and instance.pk:
            tagged = [tag.concept_id for tag in instance.tags.all()]
            initial = {"main_concept": next(iter(tagged), None), "other_concepts": tagged[1:]}
            kwargs["initial"] = {**initial, **self.fields_of(instance.draft), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def fields_of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A body document as the form's initial values."""
        return {name: document.get(name) for name in self.body_fields()}

    def document(self) -> dict[str, Any]:
        """The body document that the fields make; what is blank is left out."""
        given = {name: self.cleaned_data.get(name) for name in self.body_fields()}
        return {name: value for name, value in given.items() if value not in (None, "", [], False)}

    @classmethod
    def body_fields(cls) -> list[str]:
        """The fields that make the body."""
        return [name for _, names in cls.parts for name in names]

    def concepts(self) -> list[Concept]:
        """The tags, the main one first."""
        main = self.cleaned_data["main_concept"]
        return [main, *(other for other in self.cleaned_data["other_concepts"] if other != main)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        course = cleaned.get("course") or (self.instance.course if self.instance.pk else None)
        for field in ("main_concept", "other_concepts"):
            concepts = cleaned.get(field) or []
            for concept in [concepts] if isinstance(concepts, Concept) else concepts:
                if course is not None and concept.course_id != course.pk:
                    self.add_error(field, f"“{concept}” is a concept of another course.")
        if "_publish" in self.data and not self.errors:
            self.check_body()
        return cleaned

    def check_body(self) -> None:
        """Put what keeps the body from being valid at the fields where it is."""
        try:
            bank.validate_body(self.kind, self.document())
        except bank.BankError as error:
            for problem in error.problems:
                self.add_error(*self.at_field(problem.field, problem.message))

    def at_field(self, place: str, message: str) -> tuple[str | None, ValidationError]:
        """The form's field for a place in the document, such as `choices.2.because`."""
        name, _, rest = place.partition(".")
        field = self.fields.get(name)
        if isinstance(field, Rows) and rest:
            row, _, column = rest.partition(".")
            at, column = (int(row), column) if row.isdecimal() else (self.row_of(name, row), "value")
            return name, ValidationError(f"{field.place(at, column)}: {message}")
        if field is not None:
            return name, ValidationError(message)
        return None, ValidationError(f"{place}: {message}" if place else message)

    def row_of(self, name: str, key: str) -> int:
        """The row of a mapping's key, such as `eta` in `draw`."""
        keys = [row.get("name") for row in self.cleaned_data.get(name) or []]
        return keys.index(key) if key in keys else 0


CHOICES = Rows(
    Column("text", "Choice", "long"),
    Column("correct", "Right", "check"),
    WHY,
    label="Choices",
    add="Add a choice",
    help_text="Their order is new each time. A wrong choice says which misconception it catches.",
)


class SingleChoiceForm(ItemForm):
    kind = "single_choice"
    parts = (("Question", ("stem", "choices")), ("After the answer", ("explanation", "solution")))
    choices = CHOICES


class MultipleSelectForm(ItemForm):
    kind = "multiple_select"
    parts = (("Question", ("stem", "choices")), ("After the answer", ("explanation", "solution")))
    choices = CHOICES


class MatchingForm(ItemForm):
    kind = "matching"
    parts = (
        ("Question", ("stem", "pairs", "distractors", "round")),
        ("After the answer", ("explanation", "solution")),
    )
    pairs = Rows(
        Column("id", "Id", "text", "l2"),
        Column("left", "Left", "long"),
        Column("right", "Right", "long"),
        Column("because", "Because", "long", "Why they belong together"),
        label="Pairs",
        add="Add a pair",
        help_text="Each pair is remembered on its own, under its id: keep the id when you reword it.",
    )
    distractors = Rows(
        Column("text", "Text", "long"),
        Column("because", "Because", "long", "What it is really, and why it fits none"),
        label="Distractors",
        add="Add a distractor",
        help_text="Right-hand texts that belong to no pair.",
    )
    round = forms.IntegerField(
        required=False, min_value=2, max_value=12, help_text="Pairs in one round; empty for all, up to six."
    )


class OrderingForm(ItemForm):
    kind = "ordering"
    parts = (("Question", ("stem", "steps")), ("After the answer", ("explanation", "solution")))
    steps = Rows(
        Column("text", "Step", "long"), label="Steps", add="Add a step", help_text="In the right order, 3 to 10."
    )

    def fields_of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        return super().fields_of(document) | {"steps": [{"text": step} for step in document.get("steps", [])]}

    def document(self) -> dict[str, Any]:
        return _plain(super().document(), "steps", "text")


class ShortTextForm(ItemForm):
    kind = "short_text"
    parts = (
        ("Question", ("stem",)),
        ("Answer", ("accept", "pattern", "spacing", "case", "mistakes")),
        ("After the answer", ("explanation", "solution")),
    )
    accept = Rows(
        Column("text", "Answer"), label="Accepted", add="Add an answer", help_text="The first one is shown as the key."
    )
    pattern = line(
        "Pattern",
        "More answers in one line: words, (a|b) for alternatives, ? for what may be missing.",
        "(adamw|adam w)( optimi(s|z)er)?",
    )
    spacing = forms.ChoiceField(
        required=False, choices=[("", "Several spaces count as one"), ("ignore", "Spaces do not matter")]
    )
    case = forms.ChoiceField(
        required=False, choices=[("", "Capitals do not matter"), ("exact", "Capitals have to be right")]
    )
    mistakes = Rows(
        Column("text", "Wrong answer"),
        Column("because", "Because", "long", "What to say to it"),
        label="Mistakes",
        add="Add a mistake",
    )

    def fields_of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        return super().fields_of(document) | {"accept": [{"text": text} for text in document.get("accept", [])]}

    def document(self) -> dict[str, Any]:
        return _plain(super().document(), "accept", "text")


class NumericForm(ItemForm):
    kind = "numeric"
    parts = (
        ("Numbers", ("draw", "let", "where")),
        ("Question", ("stem", "answer", "unit", "digits", "decimals", "exact")),
        ("Tolerance", ("tolerance_of", "tolerance_rtol", "tolerance_atol")),
        ("Mistakes", ("mistakes",)),
        ("After the answer", ("explanation", "solution")),
    )
    draw = Rows(
        Column("name", "Name", "text", "eta"),
        Column("value", "Drawn from", "text", "loguniform_nice(1e-3, 1)"),
        label="Draw",
        add="Add a number",
        help_text=(
            "integer(a, b) · uniform(a, b, step) · choice(…) · loguniform_nice(a, b) · loguniform(a, b, digits)"
            " · vector(n, …)"
        ),
    )
    let = Rows(
        Column("name", "Name", "text", "decay"),
        Column("value", "Formula", "text", "1 - eta*lam"),
        label="Let",
        add="Add a formula",
        help_text="Computed in this order, from the numbers above.",
    )
    where = Rows(
        Column("value", "Condition", "text", "eta*lam < 0.5"),
        label="Where",
        add="Add a condition",
        help_text="Numbers are drawn again until all conditions hold.",
    )
    answer = line("Answer", "A formula; a list of numbers if it is one.", "decay")
    unit = line("Unit", "Shown behind the field.")
    digits = forms.IntegerField(
        required=False, min_value=1, max_value=12, help_text="Significant digits asked for; 3 if nothing else is said."
    )
    decimals = forms.IntegerField(required=False, min_value=0, max_value=10, help_text="Or: decimals asked for.")
    exact = forms.BooleanField(required=False, help_text="Or: the exact number is asked for.")
    tolerance_of = line(
        "Measured on", "The part whose relative error counts: for 1 - eta*lam that is eta*lam.", "eta*lam"
    )
    tolerance_rtol = forms.FloatField(
        required=False, label="Relative error", help_text="0.01 allows 1 %. Empty: by the digits asked for."
    )
    tolerance_atol = forms.FloatField(required=False, label="Absolute error")
    mistakes = Rows(
        Column("value", "Formula", "text", "eta*lam"),
        Column("because", "Because", "long", "What to say to this answer"),
        label="Mistakes",
        add="Add a mistake",
        help_text="Wrong answers that are to be expected; each is recognised and answered.",
    )

    def fields_of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        allowed = document.get("tolerance") or {}
        return super().fields_of(document) | {
            "draw": [{"name": name, "value": text} for name, text in document.get("draw", {}).items()],
            "let": [{"name": name, "value": text} for name, text in document.get("let", {}).items()],
            "where": [{"value": text} for text in document.get("where", [])],
            **{f"tolerance_{name}": allowed.get(name) for name in ("of", "rtol", "atol")},
        }

    def document(self) -> dict[str, Any]:
        document = super().document()
        if self.cleaned_data.get("decimals") == 0:
            document["decimals"] = 0
        allowed = {name: document.pop(f"tolerance_{name}", None) for name in ("of", "rtol", "atol")}
        allowed = {name: value for name, value in allowed.items() if value is not None}
        if allowed:
            document["tolerance"] = allowed
        for name in ("draw", "let"):
            if name in document:
                document[name] = {row["name"]: row["value"] for row in document[name]}
        return _plain(document, "where", "value")

    def clean(self) -> dict[str, Any]:
        for name in ("draw", "let"):
            names = [row["name"] for row in self.cleaned_data.get(name) or []]
            for at, given in enumerate(names):
                if not given or given in names[:at]:
                    problem = "is missing" if not given else f"“{given}” stands here twice"
                    self.add_error(name, f"Row {at + 1}: the name {problem}.")
        return super().clean()

    def at_field(self, place: str, message: str) -> tuple[str | None, ValidationError]:
        name, _, rest = place.partition(".")
        if name == "tolerance":
            return (f"tolerance_{rest}" if rest else "tolerance_rtol"), ValidationError(message)
        return super().at_field(place, message)


FORMS: dict[str, type[ItemForm]] = {
    form.kind: form
    for form in (SingleChoiceForm, MultipleSelectForm, NumericForm, MatchingForm, OrderingForm, ShortTextForm)
}


def _plain(document: dict[str, Any], name: str, column: str) -> dict[str, Any]:
    """Rows of one column as a plain list."""
    if name in document:
        document[name] = [row[column] for row in document[name]]
    return document
