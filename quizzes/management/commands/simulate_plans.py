"""`manage.py simulate_plans`: students simulated under different policies, on a course's own bank and exam."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray

from questions.whole_numbers import whole_number_between, whole_numbers_between
from quizzes import schedule
from quizzes.memory import fsrs
from quizzes.models import Exam
from quizzes.planning import drawing, policies, simulate
from quizzes.planning.bound import bound
from quizzes.planning.cards import Cards

MISSED = 0.1
"""The share of days on which a simulated student does not study."""
BOUND_ROUNDS = 20
OURS = "examprep"


class Command(BaseCommand):
    help = "Compares policies by simulated students whose memory the planner does not know. Prints a table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--exam", default="oa-1", help="The exam whose bank and blueprint are used (default: oa-1)."
        )
        parser.add_argument("--students", type=whole_number_between(1, 100_000), default=240)
        parser.add_argument(
            "--days",
            type=whole_numbers_between(1, 366),
            default="14,30,60",
            help="Days to the exam, separated by commas.",
        )
        parser.add_argument(
            "--minutes",
            type=whole_numbers_between(1, schedule.MAX_DAILY_MINUTES),
            default="10,20",
            help="Minutes a day, separated by commas.",
        )
        parser.add_argument("--seed", type=whole_number_between(0, 2**32 - 1), default=2026)
        parser.add_argument(
            "--parameters", type=Path, help="CSV of real learners' w0…w20 (default: those of the tests)."
        )
        parser.add_argument("--known", action="store_true", help="The planner knows each student's parameters.")
        parser.add_argument("--svg", type=Path, help="Draw the scores to this file.")

    def handle(
        self,
        *args: object,
        exam: str,
        students: int,
        days: list[int],
        minutes: list[int],
        seed: int,
        parameters: Path | None,
        known: bool,
        svg: Path | None,
        **options: object,
    ) -> None:
        bank = schedule.load_exam_bank(find_exam(exam))
        learners = read_parameters(parameters or settings.BASE_DIR / "tests" / "data" / "fsrs6_users.csv")
        truth = [learners[number % len(learners)] for number in range(students)]
        self.stdout.write(
            f"{students} students with the memories of {len(learners)} learners, {bank.weight.size} items, "
            f"{bank.seconds.sum() / 60:.0f} minutes to answer each once; {MISSED:.0%} of the days are missed.\n"
        )
        belief = truth if known else None
        groups: list[drawing.Group] = []
        for horizon in days:
            luck = simulate.Luck.draw(students, bank.weight.size, horizon, seed=seed, missed=MISSED)
            for daily in minutes:
                outcomes = {
                    name: simulate.simulate(
                        policy, bank, luck, days=horizon, budget=60 * daily, truth=truth, belief=belief
                    )
                    for name, policy in policies.POLICIES.items()
                }
                most = _mean_bound(bank, horizon, daily, learners)
                self._write_table(horizon, daily, outcomes, most)
                scores = {name: float(outcome.score.mean()) for name, outcome in outcomes.items()}
                groups.append(drawing.Group(f"{horizon} days, {daily:g} min", scores, most))
        if svg:
            svg.write_text(drawing.scores(groups, ours=OURS), encoding="utf-8")
            self.stdout.write(f"Drawn to {svg}.")

    def _write_table(self, days: int, minutes: float, outcomes: dict[str, simulate.Outcome], most: float) -> None:
        best = max((name for name in outcomes if name.startswith("FSRS")), key=lambda name: outcomes[name].score.mean())
        best_score = outcomes[best].score.mean()
        self.stdout.write(f"\n### {days} days, {minutes:g} minutes a day; no policy can exceed {most:.4f}\n")
        self.stdout.write("| policy | score | ± | minutes a day | of the bound | marks lost, to the best FSRS |")
        self.stdout.write("|---|---|---|---|---|---|")
        for name, outcome in sorted(outcomes.items(), key=lambda entry: -entry[1].score.mean()):
            score = outcome.score.mean()
            error = (outcome.score - outcomes[best].score).std() / np.sqrt(outcome.score.size)
            self.stdout.write(
                f"| {'**' + name + '**' if name == OURS else name} | {score:.4f} | {error:.4f} "
                f"| {outcome.seconds.mean() / 60:.1f} | {score / most:.3f} | {(1 - score) / (1 - best_score):.2f} |"
            )


def find_exam(slug: str) -> Exam:
    """Return the exam. Raises CommandError where there is none."""
    exam = Exam.objects.filter(slug=slug).first()
    if exam is None:
        raise CommandError(f"There is no exam “{slug}”; load its course first.")
    return exam


def _mean_bound(bank: simulate.Bank, days: int, minutes: float, learners: list[simulate.Parameters]) -> float:
    """Return the mean of what no policy can exceed for these learners, had the planner known them.

    The bound is concave in the minutes, so that days missed at random cost at least what fewer minutes do.
    """
    unseen = np.full((1, bank.weight.size), np.nan)
    cards = Cards(unseen, unseen, np.zeros_like(unseen), *_row(bank))
    seconds = 60 * minutes * (1 - MISSED)
    each = [bound(cards, days, seconds, w, rounds=BOUND_ROUNDS) for w in learners]
    return (1 - simulate.SLIP) * float(np.mean(each))


def _row(bank: simulate.Bank) -> Iterator[NDArray[np.float64]]:
    return (column[None] for column in (bank.weight, bank.seconds, bank.guess, bank.first))


def read_parameters(path: Path) -> list[simulate.Parameters]:
    """Return the parameters w0…w20 of each row. Raises CommandError where there is no such file."""
    if not path.exists():
        raise CommandError(f"There is no {path}; give --parameters FILE with the columns w0 … w20.")
    with path.open(encoding="utf-8") as file:
        columns = [f"w{number}" for number in range(len(fsrs.DEFAULT_PARAMETERS))]
        return [tuple(float(row[column]) for column in columns) for row in csv.DictReader(file)]
