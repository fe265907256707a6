"""The service's settings, with a clock that can be put, and with bugs that can be planted, from outside."""

from __future__ import annotations

from tests.history import clock

clock.install()  # before anything takes `timezone.now` for a default

from examprep.settings import *  # noqa: E402, F403
from examprep.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS, STORAGES  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "tests.history.planted"]
# Of what is swept every other second, nobody here has anything for these: half of a worker's time under fault.
for idle in ("send-invitations", "send-LTI-scores", "work-on-imports"):
    del CELERY_BEAT_SCHEDULE[idle]
# No time is spent on collecting static files, which nobody asks for.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
