"""What diagrams are drawn on: axes with round marks, and the marks themselves as SVG. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from questions.figures.charts import Axis, Mark, path

WIDTH, HEIGHT = 560, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 544, 54, 278
TICKS = 5

Rows = Sequence[Sequence[object]]
"""The data as a table, with its head."""


def nice(low: float, high: float, parts: int) -> tuple[float, float, float]:
    """Return ends around two values and a step of 1, 2 or 5 times a power of ten, in about so many parts."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / parts
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def written(value: object) -> str:
    """Return a number as it is read, with a minus sign; other things as they are."""
    return f"{value:.6g}".replace("-", "−") if isinstance(value, (int, float)) else str(value)


@dataclass
class Canvas:
    """Two axes, and what is drawn between them so far."""

    x: Axis
    y: Axis
    words: Mapping[str, str]
    below: Sequence[str] = ()
    """Names of columns, instead of numbers."""
    names: Sequence[str] = ()
    """Names of rows, from below."""
    marks: list[str] = field(default_factory=list)

    @classmethod
    def over(
        cls,
        left: float,
        right: float,
        low: float,
        high: float,
        words: Mapping[str, str],
        *,
        below: Sequence[str] = (),
        names: Sequence[str] = (),
        roomy: bool = False,
    ) -> Canvas:
        """Return a canvas over these values, to round ends; columns and rows with names end where they end.

        A `roomy` one has no value at its ends, but at zero.
        """
        return cls(
            _axis(left, right, LEFT, RIGHT, named=bool(below), roomy=roomy),
            _axis(low, high, BOTTOM, TOP, named=bool(names), roomy=roomy),
            words,
            below,
            names,
        )

    def bar(self, left: float, right: float, value: float) -> None:
        """Draw a bar between two places, from zero to its value."""
        ends = sorted((self.y.at(0), self.y.at(value)))
        self.rect("area", self.x.at(left), ends[0], self.x.at(right), ends[1])

    def rect(self, name: str, left: float, top: float, right: float, bottom: float, more: str = "") -> None:
        """Draw a rectangle between places of the SVG."""
        size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
        self.marks.append(f'<rect class="{name}" x="{left}" y="{top}" {size}{more}/>')

    def box(self, at: float, five: Sequence[float]) -> None:
        """Draw least, quartiles, median and greatest of a row."""
        least, lower, median, upper, greatest = map(self.x.at, five)
        middle, half = self.y.at(at), 0.3 * abs(self.y.at(1) - self.y.at(0))
        whiskers = f"M{least} {middle}H{lower}M{upper} {middle}H{greatest}"
        ends = "".join(f"M{end} {middle - half / 2:.1f}V{middle + half / 2:.1f}" for end in (least, greatest))
        self.marks.append(f'<path class="line" d="{whiskers}{ends}"/>')
        self.rect("area", lower, round(middle - half, 1), upper, round(middle + half, 1))
        self.marks.append(f'<path class="median" d="M{median} {middle - half:.1f}V{middle + half:.1f}"/>')

    def dot(self, x: float, y: float) -> None:
        """Draw a point."""
        self.marks.append(f'<circle class="dot" cx="{self.x.at(x)}" cy="{self.y.at(y)}" r="4"/>')

    def line(self, x: Sequence[float], y: Sequence[float], number: int) -> None:
        """Draw a line through points; each number has a colour and dashes of its own."""
        d = path([self.x.at(each) for each in x], [self.y.at(each) for each in y])
        self.marks.append(f'<path class="line series-{number}" d="{d}"/>')

    def cell(self, column: int, row: int, count: float, share: float) -> None:
        """Draw a cell with its number, the stronger the greater its share of the greatest."""
        ends = self.x.at(column), self.y.at(row + 1), self.x.at(column + 1), self.y.at(row)
        self.rect("cell", *ends, more=f' fill-opacity="{0.06 + 0.5 * share:.2f}"')
        place = f'x="{(ends[0] + ends[2]) / 2:.1f}" y="{(ends[1] + ends[3]) / 2 + 6:.1f}"'
        self.marks.append(f'<text class="count" {place} text-anchor="middle">{written(count)}</text>')

    def legend(self, names: Sequence[str]) -> None:
        """Name the lines above them."""
        pitch = (RIGHT - LEFT) / max(len(names), 1)
        for number, name in enumerate(names):
            x = LEFT + pitch * number
            self.marks.append(f'<path class="line series-{number}" d="M{x:.0f} 37h26"/>')
            self.marks.append(f'<text x="{x + 32:.0f}" y="42">{escape(name)}</text>')

    def svg(self, alternative: str) -> str:
        """Return the whole, with what it shows in words."""
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alternative)}">'
            f"{''.join(self._frame())}{''.join(self.marks)}{''.join(self._words())}</svg>"
        )

    def _frame(self) -> list[str]:
        marks = [] if self.names else self.y.marks
        lines = [f'<path class="grid" d="M{LEFT} {mark.place}H{RIGHT}"/>' for mark in marks]
        return [*lines, f'<path class="axis" d="M{LEFT} {BOTTOM}H{RIGHT}"/>']

    def _words(self) -> list[str]:
        across, up = _named(self.x, self.below), _named(self.y, self.names)
        texts = [
            f'<text x="{mark.place}" y="{BOTTOM + 20}" text-anchor="middle">{escape(mark.label)}</text>'
            for mark in across
        ]
        texts += [
            f'<text x="{LEFT - 8}" y="{mark.place + 5:.1f}" text-anchor="end">{escape(mark.label)}</text>'
            for mark in up
        ]
        if label := self.words.get("across"):
            place = f'x="{(LEFT + RIGHT) / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle"'
            texts.append(f'<text class="name" {place}>{escape(label)}</text>')
        if label := self.words.get("up"):  # not along its axis, where large letters would stand over the numbers
            texts.append(f'<text class="name" x="4" y="18">{escape(label)}</text>')
        return texts


def _axis(least: float, most: float, start: float, end: float, *, named: bool, roomy: bool) -> Axis:
    if named:
        return Axis(least, most, start, end)
    low, high, step = nice(least, most, TICKS)
    if roomy:
        close = step / 8
        low -= step * (least - low < close and low != 0)
        high += step * (high - most < close and high != 0)
    ticks = [round(low / step) * step + step * number for number in range(round((high - low) / step) + 1)]
    return Axis(low, high, start, end, [(tick, written(round(tick, 12))) for tick in ticks])


def _named(axis: Axis, names: Sequence[str]) -> list[Mark]:
    return [Mark(axis.at(at + 0.5), name) for at, name in enumerate(names)] if names else axis.marks


def figure(canvas: Canvas, rows: Rows, alternative: str) -> str:
    """Return a drawing with its data below it."""
    head, *body = ([escape(written(cell)) for cell in row] for row in rows)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in body)
    titles = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    table = f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"
    return (
        f'<figure class="diagram">{canvas.svg(alternative)}<details><summary>Data</summary>{table}</details></figure>'
    )
