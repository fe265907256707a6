"""Bringing questions in: a file is uploaded, looked at question by question, brought in as drafts, and taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar

from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from questions import bank, kinds
from questions.admin.authors import author_of
from questions.admin.import_forms import MAX_KEY, ChoiceForm, UploadForm, list_formats
from questions.admin.of_course import OfCourseAdmin
from questions.admin.preview import preview
from questions.models import Import, ImportQuestion, Item
from questions.roles import Act, courses_for
from questions.whole_numbers import read_whole_number

State = Import.State
QUESTIONS_A_PAGE = 25
MAX_PAGE = 100_000
REFUSED, SAME = Q(fate=bank.Fate.REFUSED), Q(fate__in=(bank.Fate.SAME, bank.Fate.KEPT))
SHOWN: dict[str, tuple[str, Q]] = {
    "all": ("All", Q()),
    "mend": ("To complete before publishing", Q(is_unfinished=True, is_settled=True) & ~REFUSED),
    "whole": ("Whole", Q(is_changed=False, is_lossy=False) & ~REFUSED & ~SAME),
    "changed": ("Changed", Q(is_changed=True) & ~REFUSED),
    "lost": ("Lost something", Q(is_lossy=True) & ~REFUSED),
    "refused": ("Refused", REFUSED),
    "same": ("Nothing new", SAME),
}
"""What a list of questions shows: in words, and as a condition."""
WORDS = {
    bank.Fate.NEW: "new",
    bank.Fate.CHANGED: "changes its draft",
    bank.Fate.SAME: "already here",
    bank.Fate.KEPT: "left alone",
    bank.Fate.REFUSED: "refused",
}


@dataclass(frozen=True)
class Shown:
    """A question of a file on a page, and its item, if it has one."""

    row: ImportQuestion
    item: Item | None

    @property
    def word(self) -> str:
        """What becomes, or became, of it."""
        return WORDS[bank.Fate(self.row.fate)]

    @property
    def kind(self) -> str:
        """What kind of question it is, in words; "" for what is refused."""
        name = self.row.line.get("kind", "")
        return kinds.get(name).title if name in kinds.KINDS else ""

    @property
    def to_mend(self) -> tuple[str, ...]:
        """What keeps the draft from being published, as it is now."""
        return () if self.item is None or self.item.published_id else bank.list_to_mend(self.item)


@admin.register(Import)
class ImportAdmin(OfCourseAdmin[Import]):
    """Files of questions, and what came of them."""

    acts = MappingProxyType({"view": Act.READ, "add": Act.WRITE, "change": Act.WRITE})
    form = UploadForm
    fields = ("course", "file", "format")
    list_display = ("file_name", "course", "status", "counted", "made_by", "made_at")
    list_filter = ("course", "made_by")
    list_select_related = ("course", "made_by")
    list_per_page = 50
    search_fields = ("file_name",)
    show_full_result_count = False
    add_form_template = "admin/questions/import/upload.html"
    change_list_template = "admin/questions/import/change_list.html"

    class Media:
        css: ClassVar = {"all": ("questions/admin/imports.css",)}

    def tell_workers(self) -> None:
        """Tell workers that there is something to do, if somebody knows how; they look by themselves, too."""

    # The list

    @admin.display(description="state")
    def status(self, made: Import) -> str:
        """What is to be done with it, or was."""
        return "was taken back" if made.undone_at else made.get_state_display()

    @admin.display(description="questions")
    def counted(self, made: Import) -> str:
        """How many met which fate; before that how many there are."""
        said = [f"{made.counts[fate]} {WORDS[fate]}" for fate in bank.Fate if made.counts.get(fate)]
        return ", ".join(said) or (str(made.size) if made.size else "–")

    # A file comes

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, {**(extra_context or {}), "title": "Import questions"})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": "Imports"})

    def get_form(
        self, request: HttpRequest, obj: Import | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm[Import]]:
        form = super().get_form(request, obj, change, **kwargs)
        wrapper = form.base_fields["course"].widget
        wrapper.can_add_related = wrapper.can_change_related = wrapper.can_view_related = False
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        courses = list(courses_for(request.user, Act.WRITE)[:2])
        initial = super().get_changeform_initial_data(request)
        return {"course": str(courses[0].pk), **initial} if len(courses) == 1 else initial

    def save_model(self, request: HttpRequest, obj: Import, form: UploadForm, change: bool) -> None:
        said = form.cleaned_data
        made = bank.upload(obj.course, said["format"], said["file"], author_of(request))
        obj.pk, obj.file_name = made.pk, made.file_name
        self.tell_workers()

    def response_add(self, request: HttpRequest, obj: Import, post_url_continue: str | None = None) -> HttpResponse:
        return self._go(obj)

    # A file is looked at

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        pages = [
            path("<int:pk>/report.json", view(self.report_view), name="questions_import_report"),
            path("<int:pk>/questions/<int:number>/", view(self.question_view), name="questions_import_question"),
        ]
        return [*pages, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """How far a file has come: it is read, chosen from, brought in, or taken back."""
        key = read_whole_number(object_id, 1, MAX_KEY) or 0
        if request.method == "POST":
            return self._act(request, self.find(request, key, "change"))
        made = self.find(request, key)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": made.file_name,
            "made": made,
            "may_change": self.has_change_permission(request, made),
            "form_of": dict(list_formats())[made.form],
            "status": self.status(made),
            "counted": self.counted(made),
            "kept_days": bank.KEPT.days,
            "media": self.media,
        }
        match made.state:
            case State.READING | State.IMPORTING | State.UNDOING:
                context |= {"is_working": True, "settled": made.questions.filter(is_settled=True).count()}
            case State.READ:
                context |= {"choice": ChoiceForm(made), "questions": self._questions(request, made)}
                context["chosen"] = made.questions.filter(is_chosen=True, is_settled=False).count()
            case _:
                context["questions"] = self._questions(request, made)
        return TemplateResponse(request, "admin/questions/import/import.html", context)

    def _questions(self, request: HttpRequest, made: Import) -> dict[str, object]:
        """A page of the questions of a file that are looked for, and how many there are of each sort."""
        rows = made.questions.defer("found")
        if made.state != State.READ:
            rows = rows.filter(is_chosen=True)
        counts = rows.aggregate(**{name: Count("pk", filter=condition) for name, (_, condition) in SHOWN.items()})
        first = "mend" if counts["mend"] and not made.undone_at else "all"
        show = request.GET.get("show", "")
        show = show if show in SHOWN else first
        pages = Paginator(rows.filter(SHOWN[show][1]).order_by("number"), QUESTIONS_A_PAGE)
        page: Page[ImportQuestion] = pages.get_page(read_whole_number(request.GET.get("page", ""), 1, MAX_PAGE) or 1)
        slugs = [row.line["slug"] for row in page if row.line.get("slug")]
        items = {item.slug: item for item in Item.objects.filter(course=made.course_id, slug__in=slugs)}
        return {
            "show": show,
            "sorts": [
                (name, words, counts[name]) for name, (words, _) in SHOWN.items() if counts[name] or name == show
            ],
            "page": page,
            "rows": [Shown(row, items.get(row.line.get("slug", ""))) for row in page],
        }

    def question_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """A question as students would see it: a part of a page for scripts, else a page."""
        made = self.find(request, pk)
        row = made.questions.filter(number=number).exclude(found=None).first()
        if row is None:
            raise Http404("This question was imported or refused already: there is nothing to preview.")
        kind = kinds.get(row.found["kind"])  # type: ignore[index]
        shown = preview(kind, row.found["body"], f"import:{made.pk}:{number}")  # type: ignore[index]
        context = {"preview": replace(shown, first=None), "made": made, "row": row}
        if "HX-Request" in request.headers:
            return TemplateResponse(request, "admin/questions/item/preview.html", context)
        context |= {**self.admin_site.each_context(request), "opts": self.opts, "title": row.line["title"]}
        return TemplateResponse(request, "admin/questions/import/question.html", context)

    def report_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Download the report, as `import_items --report` writes it."""
        made = self.find(request, pk)
        response = JsonResponse(bank.report_of(made).as_json(), json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = f'attachment; filename="import-{made.pk}.json"'
        return response

    # What is done with it

    def _act(self, request: HttpRequest, made: Import) -> HttpResponse:
        """Do what a button says."""
        sent = request.POST
        match sent.get("do", ""):
            case "undo":
                self._begin(request, made, "The import is being undone.", begun=bank.begin_undo(made))
            case "again":
                self._begin(request, made, "The import is being tried again.", begun=bank.try_again(made))
            case "discard":
                if bank.discard(made):
                    self.message_user(request, f"“{made}” was discarded. Nothing was imported from it.")
                    return HttpResponseRedirect(reverse("admin:questions_import_changelist"))
                self.message_user(request, "The import is still running: nothing was done.", messages.WARNING)
            case do if made.state == State.READ:
                return self._choose(request, made, do, sent)
        return self._go(made)

    def _choose(self, request: HttpRequest, made: Import, do: str, sent: QueryDict) -> HttpResponse:
        """Keep the ticks of the page and the concepts, and go where a button leads."""
        choice = ChoiceForm(made).read(sent)
        waiting = made.questions.filter(is_settled=False)
        shown, ticked = (_numbers(sent.getlist(name)) for name in ("shown", "chosen"))
        waiting.filter(number__in=shown).update(is_chosen=False)
        waiting.filter(number__in=shown & ticked).update(is_chosen=True)
        show = sent.get("show", "all")
        if do in ("all", "none"):
            waiting.filter(SHOWN.get(show, SHOWN["all"])[1]).update(is_chosen=do == "all")
        if do != "import":
            Import.objects.filter(pk=made.pk, state=State.READ).update(choice=choice)
            name, _, value = do.partition(":")
            query = QueryDict(mutable=True)
            query.update({"show": value if name == "show" else show, "page": value if name == "page" else "1"})
            return self._go(made, f"?{query.urlencode()}#questions")
        if not waiting.filter(is_chosen=True).exists():
            self.message_user(request, "Nothing is chosen: tick the questions to import.", messages.WARNING)
            return self._go(made)
        self._begin(request, made, "The questions are being imported as drafts.", begun=bank.begin_import(made, choice))
        return self._go(made)

    def _begin(self, request: HttpRequest, made: Import, said: str, *, begun: bool) -> None:
        if not begun:
            self.message_user(request, "There was nothing to do.", messages.WARNING)
            return
        self.log_change(request, made, said)
        self.tell_workers()

    def _go(self, made: Import, query: str = "") -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:questions_import_change", args=[made.pk]) + query)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Import]:
        return super().get_queryset(request).select_related("course", "made_by")


def _numbers(texts: list[str]) -> set[int]:
    """The numbers of questions that a form sends; what is none is left out."""
    numbers = (read_whole_number(text, 1, MAX_KEY) for text in texts[:QUESTIONS_A_PAGE])
    return {number for number in numbers if number}
