"""Diagrams as SVG files, for programs that draw none themselves: what `diagrams` draws, in plain colours. Pure."""

from __future__ import annotations

from html import escape

from questions.figures import diagrams
from questions.figures.diagram_canvas import HEIGHT, WIDTH

STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1c2430}.name{fill:#525d6e}.count{font-size:18px;font-weight:600}"
    ".grid{stroke:#d9dee6}.axis{stroke:#7c8798}.area,.cell{fill:#1f4aa8;stroke:#1f4aa8}"
    ".area{fill-opacity:.25;stroke-width:1.5}.cell{stroke:#7c8798}.dot{fill:#1f4aa8}"
    ".line,.median{fill:none;stroke:#1f4aa8;stroke-width:2.25;stroke-linejoin:round}.median{stroke-width:4}"
    ".dot~.line,.series-1{stroke:#b01f5c;stroke-dasharray:8 4}.series-2{stroke:#0d7268;stroke-dasharray:2 4}"
    ".series-3{stroke:#94611c;stroke-dasharray:12 3 2 3}.series-4{stroke:#1c2430;stroke-dasharray:5 5}"
)
"""What diagram.css says in the light colours of the page; the ground is white, since pages may be dark."""


def draw_picture(kind: str, source: str) -> tuple[str, bytes]:
    """What the diagram of a block shows in words, and the SVG file. Raises DiagramError."""
    words, canvas, _ = diagrams.compose(kind, source)
    ground = f'<style>{STYLE}</style><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    begin = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(words)}">'
    size = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
    svg = canvas.svg(words).replace(begin, begin + ground, 1).replace("<svg", size, 1)
    return words, svg.encode()
