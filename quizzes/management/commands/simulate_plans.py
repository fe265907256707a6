"""`manage.py simulate_plans`: students simulated under different policies, on a course's own bank and exam."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from quizzes import schedule
from quizzes.memory import fsrs
from quizzes.models import Exam
from quizzes.planning import drawing, policies, simulate
from quizzes.planning.bound import bound
from quizzes.planning.cards import Cards

MISSED = 0.1
BOUND_ROUNDS = 20
OURS = "examprep"


class Command(BaseCommand):
    help = "Compares policies by simulated students whose memory the planner does not know. Prints a table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--exam", default="oa-1", help="Whose bank and blueprint (default: oa-1).")
        parser.add_argument("--students", type=int, default=240)
        parser.add_argument("--days", default="14,30,60", help="Days to the exam, separated by commas.")
        parser.add_argument("--minutes", default="10,20", help="Minutes a day, separated by commas.")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument(
            "--parameters", type=Path, help="CSV of real learners' w0…w20 (default: those of the tests)."
        )
        parser.add_argument("--known", action="store_true", help="The planner knows each student's parameters.")
        parser.add_argument("--svg", type=Path, help="Draw the scores there.")

    def handle(self, *args: Any, **options: Any) -> None:
        exam = Exam.objects.filter(slug=options["exam"]).first()
        if exam is None:
            raise CommandError(f"There is no exam “{options['exam']}”; load its course first.")
        bank = schedule.load_exam_bank(exam)
        learners = read_parameters(options["parameters"] or settings.BASE_DIR / "tests" / "data" / "fsrs6_users.csv")
        students = options["students"]
        truth = [learners[number % len(learners)] for number in range(students)]
        self.stdout.write(
            f"{students} students with the memories of {len(learners)} learners, {bank.weight.size} items, "
            f"{bank.seconds.sum() / 60:.0f} minutes to answer each once; {MISSED:.0%} of the days are missed.\n"
        )
        drawn: list[drawing.Group] = []
        for days in map(int, options["days"].split(",")):
            luck = simulate.Luck.draw(students, bank.weight.size, days, seed=options["seed"], missed=MISSED)
            for minutes in map(float, options["minutes"].split(",")):
                setting: dict[str, Any] = {"days": days, "budget": 60 * minutes, "truth": truth}
                run = simulate.simulate_known if options["known"] else simulate.simulate
                found = {name: run(policy, bank, luck, **setting) for name, policy in policies.POLICIES.items()}
                most = self._bound(bank, days, minutes, learners)
                self._table(days, minutes, found, most)
                scores = {name: float(one.score.mean()) for name, one in found.items()}
                drawn.append(drawing.Group(f"{days} days, {minutes:g} min", scores, most))
        if options["svg"]:
            options["svg"].write_text(drawing.scores(drawn, ours=OURS), encoding="utf-8")
            self.stdout.write(f"Drawn to {options['svg']}.")

    def _bound(self, bank: simulate.Bank, days: int, minutes: float, learners: list[simulate.Parameters]) -> float:
        """The mean bound of the learners, had the planner known them.

        The bound is concave in the minutes, so that days missed at random cost at least what fewer minutes do.
        """
        unseen = np.full((1, bank.weight.size), np.nan)
        cards = Cards(unseen, unseen, np.zeros_like(unseen), bank.weight[None], bank.seconds[None], bank.guess[None])
        seconds = 60 * minutes * (1 - MISSED)
        each = [bound(cards, days, seconds, w, rounds=BOUND_ROUNDS) for w in learners]
        return (1 - simulate.SLIP) * float(np.mean(each))

    def _table(self, days: int, minutes: float, found: dict[str, simulate.Outcome], most: float) -> None:
        fixed = {name: one.score.mean() for name, one in found.items() if name.startswith("FSRS")}
        best = max(fixed.values())
        self.stdout.write(f"\n### {days} days, {minutes:g} minutes a day; no policy can exceed {most:.4f}\n")
        self.stdout.write("| policy | score | ± | minutes a day | of the bound | marks lost, to the best FSRS |")
        self.stdout.write("|---|---|---|---|---|---|")
        for name, one in sorted(found.items(), key=lambda entry: -entry[1].score.mean()):
            score = one.score.mean()
            spent = one.seconds.mean() / 60
            error = (one.score - found[max(fixed, key=lambda key: fixed[key])].score).std() / np.sqrt(one.score.size)
            self.stdout.write(
                f"| {'**' + name + '**' if name == OURS else name} | {score:.4f} | {error:.4f} | {spent:.1f} "
                f"| {score / most:.3f} | {(1 - score) / (1 - best):.2f} |"
            )


def read_parameters(path: Path) -> list[simulate.Parameters]:
    """The w0…w20 of each row."""
    if not path.exists():
        raise CommandError(f"There is no {path}; give --parameters FILE with the columns w0 … w20.")
    with path.open(encoding="utf-8") as file:
        columns = [f"w{number}" for number in range(len(fsrs.DEFAULT_PARAMETERS))]
        return [tuple(float(row[column]) for column in columns) for row in csv.DictReader(file)]
