"""The numbers behind the interactive figures, and how they are drawn."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from numpy.polynomial import legendre

from questions import bank
from questions.figures import plots, simulators
from questions.figures.charts import Axis
from questions.figures.simulators import dropout, ridge, stopping
from questions.models import Course
from questions.templatetags.simulators import with_figures
from questions.text import markup
from tests.conftest import Api

pytestmark = pytest.mark.any_database


def test_a_stronger_penalty_never_lowers_the_training_error() -> None:
    frames = ridge.frames()
    assert len(frames.strengths) == len(frames.curves) == 62
    assert frames.strengths[0] == 0
    assert (np.diff(frames.training) >= 0).all()


def test_the_validation_error_is_smallest_inside_and_the_ends_over_and_underfit() -> None:
    frames = ridge.frames()
    assert frames.strengths[frames.best] == pytest.approx(0.01)
    assert frames.validation[frames.best] == pytest.approx(0.205, abs=5e-4)
    assert frames.validation[1] == pytest.approx(4.24, abs=5e-3)
    assert frames.validation[-1] == pytest.approx(0.70, abs=5e-3)
    # Underfit: no flatter curve is left to go to, and the training error is nearly the validation error.
    assert frames.training[-1] > 0.6 * frames.validation[-1]
    assert np.std(frames.curves[-1]) < 0.1


def test_the_curves_are_those_of_the_weights() -> None:
    """By another road: least squares on rows added for the penalty gives the same curve."""
    frames = ridge.frames()
    design = legendre.legvander(np.array(frames.x), ridge.DEGREE)
    for place in (10, frames.best, 55):
        rows = np.sqrt(ridge.POINTS * frames.strengths[place]) * np.eye(ridge.DEGREE + 1)[1:]
        weights, *_ = np.linalg.lstsq(
            np.vstack([design, rows]), np.concatenate([frames.y, np.zeros(len(rows))]), rcond=None
        )
        curve = legendre.legval(np.array(frames.grid), weights)
        assert curve == pytest.approx(np.array(frames.curves[place]), abs=1e-6)


def test_the_training_run_overfits() -> None:
    run = stopping.run()
    assert len(run.training) == len(run.validation) == stopping.EPOCHS
    assert (np.diff(run.training) < 0).all()
    assert 10 < run.best < stopping.EPOCHS - 30
    assert run.validation[run.best] < 0.85 * run.validation[-1]
    assert run.training[-1] < 0.5 * run.validation[-1]


def test_too_little_patience_ends_the_run_before_its_best_epoch() -> None:
    run = stopping.run()
    stops = [stopping.stop_early(run.validation, patience) for patience in range(1, plots.LONGEST_PATIENCE + 1)]
    kept = [stop.kept for stop in stops]
    assert kept == sorted(kept)
    assert kept[0] < kept[4] < kept[-1] == run.best
    for patience, stop in enumerate(stops, 1):
        assert stop.end == stop.kept + patience
        assert min(run.validation[: stop.end + 1]) == run.validation[stop.kept]


def test_a_run_that_ends_before_patience_does_keeps_its_minimum() -> None:
    assert stopping.stop_early([0.5, 0.3, 0.4], patience=2) == stopping.Stop(end=2, kept=1)
    assert stopping.stop_early([0.3, 0.4, 0.3, 0.2], patience=2) == stopping.Stop(end=2, kept=0)


def test_the_scaled_mean_settles_at_the_full_output_and_the_plain_one_at_p_times_it() -> None:
    frames = dropout.frames()
    contributions, draws = np.array(frames.contributions), np.array(frames.draws)
    for tenths, means in zip(frames.kept, frames.means, strict=True):
        p = tenths / 10
        # The variance of a step is that of Σ cᵢ mᵢ / p, with masks mᵢ that are 1 with probability p.
        error = np.sqrt((contributions**2).sum() * (1 - p) / p / len(draws))
        assert abs(means[-1] - frames.full) <= 3 * error + 1e-9
        mask = draws < tenths
        assert p * means[-1] == pytest.approx(np.mean(mask @ contributions))
        assert mask.mean() == pytest.approx(p, abs=0.03)
    late, early = (np.std([row[at] for row in frames.means]) for at in (-1, 3))
    assert late < early / 3


def test_all_data_fits_into_sixty_kilobytes_and_the_script_into_ten() -> None:
    data = [plots.figure(name).document for name in simulators.SIMULATORS]
    assert sum(len(text.encode()) for text in data) <= 60_000
    script = Path(settings.BASE_DIR, "questions/static/questions/simulator.js")
    assert script.stat().st_size <= 10_000


def test_every_simulator_is_drawn_by_its_middle_frame() -> None:
    for name in simulators.SIMULATORS:
        drawn = plots.figure(name)
        assert drawn.start == drawn.last // 2 or drawn.start == (drawn.last + 1) // 2
        html = with_figures(markup.render(f"::: simulator {name}\n:::"))
        assert f'data-simulator="{name}"' in html
        assert drawn.says in html
        assert "NaN" not in html
        assert json.dumps(None) not in str(drawn.data)
    assert "script" not in with_figures(markup.render("::: simulator none\n:::"))


def test_a_lesson_names_its_figures_numbers_which_are_kept_for_good(client: Client) -> None:
    for name in simulators.SIMULATORS:
        html = with_figures(markup.render(f"::: simulator {name}\n:::"))
        assert "<script" not in html
        (address,) = re.findall('data-numbers="([^"]+)"', html)
        response = client.get(address)
        assert response.json() == json.loads(json.dumps(plots.figure(name).data))
        assert "immutable" in response["Cache-Control"]
        assert client.get(address[:-3] + "0/").status_code == 404


def test_what_is_said_has_the_frames_own_numbers() -> None:
    frames, says = ridge.frames(), plots.figure("ridge").data["says"]
    assert says[frames.best] == (
        "λ = 0.01: training error 0.009, validation error 0.205, the smallest. Good: the curve follows the signal."
    )
    assert says[1].startswith("λ = 10⁻⁸: training error 0.002, validation error 4.24. Overfitting")
    assert says[0].startswith("λ = 0: ")
    assert "Underfitting" in says[-1]
    assert "λ = 3.2·10⁻⁶" in says[16]


def test_axes_keep_their_values_inside() -> None:
    axis = Axis(0.001, 1, 100, 0, log=True)
    assert axis.at(0.001) == 100
    assert axis.at(1) == 0
    assert axis.at(0) == pytest.approx(102)
    assert axis.at(10) == pytest.approx(-2)


def test_an_unknown_simulator_is_named_at_load(tmp_path: Path, db: None) -> None:
    for place in (Path(__file__).parents[2] / "course").rglob("*"):
        if place.is_file():
            target = tmp_path / place.relative_to(Path(__file__).parents[2] / "course")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(place.read_bytes())
    lesson = tmp_path / "lessons" / "decay.md"
    lesson.write_text(lesson.read_text() + "\n::: simulator swirl\n:::\n\n::: exam try=nothing-such\nx\n:::\n")
    with pytest.raises(bank.BankError) as caught:
        bank.load_course(tmp_path, seeds=5)
    text = str(caught.value)
    assert "There is no simulator “swirl”; there are ridge, early-stopping, dropout." in text
    assert "There is no item “nothing-such” to try." in text
    assert not Course.objects.exists()


def test_clients_get_the_frames(api: Api) -> None:
    answer = api.get("simulators/ridge/").json()
    assert answer["frames"]["best"] == ridge.frames().best
    assert api.get("simulators/swirl/").status_code == 404
    assert api.get("lessons/decay/").json()["simulators"] == ["early-stopping"]
    assert "simulator" in Client().get("/lessons/decay/").content.decode()
