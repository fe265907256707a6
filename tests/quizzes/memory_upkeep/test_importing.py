"""`import_reviews`: a newcomer keeps the past, once, whatever the file holds."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Concept, Course, Item, Lesson
from quizzes import memory_upkeep, schedule
from quizzes.models import Card, ChangeLog, DailyPlan, Job, Review, ReviewEvent
from tests.conftest import Api
from tests.quizzes.memory_upkeep.histories import packages
from tests.quizzes.memory_upkeep.histories.packages import NoteRow, Row, collection, latest, pack
from tests.quizzes.reviews.test_log import history, send, states

Key = Callable[[str], Any]
Write = Callable[..., Path]
BEGIN = datetime(2024, 5, 1, 18, 30, tzinfo=UTC)
HEADER = "item,facet,rating,instant,seconds"


def run(path: Path, student: str = "ada", **options: Any) -> str:
    out = StringIO()
    call_command("import_reviews", path, student=student, stdout=out, **options)
    return out.getvalue()


def refused(path: Path, student: str = "ada", **options: Any) -> str:
    """What the command says when it refuses; it must have changed nothing."""
    before = everything()
    with pytest.raises(CommandError) as error:
        run(path, student, **options)
    assert everything() == before
    return str(error.value)


def everything() -> list[Any]:
    """All that an import could change."""
    tables = (ReviewEvent, Review, Card, ChangeLog, DailyPlan)
    return [list(table.objects.order_by("pk").values_list()) for table in tables]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a history as CSV; its path."""

    def csv(*rows: str, name: str = "history.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join((HEADER, *rows)))
        return path

    return csv


def row(days: float, rating: str = "good", item: str = "penalty-target", facet: str = "") -> str:
    return f"{item},{facet},{rating},{(BEGIN + timedelta(days=days)).isoformat()},12.5"


def card(student: User, slug: str = "penalty-target", facet: str = "") -> Card:
    return Card.objects.get(student=student, item__slug=slug, facet=facet)


def healthy(student: User) -> bool:
    return memory_upkeep.rebuild(student, repair=False).different == 0


# What becomes of a review


def test_a_review_is_a_line_of_the_log_and_moves_its_card(student: User, write: Write) -> None:
    said = run(write(row(0, "2"), row(3, "easy"), row(3, "again", "match-regularisers", "l2")))

    assert "3 reviews read, 3 imported, 0 already there, 0 skipped." in said
    assert "2 cards, 2024-05-01 18:30 to 2024-05-04 18:30 UTC." in said
    assert "Memory now: 2 cards with a state, 2 due." in said
    first, second, third = ReviewEvent.objects.filter(student=student).order_by("sequence")
    assert (first.type, first.occurred_at, first.duration_ms, first.score) == ("import", BEGIN, 12_500, 1.0)
    assert first.response == {"source": "csv", "rating": 2}
    assert first.device == second.device
    assert third.score == 0.0
    line = second.reviews.get()
    assert (line.card, line.rating, line.predicted, line.practice) == (card(student), 4, None, 0)
    moved = card(student)
    assert (moved.reviews, moved.last_rating, moved.last_review_at) == (2, 4, second.occurred_at)
    assert moved.stability is not None
    assert moved.sequence > third.sequence
    assert card(student, "match-regularisers", "l2").stability is not None
    assert card(student, "match-regularisers", "l1").stability is None
    assert healthy(student)


def test_a_study_day_is_the_students(student: User, write: Write) -> None:
    student.time_zone, student.day_rollover_hour = "Asia/Tokyo", 4
    student.save()
    run(write(row(0), row(1)))  # 3:30 in the morning there
    assert [str(event.study_date) for event in ReviewEvent.objects.order_by("sequence")] == ["2024-05-01", "2024-05-02"]


@pytest.mark.any_database
def test_a_plan_is_asked_for_and_a_client_hears_of_the_cards(student: User, write: Write) -> None:
    schedule.plan_day(student)
    before = ChangeLog.objects.get(student=student).last_sequence
    run(write(row(0)))
    book = ChangeLog.objects.get(student=student)
    assert Job.objects.filter(student=student, kind="plan").exists()
    assert before < card(student).sequence <= book.last_sequence


@pytest.mark.any_database
def test_an_item_and_its_pair_may_stand_in_one_column(student: User, write: Write) -> None:
    run(write(row(0, item="match-regularisers:drop")))
    assert card(student, "match-regularisers", "drop").reviews == 1


@pytest.mark.any_database
def test_the_order_in_the_file_does_not_matter(student: User, write: Write) -> None:
    schedule.ensure_cards(student)
    rows = [row(days, rating) for days, rating in ((0, "good"), (4, "again"), (4.01, "hard"), (30, "easy"))]
    with transaction.atomic():
        run(write(*rows))
        expected = states(student)
        transaction.set_rollback(True)
    run(write(*rows[::-1]))
    assert states(student) == expected


@pytest.mark.any_database
def test_imports_between_live_answers_give_the_states_of_the_ordered_log(student: User, key: Key, write: Write) -> None:
    events = history(student, key)
    now = timezone.now()
    rows = [
        f"{item},{facet},{rating},{(now - timedelta(days=days)).isoformat()},9"
        for days, rating, item, facet in [
            (39.5, "good", "penalty-target", ""),
            (20.25, "again", "penalty-target", ""),
            (11, "hard", "match-regularisers", "l1"),
            (3.3, "easy", "match-regularisers", "l1"),
            (60, "good", "order-of-a-step", ""),
        ]
    ]
    path = write(*rows)
    half = len(events) // 2

    found = []
    for before, after in ((events, []), ([], events), (events[:half], events[half:]), (events[::2], events[1::2])):
        with transaction.atomic():
            send(student, before)
            run(path)
            send(student, after)
            assert healthy(student)
            found.append(states(student))
            transaction.set_rollback(True)
    assert found[0] == found[1] == found[2] == found[3]


def test_an_imported_review_can_be_undone_and_stays_so(student: User, api: Api, write: Write) -> None:
    schedule.ensure_cards(student)
    with transaction.atomic():
        run(write(row(0)))
        expected = card(student).stability
        transaction.set_rollback(True)
    path = write(row(0), row(5, "again"))
    run(path)
    assert card(student).stability != expected
    event = ReviewEvent.objects.get(score=0.0)

    undo = {"id": str(uuid.uuid4()), "type": "undo", "occurred_at": timezone.now().isoformat()}
    (result,) = api.send({**undo, "target": str(event.event_id)})
    assert result["status"] == "accepted"
    assert card(student).stability == expected
    assert healthy(student)

    assert "0 imported, 2 already there" in run(path)
    assert card(student).stability == expected


# Again, and a little more


@pytest.mark.any_database
def test_a_second_import_adds_nothing_and_an_overlapping_one_what_is_new(student: User, write: Write) -> None:
    path = write(row(0), row(3), row(3))
    assert "2 imported, 1 already there" in run(path)
    before = everything()
    assert "3 reviews read, 0 imported, 3 already there, 0 skipped." in run(path)
    assert everything() == before
    assert "1 imported, 2 already there" in run(write(row(0), row(3), row(8)))
    assert card(student).reviews == 3
    assert healthy(student)


def test_another_rating_of_the_same_review_is_told_and_changes_nothing(student: User, write: Write) -> None:
    run(write(row(0)))
    said = run(write(row(0, "again"), row(0), row(7, "easy"), row(7, "hard")))
    assert "1 imported, 1 already there, 2 skipped" in said
    assert "2 × already there with another rating, which stays: penalty-target at 2024-05-01 18:30 UTC" in said
    assert list(Review.objects.order_by("pk").values_list("rating", flat=True)) == [3, 4]


@pytest.mark.any_database
def test_a_dry_run_says_all_and_leaves_nothing(
    student: User, write: Write, django_capture_on_commit_callbacks: Any
) -> None:
    path = write(row(0), row(3, item="unknown"))
    before = everything()
    with django_capture_on_commit_callbacks() as asked_for:
        said = run(path, dry_run=True)
    assert everything() == before
    assert asked_for == []
    assert said == run(path) + "Dry run: nothing was changed.\n"


@pytest.mark.any_database
def test_another_students_past_is_their_own(student: User, stranger: User, write: Write) -> None:
    path = write(row(0))
    run(path)
    assert "1 imported" in run(path, "eve")
    assert card(student).reviews == card(stranger).reviews == 1


@pytest.mark.any_database
def test_a_long_history_takes_a_bounded_number_of_queries(student: User, write: Write) -> None:
    def queries(reviews: int) -> int:
        path = write(*(row(number / 24) for number in range(reviews)))
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            run(path)
            transaction.set_rollback(True)
        return sum(not query["sql"].startswith("INSERT") for query in captured)

    assert queries(1100) - queries(600) == 2  # one more batch of 500: what is there, and what was undone


# What stays out


@pytest.mark.any_database
def test_what_cannot_be_matched_is_counted_with_examples(student: User, write: Write) -> None:
    future = (timezone.now() + timedelta(days=2)).isoformat()
    soon = (timezone.now() + timedelta(seconds=20)).isoformat()
    said = run(
        write(
            row(0),
            *(row(days, item=f"unknown-{days}") for days in range(8)),
            row(9, item="unknown-0"),
            row(0, item="match-regularisers"),
            row(0, item="match-regularisers", facet="elastic"),
            row(0, facet="l2"),
            f"penalty-target,,3,{future},1",
            f"penalty-target,,3,{soon},1",
            "penalty-target,,3,1999-12-31T23:59:59Z,1",
            row(0, item="\x1b[31mred" + "!" * 100),
        )
    )
    assert "17 reviews read, 2 imported, 0 already there, 15 skipped." in said
    courses = "no such item in the student's courses"
    assert f"10 × {courses} (9 different): unknown-0, unknown-1, unknown-2, unknown-3, unknown-4\n" in said
    assert "1 × a match set: name one of its pairs (1 different): match-regularisers\n" in said
    assert "2 × the item has no such pair (2 different): match-regularisers:elastic, penalty-target:l2\n" in said
    assert "1 × in the future; check the clock or the offset: penalty-target at" in said
    assert "1 × before 2000: penalty-target at 1999-12-31\n" in said
    assert "\x1b" not in said
    assert card(student).last_review_at <= timezone.now()  # type: ignore[operator]


@pytest.mark.any_database
def test_an_item_that_is_retired_is_not_asked_nor_imported(student: User, write: Write) -> None:
    bank.retire(Item.objects.get(slug="penalty-target"))
    assert "0 imported, 0 already there, 1 skipped" in run(write(row(0)))


def test_courses_with_the_same_slug_have_to_be_told_apart(student: User, course: Course, write: Write) -> None:
    other = Course.objects.create(slug="other", title="Other")
    item = Item.objects.get(slug="penalty-target")
    lesson = Lesson.objects.create(course=other, slug="theirs", title="Theirs", body_markdown="Text")
    concept = Concept.objects.create(course=other, lesson=lesson, slug="theirs", name="Theirs", definition="Theirs")
    bank.publish(bank.save_draft(other, item.slug, item.kind, item.draft, [concept]))
    schedule.enrol(student, other)
    path = write(row(0))
    assert "several items could be meant" in run(path)
    assert "1 imported" in run(path, course="tiny")
    assert Review.objects.get().card.item == item


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["penalty-target,,5,2024-05-01T18:30:00Z,1"], "line 2: rating: “5” is no rating"),
        (["penalty-target,,3,2024-05-01T18:30:00,1"], "line 2: instant: “2024-05-01T18:30:00” has no offset"),
        (["penalty-target"], "line 2: 1 values for 5 columns"),
    ],
)
def test_one_wrong_line_and_nothing_comes_in(student: User, write: Write, rows: list[str], said: str) -> None:
    good = [row(days / 10) for days in range(700)]
    assert said in refused(write(*rows, *good))
    assert f"line {702}:" in refused(write(*good, *rows))


@pytest.mark.any_database
def test_who_and_where_have_to_be_right(student: User, course: Course, write: Write, tmp_path: Path) -> None:
    path = write(row(0))
    User.objects.create_user("new")
    Course.objects.create(slug="other", title="Other")
    assert "There is no student “nobody”." in refused(path, "nobody")
    assert "new is not enrolled in any course; add an enrolment in the admin." in refused(path, "new")
    assert "ada is not enrolled in Other" in refused(path, course="other")
    assert "There is no course “none”; there are: other, tiny." in refused(path, course="none")
    assert "No such file" in refused(tmp_path / "missing.csv")
    assert "has to end with .csv, .tsv, .txt, .apkg or .colpkg." in refused(write(row(0), name="history.xlsx"))
    assert "not a zip" in refused(write(row(0), name="history.colpkg"))


# Anki


def days(*after: float, card: int = 0) -> list[Row]:
    return [Row(card, BEGIN + timedelta(days=each)) for each in after]


@pytest.mark.parametrize("packing", packages.PACKINGS)
def test_an_anki_collection_comes_in_whatever_its_packing(student: User, tmp_path: Path, packing: Any) -> None:
    data = collection([NoteRow(["?", "!"], tags="item:penalty-target")], [*days(0, 2), Row(0, BEGIN, 0, type=4)][:2])
    path = pack(tmp_path / "all.colpkg", packing(data))
    said = run(path)
    assert "2 reviews read, 2 imported, 0 already there, 0 skipped." in said
    event = ReviewEvent.objects.order_by("sequence")[0]
    assert event.response == {"source": "anki", "rating": 3}
    assert (event.occurred_at, event.duration_ms) == (BEGIN, 8_000)
    assert card(student).reviews == 2
    assert healthy(student)
    assert "0 imported, 2 already there" in run(path)


@pytest.mark.any_database
def test_a_later_export_and_another_packing_add_what_is_new(student: User, tmp_path: Path) -> None:
    note = NoteRow(["?"], tags="item:penalty-target")
    run(pack(tmp_path / "may.apkg", packages.legacy(collection([note], days(0, 2)))))
    later = collection([note], days(0, 2, 9))
    assert "1 imported, 2 already there" in run(pack(tmp_path / "june.colpkg", latest(later)))


@pytest.mark.any_database
@pytest.mark.parametrize(
    "note",
    [
        NoteRow(["?"], guid="penalty-target"),
        NoteRow(["?"], tags="leech examprep::penalty-target"),
        NoteRow(["?"], tags="Item:Penalty-Target"),
        NoteRow(["?", "<i>penalty-target</i>"]),
        NoteRow(["<div>What does the&nbsp;L2\n <b>penalty</b> make small?</div>", "The weights"]),
        NoteRow(["What is true of L2?", "penalty-target"]),
        NoteRow(["What is true of L2?", "true-of-l2"], tags="item:penalty-target examprep::penalty-target"),
    ],
)
def test_a_note_finds_its_item(student: User, tmp_path: Path, note: NoteRow) -> None:
    assert "1 imported" in run(pack(tmp_path / "deck.apkg", latest(collection([note], days(0)))))
    assert card(student).reviews == 1


@pytest.mark.parametrize(
    ("note", "place", "facet"),
    [
        (NoteRow(["?"], tags="item:match-regularisers:drop"), 0, "drop"),
        (NoteRow(["?"], tags="examprep::match-regularisers::l1"), 0, "l1"),
        (NoteRow(["?", "<b>Dropout</b>"], tags="item:match-regularisers"), 0, "drop"),
        (NoteRow(["Match each to what it does.", "L1"]), 0, "l1"),
        (NoteRow(["?"], tags="item:match-regularisers", cards=3), 2, "drop"),
        (NoteRow(["?", "L1", "Dropout"], tags="item:match-regularisers", cards=3), 1, "l1"),
    ],
)
def test_a_note_of_a_match_set_finds_its_pair(
    student: User, tmp_path: Path, note: NoteRow, place: int, facet: str
) -> None:
    data = collection([note], days(0, card=place))
    assert "1 imported" in run(pack(tmp_path / "deck.apkg", latest(data)))
    assert card(student, "match-regularisers", Card.objects.get(reviews=1).facet).facet == facet


@pytest.mark.any_database
def test_notes_that_find_none_are_told(student: User, tmp_path: Path) -> None:
    notes = [
        NoteRow(["A note about <i>something</i> else", ""]),
        NoteRow(["?"], tags="item:penalty-target item:decay-factor"),
        NoteRow(["Match each to what it does."]),
        NoteRow(["?"], tags="item:match-regularisers:elastic"),
        NoteRow(["?"], tags="item:match-regularisers", cards=4),
    ]
    rows = [row for number in range(8) for row in days(number, card=number)] + [
        Row(0, BEGIN + timedelta(days=20), ease=0, type=packages.MANUAL),
        Row(9, BEGIN + timedelta(days=21)),
    ]
    said = run(pack(tmp_path / "deck.apkg", latest(collection(notes, rows))))
    assert "10 reviews read, 3 imported, 0 already there, 7 skipped." in said
    assert (
        "1 × no item for the note; tag it item:SLUG or examprep::SLUG (1 different): A note about something else\n"
        in said
    )
    assert "1 × several items could be meant; name the course, or tag the note (1 different): ?\n" in said
    assert "2 × a match set: name one of its pairs (2 different): Match each to what it does., ?\n" in said
    assert "1 × the item has no such pair (1 different): ?\n" in said
    assert "1 × not an answer: rescheduled or reset by hand: 2024-05-21 18:30 UTC\n" in said
    assert "1 × the card was deleted in Anki: 2024-05-22 18:30 UTC\n" in said


FORGET = {"ease": 0, "type": packages.MANUAL, "factor": 0}
SET_DUE_DATE = {"ease": 0, "type": packages.MANUAL, "factor": 2500}


def deck(folder: Path, *rows: Row) -> Path:
    """A package with one note, which is the item."""
    note = NoteRow(["?"], tags="item:penalty-target", cards=2)
    return pack(folder / "deck.apkg", latest(collection([note], rows)))


def on(day: int, **more: int) -> Row:
    return Row(more.pop("card", 0), BEGIN + timedelta(days=day), **more)


LEARNED = [on(day) for day in (0, 3, 13, 40)]
AFTERWARDS = [on(60, ease=1), on(61)]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("rows", "reviews", "stability", "difficulty"),
    [
        ([*LEARNED, on(50, **FORGET), *AFTERWARDS], 2, 1.887, 6.402),
        ([*LEARNED, on(50, **FORGET)], 0, None, None),
        ([*LEARNED, on(50, **SET_DUE_DATE), *AFTERWARDS], 6, 5.783, 7.376),
        # The last of several resets counts, and one of the note's other card says nothing.
        ([*LEARNED, on(2, **FORGET), on(50, **FORGET), *AFTERWARDS], 2, 1.887, 6.402),
        ([*LEARNED, on(50, card=1, **FORGET), *AFTERWARDS], 6, 5.783, 7.376),
    ],
)
def test_a_card_that_was_reset_counts_from_there(
    student: User, tmp_path: Path, rows: list[Row], reviews: int, stability: float | None, difficulty: float | None
) -> None:
    run(deck(tmp_path, *rows))
    moved = card(student)
    assert moved.reviews == reviews
    assert (moved.stability, moved.difficulty) == (
        stability and pytest.approx(stability, abs=5e-4),
        difficulty and pytest.approx(difficulty, abs=5e-4),
    )
    assert (moved.due_at is None) == (stability is None)
    assert healthy(student)


@pytest.mark.parametrize("newest_first", [False, True])
def test_it_makes_no_difference_which_export_comes_first(student: User, tmp_path: Path, newest_first: bool) -> None:
    exports = [LEARNED, [*LEARNED, on(50, **FORGET), *AFTERWARDS]]
    for rows in reversed(exports) if newest_first else exports:
        run(deck(tmp_path, *rows))
    assert (card(student).reviews, card(student).lapses) == (2, 0)
    assert healthy(student)
    before = everything()
    said = run(deck(tmp_path, *exports[1]))
    assert "0 imported, 2 already there, 5 skipped" in said
    assert "4 × before the card was reset: ? at 2024-05-01 18:30 UTC" in said
    assert everything() == before


def test_formulas_are_compared_without_their_delimiters(student: User, course: Course, tmp_path: Path) -> None:
    stem = "What is *not* in $\\frac{a}{b}$ where $a < b$?"
    item = Item.objects.get(slug="penalty-target")
    bank.publish(bank.save_draft(course, item.slug, item.kind, {**item.draft, "stem": stem}, [item.concepts.all()[0]]))
    note = NoteRow(["What is <i>not</i> in \\(\\frac{a}{b}\\) where \\(a &lt; b\\)?"])
    assert "1 imported" in run(pack(tmp_path / "deck.apkg", latest(collection([note], days(0)))))


@pytest.mark.any_database
def test_a_package_without_reviews_says_how_to_get_them(student: User, tmp_path: Path) -> None:
    said = run(pack(tmp_path / "deck.apkg", latest(collection([NoteRow(["?"])], []))))
    assert "0 reviews read, 0 imported" in said
    assert "scheduling information" in said


@pytest.mark.any_database
def test_a_package_that_goes_wrong_late_changes_nothing(student: User, tmp_path: Path) -> None:
    note = NoteRow(["?"], tags="item:penalty-target")
    also = "UPDATE revlog SET ease = 'three' WHERE id = (SELECT max(id) FROM revlog)"
    data = collection([note], days(*range(700)), also=also)
    assert "no review of Anki's" in refused(pack(tmp_path / "deck.apkg", latest(data)))
