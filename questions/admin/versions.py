"""An item's versions and its draft beside each other, as students see them and as they are written; one is restored."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from questions import bank, kinds
from questions.admin.authors import author_of
from questions.admin.bulk import BulkAdmin
from questions.admin.differences import compare
from questions.admin.preview import MAX_SEED
from questions.interchange import yaml
from questions.models import Item
from questions.whole_numbers import read_whole_number

DRAFT = "draft"
MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Side:
    """A version, or the draft, whose `name` is “draft”: what it says."""

    name: str
    body: dict[str, object]
    difficulty: int
    seconds: int
    concepts: list[str]

    @property
    def title(self) -> str:
        """What it is called on the page."""
        return "Draft" if self.name == DRAFT else f"Version {self.name}"

    @property
    def source(self) -> str:
        """All that it says, as YAML."""
        about = {"concepts": self.concepts, "difficulty": self.difficulty, "seconds": self.seconds}
        return str(yaml.write({**about, **self.body}, in_blocks=True))

    def samples(self, item: Item, seed: int) -> tuple[list[kinds.Sample], str]:
        """What students would see with a seed, of both sides with the same numbers; or why there is nothing to see."""
        try:
            body = bank.validate_body(item.kind, self.body)
            return kinds.get(item.kind).samples(body, bank.next_identity(item), seed)[:1], ""
        except (bank.BankError, kinds.VariantError) as error:
            return [], str(error)


def side_of(item: Item, name: str) -> Side | None:
    """A version by its number, or the draft; None if there is no such one."""
    if name == DRAFT:
        tags = [tag.concept.slug for tag in item.tags.all()]
        return Side(DRAFT, item.draft, item.difficulty, item.seconds, tags)
    number = read_whole_number(name, 1, MAX_NUMBER)
    version = item.versions.filter(number=number).first() if number else None
    if version is None:
        return None
    return Side(str(number), version.body, version.difficulty, version.seconds, version.concepts)


class ComparedAdmin(BulkAdmin):
    """The part of the items' admin that knows versions."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        pages = [
            path("<int:pk>/versions/", view(self.versions_view), name="questions_item_versions"),
            path("<int:pk>/restore/", view(require_POST(self.restore_view)), name="questions_item_restore"),
        ]
        return [*pages, *super().get_urls()]

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compare two versions, or one with the draft: the published one with the draft, where nothing is chosen."""
        item = self.find(request, pk)
        may_change = self.has_change_permission(request, item)
        names = [str(number) for number in item.versions.order_by("-number").values_list("number", flat=True)]
        published = str(item.published.number) if item.published else DRAFT
        left, right = (
            side_of(item, request.GET.get(side, otherwise)) or side_of(item, otherwise)
            for side, otherwise in (("left", published), ("right", DRAFT))
        )
        assert left
        assert right
        seed = read_whole_number(request.GET.get("seed", ""), 0, MAX_SEED) or 0
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Versions of {item}" if may_change else str(item),
            "item": item,
            "names": [DRAFT, *names],
            "sides": [(side, *side.samples(item, seed)) for side in (left, right)],
            "difference": None if left.source == right.source else compare("Source", left.source, right.source),
            "source": left.source,
            "seed": seed,
            "published": published,
            "restorable": [
                side.name for side in (left, right) if may_change and side.name != DRAFT and not _is_draft(item, side)
            ],
        }
        return TemplateResponse(request, "admin/questions/item/versions.html", context)

    def restore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a version the draft again; students go on seeing what is published."""
        item = self.find(request, pk, "change")
        number = read_whole_number(request.POST.get("number", ""), 1, MAX_NUMBER)
        try:
            bank.restore_version(item, number or 0, author_of(request))
        except bank.BankError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            is_published = item.state == "published"
            self.log_change(request, item, f"Made version {number} the draft again.")
            text = f"The draft of “{item}” is version {number} again."
            more = "It is what students get: there is nothing to publish." if is_published else "Publish it to ask it."
            self.message_user(request, f"{text} {more}")
        return HttpResponseRedirect(reverse("admin:questions_item_change", args=[pk]))


def _is_draft(item: Item, side: Side) -> bool:
    """Whether the draft says what a version says already."""
    draft = side_of(item, DRAFT)
    return draft is not None and draft.source == side.source
