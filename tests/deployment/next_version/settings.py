"""The settings of the next version."""

from examprep.settings import *  # noqa: F403
from examprep.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.deployment.next_version"]
