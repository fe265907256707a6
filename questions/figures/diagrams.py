"""Diagrams of numbers in a text: a fenced block, `plot histogram`, becomes an SVG with its data as a table. Pure.

Colours are the page's own, by classes; the same block gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from questions.figures import diagram_canvas
from questions.figures.diagram_canvas import Canvas, Rows
from questions.variants.formulas import compile_formula
from questions.variants.functions import FormulaError

MAX_NUMBERS = 500
MAX_SERIES = 6
POINTS = 161
"""At which a function is computed."""
WORDS = {"alt", "across", "up", "names", "from", "to", "bins", "fit", "formula"}
"""The fields that hold no numbers; all others are series."""


class DiagramError(ValueError):
    """A block that cannot be drawn, and why."""


@dataclass(frozen=True)
class Block:
    """The fields of a block: its words, and its series of numbers by their names."""

    words: Mapping[str, str]
    series: Mapping[str, Sequence[float]]

    def names(self, count: int) -> list[str]:
        """Return the names of what is counted. Raises DiagramError where they are not as many."""
        names = [name.strip() for name in self.words.get("names", "").split(",") if name.strip()]
        if len(names) != count:
            raise DiagramError(f"“names” has {len(names)} entries, and there are {count} to name.")
        return names

    def pairs(self, name: str) -> tuple[Sequence[float], Sequence[float]]:
        """Return x and a series, which are as long. Raises DiagramError."""
        x, y = self.one("x"), self.one(name)
        if len(x) != len(y):
            raise DiagramError(f"“x” has {len(x)} numbers, and “{name}” {len(y)}.")
        return x, y

    def one(self, name: str) -> Sequence[float]:
        """Return a series. Raises DiagramError where there is none."""
        if not self.series.get(name):
            raise DiagramError(f"Say the numbers of “{name}”.")
        return self.series[name]

    def number(self, name: str, default: float | None = None) -> float:
        """Return a number among the words. Raises DiagramError."""
        text = self.words.get(name, "")
        if not text and default is not None:
            return default
        return _numbers(name, text)[0]


def draw(kind: str, source: str) -> str:
    """Return the HTML of a diagram. Raises DiagramError."""
    words, canvas, rows = compose(kind, source)
    return diagram_canvas.figure(canvas, rows, words)


def compose(kind: str, source: str) -> tuple[str, Canvas, Rows]:
    """Return what a diagram shows in words, its drawing and its data. Raises DiagramError."""
    if kind not in KINDS:
        raise DiagramError(f"There is no diagram “{kind}”; there are {', '.join(KINDS)}.")
    block = _read(source)
    return (block.words["alt"], *KINDS[kind](block))


def _read(source: str) -> Block:
    words: dict[str, str] = {}
    series: dict[str, Sequence[float]] = {}
    for line in source.splitlines():
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon or not name or name in words or name in series:
            raise DiagramError(f"“{line.strip()[:40]}” is no field of its own: write name: value.")
        if name in WORDS:
            words[name] = value
        else:
            series[name] = _numbers(name, value)
    if not words.get("alt"):
        raise DiagramError("Say in “alt” what the diagram shows, for readers who cannot see it.")
    if len(series) > MAX_SERIES or sum(map(len, series.values())) > MAX_NUMBERS:
        raise DiagramError(f"A diagram has at most {MAX_SERIES} series and {MAX_NUMBERS} numbers.")
    if not series and "formula" not in words:
        raise DiagramError("There are no numbers to draw.")
    return Block(words, series)


def _numbers(name: str, text: str) -> list[float]:
    if "{" in text:
        raise DiagramError(f"“{text[:40]}” is nothing that is drawn or computed.")
    parts = text.replace("−", "-").replace("[", " ").replace("]", " ").replace(",", " ").split()
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        raise DiagramError(f"“{name}” is no list of numbers, nor a field of diagrams.") from None
    if not numbers or not all(abs(number) < 1e15 for number in numbers):
        raise DiagramError(f"“{name}” holds no numbers that can be drawn.")
    return numbers


def _histogram(block: Block) -> tuple[Canvas, Rows]:
    numbers = block.one("of")
    bins = int(block.number("bins", min(12, max(4, round(len(numbers) ** 0.5)))))
    if not 1 <= bins <= 30:
        raise DiagramError("A histogram has 1 to 30 bins.")
    low, high, step = diagram_canvas.nice(min(numbers), max(numbers), bins)
    edges = np.arange(round((high - low) / step) + 1) * step + low
    counts = np.histogram(numbers, edges)[0].tolist()
    canvas = Canvas.over(low, high, 0, max(counts), block.words)
    shown = list(zip(edges[:-1].tolist(), edges[1:].tolist(), counts, strict=True))
    for left, right, count in shown:
        canvas.bar(left, right, count)
    rows = [("from", "to", "how many"), *((left, right, count) for left, right, count in shown)]
    return canvas, rows


def _box(block: Block) -> tuple[Canvas, Rows]:
    values = [number for numbers in block.series.values() for number in numbers]
    canvas = Canvas.over(min(values), max(values), 0, len(block.series), block.words, names=list(block.series)[::-1])
    rows: list[tuple[object, ...]] = [("", "least", "lower quartile", "median", "upper quartile", "greatest")]
    for at, (name, numbers) in enumerate(block.series.items()):
        five = np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1]).tolist()
        canvas.box(len(block.series) - at - 0.5, five)
        rows.append((name, *five))
    return canvas, rows


def _scatter(block: Block) -> tuple[Canvas, Rows]:
    x, y = block.pairs("y")
    canvas = Canvas.over(min(x), max(x), min(y), max(y), block.words, roomy=True)
    for point in zip(x, y, strict=True):
        canvas.dot(*point)
    rows: list[tuple[object, ...]] = [("x", "y"), *zip(x, y, strict=True)]
    if block.words.get("fit") == "line":
        spread = float(np.var(x))
        if spread == 0:
            raise DiagramError("There is no line through points that stand above each other.")
        slope = float(np.mean((np.array(x) - np.mean(x)) * (np.array(y) - np.mean(y)))) / spread
        start = float(np.mean(y)) - slope * float(np.mean(x))
        canvas.line([min(x), max(x)], [start + slope * min(x), start + slope * max(x)], 0)
    return canvas, rows


def _lines(block: Block) -> tuple[Canvas, Rows]:
    names = [name for name in block.series if name != "x"]
    lines = [block.pairs(name) for name in names]
    if not lines:
        raise DiagramError("Say the numbers of a line, under its name.")
    values = [number for _, numbers in lines for number in numbers]
    x = block.one("x")
    canvas = Canvas.over(min(x), max(x), min(values), max(values), block.words)
    for at, (across, up) in enumerate(lines):
        canvas.line(across, up, at)
    canvas.legend(names if len(names) > 1 else [])
    return canvas, [("x", *names), *zip(x, *(up for _, up in lines), strict=True)]


def _function(block: Block) -> tuple[Canvas, Rows]:
    low, high = block.number("from"), block.number("to")
    if low >= high:
        raise DiagramError("A function is drawn from a smaller number to a greater one.")
    x = np.linspace(low, high, POINTS)
    try:
        with np.errstate(all="ignore"):
            formula = compile_formula(block.words.get("formula", "").replace("−", "-"), ["x"])
            y = np.broadcast_to(formula.evaluate({"x": x, "": np.zeros(POINTS)}), x.shape)
    except FormulaError as error:
        raise DiagramError(f"The formula cannot be drawn: {error}") from None
    finite = np.isfinite(y) & (np.abs(y) < 1e15)
    if not finite.any():
        raise DiagramError("The formula has no finite value there.")
    canvas = Canvas.over(low, high, float(y[finite].min()), float(y[finite].max()), block.words)
    for run in np.split(np.arange(POINTS), np.flatnonzero(np.diff(finite.astype(int))) + 1):
        if finite[run[0]] and len(run) > 1:
            canvas.line(x[run].tolist(), y[run].tolist(), 0)
    some = [at for at in range(0, POINTS, (POINTS - 1) // 8) if finite[at]]
    return canvas, [("x", "y"), *((float(x[at]), float(y[at])) for at in some)]


def _bars(block: Block) -> tuple[Canvas, Rows]:
    values = block.one("values")
    names = block.names(len(values))
    canvas = Canvas.over(0, len(values), min(0, *values), max(0, *values), block.words, below=names)
    for at, value in enumerate(values):
        canvas.bar(at + 0.15, at + 0.85, value)
    return canvas, [("", "value"), *zip(names, values, strict=True)]


def _matrix(block: Block) -> tuple[Canvas, Rows]:
    counts = list(block.series.values())
    names = block.names(len(counts[0]))
    if any(len(row) != len(names) for row in counts):
        raise DiagramError("The rows of a matrix are as long as “names”.")
    canvas = Canvas.over(0, len(names), 0, len(counts), block.words, below=names, names=list(block.series)[::-1])
    most = max(max(row) for row in counts) or 1
    for at, row in enumerate(counts):
        for place, count in enumerate(row):
            canvas.cell(place, len(counts) - 1 - at, count, count / most)
    return canvas, [("", *names), *((name, *row) for name, row in block.series.items())]


KINDS: Mapping[str, Callable[[Block], tuple[Canvas, Rows]]] = {
    "histogram": _histogram,
    "box": _box,
    "scatter": _scatter,
    "lines": _lines,
    "function": _function,
    "bars": _bars,
    "matrix": _matrix,
}
