"""Drawing parameters: known answers, stable for ever, on decimal grids."""

import time
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest

from questions.variants.draws import DrawError, parse_draw
from questions.variants.philox import key_of, philox


def words(*values: int) -> tuple[np.ndarray, ...]:
    return tuple(np.array([value], dtype=np.uint64) for value in values)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        # Random123's kat_vectors for philox4x32 with 10 rounds.
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_known_answers(
    counter: tuple[int, ...], key: tuple[int, int], expected: tuple[int, ...]
) -> None:
    found = philox(words(*counter), key)  # type: ignore[arg-type]

    assert tuple(int(word[0]) for word in found) == expected


def sample(text: str, seeds: int = 2000, name: str = "x") -> np.ndarray:
    draw = parse_draw(text)
    return draw.sample(np.arange(seeds, dtype=np.uint64), np.zeros(seeds, dtype=np.uint64), key_of("item:1", name))


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("integer(2, 5)", {2, 3, 4, 5}),
        ("uniform(0.1, 0.5, 0.1)", {0.1, 0.2, 0.3, 0.4, 0.5}),
        ("uniform(-0.2, 0.2, 0.2)", {-0.2, 0, 0.2}),
        ("choice(2, 0.5, 1e-3)", {2, 0.5, 0.001}),
        ("loguniform_nice(1e-2, 1)", {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1}),
        ("loguniform(0.1, 0.3, 1)", {0.1, 0.2, 0.3}),
    ],
)
def test_every_value_of_the_grid_comes_and_no_other(text: str, allowed: set[float]) -> None:
    assert set(sample(text).tolist()) == allowed


@pytest.mark.parametrize("text", ["uniform(0, 1, 0.001)", "loguniform(1e-6, 1e-2, 3)", "loguniform_nice(1e-9, 1e9)"])
def test_what_is_shown_is_what_is_used(text: str) -> None:
    for value in sample(text).tolist():
        digits = Decimal(repr(value)).normalize().as_tuple().digits
        assert len(digits) <= 4


def test_nice_values_are_equally_likely_in_each_decade() -> None:
    counts = Counter(sample("loguniform_nice(1e-3, 5)", 12_000).tolist())

    assert max(counts.values()) / min(counts.values()) < 1.25


def test_loguniform_gives_each_decade_its_share() -> None:
    drawn = sample("loguniform(1e-4, 1, 2)", 20_000)

    shares = [np.mean((10.0**k <= drawn) & (drawn < 10.0 ** (k + 1))) for k in (-4, -3, -2, -1)]
    assert all(abs(share - 0.25) < 0.02 for share in shares)


def test_a_seed_draws_the_same_alone_as_in_a_batch_and_beside_other_parameters() -> None:
    draw, key = parse_draw("vector(4, uniform(0, 1, 0.01))"), key_of("item:1", "v")
    batch = draw.sample(np.arange(100, dtype=np.uint64), np.zeros(100, dtype=np.uint64), key)

    alone = draw.sample(np.array([42], dtype=np.uint64), np.zeros(1, dtype=np.uint64), key)

    assert alone.tobytes() == batch[42:43].tobytes()


def test_names_versions_and_redraws_give_other_draws() -> None:
    draw, seeds, zero = parse_draw("integer(0, 1000000)"), np.arange(50, dtype=np.uint64), np.zeros(50, dtype=np.uint64)
    first = draw.sample(seeds, zero, key_of("item:1", "x"))

    for other in (
        draw.sample(seeds, zero, key_of("item:1", "y")),
        draw.sample(seeds, zero, key_of("item:2", "x")),
        draw.sample(seeds, zero + np.uint64(1), key_of("item:1", "x")),
    ):
        assert np.mean(first == other) < 0.05


def test_seeds_beyond_32_bits_differ() -> None:
    draw, key = parse_draw("integer(0, 1000000)"), key_of("item:1", "x")
    seeds = np.array([1, 1 + 2**32, 2**62 - 1], dtype=np.uint64)

    assert len(set(draw.sample(seeds, np.zeros(3, dtype=np.uint64), key).tolist())) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "normal(0, 0)",
        "integer(1)",
        "integer(5, 1)",
        "integer(0.5, 2)" * 30,
        "uniform(0, 1, 0)",
        "uniform(0, 1e15, 1e-9)",
        "loguniform_nice(0, 1)",
        "loguniform(1, 10, 9)",
        "loguniform(1e-300, 1, 3)",
        "vector(100000, integer(0, 1))",
        "vector(2, vector(2, integer(0, 1)))",
        "vector(1.5, integer(0, 1))",
        "choice()",
        "choice('a', 2)",
        "choice(__import__('os'))",
        "integer(a, b)",
        "integer(1, 2).x",
        "integer(low=1, high=2)",
        "uniform(1e400, 2, 1)",
    ],
)
def test_it_refuses_what_is_no_draw(text: str) -> None:
    with pytest.raises(DrawError):
        parse_draw(text)


@pytest.mark.parametrize(
    "text",
    [
        "uniform(0, 1, 1e-300)",
        "uniform(0, 1e15, 1e-15)",
        "uniform(-1e15, 1e15, 1e-200)",
        "loguniform(1e-300, 1e15, 4)",
        "loguniform_nice(1e-300, 1e15)",
        "integer(0, 1e15)",
    ],
)
def test_bounds_far_apart_are_refused_at_once(text: str) -> None:
    began = time.thread_time()
    with pytest.raises(DrawError):
        parse_draw(text)
    assert time.thread_time() - began < 0.2
