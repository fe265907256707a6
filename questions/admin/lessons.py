"""Lessons in the admin: a draft beside what students read, a preview beside the text, versions, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from questions import bank
from questions.admin.authors import author_of
from questions.admin.course_forms import name_in
from questions.admin.courses import NamedAdmin
from questions.admin.edits import EditForm
from questions.admin.pictures import read_file
from questions.admin.preview import MAX_SEED
from questions.admin.rows import RowsField
from questions.admin.versions import DRAFT, MAX_NUMBER, VersionsAdmin
from questions.figures import pictures
from questions.interchange import yaml
from questions.kinds.fields import Column
from questions.models import Author, Lesson
from questions.text import markup
from questions.whole_numbers import read_whole_number

FIELDS = {"text": "body_markdown", "try": "body_markdown", "simulator": "body_markdown"}
"""Where the form shows a problem that the bank has with another field."""
PLACED = ("slug", "week", "session")
"""What counts at once; all else waits to be published."""


class LessonForm(EditForm[Lesson]):
    """A lesson's draft. What keeps it from being published is refused where it is to be published."""

    body_markdown = forms.CharField(
        label="Text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 40, "class": "vLargeTextField"}),
        help_text=(
            "Markdown with $…$; ## begins a section; ::: exam, ::: intuition and ::: first-principles make callouts."
        ),
    )
    picture = forms.FileField(
        required=False,
        label="Add a picture",
        help_text=f"PNG, JPEG, WebP or SVG, {pictures.MAX_BYTES // 10**6} MB at most. It is stored with the lesson and "
        "placed in the text where the cursor was last, or at its end.",
    )
    picture_words = forms.CharField(
        required=False, max_length=500, label="What it shows", help_text="For readers who cannot see the picture."
    )
    picture_at = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput(attrs={"data-cursor": ""}))
    reading = RowsField(
        (Column("title", "Title"), Column("url", "Address"), Column("what", "Which part to read")), "Add a text"
    )

    class Meta:
        model = Lesson
        fields = (
            *("course", "title", "slug", "summary", "body_markdown", "picture", "picture_words", "picture_at"),
            *("week", "session", "minutes", "builds_on", "reading"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: Lesson | None = kwargs.get("instance")
        if instance is not None and instance.pk:
            kwargs["initial"] = {**bank.draft_of(instance), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.read_picture: pictures.Picture | None = None
        reading = self.fields.get("reading")
        if reading:
            reading.required = reading.widget.is_required = False
            reading.help_text = "Addresses begin with http:// or https://."

    def clean_reading(self) -> list[dict[str, str]]:
        """The reading list as lessons keep it: without what is left blank."""
        return [{name: str(cell) for name, cell in row.items() if cell} for row in self.cleaned_data["reading"]]

    def clean_picture(self) -> UploadedFile[bytes] | None:
        """Read the picture that was sent."""
        file: UploadedFile[bytes] | None = self.cleaned_data.get("picture")
        self.read_picture = read_file(file) if file else None
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.read_picture and not cleaned.get("picture_words"):
            self.add_error("picture_words", "Say what the picture shows, for readers who cannot see it.")
        course = self.course()
        if course and not self.errors:
            if self.read_picture:
                bank.store_pictures(course, [self.read_picture])
                cleaned["body_markdown"] = self._with_picture(self.read_picture.address)
            for problem in self.problems():
                if "_draft" not in self.data or problem.field in (*PLACED, "builds_on"):
                    self.show(bank.BankError([problem]), FIELDS)
        return cleaned

    def problems(self) -> Sequence[bank.Problem]:
        """What keeps the lesson that the form says from being published."""
        course, cleaned = self.course(), self.cleaned_data
        if course is None:
            return []
        names = ("slug", "title", "summary", "week", "session", "minutes", "reading")
        document = {name: cleaned[name] for name in names if name in cleaned}
        document["builds_on"] = [name_in(lesson, course) for lesson in cleaned.get("builds_on", ())]
        try:
            bank.validate_lesson(course, document, cleaned.get("body_markdown", ""), self.instance.pk)
        except bank.BankError as error:
            return error.problems
        return []

    def content(self) -> dict[str, object]:
        """What the lesson says by what is valid in the form."""
        return {name: self.cleaned_data[name] for name in Lesson.CONTENT if name in self.cleaned_data}

    def _with_picture(self, address: str) -> str:
        """The text with the picture in a paragraph of its own, after the line of the cursor."""
        text: str = self.cleaned_data["body_markdown"]
        at = self.cleaned_data.get("picture_at")
        end = text.find("\n", len(text) if at is None else at)
        before, after = (text, "") if end < 0 else (text[:end], text[end:])
        words = self.cleaned_data["picture_words"].replace("[", "(").replace("]", ")")
        return f"{before.rstrip()}\n\n![{words}](media/{address})\n{after}"


@dataclass(frozen=True)
class LessonSide:
    """A version of a lesson, or its draft: what it says."""

    lesson: Lesson
    name: str
    content: dict[str, object]

    @property
    def source(self) -> str:
        """All that it says, as a file of a course folder has it."""
        head = {name: value for name, value in self.content.items() if name != "body_markdown"}
        return f"---\n{yaml.write(head, in_blocks=True)}---\n\n{self.content['body_markdown']}"

    def samples(self, seed: int) -> tuple[list[dict[str, object]], str]:
        """What students would read."""
        return [shown(bank.with_content(self.lesson, self.content))], ""


def shown(lesson: Lesson) -> dict[str, object]:
    """What the preview of a lesson shows."""
    return {"lesson": lesson, "sections": markup.sections(lesson.body_markdown)}


@admin.register(Lesson)
class LessonAdmin(VersionsAdmin[Lesson], NamedAdmin[Lesson]):
    """Lessons. Title, texts and reading wait in the draft; where a lesson stands in its course counts at once."""

    form = LessonForm
    change_form_template = "admin/questions/lesson/change_form.html"
    sample_template = "admin/questions/lesson/text.html"
    list_display = ("title", "course", "week", "session", "minutes", "state")
    list_filter = ("course",)
    search_fields = ("title", "slug", "body_markdown")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("builds_on",)

    def get_readonly_fields(self, request: HttpRequest, obj: Lesson | None = None) -> tuple[str, ...]:
        return ("course",) if obj else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="questions_lesson_preview"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        lesson: Lesson | None = kwargs.get("obj")
        context |= {
            "state": lesson.state if lesson else "",
            "preview_url": reverse("admin:questions_lesson_preview") + (f"?lesson={lesson.pk}" if lesson else ""),
            "versions": lesson.versions.select_related("published_by") if lesson else [],
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Lesson, form: EditForm[Lesson], change: bool) -> None:
        """Store where the lesson stands, and what it says as its draft."""
        if not change:
            obj.is_published = False
            obj.save()
            return
        content = {name: form.cleaned_data[name] for name in Lesson.CONTENT}
        obj.save(update_fields=[name for name in PLACED if name in form.cleaned_data])
        bank.save_lesson_draft(obj, content)
        if "slug" in form.changed_data:
            bank.reissue_items(obj)

    def response_add(self, request: HttpRequest, obj: Lesson, post_url_continue: str | None = None) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Lesson) -> HttpResponse:
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, lesson: Lesson) -> HttpResponse:
        text = f"The draft of “{lesson}” is saved. Students do not see it until you publish it."
        if "_draft" not in request.POST:
            try:
                version = bank.publish_lesson(lesson, author_of(request))
            except bank.BankError as error:
                self.message_user(request, f"“{lesson}” is not published: {error}", messages.ERROR)
            else:
                self.log_change(request, lesson, f"Published version {version.number}.")
                text = f"“{lesson}” is published as version {version.number}."
        self.message_user(request, text)
        return HttpResponseRedirect(reverse("admin:questions_lesson_change", args=[lesson.pk]))

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show what is in the form now, saved or not, as students would read it."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            raise Http404
        number = read_whole_number(request.GET.get("lesson", ""), 1, MAX_SEED)
        lesson = self.get_queryset(request).filter(pk=number).first() if number else None
        # With the choices of the form that is shown: nothing is said of other people's courses.
        sent = request.POST.copy()
        sent["_draft"] = "1"  # what keeps it from being published is said beside the text
        form = cast("type[LessonForm]", self.get_form(request, lesson))(sent, instance=lesson)
        form.is_valid()
        seen = shown(bank.with_content(lesson or Lesson(), form.content()))
        return render(request, "admin/questions/lesson/preview.html", {"sample": seen, "problems": form.problems()})

    # Versions

    def side_of(self, row: Lesson, name: str) -> LessonSide | None:
        if name == DRAFT:
            return LessonSide(row, DRAFT, bank.draft_of(row))
        number = read_whole_number(name, 1, MAX_NUMBER)
        version = row.versions.filter(number=number).first() if number else None
        return LessonSide(row, str(version.number), version.content) if version else None

    def published_name(self, row: Lesson) -> str:
        newest = row.versions.first() if row.is_published else None
        return str(newest.number) if newest else DRAFT

    def restore(self, row: Lesson, number: int, by: Author) -> None:
        bank.restore_lesson(row, number)

    # For who may look at the lesson alone:

    def reading(self, lesson: Lesson) -> str:
        """The reading list."""
        return "; ".join(f"{text['title']} ({text['url']})" for text in lesson.reading_list) or "–"
