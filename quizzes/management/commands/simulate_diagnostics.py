"""`manage.py simulate_diagnostics`: how much of the diagnostic's map is right, on students whose truth is planted."""

from argparse import ArgumentParser

import numpy as np
from django.core.management.base import BaseCommand

from questions.whole_numbers import whole_number_between
from quizzes.planning import diagnosing

EACH = 20
"""Students of a course."""


class Command(BaseCommand):
    help = "Draws courses and students who take the diagnostic, and prints how much of its map is right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--courses", type=whole_number_between(1, 1000), default=25)
        parser.add_argument("--seed", type=whole_number_between(0, 2**32 - 1), default=2026)

    def handle(self, *args: object, courses: int, seed: int, **options: object) -> None:
        truths = {
            "as supposed": diagnosing.in_the_graph(),
            "ties half as strong": diagnosing.in_the_graph(1.0),
            "ties half as strong again": diagnosing.in_the_graph(3.0),
            "abilities by degrees, no ties": diagnosing.by_degrees,
        }
        self.stdout.write(f"{courses * EACH} students in {courses} courses for each row.\n")
        self.stdout.write(
            "| truth | concepts | map right | unsure | questions | by degrees, told all |\n|---|---|---|---|---|---|"
        )
        for name, truth in truths.items():
            for concepts in (10, 15, 25):
                rng = np.random.default_rng([seed, concepts])
                found = diagnosing.diagnose(rng, truth, courses=courses, students=EACH, concepts=concepts)
                shares = f"{found.right:.1%} | {found.unsure:.1%} | {found.questions:.1f} | {found.told:.1%}"
                self.stdout.write(f"| {name} | {concepts} | {shares} |")
