"""`manage.py make_memory_prior FILE`: write the memory model's built-in prior, from learners' parameters."""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from quizzes.memory import fsrs, priors

PARAMETERS = [f"w{number}" for number in range(len(fsrs.DEFAULT_PARAMETERS))]


class Command(BaseCommand):
    help = "Writes the table of what parameters are likely (quizzes/memory/prior.csv), from those of real learners."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV with the columns w0 to w20, a line for each learner.")

    def handle(self, *args: object, file: Path, **options: object) -> None:
        try:
            learners = np.genfromtxt(file, delimiter=",", names=True)[PARAMETERS]
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{file}: {error}. It needs the columns w0 to w20.") from error
        priors.write_table(priors.spread_about_defaults(np.array(learners.tolist())), priors.TABLE)
        self.stdout.write(f"{priors.TABLE}: the prior of {len(learners)} learners.")
