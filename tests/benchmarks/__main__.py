"""`make bench`: everything that has to be fast, beside a peer in the same run where there is one."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
django.setup()

from tests.benchmarks import answers, memory, variants  # noqa: E402 - models need a set-up Django
from tests.benchmarks.table import show  # noqa: E402

show([*memory.rows(), *variants.rows(), *answers.rows()])
