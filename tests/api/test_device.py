"""What the browser grades by itself, in JavaScript, is what the service says: all kinds, all forms, no difference."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.conf import settings

from examprep.models import User
from questions import kinds
from quizzes.calendar import StudyDay, day_begins, format_instant, keep_day, study_day
from quizzes.memory import fsrs, rating
from quizzes.models import Card, ReviewEvent
from quizzes.reviews import memory_states
from quizzes.reviews.memory_states import MAX_INTERVAL_DAYS
from quizzes.schedule.relearning import LEECH, REST_DAYS
from tests.api.answers import ask_all

MODULES: Path = settings.BASE_DIR / "quizzes/static/quizzes/device"
RUNNER = Path(__file__).parent / "run_on_device.mjs"
CORE, APART = ("grading.js", "answers.js", "texts.js"), ("fractions.js", "entries.js", "formulas.js")
MOST_BYTES = 20 * 1024
SEEDS, ANSWERS = int(os.environ.get("DEVICE_SEEDS", "1")), 16
"""How many variants of each question, and answers to each: `make vectors` has 26, which makes 10^5."""
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


def run_node(folder: Path, runner: Path, lines: list[str]) -> list[str]:
    """Return what a program of Node writes, given the folder of a copy of the device's modules, line by line."""
    shutil.copytree(MODULES, folder / "device")
    (folder / "device/package.json").write_text('{"type": "module"}')
    command = ["node", str(runner), str(folder / "device")]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, timeout=600, check=True)
    return done.stdout.splitlines()


def compare(folder: Path) -> Counter[str]:
    """Have answers graded by both, and count the outcomes. A difference fails."""
    draw = random.Random(SEEDS)
    asked = list(ask_all(range(SEEDS)))
    drawn = [[each.draw_answer(draw) for _ in range(ANSWERS)] for each in asked]
    lines = [
        json.dumps({"entry": each.entry, "responses": responses}) for each, responses in zip(asked, drawn, strict=True)
    ]
    outcomes: Counter[str] = Counter()
    for each, responses, line in zip(asked, drawn, run_node(folder, RUNNER, lines), strict=True):
        for response, ours in zip(responses, json.loads(line), strict=True):
            outcomes["left" if ours["score"] == "left" else "decided"] += 1
            if ours["score"] == "left":
                continue
            score, told = each.ask_service(response)
            outcome = score if isinstance(score, str) else "right" if score == 1 else "wrong"
            outcomes[f"{each.kind.name}: {outcome}"] += 1
            context = (each.kind.name, each.item, each.entry["grading"], each.entry["key"], response)
            assert ours["score"] == score, context
            assert set(ours["said"]) <= told, context
    return outcomes


def call(folder: Path, module: str, calls: list[list[Any]]) -> list[Any]:
    """Return what a module's functions give, each called by its name with its arguments."""
    (line,) = run_node(folder, RUNNER, [json.dumps({"module": module, "calls": calls})])
    results: list[Any] = json.loads(line)
    return results


@needs_node
def test_it_grades_as_the_service_does(tmp_path: Path) -> None:
    outcomes = compare(tmp_path)

    assert outcomes["decided"] > 3000
    assert outcomes["left"] < 0.25 * outcomes["decided"], outcomes
    for name in kinds.KINDS:
        assert outcomes[f"{name}: right"], f"{name} was never right: {outcomes}"
        assert outcomes[f"{name}: wrong"], f"{name} was never wrong: {outcomes}"


@needs_node
def test_it_rates_and_schedules_as_the_service_does(tmp_path: Path) -> None:
    draw, w = random.Random(SEEDS), list(fsrs.DEFAULT_PARAMETERS)
    rules = {"passed": rating.PASSED, "guessed": rating.GUESSED, "sure": rating.SURE}
    rules |= {"slow": rating.SLOW, "fast": rating.FAST}
    memory = {"parameters": w, "desired_retention": 0.9, "max_interval_days": MAX_INTERVAL_DAYS}
    calls: list[list[Any]] = []
    expected: list[Any] = []
    for _ in range(40):
        S, D = np.nan, np.nan
        for _ in range(12):
            score, confidence = draw.choice([0, 0.5, 0.6, 0.8, 1, 1]), draw.choice([None, 1, 2, 3, 5])
            seconds, hints = draw.choice([22.5, 135.0, draw.uniform(1, 200)]), draw.choice([0, 0, 1])
            rated = rating.rate(score, confidence, seconds, 45, hints)
            answer = {"score": score, "confidence": confidence, "seconds": seconds, "hints": hints}
            calls.append(["rate", answer, 45, rules])
            expected.append(int(rated))
            days = draw.choice([0, 0, 1, 2, 7, 40])
            calls.append(["step", None if np.isnan(S) else {"S": S, "D": D}, days, int(rated), w])
            S, D = map(float, fsrs.step(S, D, days, rated))
            expected.append(pytest.approx({"S": S, "D": D}, rel=1e-12))
            calls.append(["interval", S, memory])
            expected.append(min(max(round(float(fsrs.interval(S, 0.9))), 1), MAX_INTERVAL_DAYS))
    calls += [["interval", half, {**memory, "parameters": w}] for half in (0.5, 1.5, 2.5, 1e9)]
    expected += [
        min(max(round(float(fsrs.interval(half, 0.9))), 1), MAX_INTERVAL_DAYS) for half in (0.5, 1.5, 2.5, 1e9)
    ]

    assert call(tmp_path, "memory.js", calls) == expected


@dataclass
class Clock:
    zone: ZoneInfo
    day_rollover_hour: int
    kept_day: StudyDay | None = None


@needs_node
def test_it_has_the_study_days_of_the_service(tmp_path: Path) -> None:
    calls: list[list[Any]] = []
    expected: list[str] = []
    zones = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
    for zone in zones:
        for hour in (0, 2, 3, 4):
            clock = Clock(ZoneInfo(zone), hour)
            for later in range(0, 366, 5):
                at = datetime(2026, 1, 1, 1, 30, tzinfo=UTC) + timedelta(days=later, hours=later % 24)
                calls.append(["studyDate", {"instant": at.isoformat()}, zone, hour])
                expected.append(study_day(clock, at).date.isoformat())
            for day in (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25)):
                calls.append(["dayBegins", day.isoformat(), zone, hour])
                expected.append(format_instant(day_begins(clock, day)))
    # Days that a change of zone or hour found begun: to the west a date comes twice, to the east one is short.
    for before, after in permutations((*zones, "Pacific/Honolulu"), 2):
        for hour in (1, 9, 17):
            now = datetime(2026, 3, 10, hour, 30, tzinfo=UTC)
            clock = Clock(ZoneInfo(after), 4)
            clock.kept_day = kept = keep_day(Clock(ZoneInfo(before), 0), clock, now)
            if kept is None:
                continue
            begins_at, ends_at = format_instant(kept.begins_at), format_instant(kept.ends_at)
            told = {"date": kept.date.isoformat(), "begins_at": begins_at, "ends_at": ends_at}
            for at in (now + timedelta(hours=6 * step) for step in range(-8, 9)):
                calls.append(["studyDate", {"instant": at.isoformat()}, after, 4, told])
                expected.append(study_day(clock, at).date.isoformat())
            for days in (-1, 0, 1, 2):
                day = kept.date + timedelta(days=days)
                calls.append(["dayBegins", day.isoformat(), after, 4, told])
                expected.append(format_instant(day_begins(clock, day)))

    assert sum(len(each) == 5 for each in calls) > 500
    assert call(tmp_path, "memory.js", calls) == expected


@needs_node
def test_it_asks_in_the_order_of_the_guide(tmp_path: Path) -> None:
    memory = {"parameters": list(fsrs.DEFAULT_PARAMETERS), "relearn_minutes": 10, "relearn_gap": 3}
    memory |= {"max_answers_a_day": 4, "leech_lapses": 8}
    minute, today, later = 60_000, "2026-11-29", "2026-11-30"
    entries = [
        {"id": name, "card": name.upper()[0], "day": day, "position": position}
        for name, day, position in (
            ("b", today, 2),
            ("a", today, 1),
            ("a2", today, 3),
            ("c", later, 1),
            ("d", later, 2),
        )
    ]
    known = {card: {"S": 5.0, "t": t, "dueAt": due, "lapses": 0} for card, t, due in (("C", 1, 0), ("D", 9, 0))}

    def case(*answers: tuple[str, int, int], left: int = 60, now: int = 0, cards: object = known) -> list[Any]:
        answered = [{"presentation": name, "card": name.upper()[0], "rating": r, "at": at} for name, r, at in answers]
        day = {"today": today, "now": now, "secondsLeft": left, "answered": answered, "cards": cards}
        return ["next", entries, day, memory]

    both = (("a", 1, 0), ("b", 3, 1))
    leech = {"A": {**known["C"], "lapses": 8, "dueAt": 10**12}}
    cases: list[tuple[list[Any], str | None]] = [
        (case(), "a"),
        (case(left=0), None),
        (case(("a", 1, 0)), "b"),
        (case(*both), "d"),  # what is due and remembered least, until A's minutes have passed
        (case(*both, now=10 * minute), "a2"),
        (case(*both, now=10 * minute, left=0), "a2"),
        (case(*both, ("c", 3, 2), ("d", 3, 3)), "a2"),  # or three others were asked
        (case(("a", 3, 0), ("b", 3, 1), now=10 * minute), "d"),
        (case(*both, now=10 * minute, cards=leech), "c"),  # it rests, and C is new
        (case(*both, cards={"C": {**known["C"], "dueAt": 5}}), "d"),  # C is known and not due
    ]

    results = call(tmp_path, "next.js", [each for each, _ in cases])

    assert [result and result["id"] for result in results] == [name for _, name in cases]


@needs_node
def test_it_asks_a_card_again_by_its_spares(tmp_path: Path) -> None:
    memory = {"parameters": list(fsrs.DEFAULT_PARAMETERS), "relearn_minutes": 10, "relearn_gap": 3}
    memory |= {"max_answers_a_day": 4, "leech_lapses": 8}
    today = "2026-11-29"
    places = (("e", 1, 0), ("e1", 1, 1), ("e2", 1, 2), ("n", 2, 0))
    entries = [
        {"id": name, "card": name.upper()[0], "day": today, "position": position, "spare": spare}
        for name, position, spare in places
    ]
    due = {"E": {"S": 5.0, "t": 1, "dueAt": 0, "lapses": 0}}

    def case(answered: str, *, gone: str = "", cards: object, ratings: str = "") -> list[Any]:
        given = [
            {"presentation": name, "card": name.upper()[0], "rating": int(rating), "at": 0}
            for name, rating in zip(answered.split(), ratings, strict=True)
        ]
        day = {"today": today, "now": 600_000, "secondsLeft": 60, "answered": given, "cards": cards}
        left = [entry for entry in entries if entry["id"] not in gone.split()]
        return ["next", left, day, memory]

    cases: list[tuple[list[Any], str | None]] = [
        (case("", cards={}), "e"),
        (case("e", ratings="1", cards={}), "n"),
        (case("e n", ratings="13", cards={}), "e1"),
        (case("e n e1", ratings="131", cards={}), "e2"),
        (case("e n e1", ratings="133", cards={}), None),
        (case("", gone="e", cards=due), "e1"),  # of an earlier day, and due again: before what is new
        (case("", gone="e", cards={**due, "N": due["E"]}), "n"),  # what is known has its place
        (case("", gone="e", cards={"E": {**due["E"], "dueAt": 10**12}}), "n"),
    ]

    results = call(tmp_path, "next.js", [each for each, _ in cases])

    assert [result and result["id"] for result in results] == [name for _, name in cases]


@needs_node
def test_it_moves_what_a_pack_says_of_cards_as_the_service_does(tmp_path: Path) -> None:
    draw, w = random.Random(SEEDS), list(fsrs.DEFAULT_PARAMETERS)
    student = User(time_zone="Europe/Berlin", day_rollover_hour=4, desired_retention=0.9)
    memory = {"parameters": w, "desired_retention": 0.9, "max_interval_days": MAX_INTERVAL_DAYS, "relearn_minutes": 10}
    memory |= {"leech_lapses": LEECH, "leech_rest_days": REST_DAYS}
    rules = [memory, {"zone": student.time_zone, "rollover": student.day_rollover_hour}]
    calls: list[list[Any]] = []
    expected: list[Any] = []
    for known in (0, 1, 3) * 8:  # so many of five answers came before the pack
        card, at = Card(), datetime(2026, 3, 26, 22, tzinfo=UTC)
        stored: list[dict[str, Any]] = []
        answered: list[dict[str, Any]] = []
        for number in range(5):
            at += timedelta(hours=draw.choice([0.25, 5, 27, 70]))
            graded = draw.choice([1, 1, 2, 3, 3, 4])
            event = ReviewEvent(occurred_at=at, study_date=study_day(student, at).date)
            memory_states.step([memory_states.Step(card, graded)], event, w)
            answered.append({"presentation": "", "card": "C", "rating": graded, "at": at.timestamp() * 1000})
            if number + 1 == known:
                assert card.last_review_on
                state = {"stability": card.stability, "difficulty": card.difficulty, "lapses": card.lapses}
                due_at = memory_states.due(student, card, w)
                assert due_at
                dates = {"last_review_on": card.last_review_on.isoformat(), "due_at": format_instant(due_at)}
                stored, answered = [{"card": "C", **state, **dates}], []
        today = study_day(student, at).date + timedelta(days=2)
        calls.append(["foldAnswers", stored, answered, *rules, today.isoformat()])
        due = memory_states.due(student, card, w)
        assert due
        assert card.last_review_on
        days = (today - card.last_review_on).days
        told = {"S": card.stability, "t": days, "dueAt": due.timestamp() * 1000, "lapses": card.lapses}
        expected.append({"C": pytest.approx(told, rel=1e-12)})
    leech = {"card": "C", "stability": 1.0, "difficulty": 9.0, "lapses": LEECH - 1}
    leech |= {"last_review_on": "2026-03-01", "due_at": "2026-03-02T03:00:00.000Z"}
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    again = {"presentation": "", "card": "C", "rating": 1, "at": at.timestamp() * 1000}
    calls.append(["foldAnswers", [leech], [again], *rules, "2026-03-02"])

    # A question of several cards moves each by its own rating.
    both = {**again, "ratings": {"C": 1, "D": 3}}
    calls.append(["foldAnswers", [], [both], *rules, "2026-03-02"])

    *results, rests, moved = call(tmp_path, "memories.js", calls)

    assert results == expected
    assert {card: state["S"] for card, state in moved.items()} == {"C": w[0], "D": w[2]}
    assert rests["C"]["dueAt"] == day_begins(student, date(2026, 3, 2) + timedelta(days=REST_DAYS)).timestamp() * 1000


@needs_node
def test_each_card_of_a_question_has_a_score_of_its_own(tmp_path: Path) -> None:
    pairs = {"card": "a", "cards": {"l": "a", "m": "b"}, "grading": {"rule": "pairs"}}
    parts = {"card": "a", "cards": {"1": "a", "2": "b"}, "grading": {"rule": "parts"}}
    plain = {"card": "a", "cards": {}, "grading": {"rule": "order"}}

    def graded(score: float, said: Sequence[object] = (), **parts: float) -> dict[str, Any]:
        of_parts = {name[1:]: {"score": own, "said": [], "parts": {}} for name, own in parts.items()}
        return {"score": score, "said": list(said), "parts": of_parts}

    cases: list[tuple[dict[str, Any], dict[str, Any], dict[str, float]]] = [
        (plain, graded(0.5), {"a": 0.5}),
        (pairs, graded(0.5, [{"left": "m", "right": "x"}]), {"a": 1, "b": 0}),
        (pairs, graded(1), {"a": 1, "b": 1}),
        (pairs, graded(0), {"a": 0, "b": 0}),  # not known
        (parts, graded(0.6, _1=1, _2=0.2), {"a": 1, "b": 0.2}),
        (parts, graded(0), {"a": 0, "b": 0}),
    ]
    calls = [["scoresOfCards", entry, grade] for entry, grade, _ in cases]
    assert call(tmp_path, "grading.js", calls) == [scores for *_, scores in cases]


def test_it_is_small() -> None:
    for names in (CORE, APART):
        assert len(gzip.compress(b"".join((MODULES / name).read_bytes() for name in names))) < MOST_BYTES, names
