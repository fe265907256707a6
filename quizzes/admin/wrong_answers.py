"""Mistakes that students of an item share and its author did not expect; accepted, they are told from then on."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from questions import bank, replica
from questions.models import Author, Item, ItemVersion
from quizzes.admin.items import load_published
from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.models import ReviewEvent
from quizzes.reviews.unexpected import find_unexpected


class MistakeForm(forms.Form):
    """A mistake to expect: its formula, and what is said to whoever makes it."""

    value = forms.CharField(max_length=400, widget=forms.HiddenInput)
    because = forms.CharField(
        max_length=2000,
        label="What students are told",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what students who make this mistake are told."},
    )


class WrongAnswersAdmin(StudentRowsAdmin[ReviewEvent]):
    """The log's admin, with the page of an item's wrong answers."""

    ways = ("presentation__version__item__course", "card__item__course")

    def get_urls(self) -> list[URLPattern]:
        page = path("item/<int:pk>/wrong/", self.admin_site.admin_view(self.wrong_view), name="quizzes_wrong_answers")
        return [page, *super().get_urls()]

    def wrong_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What wrong answers have in common; a post publishes a version that expects one of these mistakes."""
        item, published = load_published(request, pk)
        posted = MistakeForm(request.POST) if request.method == "POST" else None
        if posted and posted.is_valid() and self._expect(request, item, posted):
            return HttpResponseRedirect(reverse("admin:questions_item_change", args=[item.pk]))
        unexpected = replica.read(find_unexpected, published)
        value = posted.data.get("value") if posted else None
        forms_of = [
            posted
            if posted and mistake.formula == value
            else MistakeForm(initial={"value": mistake.formula, "because": mistake.what})
            for mistake in unexpected.mistakes
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Wrong answers to {item.slug}",
            "opts": self.opts,
            "item": item,
            "looked_at": unexpected.looked_at,
            "mistakes": list(zip(unexpected.mistakes, forms_of, strict=True)),
        }
        return TemplateResponse(request, "admin/quizzes/reviewevent/wrong_answers.html", context)

    def _expect(self, request: HttpRequest, item: Item, form: MistakeForm) -> bool:
        """Publish a version that expects the mistake; add it to the draft where the item is retired or has edits."""
        assert request.user.is_authenticated
        try:
            with transaction.atomic():
                bank.lock_course(item.course_id)
                item.refresh_from_db()  # somebody may have saved it since
                version = self._publish_with(item, form.cleaned_data, request.user)
        except bank.BankError as error:
            for problem in error.problems:
                messages.error(request, str(problem))
            return False
        if version:
            messages.success(request, f"Version {version.number} expects it: {form.cleaned_data['value']}.")
        else:
            messages.info(
                request, "It was added to this item’s draft. Publish the item to have the mistake recognised."
            )
        return True

    def _publish_with(self, item: Item, mistake: dict[str, str], by: Author) -> ItemVersion | None:
        """Add a mistake to the item, and publish that unless more would be published with it. Raises BankError."""
        is_asked_as_written = item.published is not None and item.draft == item.published.body and not item.retired_at
        mistakes = item.draft.get("mistakes", [])
        body = {**item.draft, "mistakes": [*(mistakes if isinstance(mistakes, list) else []), mistake]}
        concepts = [tag.concept for tag in item.tags.select_related("concept")]
        saved = bank.save_draft(
            item.course, item.slug, item.kind, body, concepts, difficulty=item.difficulty, seconds=item.seconds
        )
        return bank.publish(saved, by=by) if is_asked_as_written else None
