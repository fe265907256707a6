"""The service's settings for a server under load: the benchmark's own database, and a bare view to compare with."""

import os

from examprep.settings import *  # noqa: F403
from examprep.settings import DATABASES

ROOT_URLCONF = "tests.benchmarks.urls"
if name := os.environ.get("BENCHMARK_SQLITE"):
    DATABASES["default"]["NAME"] = name
