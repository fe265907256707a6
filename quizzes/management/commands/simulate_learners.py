"""`manage.py simulate_learners`: how well first sight finds what is planted, and what that is worth at the exam."""

from argparse import ArgumentParser
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand

from questions.whole_numbers import whole_number_between, whole_numbers_between
from quizzes.management.commands.simulate_plans import MISSED, read_parameters
from quizzes.memory import priors
from quizzes.memory.calibration import log_loss
from quizzes.planning import learners, policies, simulate
from quizzes.planning.cards import Floats
from quizzes.planning.fits import WeeklyFits
from quizzes.planning.readers import Trial

ITEMS, CONCEPTS, EARLIER, EACH = 300, 15, 200, 150
GAINS = (0.0, 0.3, 0.6, 1.2)
"""Logits that reading about a concept beforehand is planted to gain."""
READERS, SECTION_SECONDS = 96, (180.0, 400.0)
"""Students who read by plans, at most, and what a section takes."""
MINUTES = 10
SHOWN = (0, 10, 50, 150)
"""After so many first answers the others are predicted."""


class Command(BaseCommand):
    help = "Draws students and items, and says how well first answers are predicted and what that gains. Prints tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--students", type=whole_number_between(8, 100_000), default=96)
        parser.add_argument(
            "--days",
            type=whole_numbers_between(1, 366),
            default="14,30",
            help="Days to the exam, separated by commas.",
        )
        parser.add_argument("--seed", type=whole_number_between(0, 2**32 - 1), default=2026)
        parser.add_argument("--full", action="store_true", help="500 students, and exams in 60 days too.")

    def handle(self, *args: object, students: int, days: list[int], seed: int, full: bool, **options: object) -> None:
        rng = np.random.default_rng(seed)
        students = max(students, 500) if full else students
        planted = learners.plant(rng, items=ITEMS, concepts=CONCEPTS, earlier=EARLIER, each=EACH)
        known = learners.draw_known(rng, planted.items, CONCEPTS, students)
        self.stdout.write(
            f"{students} students after {EARLIER} earlier ones who answered {EACH} of {ITEMS} items in {CONCEPTS} "
            f"concepts. Learned: {_tell(planted)}.\n"
        )
        readers = rng.spawn(2)
        self._read(readers[0], planted, students)
        self._plan_reading(readers[1], planted, min(students, READERS), days[0])
        self._predict(rng, planted, known)
        self._prepare(rng, planted, known, [14, 30, 60] if full else days)

    def _read(self, rng: np.random.Generator, planted: learners.Planted, students: int) -> None:
        """What reading gains is planted; the first answers of readers that are left after 50 are predicted."""
        self.stdout.write(
            "| reading gains | found | predicted after 50 answers by | AUC | log loss |\n|---|---|---|---|---|"
        )
        for gain in GAINS:
            before, readers = (learners.draw_readers(rng, planted, size, gain) for size in (EARLIER, students))
            state = rng.bit_generator.state
            told = learners.learn_from_readers(rng, planted, before, EACH)
            rng.bit_generator.state = state
            untold = learners.learn_from_readers(rng, planted, before, EACH, told=False)
            found = told.learned.population
            true = replace(learners.PLANTED, reading=gain, reading_error=0.0)
            right = learners.draw_first(rng, planted.items, readers.known)
            first_right = np.where(np.argsort(np.argsort(rng.random(right.shape))) < 50, right, np.nan)
            left, nothing = np.isnan(first_right), np.zeros(right.shape)
            for name, items, population, read in (
                ("the planted model itself", planted.items, true, readers.read),
                ("first sight", told.believed, found, readers.read),
                ("first sight, not told who read", untold.believed, untold.learned.population, nothing),
            ):
                p = learners.predict_readers(first_right, items, CONCEPTS, population, read)[left]
                numbers = f"{learners.auc(p, right[left]):.4f} | {log_loss(p, right[left]):.4f}"
                interval = f"{found.reading:.2f} ± {found.reading_error:.2f}"
                self.stdout.write(f"| {gain} | {interval} | {name} | {numbers} |")
        self.stdout.write("")

    def _plan_reading(self, rng: np.random.Generator, planted: learners.Planted, students: int, days: int) -> None:
        """Prepare for an exam by plans that are told what reading gains, and by such as take it to gain nothing."""
        users = read_parameters(settings.BASE_DIR / "tests" / "data" / "fsrs6_users.csv")
        known = learners.draw_known(rng, planted.items, CONCEPTS, students)
        luck = simulate.Luck.draw(students, ITEMS, days, seed=int(rng.integers(2**31)), missed=MISSED)
        bank = learners.bank_of(rng, planted, known)
        truth = [users[number % len(users)] for number in range(students)]
        self.stdout.write(
            f"Plans of {students} students for an exam in {days} days, who read first.\n\n"
            "| reading gains | a section takes | score, not told of it | told | marks lost | ± |\n"
            "|---|---|---|---|---|---|"
        )
        for gain, seconds in product(GAINS, SECTION_SECONDS):
            trial = Trial(planted, bank, luck, truth, known, gain, seconds, days, 60.0 * MINUTES)
            untold, told = (trial.run(told=each) for each in (False, True))
            ratio, error = _ratio(1 - told, 1 - untold)
            scores = f"{untold.mean():.4f} | {told.mean():.4f} | {ratio:.3f} | {error:.3f}"
            self.stdout.write(f"| {gain} | {seconds:.0f} s | {scores} |")
        self.stdout.write("")

    def _predict(self, rng: np.random.Generator, planted: learners.Planted, known: Floats) -> None:
        """Predict the first answers that are left after some."""
        right = learners.draw_first(rng, planted.items, known)
        order = np.argsort(rng.random(right.shape))
        self.stdout.write("| after | predicted by | AUC | log loss | in the 80 % intervals |\n|---|---|---|---|---|")
        for shown in SHOWN:
            first_right = np.where(np.argsort(order) < shown, right, np.nan)
            left = np.isnan(first_right)
            for name, predict in learners.predictors(planted).items():
                p = predict(first_right)[left]
                inside = f"{learners.share_inside(planted, first_right, known):.1%}" if name == "first sight" else ""
                numbers = f"{learners.auc(p, right[left]):.4f} | {log_loss(p, right[left]):.4f}"
                self.stdout.write(f"| {shown} answers | {name} | {numbers} | {inside} |")

    def _prepare(self, rng: np.random.Generator, planted: learners.Planted, known: Floats, horizons: list[int]) -> None:
        """Prepare for exams: as before, by first sight, with fits as in use, and told what a planner cannot know."""
        users = read_parameters(settings.BASE_DIR / "tests" / "data" / "fsrs6_users.csv")
        truth = [users[number % len(users)] for number in range(len(known))]
        others = [priors.spread_about_defaults([w for w in users if w != own]) for own in users]
        prior = [others[number % len(users)] for number in range(len(known))]
        bank, constant = learners.bank_of(rng, planted, known), np.full(known.shape, 0.5)
        self.stdout.write(
            f"\n{MINUTES} minutes a day, {MISSED:.0%} of the days missed; the log loss of all answers also stands as "
            "a share of what FSRS alone has on the same; the error is that of the score expected as things stand, in "
            "points of 100, on the day after the first, half-way, and the day before the exam.\n\n"
            "| days | first answers by | memory by | score | marks lost | ± | log loss | of FSRS alone | error |\n"
            "|---|---|---|---|---|---|---|---|---|"
        )
        sight = learners.sight_of(planted)
        for days in horizons:
            luck = simulate.Luck.draw(len(known), ITEMS, days, seed=int(rng.integers(2**31)), missed=MISSED)
            run = partial(
                simulate.simulate,
                *(policies.examprep, bank, luck),
                days=days,
                budget=60.0 * MINUTES,
                truth=truth,
                judged=True,
            )
            lost: Floats | None = None
            for name, prepare in {
                "a constant | the defaults": partial(run, sight=lambda _: constant),
                "first sight | the defaults": partial(run, sight=sight),
                "first sight | fits": partial(run, sight=sight, fits=WeeklyFits(bank.guess, prior)),
                "first sight | the truth": partial(run, sight=sight, belief=truth),
                "the truth | the truth": partial(run, belief=truth),
            }.items():
                outcome = prepare()
                lost = 1 - outcome.score if lost is None else lost
                self.stdout.write(f"| {days} | {name} | {_row(bank, outcome, lost, days)} |")


def _row(bank: simulate.Bank, outcome: simulate.Outcome, before: Floats, days: int) -> str:
    """The score, the marks lost as a share of those lost `before`, and how what was believed came true."""
    judged = outcome.judged
    assert judged is not None
    ratio, error = _ratio(1 - outcome.score, before)
    loss = judged.log_loss.mean()
    alone = simulate.log_loss_alone(bank, judged.answers).mean()
    off = ", ".join(f"{100 * judged.error[:, at].mean():.1f}" for at in (1, days // 2, days - 1))
    return f"{outcome.score.mean():.4f} | {ratio:.3f} | {error:.3f} | {loss:.4f} | {loss / alone:.3f} | {off}"


def _tell(planted: learners.Planted) -> str:
    """The spreads that were learned beside those that were planted."""
    found = planted.learned.population
    names = ("ability", "concept", "scatter")
    return ", ".join(f"{name} {getattr(found, name):.2f} of {getattr(learners.PLANTED, name):.2f}" for name in names)


def _ratio(lost: Floats, before: Floats) -> tuple[float, float]:
    """The marks lost as a share of those lost before, with its standard error over students."""
    ratio = float(lost.mean() / before.mean())
    return ratio, float((lost - ratio * before).std() / before.mean() / np.sqrt(lost.size))
