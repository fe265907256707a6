"""Items between their authors: what is published, retired and recorded while others do the same."""

from __future__ import annotations

from typing import Any

import pytest

from questions import bank
from questions.models import Course, Item

SLUG = "order-of-a-step"


@pytest.fixture
def item(course: Course) -> Item:
    """A published item of the tiny course."""
    return Item.objects.get(slug=SLUG)


def read_again(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def change(item: Item, stem: str) -> Item:
    concepts = [tag.concept for tag in item.tags.all()]
    return bank.save_draft(item.course, item.slug, item.kind, {**item.draft, "stem": stem}, concepts)


def test_an_item_whose_pointer_is_behind_heals_when_it_is_published_or_loaded(item: Item) -> None:
    first = item.published
    second = bank.publish(change(item, "A better stem"))
    Item.objects.filter(pk=item.pk).update(published=first)
    assert bank.publish(read_again(item)) == second
    assert read_again(item).published == second
    Item.objects.filter(pk=item.pk).update(published=first)
    assert bank.publish(change(item, "A stem for the third")).number == 3
    assert read_again(item).published.number == 3  # type: ignore[union-attr]


def test_an_item_that_was_published_keeps_its_kind_whatever_its_pointer_says(item: Item) -> None:
    Item.objects.update(published=None)
    with pytest.raises(bank.BankError, match="cannot become"):
        bank.save_draft(item.course, item.slug, "short_text", {}, [])


def test_whoever_did_not_see_a_retirement_does_not_undo_it(item: Item) -> None:
    stale = read_again(item)
    assert bank.retire(item)
    with pytest.raises(bank.BankError, match="retired meanwhile"):
        bank.publish(stale)
    assert read_again(item).retired_at
    assert bank.publish(read_again(item)).number == 2
    assert item.retired_at
    assert not read_again(item).retired_at


def test_a_second_retirement_changes_nothing(item: Item) -> None:
    stale = read_again(item)
    assert bank.retire(item)
    assert not bank.retire(stale)
    assert (stale.retired_at, stale.revision) == (item.retired_at, item.revision)


def test_findings_of_a_version_that_is_published_no_more_are_not_kept(item: Item) -> None:
    audited = read_again(item)
    bank.publish(change(item, "A stem that was not audited"))
    bank.record_findings(audited, ["Mistake 1 is marked right."])
    assert not item.findings.exists()


def test_what_was_deleted_meanwhile_is_said(item: Item) -> None:
    draft = bank.save_draft(item.course, "a-draft", item.kind, item.draft, [item.tags.all()[0].concept])
    Item.objects.get(pk=draft.pk).delete()
    bank.record_findings(draft, ["Nobody is left to be told."])
    for operation in (bank.publish, bank.retire):
        with pytest.raises(bank.BankError, match="deleted"):
            operation(draft)


CHOICES = [{"text": "Yes", "correct": True}, {"text": "No", "because": "It is."}]


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("numeric", {"explanation": "word " * 3000, "stem": "word " * 1500}, "explanation"),
        ("numeric", {"mistakes": [{"value": "2", "because": "word " * 400}] * 11}, "mistakes.0.because"),
        ("numeric", {"stem": "$x$ " * 200, "explanation": "$y$ " * 150}, "stem"),
        (
            "single_choice",
            {"choices": [*CHOICES, *({"text": "long " * 399 + str(n), "because": "It is."} for n in range(6))]},
            "",
        ),
        ("single_choice", {"choices": CHOICES, "explanation": "long " * 3990, "stem": "$x$ " * 50}, "explanation"),
    ],
)
def test_an_item_that_no_preview_sets_in_a_moment_is_refused(kind: str, changes: dict[str, Any], field: str) -> None:
    document = {"stem": "How many?", "explanation": "So.", **({"answer": "1"} if kind == "numeric" else {}), **changes}
    if not field:
        assert bank.validate_body(kind, document)
        return
    with pytest.raises(bank.BankError) as refused:
        bank.validate_body(kind, document)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert "at most" in str(refused.value)
