"""QR codes as SVG, dark on light in every colour scheme, since cameras read nothing else surely."""

from __future__ import annotations

import qrcode  # type: ignore[import-untyped]
from django.utils.html import format_html
from django.utils.safestring import SafeString

MARGIN = 4
"""Modules of light around the code, as ISO/IEC 18004 asks for."""


def draw_qr_code(text: str, label: str) -> SafeString:
    """Return an SVG of the QR code of a text, with what it is called for who does not see it."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=MARGIN)
    code.add_data(text)
    modules = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, is_dark in enumerate(row) if is_dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{0}v{0}h-{0}z"/><path fill="#000" d="{2}"/></svg>',
        len(modules),
        label,
        dark,
    )
