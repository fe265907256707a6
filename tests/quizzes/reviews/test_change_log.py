"""Who waited for a student's change log finds it as the last writer left it."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone

from examprep.models import User
from quizzes.memory import fsrs
from quizzes.models import ChangeLog, MemoryFit
from quizzes.reviews import change_log

pytestmark = pytest.mark.database


def test_a_fit_that_was_put_in_use_while_one_waited_is_used(student: User) -> None:
    """PostgreSQL then gives the row as it is, and joined to it what there was before."""
    w, now = [1.5 * each for each in fsrs.DEFAULT_PARAMETERS], timezone.now()
    figures = dict.fromkeys(("log_loss_before", "log_loss_after", "rmse_before", "rmse_after"), 0.5)
    fit = MemoryFit.objects.create(
        student=student, fitted_at=now, parameters=w, reviews=1, judged_on=1, calibration=[], adopted=True, **figures
    )
    ChangeLog.objects.filter(student=student).update(fit=fit)
    waited = ChangeLog.objects.select_related("student", "fit").get(student=student)
    ChangeLog.fit.field.set_cached_value(waited, None)
    with transaction.atomic(), patch.object(change_log, "_LOCKED") as locked:
        locked.run.return_value = [waited]
        assert change_log.lock(student, now).w == tuple(w)
