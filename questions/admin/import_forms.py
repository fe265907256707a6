"""What is asked of who brings questions in: a file, and what of it comes in, as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.module_loading import import_string

from questions import bank
from questions.models import Concept, Course, Import
from questions.whole_numbers import read_whole_number

FORMATS = "questions.interchange.formats.FORMATS"
"""Looked up where a page needs it: with the formats come all libraries that read files of others."""
MOST_NAMES = 60
"""Categories and tags that are asked about, the commonest; the others are what is called the same."""
MAX_KEY = 2**63 - 1


def list_formats(*, written: bool = False) -> list[tuple[str, str]]:
    """The formats that are read, or those that are `written`, each with its title."""
    formats = import_string(FORMATS).values()
    return [(form.name, form.title) for form in formats if form.is_written or not written]


def _readable() -> Iterator[tuple[str, str]]:
    yield "", "Detect it from the file"
    yield from list_formats()


class UploadForm(forms.ModelForm[Import]):
    """A file of questions for a course."""

    file = forms.FileField(
        help_text=f"Moodle XML, GIFT, Aiken, QTI, Anki, tables, YAML: {bank.MOST_BYTES // 10**6} MB at most. Nothing "
        "is imported yet: you will see what each question becomes, and choose.",
        error_messages={"empty": "The file is empty.", "required": "Choose the file with the questions."},
    )
    format = forms.ChoiceField(choices=_readable, required=False, label="Format")

    class Meta:
        model = Import
        fields = ("course",)

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > bank.MOST_BYTES:
            size = f"{(file.size or 0) / 10**6:.0f} MB"
            most = f"{bank.MOST_BYTES // 10**6} MB"
            raise forms.ValidationError(f"The file has {size}, but at most {most} are accepted: export it in parts.")
        return file

    def clean(self) -> None:
        file = self.cleaned_data.get("file")
        if file is not None and not self.cleaned_data.get("format"):
            guess = bank.guess_format(file.name or "", file.read())
            file.seek(0)
            if guess is None:
                self.add_error("format", "The format cannot be told from the file: choose it here.")
            self.cleaned_data["format"] = guess


class ChoiceForm:
    """What comes in of a file: ticks for the questions of a page, a concept for each category and tag."""

    def __init__(self, made: Import) -> None:
        self.made = made
        guessed = bank.guess_concepts(made)
        chosen = made.choice.get("concepts", {})
        keys = {name: chosen.get(name, concept and concept.pk) for name, concept in guessed.items()}
        self.names = [(name, made.names[name], keys[name], guessed[name]) for name in list(keys)[:MOST_NAMES]]
        """Of each category or tag: how many questions have it, the key of its concept, and what was guessed."""
        self.more = max(len(guessed) - MOST_NAMES, 0)
        self.otherwise: int | None = next(iter(made.choice.get("otherwise", [])), None)

    @property
    def concepts(self) -> list[tuple[str, list[Concept]]]:
        """The concepts of the course, by lessons."""
        rows = Concept.objects.filter(course=self.made.course_id).select_related("lesson")
        grouped = groupby(rows.order_by("lesson", "position", "pk"), lambda concept: concept.lesson)
        return [(str(lesson), list(concepts)) for lesson, concepts in grouped]

    def read(self, sent: Mapping[str, str]) -> dict[str, object]:
        """What is sent, as `Import.choice`; what names no concept of the course is none."""
        course: Course = self.made.course
        known = set(course.concepts.values_list("pk", flat=True))

        def key(field: str) -> int | None:
            number = read_whole_number(sent.get(field, ""), 1, MAX_KEY)
            return number if number in known else None

        chosen = {
            name: key(f"concept-{place}") if f"concept-{place}" in sent else before
            for place, (name, _, before, _) in enumerate(self.names)
        }
        otherwise = key("otherwise") if "otherwise" in sent else self.otherwise
        return {"concepts": chosen, "otherwise": [otherwise] if otherwise else []}
