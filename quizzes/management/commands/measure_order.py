"""`manage.py measure_order`: what the order of a day's tasks reaches, and what it costs, on a course's own bank."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
from django.core.management.base import BaseCommand

from questions.whole_numbers import whole_number_between
from quizzes import schedule
from quizzes.management.commands.simulate_plans import find_exam
from quizzes.memory import fsrs
from quizzes.planning import order, plan, simulate
from quizzes.planning.cards import Floats

DAYS, SECONDS = (2, 7, 14, 30, 60), 20 * 60.0
"""Days to the exam, and the seconds of a day."""


class Command(BaseCommand):
    help = "Plans days of students whose memories are drawn, with and without regard to concepts and siblings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--exam", default="oa-1", help="The exam whose bank is asked (default: oa-1).")
        parser.add_argument("--students", type=whole_number_between(1, 100_000), default=500)
        parser.add_argument("--seed", type=whole_number_between(0, 2**32 - 1), default=2026)

    def handle(self, *args: object, exam: str, students: int, seed: int, **options: object) -> None:
        asked = find_exam(exam)
        bank, relations = schedule.load_exam_bank(asked), schedule.load_exam_relations(asked)
        rng = np.random.default_rng(seed)
        days = [_draw_day(rng, bank, relations, DAYS[number % len(DAYS)]) for number in range(students)]
        plain = plan.plan_days([replace(day, relations=None) for day in days])
        mended = plan.plan_days(days)
        self.stdout.write(
            f"{students} days of {SECONDS / 60:.0f} minutes.\n\n"
            "| | by priority alone | with regard to concepts and siblings |\n|---|---|---|"
        )
        for name, count in (
            ("of a concept again, of 100 that follow another", _count_repeats),
            ("after a concept that it is taken for, of 100", _count_contrasts),
            ("siblings on one day, pairs a day", _count_siblings),
        ):
            before, after = (np.mean([count(made.order, relations) for made in plans]) for plans in (plain, mended))
            self.stdout.write(f"| {name} | {before:.1f} | {after:.1f} |")
        gained = np.array([[sum(a.gain), sum(b.gain)] for a, b in zip(plain, mended, strict=True)])
        stopped = np.array([[_if_stopped(made) for made in pair] for pair in zip(plain, mended, strict=True)])
        self._tell("marks gained by the whole plan", gained)
        self._tell("by who stops at a random moment", stopped * gained)

    def _tell(self, name: str, marks: Floats) -> None:
        lost = (marks[:, 0] - marks[:, 1]) / marks[:, 0].mean()
        error = lost.std() / np.sqrt(lost.size)
        means = " | ".join(f"{mean:.4f}" for mean in marks.mean(0))
        self.stdout.write(f"| {name} | {means} (less: {lost.mean():.2%} ± {error:.2%}) |")


def _draw_day(rng: np.random.Generator, bank: simulate.Bank, relations: order.Relations, days: int) -> plan.Day:
    """A day of somebody who has met a share of the items, at some time."""
    count = bank.weight.size
    unseen = np.arange(count) >= count * rng.uniform(0.1, 1.0)  # lessons are met in their order
    S = np.where(unseen, np.nan, rng.lognormal(1.5, 1.2, count))
    elapsed = np.where(unseen, np.nan, rng.integers(1, 30, count))
    return plan.Day(
        stability=S,
        difficulty=np.where(unseen, np.nan, rng.uniform(1, 10, count)),
        elapsed_days=elapsed,
        due=np.nan_to_num(elapsed) > np.nan_to_num(S, nan=np.inf),
        seconds=bank.seconds,
        guess_rate=bank.guess,
        first=bank.first,
        exams=[plan.Exam(bank.weight, float(days))],
        budget_seconds=SECONDS,
        seconds_a_day=SECONDS,
        desired_retention=0.9,
        w=fsrs.DEFAULT_PARAMETERS,
        relations=relations,
    )


def _count_repeats(tasks: Sequence[int], relations: order.Relations) -> float:
    concepts = relations.concepts
    return 100 * float(np.mean([concepts[a] == concepts[b] for a, b in pairwise(tasks)]))


def _count_contrasts(tasks: Sequence[int], relations: order.Relations) -> float:
    concepts, near = relations.concepts.tolist(), relations.contrasts
    return 100 * float(np.mean([concepts[b] in near.get(concepts[a], ()) for a, b in pairwise(tasks)]))


def _count_siblings(tasks: Sequence[int], relations: order.Relations) -> float:
    items = relations.items.tolist()
    return sum(items[b] in relations.siblings.get(items[a], ()) for a, b in combinations(tasks, 2))


def _if_stopped(made: plan.Plan) -> float:
    return order.worth_if_stopped(range(len(made.order)), np.array(made.gain), np.array(made.takes))
