"""Corrections of items: what they would change is shown first; all that were written stay, with who, when and why."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from questions import bank, kinds
from questions.models import Correction, Item, ItemVersion
from questions.roles import Act, may
from questions.whole_numbers import read_whole_number
from quizzes.admin.items import load_published
from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.exams import corrections
from quizzes.models import Regrading

Rule = Correction.Rule
MOST = 500
"""Students whose answers a page looks at; the command looks at all."""
MAX_PAGE = 1000
RULES = [
    (Rule.VERSION.value, "Grade them by another version"),
    (Rule.ACCEPT.value, "Accept another answer or choice, too"),
    (Rule.FULL.value, "Give everyone full marks"),
    (Rule.VOID.value, "Do not count the question"),
]


class CorrectionForm(forms.Form):
    """What was wrong, how it is judged, and why; by another version only where the item has another one."""

    version = forms.ModelChoiceField(ItemVersion.objects.none(), empty_label=None, label="Version that was wrong")
    rule = forms.ChoiceField(
        choices=RULES, widget=forms.RadioSelect, initial=Rule.VERSION.value, label="How its answers count"
    )
    by_version = forms.ModelChoiceField(
        ItemVersion.objects.none(), required=False, empty_label=None, label="Version to grade them by"
    )
    answer = forms.CharField(
        required=False,
        max_length=2000,
        label="Answer that is right, too",
        help_text="For a choice, its text or number. For an item with parts, begin with the part: a: 0.5",
        widget=forms.TextInput(attrs={"list": "answers", "autocomplete": "off"}),
    )
    why = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why",
        help_text="Students can read this.",
        initial="The key was wrong.",
    )

    def __init__(self, item: Item, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = ItemVersion.objects.filter(item=item).select_related("item__course").order_by("-number")
        wrong = _wrong(item)
        for name, initial in (("version", wrong), ("by_version", item.published)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.initial = versions, initial
        if wrong == item.published:
            rule = self.fields["rule"]
            assert isinstance(rule, forms.ChoiceField)
            rule.choices, rule.initial = [way for way in RULES if way[0] != Rule.VERSION], Rule.ACCEPT.value
            rule.help_text = "To grade its answers by another version, first publish the question as it should be."
            del self.fields["by_version"]

    def correction(self, request: HttpRequest) -> Correction:
        """The correction that the valid form says, not written yet."""
        said = self.cleaned_data
        return Correction(
            version=said["version"],
            rule=said["rule"],
            by_version=said["by_version"] if said["rule"] == Rule.VERSION else None,
            answer=said["answer"] if said["rule"] == Rule.ACCEPT else "",
            why=said["why"],
            made_by_id=request.user.pk,
            made_at=timezone.now(),
        )


def _wrong(item: Item) -> ItemVersion | None:
    """The version that is likely the wrong one: that before the published one, if there is one."""
    published = item.published
    earlier = item.versions.filter(number__lt=published.number).first() if published else None
    return earlier or published


@admin.register(Correction)
class CorrectionAdmin(StudentRowsAdmin[Correction]):
    """All corrections that were written, and the page of an item on which they are."""

    ways = ("version__item__course",)
    acts = MappingProxyType({"view": Act.READ})
    list_display = ("made_at", "version", "said", "why", "made_by", "is_in_force")
    list_filter = ("rule",)
    search_fields = ("version__item__slug", "why", "made_by__username")
    list_select_related = ("version__item", "by_version", "made_by", "reverses__by_version", "reversed_by")
    date_hierarchy = "made_at"
    ordering = ("-pk",)

    @admin.display(boolean=True, description="in force")
    def is_in_force(self, correction: Correction) -> bool:
        """Whether it was not taken back."""
        return correction.rule != Rule.REVERSE and not hasattr(correction, "reversed_by")

    def get_urls(self) -> list[URLPattern]:
        page = path("item/<int:pk>/", self.admin_site.admin_view(self.item_view), name="questions_correction_item")
        return [page, *super().get_urls()]

    def item_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Correct an item: what that changes is shown before it is done."""
        item, _ = load_published(request, pk)
        form = CorrectionForm(item, request.POST if "rule" in request.POST else None)
        context: dict[str, Any] = {}
        try:
            correction = _read(request, item, form) if request.method == "POST" else None
            if correction and "apply" in request.POST:
                return self._apply(request, item, correction)
            if correction:
                page = read_whole_number(request.POST.get("page", ""), 1, MAX_PAGE) or 1
                found = corrections.preview(correction, timezone.now(), page=page, most=MOST)
                context = {"preview": found, "correction": correction, "page": page, "pages": found.pages}
        except bank.BankError as error:
            context = {"problems": [problem.message for problem in error.problems]}
        return self._show(request, item, form, context)

    def _show(self, request: HttpRequest, item: Item, form: CorrectionForm, context: dict[str, Any]) -> HttpResponse:
        assert item.published is not None
        body = kinds.parse(item.published.kind, item.published.body, item.published.engine)
        versions = list(item.versions.all())
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Correct {item}",
            "item": item,
            "form": form,
            "answers": [option.text for option in kinds.get(item.kind).options(body)],
            "written": bank.list_corrections(versions),
            "regrading": Regrading.objects.filter(version__in=versions, done_at=None).first(),
            "reports": corrections.list_reports(item),
            "shows_names": may(request.user, Act.SEE_STUDENTS, item.course_id),
        }
        return TemplateResponse(request, "admin/quizzes/correction/item.html", context)

    def _apply(self, request: HttpRequest, item: Item, correction: Correction) -> HttpResponse:
        written = corrections.apply(correction, timezone.now())
        self.log_addition(request, written, f"Corrected: {written.said}.")
        text = f"{written.version}: {written.said}. This applies to new answers at once; earlier ones follow shortly."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:questions_correction_item", args=[item.pk]))


def _read(request: HttpRequest, item: Item, form: CorrectionForm) -> Correction | None:
    """Return the correction that is posted; None where the form is not valid."""
    number = read_whole_number(request.POST.get("reverses", ""), 1, 2**62)
    if number is None:
        return form.correction(request) if form.is_valid() else None
    taken_back = Correction.objects.filter(version__item=item, pk=number).select_related("version__item").first()
    if taken_back is None:
        raise Http404("There is no such correction.")
    assert request.user.is_authenticated
    why = request.POST.get("why", "").strip() or "It was right as it was."
    return bank.reversal_of(taken_back, why=why, by=request.user, now=timezone.now())
