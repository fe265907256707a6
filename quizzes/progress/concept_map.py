"""A drawing of a graph in layers, each edge from left to right (Sugiyama, Tagawa and Toda 1981).

Pure: names and edges in, places and paths out, in the units of an SVG. The same graph is always drawn alike.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from questions.figures.charts import Axis

WIDTH, HEIGHT = 160, 62
"""Of a node."""
PADDING = 11
"""Between a node's side and what is written in it."""
METER = WIDTH - 2 * PADDING
"""The width of a node's meter."""
CHARACTERS = 20
"""On one line of a node's name."""
GAP, SPACING, MARGIN = 40, 16, 8
"""Between two layers, between two nodes of a layer, and around the whole."""
LANE = 14
"""The height that an edge takes where it passes a layer."""
SWEEPS = 12


class Place(NamedTuple):
    """What stands in a layer: a node by its name, or an edge that passes, by its source and target."""

    layer: int
    name: str
    target: str = ""

    @property
    def is_edge(self) -> bool:
        """Whether an edge passes here."""
        return bool(self.target)

    @property
    def height(self) -> int:
        """The room that it takes in its layer."""
        return LANE if self.is_edge else HEIGHT


class Line(NamedTuple):
    """A line of a node's name, and its height below the node's top."""

    y: int
    text: str


@dataclass(frozen=True)
class Node:
    """Where a node is drawn: its layer, from 0, and its upper left corner."""

    name: str
    layer: int
    x: float
    y: float


@dataclass(frozen=True)
class Edge:
    """An edge as an SVG path, from the right side of `source` to the left side of `target`."""

    source: str
    target: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """The whole, `width` by `height`; nodes layer by layer, each from the top down."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> Drawing:
    """Draw the graph whose edges (source, target) run between `names`.

    A node stands one layer after the last of its sources. Within a layer the order is that of the neighbours' mean
    position, swept to and fro, the order with the fewest crossings kept. The first layer begins at the top; later ones
    are drawn towards their sources, nothing overlapping. Of a circle the edges are left out that would run backwards.
    """
    edges = without_circles(names, edges)
    layer = layers(names, edges)
    columns = _columns(names, edges, layer)
    links = _links(edges, layer)
    columns = _untangled(columns, links)
    middle = _heights(columns, links)
    bottom = max((middle[place] + place.height / 2 for column in columns for place in column), default=0.0)
    nodes = tuple(
        Node(place.name, at, _left(at), round(middle[place] - HEIGHT / 2 + MARGIN, 1))
        for at, column in enumerate(columns)
        for place in column
        if not place.is_edge
    )
    width = 2 * MARGIN + len(columns) * WIDTH + max(len(columns) - 1, 0) * GAP
    paths = tuple(Edge(*edge, _path(_stations(edge, layer), middle)) for edge in edges)
    return Drawing(width, round(bottom + 2 * MARGIN, 1), nodes, paths)


def wrap_name(name: str) -> list[Line]:
    """A concept's name above its meter, on two lines at most; a longer one ends in dots."""
    lines = textwrap.wrap(name, CHARACTERS, max_lines=2, placeholder="…", break_on_hyphens=False)
    first = 26 if len(lines) == 1 else 20
    return [Line(first + 16 * row, line) for row, line in enumerate(lines)]


def fill_meter(percent: int) -> float:
    """The width of a meter's filled part."""
    return Axis(0, 100, 0, METER).at(percent)


def without_circles(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges without those that lead from a name placed later to one placed earlier, where no other order is left.

    Names are placed once all that leads to them comes from names placed before; in a circle the first one is.
    """
    sources: dict[str, set[str]] = {name: set() for name in names}
    for source, target in edges:
        sources[target].add(source)
    placed: dict[str, int] = {}
    while sources:
        ready = [name for name, before in sources.items() if before <= placed.keys()] or [next(iter(sources))]
        for name in ready:
            placed[name] = len(placed)
            del sources[name]
    return [(source, target) for source, target in edges if placed[source] < placed[target]]


def layers(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Each name's layer: 0 without sources, else one after the last of them. Raises ValueError on a circle."""
    sources: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        sources[target].append(source)
    layer: dict[str, int] = {}
    waiting = list(names)
    while waiting:
        ready = [name for name in waiting if all(source in layer for source in sources[name])]
        if not ready:
            raise ValueError(f"There is a circle through {waiting[0]}.")
        layer |= {name: max((layer[source] + 1 for source in sources[name]), default=0) for name in ready}
        waiting = [name for name in waiting if name not in layer]
    return layer


def _stations(edge: tuple[str, str], layer: Mapping[str, int]) -> list[Place]:
    """The places that an edge leads through, one in each layer from its source to its target."""
    source, target = edge
    between = [Place(at, source, target) for at in range(layer[source] + 1, layer[target])]
    return [Place(layer[source], source), *between, Place(layer[target], target)]


def _columns(names: Sequence[str], edges: Sequence[tuple[str, str]], layer: Mapping[str, int]) -> list[list[Place]]:
    columns: list[list[Place]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in names:
        columns[layer[name]].append(Place(layer[name], name))
    for edge in edges:
        for place in _stations(edge, layer)[1:-1]:
            columns[place.layer].append(place)
    return columns


def _links(edges: Sequence[tuple[str, str]], layer: Mapping[str, int]) -> list[tuple[Place, Place]]:
    """The edges in pieces, each from one layer to the next."""
    stations = [_stations(edge, layer) for edge in edges]
    return [(a, b) for places in stations for a, b in pairwise(places)]


def _untangled(columns: list[list[Place]], links: Sequence[tuple[Place, Place]]) -> list[list[Place]]:
    before, after = _neighbours(links)
    best, fewest = columns, crossings(columns, links)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        beside = before if forth else after
        order = {place: float(row) for column in columns for row, place in enumerate(column)}
        columns = [list(column) for column in columns]
        for column in columns if forth else reversed(columns):
            column.sort(key=lambda place: _mean([order[other] for other in beside.get(place, [])], order[place]))
            order |= {place: float(row) for row, place in enumerate(column)}
        crossed = crossings(columns, links)
        if crossed < fewest:
            best, fewest = columns, crossed
    return best


def crossings(columns: Sequence[Sequence[Place]], links: Sequence[tuple[Place, Place]]) -> int:
    """How many pairs of edges cross between neighbouring layers.

    Sorted by where they begin, two of them cross where the ends are in the other order: inversions are counted.
    """
    row = {place: at for column in columns for at, place in enumerate(column)}
    by_layer: dict[int, list[tuple[int, int]]] = {}
    for a, b in links:
        by_layer.setdefault(a.layer, []).append((row[a], row[b]))
    return sum(_inversions([end for _, end in sorted(rows)]) for rows in by_layer.values())


def _inversions(numbers: Sequence[int]) -> int:
    """How many pairs of numbers stand with the greater one first."""
    count = 0
    before: list[int] = []  # in order
    for number in numbers:
        at = bisect_right(before, number)
        count += len(before) - at
        before.insert(at, number)
    return count


def _heights(columns: Sequence[Sequence[Place]], links: Sequence[tuple[Place, Place]]) -> dict[Place, float]:
    """The middle of each place: near the mean of those before it, in order, without overlap.

    The first layer begins at the top, where reading begins, also on a phone that shows but two layers; no other layer
    begins above it.
    """
    before, _ = _neighbours(links)
    middle: dict[Place, float] = {}
    for column in columns:
        middle |= _stacked(column, [_mean([middle[other] for other in before.get(place, [])], 0.0) for place in column])
    return middle


def _stacked(column: Sequence[Place], wished: Sequence[float]) -> dict[Place, float]:
    """Places from the top down, as near to the wished middles as their heights allow (least squares), none above 0.

    Less the room that stands above them, the wishes only have to be made to rise: isotonic regression, by pooling
    neighbours that do not (Ayer et al. 1955).
    """
    above, room = [], 0.0
    for at, place in enumerate(column):
        if at:
            room += (column[at - 1].height + place.height) / 2 + SPACING
        above.append(room)
    pools: list[tuple[float, int]] = []
    for wish, over in zip(wished, above, strict=True):
        mean, count = wish - over, 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    level = [max(mean, column[0].height / 2) for mean, count in pools for _ in range(count)]
    return {place: level[at] + above[at] for at, place in enumerate(column)}


def _neighbours(links: Sequence[tuple[Place, Place]]) -> tuple[dict[Place, list[Place]], dict[Place, list[Place]]]:
    before: dict[Place, list[Place]] = {}
    after: dict[Place, list[Place]] = {}
    for a, b in links:
        before.setdefault(b, []).append(a)
        after.setdefault(a, []).append(b)
    return before, after


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _left(layer: int) -> float:
    return MARGIN + layer * (WIDTH + GAP)


def _path(stations: Sequence[Place], middle: Mapping[Place, float]) -> str:
    """A curve that leaves and enters level, and runs level past the layers between."""
    x, y = _left(stations[0].layer) + WIDTH, middle[stations[0]] + MARGIN
    path = f"M{x:.1f} {y:.1f}"
    for place in stations[1:]:
        to, level, half = _left(place.layer), middle[place] + MARGIN, x + GAP / 2
        path += f"C{half:.1f} {y:.1f} {half:.1f} {level:.1f} {to:.1f} {level:.1f}"
        x, y = to, level
        if place.is_edge:
            x += WIDTH
            path += f"H{x:.1f}"
    return path
