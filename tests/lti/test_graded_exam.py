"""From a click at the platform to a mark in its gradebook, by what people and platforms see and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from examprep.lti.models import LtiScore
from examprep.tasks import send_lti_scores
from quizzes.tasks import regrade
from tests.conftest import WRONG
from tests.lti.platforms import Killed, Lms
from tests.quizzes.exams.corrections import mistaken

pytestmark = pytest.mark.any_database

SWEEP, HOUR = 30, 3600


def test_a_launch_ends_in_a_graded_exam_whose_score_arrives_once(
    lms: Lms, instructor: Client, key: Callable[[str], Any]
) -> None:
    ada = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def sweep(seconds: int) -> None:
            for _ in range(0, seconds, SWEEP):
                clock.shift(SWEEP)
                send_lti_scores()

        placed = lms.come(ada, custom={"course": "tiny", "exam": "tiny-exam"})["Location"]
        sitting = ada.post(placed)["Location"]
        for slot in ada.get(f"/api/v1{sitting}").json()["slots"]:
            shown = slot["presentation"]
            right = key(shown["id"])
            answer = WRONG["single_choice"](shown["prompt"], right) if shown["kind"] == "single_choice" else right
            clock.shift(60)
            saved = ada.put(
                f"/api/v1{sitting}answers/{slot['slot']}/", {"response": answer, "rev": 0}, "application/json"
            )
            assert saved.status_code == 200
        sweep(SWEEP)
        assert lms.posts == 0, "it is not handed in"
        ada.post(f"{sitting}submit/")

        lms.is_down = True
        sweep(HOUR)
        assert (lms.posts, LtiScore.objects.get().error) == (0, "no access: ConnectionError")
        lms.is_down, lms.kills_workers = False, True
        with pytest.raises(Killed):
            sweep(HOUR)
        lms.kills_workers = False
        send_lti_scores()
        assert lms.posts == 1, "somebody may still be sending it"
        sweep(HOUR)
        assert (lms.arrived, lms.posts) == ([5], 2), "what came a second time counted once"

        wrong = {"version": mistaken.item().versions.get().pk, "rule": "full", "why": "The key was wrong."}
        instructor.post(f"/admin/questions/correction/item/{mistaken.item().pk}/", {**wrong, "apply": "1"})
        regrade()
        sweep(HOUR)
    assert (lms.arrived, lms.posts) == ([5, 6], 3)
    told = lms.gradebook["ada"]
    assert (told["scoreGiven"], told["scoreMaximum"], told["gradingProgress"]) == (6, 6, "FullyGraded")
