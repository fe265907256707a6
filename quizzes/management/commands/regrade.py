"""`manage.py regrade ITEM --course SLUG [--apply]`: what a correction of an item changes, and the correction itself."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from questions import bank
from questions.models import Correction, Item, ItemVersion
from quizzes.exams import corrections
from quizzes.models import Regrading

Rule = Correction.Rule


class Command(BaseCommand):
    help = (
        "Says what a correction of an item would change: every answer, sitting, memory and forecast. With --apply, it "
        "is written and done. Without a rule, the version before the published one is judged by the published one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("item", metavar="ITEM")
        parser.add_argument("--course", metavar="SLUG", required=True)
        parser.add_argument("--version-number", type=int, metavar="N", help="The version that was wrong.")
        rules = parser.add_mutually_exclusive_group()
        rules.add_argument("--by", type=int, metavar="N", help="Judge it by the rules of version N.")
        rules.add_argument("--accept", metavar="ANSWER", help="This answer, or choice, is right too.")
        rules.add_argument("--full-marks", action="store_true", help="Everybody has full marks.")
        rules.add_argument("--void", action="store_true", help="It does not count.")
        rules.add_argument("--take-back", action="store_true", help="Take the newest correction back.")
        parser.add_argument("--why", default="", help="Students read it; needed to apply.")
        parser.add_argument("--as", dest="author", metavar="NAME", help="Whose correction it is.")
        parser.add_argument("--apply", action="store_true", help="Write it, and grade all answers anew.")
        parser.add_argument("--page", type=int, default=1, help="Which students are listed.")

    def handle(self, *args: object, item: str, course: str, apply: bool, page: int, **options: Any) -> None:
        found = Item.objects.filter(slug=item, course__slug=course).select_related("published").first()
        if found is None:
            raise CommandError(f"There is no item “{item}” in a course “{course}”.")
        correction = _read(found, options)
        try:
            if not apply:
                self._preview(correction, page)
                return
            written = corrections.apply(correction, timezone.now())
        except bank.BankError as error:
            raise CommandError(str(error)) from None
        done = corrections.regrade(written.version_id, progress=self._progress)
        self.stdout.write(f"{written}. {done.answers:,} answers of {done.students:,} students count otherwise.")
        if Regrading.objects.filter(version=written.version, done_at=None).exists():
            self.stdout.write("A worker is at it too, and does the rest.")

    def _progress(self, done: corrections.Progress) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done.students:,} of {done.of:,} students", ending="")

    def _preview(self, correction: Correction, page: int) -> None:
        found = corrections.preview(correction, timezone.now(), page=page)
        for row in found.rows:
            for line in _lines(row):
                self.stdout.write(f"{row.student}: {line}")
        self.stdout.write(
            f"{correction}. Of {found.answers:,} answers {found.changed:,} would count otherwise: {found.better:,} "
            f"better, {found.worse:,} worse; {found.sittings:,} sittings, {len(found.students):,} students "
            f"(page {page} of {found.pages}). Nothing is changed; --apply does it."
        )
        if found.untold:
            self.stdout.write(f"{found.untold:,} answers keep their grade: what they were asked cannot be judged so.")


def _read(item: Item, options: dict[str, Any]) -> Correction:
    """Return the correction that the options say. Raises CommandError."""
    author = get_user_model().objects.filter(username=options["author"]).first() if options["author"] else None
    if options["author"] and author is None:
        raise CommandError(f"There is no user “{options['author']}”.")
    written = {"why": options["why"], "made_by": author, "made_at": timezone.now()}
    if options["take_back"]:
        newest = Correction.objects.filter(version__item=item).in_force().last()
        if newest is None:
            raise CommandError("There is no correction to be taken back.")
        return bank.reversal_of(newest, why=options["why"], by=author, now=timezone.now())
    by_itself = options["accept"] is not None or options["full_marks"] or options["void"]
    version = _version(item, options["version_number"], published=by_itself)
    if options["accept"] is not None:
        return Correction(version=version, rule=Rule.ACCEPT, answer=options["accept"], **written)
    if by_itself:
        return Correction(version=version, rule=Rule.FULL if options["full_marks"] else Rule.VOID, **written)
    other = _version(item, options["by"], published=True)
    return Correction(version=version, rule=Rule.VERSION, by_version=other, **written)


def _version(item: Item, number: int | None, *, published: bool) -> ItemVersion:
    """Return the version of a number; without one the published one, or the one before it. Raises CommandError."""
    versions = ItemVersion.objects.filter(item=item).select_related("item__course").order_by("number")
    published_key = item.published.pk if item.published else 0
    if number is not None:
        version = versions.filter(number=number).first()
    elif published:
        version = versions.filter(pk=published_key).first()
    else:
        version = versions.exclude(pk=published_key).last()
    if version is None:
        raise CommandError("There is no such version of this item.")
    return version


def _lines(row: corrections.StudentRow) -> list[str]:
    """Return what changes for a student, a line each."""
    return [
        *(
            f"answer of {each.at:%Y-%m-%d %H:%M}: {_score(each.score)} → {_score(each.score_after)}"
            for each in row.answers
        ),
        *(
            f"{each.sitting.exam}: {each.sitting.score:g} of {each.sitting.max_score:g} → "
            f"{each.score_after:g} of {each.max_after:g}"
            for each in row.sittings
        ),
        *(f"memory: {_days(each.stability)} → {_days(each.stability_after)}" for each in row.cards),
        *(f"expected in {each.exam}: {each.score:.1%} → {each.score_after:.1%}" for each in row.forecasts),
    ]


def _score(score: float | None) -> str:
    return "void" if score is None else f"{score:g}"


def _days(stability: float | None) -> str:
    return "new" if stability is None else f"{stability:.1f} days"
