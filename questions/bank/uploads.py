"""Imports of files that teachers upload: read in the background, looked at, and brought in, by workers that may die.

The row is what counts: a worker takes an import whose lease is free, stores what it did with each renewal of the
lease, and whoever comes after a lost worker goes on from there. The file is kept in the storage until it is read, what
was read until it came in, and neither longer than `KEPT`.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from questions.bank.imports import (
    CHUNK,
    Fate,
    ImportLine,
    ImportReport,
    find_concept,
    import_questions,
    known_concepts,
    tell_apart,
)
from questions.bank.pictures import keep_bytes, read_picture
from questions.bank.undoing import undo_import
from questions.figures.pictures import Picture
from questions.interchange.found import Found
from questions.models import Author, Concept, Course, Import, ImportQuestion, StaffAct

if TYPE_CHECKING:
    from questions.interchange.formats import Format  # and with it all libraries that read files of others

MOST_BYTES = 100_000_000
"""Of a file that is uploaded; `import_items` reads larger ones."""
KEPT = timedelta(days=7)
"""How long what was uploaded waits to be brought in."""
MAX_ATTEMPTS = 3
WORKED = (Import.State.READING, Import.State.IMPORTING, Import.State.UNDOING)
"""States in which there is something for a worker to do."""
CHOOSABLE = (Fate.NEW, Fate.CHANGED)
"""Fates of questions that can come in, or be left out."""

logger = logging.getLogger(__name__)


class LostLeaseError(Exception):
    """Somebody else has taken the import: what was about to be stored is left to them."""


@dataclass
class _Lease:
    """A worker's hold on an import."""

    key: int
    until: datetime

    def renew(self, **changes: object) -> None:
        """Go on holding it, and store `changes` with that. Raises LostLeaseError."""
        until = timezone.now() + settings.JOB_LEASE
        held = Import.objects.filter(pk=self.key, leased_until=self.until)
        if not held.update(leased_until=until, attempts=0, **changes):
            raise LostLeaseError
        self.until = until


def upload(course: Course, form: str, file: File[bytes], by: Author | None) -> Import:
    """Keep a file, for a worker to read it; the caller tells one."""
    name = (file.name or "").rpartition("/")[2][-200:]
    place = default_storage.save(f"uploads/{uuid.uuid4().hex}", file)
    return Import.objects.create(
        course=course,
        form=form,
        file_name=name,
        made_by=by,
        made_at=timezone.now(),
        state=Import.State.READING,
        upload=place,
    )


def begin_import(made: Import, choice: Mapping[str, object]) -> bool:
    """Have what is chosen brought in, with `choice` (see `Import.choice`); returns False if it is no longer to do.

    Refreshes `made`.
    """
    return _begin(made, Q(state=Import.State.READ), Import.State.IMPORTING, choice=choice)


def begin_undo(made: Import) -> bool:
    """Have an import taken back; returns False where there is nothing to take back. Refreshes `made`."""
    came_in = Q(state__in=(Import.State.DONE, Import.State.FAILED), undone_at=None, upload="")
    return _begin(made, came_in, Import.State.UNDOING)


def try_again(made: Import) -> bool:
    """Take up again what was given up; returns False for what was not. Refreshes `made`."""
    again = Import.State.READING if made.upload else Import.State.IMPORTING
    return _begin(made, Q(state=Import.State.FAILED), again)


@transaction.atomic
def _begin(made: Import, condition: Q, state: Import.State, **changes: object) -> bool:
    """Have workers do what a state says, where the condition holds. It is saved by itself, so that the trail has it."""
    row = Import.objects.select_for_update(of=("self",)).filter(condition, pk=made.pk).first()
    if row is not None:
        for name, value in {**changes, "state": state, "attempts": 0, "leased_until": None}.items():
            setattr(row, name, value)
        row.save()
    made.refresh_from_db()
    return row is not None


def discard(made: Import) -> bool:
    """Forget a file of which nothing came in; returns False if something did, or is about to."""
    with transaction.atomic():
        rows = Import.objects.select_for_update(of=("self",)).filter(pk=made.pk, counts={})
        row = rows.exclude(state__in=(Import.State.IMPORTING, Import.State.DONE, Import.State.UNDOING)).first()
        if row is None:
            return False
        row.delete()
    if made.upload:
        default_storage.delete(made.upload)
    return True


def forget_old_uploads(now: datetime) -> int:
    """Discard what was uploaded and not brought in for `KEPT`; returns how many files that were."""
    old = Import.objects.filter(made_at__lte=now - KEPT, counts={}).exclude(state=Import.State.DONE)
    return sum(discard(made) for made in old)


def work_on_imports(formats: Mapping[str, Format]) -> int:
    """Do what there is to do for imports that nobody is at; returns how many that were. Idempotent."""
    free = Q(leased_until=None) | Q(leased_until__lte=timezone.now())
    keys = list(Import.objects.filter(free, state__in=WORKED).order_by("pk").values_list("pk", flat=True))
    return sum(_work_on(key, formats) for key in keys)


def _work_on(key: int, formats: Mapping[str, Format]) -> bool:
    now = timezone.now()
    until = now + settings.JOB_LEASE
    free = Import.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), pk=key, state__in=WORKED)
    if not free.update(leased_until=until, attempts=F("attempts") + 1):
        return False
    lease, made = _Lease(key, until), Import.objects.select_related("course", "made_by").get(pk=key)
    if made.attempts > MAX_ATTEMPTS:
        lease.renew(state=Import.State.FAILED)
        return False
    with suppress(LostLeaseError):
        try:
            match made.state:
                case Import.State.READING:
                    _read(made, formats[made.form], lease)
                case Import.State.IMPORTING:
                    _bring_in(made, lease)
                case _:
                    undo_import(made, _who_last_acted(made), keep=lambda report: lease.renew())
                    lease.renew(state=Import.State.DONE)
        except LostLeaseError:
            raise
        except Exception:
            logger.exception("import %s failed, attempt %s", key, made.attempts)
            Import.objects.filter(pk=key, leased_until=lease.until).update(leased_until=None, attempts=made.attempts)
            return False
    return True


def _who_last_acted(made: Import) -> Author | None:
    acts = StaffAct.objects.filter(model=Import._meta.label_lower, key=str(made.pk)).select_related("by")
    act = acts.first()
    return act.by if act else None


def _read(made: Import, form: Format, lease: _Lease) -> None:
    """Store what each question of the file would come in as."""
    made.questions.all().delete()
    with default_storage.open(made.upload) as file:
        content = bytes(file.read())
    taken: list[Found] = []
    names: Counter[str] = Counter()

    def take() -> Iterator[Found]:
        for each in tell_apart(form.read(content, made.file_name)):
            keep_bytes(each.pictures)
            taken.append(each)
            names.update(each.concepts if each.kind else ())
            yield each

    def keep(lines: Sequence[ImportLine]) -> None:
        with transaction.atomic():
            first = made.size + 1
            made.size += len(lines)
            lease.renew(size=made.size)
            pairs = zip(taken, lines, strict=True)
            rows = [_row(made, first + place, *pair) for place, pair in enumerate(pairs)]
            ImportQuestion.objects.bulk_create(rows)
        taken.clear()

    made.size = 0
    import_questions(made.course, made.form, made.file_name, take(), dry_run=True, keep=keep)
    lease.renew(state=Import.State.READ, names=dict(names.most_common()), size=made.size, upload="")
    default_storage.delete(made.upload)


def _bring_in(made: Import, lease: _Lease) -> None:
    """Make drafts of the questions that are chosen and did not come in yet."""
    waiting = made.questions.filter(is_chosen=True, is_settled=False)
    taken: list[ImportQuestion] = []

    def take() -> Iterator[Found]:
        last = 0
        while chunk := list(waiting.filter(number__gt=last)[:CHUNK]):
            for row in chunk:
                taken.append(row)
                yield _found(row)
            last = chunk[-1].number

    def keep(lines: Sequence[ImportLine]) -> None:
        for row, line in zip(taken, lines, strict=True):
            row.fate, row.line, row.is_settled = line.fate, line_as_json(line), True
            row.is_unfinished = bool(line.to_mend)
        ImportQuestion.objects.bulk_update(taken, ["fate", "line", "is_settled", "is_unfinished"])
        lease.renew()
        taken.clear()

    concepts, otherwise = chosen_concepts(made)
    import_questions(
        made.course,
        made.form,
        made.file_name,
        take(),
        by=made.made_by,
        concepts=concepts,
        otherwise=otherwise,
        begun=made,
        keep=keep,
    )
    with transaction.atomic():
        made.questions.update(found=None)
        fates = Counter(made.questions.filter(is_chosen=True).values_list("fate", flat=True))
        lease.renew(state=Import.State.DONE, counts=dict(fates))


def chosen_concepts(made: Import) -> tuple[dict[str, Concept | None], list[Concept]]:
    """What was chosen for the categories and tags of a file, and for questions that have none."""
    concepts = {concept.pk: concept for concept in made.course.concepts.all()}
    chosen = {name: concepts.get(key) for name, key in made.choice.get("concepts", {}).items()}
    return chosen, [concepts[key] for key in made.choice.get("otherwise", []) if key in concepts]


def guess_concepts(made: Import) -> dict[str, Concept | None]:
    """What each category and tag of a file is in its course, by what is called the same; the commonest first."""
    known = known_concepts(made.course)
    names = sorted(made.names, key=lambda name: (-made.names[name], name))
    return {name: find_concept(name, known) for name in names}


def report_of(made: Import) -> ImportReport:
    """The report of an import that was uploaded, as `import_items` gives it."""
    rows = made.questions.filter(is_chosen=True).values_list("line", flat=True)
    return ImportReport(made, [_line(document) for document in rows])


def line_as_json(line: ImportLine) -> dict[str, object]:
    """What a report says of a question, without what is empty."""
    return {name: value for name, value in vars(line).items() if value}


def _line(document: dict[str, Any]) -> ImportLine:
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    told["fate"] = Fate(document["fate"])
    return ImportLine(**told)


def _row(made: Import, number: int, found: Found, line: ImportLine) -> ImportQuestion:
    can_come = line.fate in CHOOSABLE
    return ImportQuestion(
        made_in=made,
        number=number,
        fate=line.fate,
        is_changed=bool(line.changed),
        is_lossy=bool(line.lost),
        is_unfinished=bool(line.to_mend),
        is_settled=not can_come,
        line=line_as_json(line),
        found=_as_json(found) if can_come else None,
    )


def _as_json(found: Found) -> dict[str, object]:
    document = {field.name: getattr(found, field.name) for field in fields(found)}
    return {**document, "pictures": [picture.address for picture in found.pictures]}


def _found(row: ImportQuestion) -> Found:
    """The question as it was read. Its pictures lie in the storage since then."""
    assert row.found is not None
    document: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.found.items()
    }
    stored = [(address, read_picture(address)) for address in document["pictures"]]
    pictures = tuple(Picture(address, content) for address, content in stored if content is not None)
    return Found(**{**document, "pictures": pictures})
