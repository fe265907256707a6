"""`make bench`: everything that has to be fast, beside a peer in the same run where there is one.

Names of modules as arguments choose among them.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
django.setup()

from examprep import work_limits  # noqa: E402 - models need a set-up Django
from tests.benchmarks import (  # noqa: E402 - models need a set-up Django
    answers,
    felt,
    importing,
    memory,
    pages,
    planning,
    rebuild,
    requests,
    sittings,
    variants,
)
from tests.benchmarks.table import show  # noqa: E402

ALL = {
    "memory": memory,
    "variants": variants,
    "answers": answers,
    "requests": requests,
    "rebuild": rebuild,
    "importing": importing,
    "planning": planning,
    "sittings": sittings,
    "pages": pages,
    "felt": felt,
}

work_limits.RIM = float("inf")  # benches take all the time that they need
show([row for name in sys.argv[1:] or ALL for row in ALL[name].rows()])
