"""The audit of what is published: do its variants still come out right?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from questions import kinds
from questions.bank.locks import lock_item
from questions.bank.problems import BankError
from questions.models import Course, Finding, Item
from questions.variants.audit import Audit

AUDIT_SEEDS = 1000
"""Variants drawn of an item before it may be published."""


def has_variants(version: str) -> Q:
    """Whether the version that `version` leads to has variants: by its kind, or because something is drawn."""
    return Q(**{f"{version}__kind__in": kinds.with_variants()}) | Q(**{f"{version}__body__has_key": "draw"})


def audit_published(course: Course | None = None, seeds: int = AUDIT_SEEDS) -> Iterator[tuple[Item, Audit]]:
    """The audit of every published item with variants, of one course or of all."""
    items = Item.objects.published().filter(has_variants("published")).select_related("published__item")
    for item in items.filter(course=course) if course else items:
        assert item.published is not None
        body = kinds.parse(item.kind, item.published.body, item.published.engine)
        report = kinds.get(item.kind).audit(body, item.published.identity, seeds)
        assert report is not None
        yield item, report


@transaction.atomic
def record_findings(item: Item, messages: Iterable[str]) -> None:
    """Store what an audit found wrong with an item, in place of what an earlier one found.

    Nothing is stored of an item that was published anew or deleted since `item` was read: it was not audited.
    """
    try:
        _, current = lock_item(item)
    except BankError:
        return
    if current.published_id != item.published_id:
        return
    current.findings.all().delete()
    now = timezone.now()
    Finding.objects.bulk_create(Finding(item=item, message=text, found_at=now) for text in dict.fromkeys(messages))
