"""Draws docs/images/architecture.svg from the imports: `make architecture`.

The rows are the floors that import-linter holds (pyproject.toml), the arrows what a room imports. An arrow is left out
where a longer way says the same, so that what is drawn is the least from which the rest follows. Pure rooms are dashed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/images/architecture.svg"
APPS = ("quizzes", "questions")
WIRING = {"urls", "apps", "migrations", "templatetags"}
"""Modules that belong to the framework and say nothing of the layout."""

WIDTH, ROW, BOX, MARGIN = 880.0, 62.0, 30.0, 26.0
LEFT, LETTER, GAP = 44.0, 7.6, 18.0

STYLE = """
    text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; text-anchor: middle }
    .app { font-weight: 600; fill: #59636e; text-anchor: end }
    .quizzes { fill: #ddf4ff; stroke: #54aeff }
    .questions { fill: #dafbe1; stroke: #4ac26b }
    .pure { stroke-dasharray: 5 3 }
    .band { fill: #818b98; fill-opacity: .08 }
    .arrow { fill: none; stroke: #818b98; stroke-width: 1.2 }
    #head path { fill: #818b98 }
    @media (prefers-color-scheme: dark) {
        text { fill: #f0f6fc }
        .app { fill: #9198a1 }
        .quizzes { fill: #0c2d6b; stroke: #388bfd }
        .questions { fill: #033a16; stroke: #2ea043 }
    }
"""

HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z"/></marker></defs>'
)


@dataclass
class Node:
    """A room, or (without a name) a place where a long arrow crosses a row."""

    name: str
    row: int
    x: float = 0.0
    above: list[Node] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    beside: list[Node] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def width(self) -> float:
        return len(self.label) * LETTER + 20 if self.name else 6.0

    @property
    def y(self) -> float:
        return MARGIN + self.row * ROW


def contracts() -> list[dict[str, Any]]:
    """What import-linter holds."""
    found: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    return found


def floors() -> list[list[str]]:
    """The rooms by floors, the highest first."""
    layers = {app: contract["layers"] for contract in contracts() for app in contract.get("containers", [])}
    rows = []
    for app in APPS:
        for layer in layers[app]:
            rooms = [room for room in re.split(r"[|: ]+", layer.strip("()")) if room not in WIRING]
            rows += [[f"{app}.{room}" for room in rooms]] if rooms else []
    return rows


def pure_rooms() -> set[str]:
    """The rooms that import no framework and no model."""
    (contract,) = (contract for contract in contracts() if "django" in contract.get("forbidden_modules", []))
    return set(contract["source_modules"])


def imports(rooms: set[str]) -> dict[str, set[str]]:
    """What each room imports of the others."""
    graph = grimp.build_graph(*APPS, exclude_type_checking_imports=True, cache_dir=None)
    found: dict[str, set[str]] = {room: set() for room in rooms}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            importer, target = room_of(module), room_of(imported)
            if importer != target and {importer, target} <= rooms:
                found[importer].add(target)
    return found


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def reduced(arrows: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows without those that follow from the others."""

    def reach(room: str, seen: set[str]) -> set[str]:
        for target in arrows[room] - seen:
            seen.add(target)
            reach(target, seen)
        return seen

    reached = {room: reach(room, set()) for room in arrows}
    return {
        room: {target for target in targets if not any(target in reached[other] for other in targets - {target})}
        for room, targets in arrows.items()
    }


def laid_out(rows: list[list[str]], arrows: dict[str, set[str]]) -> list[list[Node]]:
    """The nodes by rows, placed so that arrows are short and seldom cross."""
    layout = [[Node(name, floor) for name in names] for floor, names in enumerate(rows)]
    by_name = {node.name: node for row in layout for node in row}
    for name, node in by_name.items():
        for target in sorted(arrows[name], key=lambda name: (node.row, name)):
            last, end = node, by_name[target]
            if last.row == end.row:
                last.beside.append(end)
                continue
            for between in range(last.row + 1, end.row):
                step = Node("", between)
                layout[between].append(step)
                join(last, step)
                last = step
            join(last, end)
    for row in layout:
        for place, node in enumerate(row):
            node.x = WIDTH * (place + 1) / (len(row) + 1)
        spread(row)
    for sweep in range(60):
        for row in layout if sweep % 2 else reversed(layout):
            for node in row:
                near = node.above if sweep % 2 else node.below
                both = node.above + node.below + node.beside
                wanted = near if near and sweep < 40 else both
                node.x = sum(each.x for each in wanted) / len(wanted) if wanted else node.x
            row.sort(key=lambda node: node.x)
            spread(row)
    nodes = [node for row in layout for node in row]
    unused = min(node.x - node.width / 2 for node in nodes) - LEFT
    for node in nodes:
        node.x -= unused
    return layout


def join(upper: Node, lower: Node) -> None:
    upper.below.append(lower)
    lower.above.append(upper)


def spread(row: list[Node]) -> None:
    """Move nodes apart, in their order, as little as two passes need, and into the picture."""
    left, right = LEFT, WIDTH - MARGIN
    forward, backward = left, right
    lowest, highest = [], []
    for node in row:
        lowest.append(max(node.x, forward + node.width / 2))
        forward = lowest[-1] + node.width / 2 + GAP
    for node in reversed(row):
        highest.append(min(node.x, backward - node.width / 2))
        backward = highest[-1] - node.width / 2 - GAP
    for node, low, high in zip(row, lowest, reversed(highest), strict=True):
        node.x = (low + high) / 2
    forward = left
    for node in row:
        node.x = max(node.x, forward + node.width / 2)
        forward = node.x + node.width / 2 + GAP
    backward = right
    for node in reversed(row):
        node.x = min(node.x, backward - node.width / 2)
        backward = node.x - node.width / 2 - GAP


def paths(layout: list[list[Node]]) -> Iterator[str]:
    """The arrows as SVG paths, from the foot of a room to the head of another."""
    for node in (node for row in layout for node in row if node.name):
        yield from (path_down(node, step) for step in node.below)
        yield from (path_beside(node, other) for other in node.beside)


def path_down(room: Node, step: Node) -> str:
    """An arrow from a room through `step` and those below it, to the first that is a room."""
    steps = [step]
    while not steps[-1].name:
        steps += steps[-1].below
    path, x, foot = f"M{room.x:.0f} {room.y + BOX:.0f}", room.x, room.y + BOX
    for each in steps:
        head = each.y - (3 if each.name else 0)
        middle = (foot + head) / 2
        path += f"C{x:.0f} {middle:.0f} {each.x:.0f} {middle:.0f} {each.x:.0f} {head:.0f}"
        x, foot = each.x, each.y + BOX
        path += "" if each.name else f"V{foot:.0f}"
    return path


def path_beside(room: Node, other: Node) -> str:
    """An arrow to another room of the same floor."""
    side = 1 if other.x < room.x else -1
    start, end = room.x - side * room.width / 4, other.x + side * other.width / 4
    foot, under = room.y + BOX, room.y + BOX + 24
    return f"M{start:.0f} {foot:.0f}C{start:.0f} {under:.0f} {end:.0f} {under:.0f} {end:.0f} {foot + 3:.0f}"


def svg() -> str:
    rows = floors()
    layout = laid_out(rows, reduced(imports({room for row in rows for room in row})))
    width = max(node.x + node.width / 2 for row in layout for node in row) + MARGIN
    height = MARGIN + len(rows) * ROW
    size = f'width="{width:.0f}" height="{height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        "<title>The rooms and what they import, floor by floor</title>",
        f"<style>{STYLE}</style>",
        HEAD,
    ]
    for app in APPS:
        inside = [row for row, names in enumerate(rows) if names[0].startswith(app)]
        top, tall = MARGIN + inside[0] * ROW - 16, (len(inside) - 1) * ROW + BOX + 30
        lines += [
            f'<rect class="band" x="4" y="{top:.0f}" width="{width - 8:.0f}" height="{tall:.0f}" rx="8"/>',
            f'<text class="app" transform="translate(22 {top + 12:.0f}) rotate(-90)">{app}/</text>',
        ]
    lines += [f'<path class="arrow" marker-end="url(#head)" d="{path}"/>' for path in paths(layout)]
    pure = pure_rooms()
    for node in (node for row in layout for node in row if node.name):
        kind = node.name.partition(".")[0] + " pure" * (node.name in pure)
        place = f'x="{node.x - node.width / 2:.0f}" y="{node.y:.0f}" width="{node.width:.0f}" height="{BOX:.0f}"'
        lines += [
            f'<rect class="{kind}" {place} rx="6"/>',
            f'<text x="{node.x:.0f}" y="{node.y + 20:.0f}">{escape(node.label)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(svg())
