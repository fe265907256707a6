"""Versions and the draft beside each other, as students see them and as they are written; one is restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from questions import bank, kinds
from questions.admin.authors import author_of
from questions.admin.bulk import BulkAdmin
from questions.admin.differences import compare
from questions.admin.edits import EditAdmin
from questions.admin.preview import MAX_SEED
from questions.interchange import yaml
from questions.models import Author, Item, Lesson
from questions.whole_numbers import read_whole_number

DRAFT = "draft"
MAX_NUMBER = 2**31 - 1


RowT = TypeVar("RowT", bound=Item | Lesson)


class Side(Protocol):
    """A version, or the draft, whose `name` is “draft”."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> str:
        """All that it says, as it is written."""
        ...

    def samples(self, seed: int) -> tuple[Sequence[object], str]:
        """What students would see, with a seed where numbers are drawn; or why there is nothing to see."""
        ...


class VersionsAdmin(EditAdmin[RowT]):
    """The admin of what is drafted and published in versions: they are compared, and one is made the draft again."""

    sample_template: str

    def side_of(self, row: RowT, name: str) -> Side | None:
        """A version by its number, or the draft; None if there is no such one."""
        raise NotImplementedError

    def published_name(self, row: RowT) -> str:
        """The number of the version that students get; “draft” if there is none."""
        raise NotImplementedError

    def restore(self, row: RowT, number: int, by: Author) -> None:
        """Make a version the draft. Raises BankError."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"questions_{self.opts.model_name}"
        pages = [
            path("<int:pk>/versions/", view(self.versions_view), name=f"{name}_versions"),
            path("<int:pk>/restore/", view(require_POST(self.restore_view)), name=f"{name}_restore"),
        ]
        return [*pages, *super().get_urls()]

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compare two versions, or one with the draft: the published one with the draft, where nothing is chosen."""
        row = self.find(request, pk)
        may_change = self.has_change_permission(request, row)
        names = [str(number) for number in row.versions.order_by("-number").values_list("number", flat=True)]
        published = self.published_name(row)
        left, right = (
            self.side_of(row, request.GET.get(side, otherwise)) or self.side_of(row, otherwise)
            for side, otherwise in (("left", published), ("right", DRAFT))
        )
        assert left
        assert right
        seed = read_whole_number(request.GET.get("seed", ""), 0, MAX_SEED) or 0
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Versions of {row}" if may_change else str(row),
            "row": row,
            "names": [DRAFT, *names],
            "sides": [(side, _title(side), *side.samples(seed)) for side in (left, right)],
            "sample_template": self.sample_template,
            "difference": None if left.source == right.source else compare("Source", left.source, right.source),
            "source": left.source,
            "seed": seed if isinstance(row, Item) else None,
            "published": published,
            "restorable": [
                side.name
                for side in (left, right)
                if may_change and side.name != DRAFT and not self._is_draft(row, side)
            ],
            "restore_url": reverse(f"admin:questions_{self.opts.model_name}_restore", args=[pk]),
        }
        return TemplateResponse(request, "admin/questions/versions.html", context)

    def restore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a version the draft again; students go on seeing what is published."""
        row = self.find(request, pk, "change")
        number = read_whole_number(request.POST.get("number", ""), 1, MAX_NUMBER) or 0
        try:
            self.restore(row, number, author_of(request))
        except bank.BankError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, row, f"Made version {number} the draft again.")
            text = f"The draft of “{row}” is version {number} again."
            is_published = row.state == "published"
            nothing = "Students get this version: there is nothing to publish."
            more = nothing if is_published else "Publish it to use it."
            self.message_user(request, f"{text} {more}")
        return HttpResponseRedirect(reverse(f"admin:questions_{self.opts.model_name}_change", args=[pk]))

    def _is_draft(self, row: RowT, side: Side) -> bool:
        """Whether the draft says what a version says already."""
        draft = self.side_of(row, DRAFT)
        return draft is not None and draft.source == side.source


def _title(side: Side) -> str:
    return "Draft" if side.name == DRAFT else f"Version {side.name}"


@dataclass(frozen=True)
class ItemSide:
    """A version of an item, or its draft: what it says."""

    item: Item
    name: str
    body: dict[str, object]
    difficulty: int
    seconds: int
    concepts: list[str]

    @property
    def source(self) -> str:
        """All that it says, as YAML."""
        about = {"concepts": self.concepts, "difficulty": self.difficulty, "seconds": self.seconds}
        return str(yaml.write({**about, **self.body}, in_blocks=True))

    def samples(self, seed: int) -> tuple[list[kinds.Sample], str]:
        """What students would see with a seed, of both sides with the same numbers; or why there is nothing to see."""
        try:
            body = bank.validate_body(self.item.kind, self.body)
            return kinds.get(self.item.kind).samples(body, bank.next_identity(self.item), seed)[:1], ""
        except (bank.BankError, kinds.VariantError) as error:
            return [], str(error)


class ComparedAdmin(BulkAdmin, VersionsAdmin[Item]):
    """The part of the items' admin that knows versions."""

    sample_template = "admin/questions/item/sample.html"

    def side_of(self, row: Item, name: str) -> ItemSide | None:
        if name == DRAFT:
            tags = [tag.concept.slug for tag in row.tags.all()]
            return ItemSide(row, DRAFT, row.draft, row.difficulty, row.seconds, tags)
        number = read_whole_number(name, 1, MAX_NUMBER)
        version = row.versions.filter(number=number).first() if number else None
        if version is None:
            return None
        return ItemSide(row, str(number), version.body, version.difficulty, version.seconds, version.concepts)

    def published_name(self, row: Item) -> str:
        return str(row.published.number) if row.published else DRAFT

    def restore(self, row: Item, number: int, by: Author) -> None:
        bank.restore_version(row, number, by)
