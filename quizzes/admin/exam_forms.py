"""The form of an exam: its blueprint as YAML, and as rows, each with what the bank has for it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from questions import bank
from questions.admin.edits import EditForm
from questions.admin.rows import AuthorField, RowsField, cell_text
from questions.interchange import yaml
from questions.kinds import KINDS
from questions.models import Concept
from questions.whole_numbers import read_whole_number
from quizzes import exams
from quizzes.admin.blueprint_rows import LEVELS, NUMBERS, section_columns, to_blueprint, to_fields
from quizzes.models import Exam

ROWS = (*NUMBERS["assessment"], *NUMBERS["viva"], "counts", "pools", "sections", "difficulty", "concepts")
"""The fields that make the blueprint together."""
FIX = "Publish more of them, or ask for fewer."


class BlueprintField(forms.CharField):
    """A blueprint as an author writes it: in YAML, as in a course folder's exams.yaml."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            label="As YAML",
            widget=forms.Textarea(
                attrs={"rows": 28, "cols": 60, "spellcheck": "false", "style": "font-family: monospace"}
            ),
            help_text=(
                "The same blueprint, as in exams.yaml. Write it here or in the rows: what was changed is saved, and"
                " the other follows. Of an assessment: slots; sections, each with title, slots, kinds (a list, or"
                " weights), difficulty, pools; weights of concepts and difficulty; pools. Of a viva: rounds, pairs,"
                " distractors, seconds_a_round; weights of concepts."
            ),
        )

    def prepare_value(self, value: object) -> str:
        return value if isinstance(value, str) else yaml.write(value or {})

    def clean(self, value: str | None) -> object:
        try:
            return yaml.read(super().clean(value)) or {}
        except yaml.YAMLError as error:
            line = f"Line {error.line}: " if error.line else ""
            raise forms.ValidationError(f"{line}{error.message}") from None

    def has_changed(self, initial: object, data: str | None) -> bool:
        return self.prepare_value(initial).split() != (data or "").split()


@dataclass(frozen=True)
class WeightRow:
    """What may be given a weight, and what is said of it, a text for each further column."""

    name: str
    label: str
    notes: Sequence[str] = ()


class WeightsWidget(forms.Widget):
    """A table of names, each with a field for its weight, called `<field>-<name>`; blank ones have none."""

    template_name = "admin/quizzes/exam/weights.html"

    def __init__(self, head: Sequence[str]) -> None:
        super().__init__()
        self.head = head
        self.rows: Sequence[WeightRow] = ()

    def get_context(self, name: str, value: Mapping[str, object] | None, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        weights = {key: cell_text(weight) for key, weight in (value or {}).items()}
        known = {row.name for row in self.rows}
        unknown = [WeightRow(key, f"{key} (not there)") for key in weights if key not in known]
        context["widget"] |= {
            "head": self.head,
            "rows": [(row, f"{name}-{row.name}", weights.get(row.name, "")) for row in (*self.rows, *unknown)],
        }
        return context

    def value_from_datadict(self, data: Mapping[str, object], files: object, name: str) -> dict[str, str]:
        cells = {key.removeprefix(f"{name}-"): str(data.get(key)) for key in data if key.startswith(f"{name}-")}
        return {key: cell.strip() for key, cell in cells.items() if cell.strip()}

    def value_omitted_from_data(self, data: Mapping[str, object], files: object, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


class WeightsField(AuthorField):
    """Names with their weights, as they were typed."""

    widget: WeightsWidget

    def __init__(self, head: Sequence[str], help_text: str) -> None:
        super().__init__(widget=WeightsWidget(head), required=False, help_text=help_text)

    def as_text(self, value: object) -> str:
        weights = value if isinstance(value, dict) else {}
        return "\n".join(f"{name}: {cell_text(weights[name])}" for name in sorted(weights))


class ExamForm(EditForm[Exam]):
    """An exam whose blueprint is valid, and can be filled from the published bank."""

    slots = forms.IntegerField(
        required=False, label="Questions", help_text="In the whole exam; if it has sections, the sum of theirs."
    )
    rounds = forms.IntegerField(required=False)
    pairs = forms.IntegerField(required=False, label="Pairs a round")
    distractors = forms.IntegerField(required=False, label="Distractors a round")
    seconds_a_round = forms.IntegerField(required=False)
    counts = forms.ChoiceField(
        required=False,
        label="Sitting that counts",
        choices=[(name, name) for name in ("best", "last", "first")],
        help_text="Which of a student's sittings counts in the gradebook.",
    )
    pools = forms.CharField(
        required=False,
        help_text="Names of pools, with commas between; “practice” is one of them, and the only one if left empty.",
    )
    sections = RowsField(section_columns(), "Add a section")
    difficulty = WeightsField(("Difficulty", "Weight"), "Leave all blank for any. Sections may have their own.")
    concepts = WeightsField(
        ("Concept", "Items", "A sitting", "Weight"),
        "Items: published ones that the exam may ask. All weights blank: whatever the bank has. If any concept has a"
        " weight, those without one are not asked.",
    )
    blueprint = BlueprintField()
    opened_on = forms.CharField(required=False, widget=forms.HiddenInput)
    """The blueprint that the page was opened on: what differs from it was changed there."""

    def __init__(self, *args: Any, instance: Exam | None = None, **kwargs: Any) -> None:
        written = instance.blueprint_written if instance and instance.pk else {}
        shown = {"kind": Exam.Kind.ASSESSMENT} if instance is None or not instance.pk else {"blueprint": written}
        initial = {
            **to_fields(written),
            **shown,
            "opened_on": json.dumps(written),
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.stored = {name: text for name, text in self.stored.items() if name not in (*ROWS, "opened_on")}
        self.fields["sections"].required = self.fields["sections"].widget.is_required = False
        self.named = dict(
            Concept.objects.filter(course=self.course_chosen()).order_by("position", "pk").values_list("slug", "name")
        )
        self._show("concepts", [WeightRow(slug, name) for slug, name in self.named.items()])
        self._show("difficulty", [WeightRow(level, level) for level in LEVELS])
        self.in_rows = False

    def _show(self, name: str, rows: Sequence[WeightRow]) -> None:
        widget = self.fields[name].widget
        assert isinstance(widget, WeightsWidget)
        widget.rows = rows

    def clean(self) -> dict[str, Any]:
        if "blueprint" in self.cleaned_data and "kind" in self.cleaned_data:
            self.cleaned_data["blueprint"] = self._written_last(**self.cleaned_data)
        cleaned = super().clean() or {}
        if not self.errors:
            names = ("slug", "title", "kind", "minutes", "attempts")
            stored = Exam.objects.filter(pk=self.instance.pk).first()
            try:
                exams.validate_exam({name: cleaned[name] for name in names}, stored)
            except bank.BankError as error:
                self.show(error)
        if not self.errors:
            self._check_blueprint(self._exam(cleaned))
        return cleaned

    def _written_last(self, kind: str, blueprint: object, opened_on: str = "", **rows: object) -> object:
        """The blueprint of the rows where they were changed since the page was opened, and else that of the YAML."""
        try:
            opened = json.loads(opened_on)
        except ValueError:  # sent by who knows of no rows
            return blueprint
        read = to_blueprint(kind, rows)
        if read == to_blueprint(kind, to_fields(opened)):
            return blueprint
        self.in_rows = True
        for field, message in read.problems:
            self.add_error(field, message)
        if json.loads(json.dumps(blueprint, default=str)) != opened:
            written = to_blueprint(kind, to_fields(blueprint))
            if written != read:
                self.add_error(
                    "blueprint",
                    "The rows and the YAML were both changed, and do not match. Undo one of the two changes.",
                )
        return read.blueprint

    def _exam(self, fields: Mapping[str, Any]) -> Exam:
        """The exam as it is written; it is stored nowhere."""
        names = ("kind", "minutes", "attempts", "blueprint")
        return Exam(course_id=self.course_chosen() or 0, **{name: fields[name] for name in names if name in fields})

    def _check_blueprint(self, exam: Exam) -> None:
        try:
            exams.check_blueprint(exam)
        except exams.BlueprintError as error:
            self._show_fault(error)
        except exams.SittingError as error:
            short = [each for each in exams.load_supply(exam).numbers if each.is_short] if self.in_rows else []
            for each in short:
                self._show_short(each, in_sections="sections" in exam.blueprint)
            if not short:
                whole = "slots" if exam.kind == Exam.Kind.ASSESSMENT else "rounds"
                self.add_error(whole if self.in_rows else "blueprint", str(error))

    def _show_short(self, short: exams.Supply, *, in_sections: bool) -> None:
        """Show at its row of what the bank has too little."""
        where = f"Row {short.part + 1}: " if short.part is not None and in_sections else ""
        whole = "difficulty" if short.cell.startswith("difficulty") else "slots"
        field = "sections" if where else "concepts" if short.part is None else whole
        needed = f"{_titled(short.cell)}: {short.needed} needed, {short.available} published."
        self.add_error(field, f"{where}{needed} {FIX}")

    def _show_fault(self, error: exams.BlueprintError) -> None:
        """Show a fault at the row that it is in, or else at the YAML."""
        field, _, place = error.field.partition(".")
        if not self.in_rows or field not in ROWS:
            return self.add_error("blueprint", str(error))
        row, _, column = place.partition(".")
        number = read_whole_number(row, 0, 10_000)
        if field == "sections" and number is not None:
            labels = {"slots": "questions"}
            name = labels.get(column, column.split(".")[0])
            return self.add_error(field, f"Row {number + 1}{f', {name}' if name else ''}: {error.message}")
        return self.add_error(field, f"{place.split('.')[0]}: {error.message}" if place else error.message)

    def show_supply(self) -> None:
        """Say beside each row what the bank has for it: as the form is, also where it cannot be saved."""
        values = {name: self[name].value() for name in (*ROWS, "kind")}
        kind = str(values["kind"])
        supply = exams.load_supply(self._exam({"kind": kind, "blueprint": to_blueprint(kind, values).blueprint}))
        lines: dict[int, list[str]] = defaultdict(list)
        for each in supply.numbers:
            if each.part is not None:
                few = " – too few" if each.is_short else ""
                lines[each.part].append(f"{_titled(each.cell)}: {each.available} for {each.needed}{few}")
        self.fields["sections"].widget.notes = [lines[at] for at in range(len(lines))]
        none = exams.ConceptShare("", 0, 0)
        shares = {slug: supply.concepts.get(slug, none) for slug in self.named}
        self._show(
            "concepts",
            [
                WeightRow(slug, self.named[slug], (str(share.published), f"{share.expected:.1f}"))
                for slug, share in shares.items()
            ],
        )


def _titled(cell: str) -> str:
    """What a number of a blueprint is of, as people call it."""
    names = [KINDS[name].title if name in KINDS else name for name in cell.split(" or ")]
    return " or ".join(names)
