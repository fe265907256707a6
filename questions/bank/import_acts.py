"""What imports did to items, in the audit trail: many in one query, since no page is watched while a worker works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from questions.models import Author, Import, Item, StaffAct

EDITED = ("kind", "difficulty", "seconds")
FROM, BACK = "imported_from", "import_taken_back"
"""Fields of an act that name the file."""


@dataclass(frozen=True)
class Draft:
    """A draft as it was: its kind, its body, its numbers."""

    kind: str
    body: dict[str, Any]
    difficulty: int
    seconds: int

    @classmethod
    def of(cls, item: Item) -> Draft:
        """The draft of an item as it is."""
        return cls(item.kind, item.draft, item.difficulty, item.seconds)

    @classmethod
    def before(cls, memento: dict[str, Any]) -> Draft:
        """The draft that an import remembers."""
        return cls(memento["kind"], memento["draft"], memento["difficulty"], memento["seconds"])

    def flat(self) -> dict[str, object]:
        """Its fields by their names, as the trail has them."""
        return {name: getattr(self, name) for name in EDITED} | {f"draft.{name}": v for name, v in self.body.items()}


def note_import(made: Import, items: Iterable[tuple[Item, dict[str, Any] | None]]) -> None:
    """Note which items an import added, and which it changed; with each what it was before, None if it is new."""
    StaffAct.objects.bulk_create(
        _act(made, item, made.made_by, FROM, Draft.before(before) if before else None, Draft.of(item))
        for item, before in items
    )


def note_undo(made: Import, by: Author | None, items: Iterable[tuple[Item, Draft, Draft | None]]) -> None:
    """Note which items went with an import, and which were restored; with each what it was, and what it is then."""
    StaffAct.objects.bulk_create(_act(made, item, by, BACK, before, after) for item, before, after in items)


def _act(made: Import, item: Item, by: Author | None, what: str, before: Draft | None, after: Draft | None) -> StaffAct:
    old, new = (side.flat() if side else {} for side in (before, after))
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name)] if old and new else []
    kind = StaffAct.Kind.CHANGED
    if before is None or after is None:
        kind = StaffAct.Kind.ADDED if before is None else StaffAct.Kind.DELETED
    return StaffAct(
        made_at=timezone.now(),
        by=by,
        kind=kind,
        model=Item._meta.label_lower,
        key=str(item.pk),
        name=item.slug,
        course_id=item.course_id,
        place=f"{'' if made.made_by_id or by else f'{StaffAct.COMMAND}, '}{StaffAct.IMPORT}{made.pk}",
        before=None if before is None else {name: old.get(name) for name in changed},
        after={what: made.file_name, **{name: new.get(name) for name in changed}},
    )
