"""FSRS-6 beside its published package, and the properties that the rest of the service leans on."""

from datetime import UTC, datetime, timedelta

import fsrs_rs_python as rust
import numpy as np
import pytest
from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from quizzes.memory import fsrs

NAN = float("nan")
START = datetime(2026, 1, 1, tzinfo=UTC)
WEIGHTS = [0.2, 0.15, 0.5, 0.15]

stabilities = st.floats(0.001, 36_500)
difficulties = st.floats(1, 10)
days = st.integers(0, 3650)
ratings = st.integers(1, 4)


def random_histories(
    seed: int, cards: int, longest: int = 20
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ratings, elapsed days (a quarter of them 0) and lengths; the first elapsed time of a card means nothing."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, longest + 1, cards)
    reviews = int(lengths.sum())
    elapsed = np.where(rng.random(reviews) < 0.25, 0, np.ceil(rng.lognormal(1.5, 1.3, reviews)))
    return rng.choice([1, 2, 3, 4], reviews, p=WEIGHTS), elapsed.astype(np.int64), lengths


def random_parameters(seed: int) -> tuple[float, ...]:
    rng = np.random.default_rng(seed)
    drawn = rng.uniform(LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS)
    return tuple(float(each) for each in drawn)


def by_the_package(
    ratings: NDArray[np.int64],
    elapsed: NDArray[np.int64],
    lengths: NDArray[np.int64],
    w: tuple[float, ...],
    hours: float = 0,
) -> tuple[list[float], list[float]]:
    """The states that `fsrs` comes to; `hours` are added to each elapsed time."""
    scheduler = Scheduler(parameters=w, learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    S, D, at = [], [], 0
    for length in lengths:
        card, now = Card(), START
        for k in range(at, at + int(length)):
            now += timedelta(days=int(elapsed[k]), hours=hours)
            card, _ = scheduler.review_card(card, Rating(int(ratings[k])), now)
        at += int(length)
        S.append(NAN if card.stability is None else card.stability)
        D.append(NAN if card.difficulty is None else card.difficulty)
    return S, D


def test_its_default_parameters_are_the_packages() -> None:
    assert fsrs.DEFAULT_PARAMETERS == DEFAULT_PARAMETERS


def test_it_follows_the_package_through_many_histories() -> None:
    log = random_histories(seed=1, cards=2000)

    S, D = fsrs.replay(*log)

    expected_S, expected_D = by_the_package(*log, w=DEFAULT_PARAMETERS)
    np.testing.assert_allclose(S, expected_S, rtol=1e-10)
    np.testing.assert_allclose(D, expected_D, rtol=1e-10)


@pytest.mark.parametrize("seed", range(60))
def test_it_follows_the_package_with_any_legal_parameters(seed: int) -> None:
    w = random_parameters(seed)
    log = random_histories(seed=1000 + seed, cards=30)

    S, D = fsrs.replay(*log, w)

    expected_S, expected_D = by_the_package(*log, w=w)
    np.testing.assert_allclose(S, expected_S, rtol=1e-6)
    np.testing.assert_allclose(D, expected_D, rtol=1e-6)


@pytest.mark.parametrize("bounds", [LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS])
def test_it_follows_the_package_at_the_bounds_of_the_parameters(bounds: tuple[float, ...]) -> None:
    log = random_histories(seed=7, cards=100, longest=8)

    S, D = fsrs.replay(*log, bounds)

    expected_S, expected_D = by_the_package(*log, w=bounds)
    np.testing.assert_allclose(S, expected_S, rtol=1e-6)
    np.testing.assert_allclose(D, expected_D, rtol=1e-6)


def test_reviews_within_one_day_are_the_packages_same_day_reviews() -> None:
    ratings, _, lengths = random_histories(seed=3, cards=300, longest=6)
    never = np.zeros(ratings.size, dtype=np.int64)

    S, _ = fsrs.replay(ratings, never, lengths)

    expected_S, _ = by_the_package(ratings, never, lengths, DEFAULT_PARAMETERS, hours=3)
    np.testing.assert_allclose(S, expected_S, rtol=1e-10)


def test_the_package_counts_full_days_as_its_caller_must() -> None:
    ratings, elapsed, lengths = random_histories(seed=4, cards=200)

    S, _ = fsrs.replay(ratings, elapsed, lengths)

    expected_S, _ = by_the_package(ratings, elapsed, lengths, DEFAULT_PARAMETERS, hours=23.9)
    np.testing.assert_allclose(S, expected_S, rtol=1e-10)


@given(days, stabilities, st.integers(0, 20))
def test_retrievability_is_the_packages(elapsed: int, stability: float, seed: int) -> None:
    w = random_parameters(seed)
    card = Card(stability=stability, difficulty=5.0, last_review=START)

    expected = Scheduler(parameters=w).get_card_retrievability(card, START + timedelta(days=elapsed))

    assert float(fsrs.retrievability(elapsed, stability, w)) == pytest.approx(expected, rel=1e-12)


@given(stabilities, st.floats(0.7, 0.97))
def test_the_rounded_interval_is_the_packages(stability: float, desired: float) -> None:
    scheduler = Scheduler(desired_retention=desired, enable_fuzzing=False)

    ours = float(fsrs.interval(stability, desired))

    assert abs(ours - scheduler._next_interval(stability=stability)) <= 0.5 + 1e-6


def test_recall_falls_to_nine_tenths_after_the_stability() -> None:
    S = np.array([0.01, 1.0, 50.0, 1e4])

    np.testing.assert_allclose(fsrs.retrievability(S, S), 0.9, rtol=1e-12)


def test_recall_is_certain_at_once_and_a_clock_set_back_changes_nothing() -> None:
    np.testing.assert_array_equal(fsrs.retrievability([0.0, -5.0], 3.0), [1.0, 1.0])


@given(st.floats(1, 1000), st.floats(0.75, 0.95))
def test_after_the_interval_recall_is_what_was_desired(stability: float, desired: float) -> None:
    wait = fsrs.interval(stability, desired)

    if fsrs.INTERVAL_MIN < float(wait) < fsrs.INTERVAL_MAX:
        assert float(fsrs.retrievability(wait, stability)) == pytest.approx(desired)


def test_an_interval_is_at_least_a_day_and_at_most_a_century() -> None:
    np.testing.assert_array_equal(fsrs.interval([0.001, 1e9], 0.9), [1.0, 36_500.0])


def test_a_first_review_sets_the_initial_state() -> None:
    S, D = fsrs.step([NAN] * 4, [NAN] * 4, [0, 9, 0, 9], [1, 2, 3, 4])

    np.testing.assert_array_equal(S, fsrs.initial_stability([1, 2, 3, 4]))
    np.testing.assert_array_equal(D, fsrs.initial_difficulty([1, 2, 3, 4]))
    np.testing.assert_array_equal(S, DEFAULT_PARAMETERS[:4])


@given(stabilities, difficulties, days, ratings)
def test_a_state_stays_within_its_bounds(S: float, D: float, t: int, G: int) -> None:
    next_S, next_D = fsrs.step(S, D, t, G)

    assert fsrs.STABILITY_MIN <= next_S < np.inf
    assert 1 <= next_D <= 10


@given(stabilities, difficulties, days)
def test_a_better_rating_never_leaves_a_weaker_memory(S: float, D: float, t: int) -> None:
    next_S, next_D = fsrs.step(S, D, t, [1, 2, 3, 4])

    assert (np.diff(next_S) >= 0).all()
    assert (np.diff(next_D) <= 0).all()


@given(stabilities, difficulties, st.integers(1, 3650))
def test_recalling_strengthens_and_forgetting_weakens(S: float, D: float, t: int) -> None:
    (after_lapse, after_recall), _ = fsrs.step(S, D, t, [1, 3])

    assert after_lapse <= max(S, fsrs.STABILITY_MIN)
    assert after_recall >= S


def test_one_card_at_a_time_gives_the_same_bits_as_all_at_once() -> None:
    rng = np.random.default_rng(5)
    cards = 3 * fsrs.BLOCK + 17
    S = np.where(rng.random(cards) < 0.1, NAN, rng.lognormal(2, 2, cards))
    D, t, G = rng.uniform(1, 10, cards), rng.integers(0, 60, cards), rng.choice([1, 2, 3, 4], cards, p=WEIGHTS)

    all_S, all_D = fsrs.step(S, D, t, G)

    for one in rng.integers(0, cards, 2000):
        one_S, one_D = fsrs.step(S[one], D[one], t[one], G[one])
        assert (one_S, one_D) == (all_S[one], all_D[one])


def test_a_replay_gives_the_same_bits_as_answering_one_by_one() -> None:
    ratings, elapsed, lengths = random_histories(seed=6, cards=200)

    S, D = fsrs.replay(ratings, elapsed, lengths)

    ends = np.cumsum(lengths)
    for card, (begin, end) in enumerate(zip(ends - lengths, ends, strict=True)):
        state = (np.array(NAN), np.array(NAN))
        for k in range(begin, end):
            state = fsrs.step(*state, elapsed[k], ratings[k])
        np.testing.assert_array_equal(state, (S[card], D[card]))


def test_a_long_log_replays_like_its_parts() -> None:
    ratings, elapsed, lengths = random_histories(seed=8, cards=2 * fsrs.BLOCK + 5, longest=6)

    S, D = fsrs.replay(ratings, elapsed, lengths)

    part = lengths.size // 3
    reviews = int(lengths[:part].sum())
    part_S, part_D = fsrs.replay(ratings[:reviews], elapsed[:reviews], lengths[:part])
    np.testing.assert_array_equal(S[:part], part_S)
    np.testing.assert_array_equal(D[:part], part_D)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64])
def test_small_integers_do_as_well(dtype: type[np.integer]) -> None:
    ratings, elapsed, lengths = random_histories(seed=9, cards=300)

    ours = fsrs.replay(ratings.astype(dtype), elapsed.astype(np.int32), lengths.astype(np.int32))

    np.testing.assert_array_equal(ours, fsrs.replay(ratings, elapsed, lengths))


def test_a_step_leaves_its_arguments_as_they_are() -> None:
    given = np.array([NAN, 4.0, 9.0]), np.array([NAN, 5.0, 6.0]), np.array([0.0, 0.0, 7.0]), np.array([3, 1, 2])
    copies = [each.copy() for each in given]

    fsrs.step(*given)

    for each, copy in zip(given, copies, strict=True):
        np.testing.assert_array_equal(each, copy)


def test_shapes_broadcast() -> None:
    S, D = fsrs.step(np.full((3, 1), 5.0), 5.0, 4, [1, 2, 3, 4])

    assert S.shape == D.shape == (3, 4)
    assert fsrs.step(NAN, NAN, 0, 3)[0].shape == ()


def test_no_cards_and_no_reviews_are_fine() -> None:
    assert fsrs.step([], [], [], [])[0].shape == (0,)
    assert fsrs.replay([], [], [])[0].shape == (0,)
    assert np.isnan(fsrs.replay([], [], [0, 0])[0]).all()


@pytest.mark.parametrize("rating", [0, 5, -1, 257, 2.5, True])
def test_it_refuses_an_unknown_rating(rating: float) -> None:
    with pytest.raises(ValueError, match="rating"):
        fsrs.step([5.0], [5.0], [1.0], [rating])
    with pytest.raises(ValueError, match="rating"):
        fsrs.replay([rating], [0], [1])
    with pytest.raises(ValueError, match="rating"):
        fsrs.initial_stability([rating])


@pytest.mark.parametrize("lengths", [[1], [4], [2, 2], [4, -1]])
def test_a_replay_refuses_lengths_that_do_not_add_up(lengths: list[int]) -> None:
    with pytest.raises(ValueError, match="add up"):
        fsrs.replay([3, 3, 3], [0, 1, 2], lengths)


def test_a_replay_refuses_a_review_without_its_days() -> None:
    with pytest.raises(ValueError, match="days"):
        fsrs.replay([3, 3, 3], [0, 1], [3])


def test_luck_adds_to_recall() -> None:
    np.testing.assert_allclose(fsrs.expected_correct([0.0, 0.8, 1.0, 0.8], [0.25, 0.25, 0.25, 0]), [0.25, 0.85, 1, 0.8])


def by_the_rust_package(
    ratings: NDArray[np.int64], elapsed: NDArray[np.int64], lengths: NDArray[np.int64], w: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The states that `fsrs-rs-python` comes to, in single precision; NaN for cards without reviews."""
    starts = np.cumsum(lengths) - lengths
    histories = {
        card: rust.FSRSItem(
            [rust.FSRSReview(int(ratings[k]), int(elapsed[k]) if k > start else 0) for k in range(start, start + n)]
        )
        for card, (start, n) in enumerate(zip(starts, lengths, strict=True))
        if n
    }
    S, D = np.full(len(lengths), NAN), np.full(len(lengths), NAN)
    states = rust.FSRS(list(w)).memory_state_batch(list(histories.values()), [None] * len(histories))
    for card, state in zip(histories, states, strict=True):
        S[card], D[card] = state.stability, state.difficulty
    return S, D


@pytest.mark.parametrize("parameters", [DEFAULT_PARAMETERS, *(random_parameters(seed) for seed in range(8))])
def test_it_follows_the_rust_package_too(parameters: tuple[float, ...]) -> None:
    """Up to a hundred years: there the Rust package caps the stability; the Python one, which we follow, does not."""
    histories = random_histories(3, 2000)
    S, D = fsrs.replay(*histories, parameters)

    theirs = by_the_rust_package(*histories, parameters)

    capped = theirs[0] >= 36_500 * 0.999
    for length in range(1, 20):  # a card that was capped on the way differs from then on
        early = np.minimum(histories[2], length)
        kept = np.concatenate(
            [np.arange(at, at + n) for at, n in zip(np.cumsum(histories[2]) - histories[2], early, strict=True)]
        ).astype(int)
        capped |= fsrs.replay(histories[0][kept], histories[1][kept], early, parameters)[0] >= 36_500
    assert capped.mean() < 0.01
    np.testing.assert_allclose(S[~capped], theirs[0][~capped], rtol=1e-3)
    np.testing.assert_allclose(D[~capped], theirs[1][~capped], rtol=1e-3)


def test_all_branches_of_reviews_at_many_times_are_single_steps_to_the_bit() -> None:
    rng = np.random.default_rng(0)
    new = rng.random((3, 20)) < 0.3
    S = np.where(new, np.nan, rng.lognormal(1.5, 1.6, new.shape))
    D = np.where(new, np.nan, rng.uniform(1, 10, new.shape))
    t = rng.integers(0, 4, new.shape)[..., None] + np.array([0.0, 1.0, 7.0, 30.0])
    lead = fsrs.branch(S, D, t)
    each_S, each_D = np.broadcast_to(S[..., None], t.shape), np.broadcast_to(D[..., None], t.shape)
    for (next_S, next_D), rating in ((lead.good, fsrs.GOOD), (lead.again, fsrs.AGAIN)):
        then_S, then_D = fsrs.step(each_S, each_D, t, rating)
        np.testing.assert_array_equal(next_S, then_S)
        np.testing.assert_array_equal(np.broadcast_to(next_D, t.shape), then_D)
        for second in (fsrs.GOOD, fsrs.AGAIN):
            same_day = fsrs.step_same_day(then_S, then_D, second)
            np.testing.assert_array_equal(same_day, fsrs.step(then_S, then_D, np.zeros(t.shape), second))
    np.testing.assert_array_equal(lead.recall[~new], fsrs.retrievability(t, each_S)[~new])
