"""Draw a QR code as inline SVG: no picture file, no other host."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def qr_svg(payload: str, *, label: str) -> SafeString:
    """Return a code with error correction M, as EPC069-12 wants, and its quiet zone.

    label  what it is, for who does not see it
    """
    rows = qr_matrix(payload)
    runs = "".join(_runs(row, at) for at, row in enumerate(rows))
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" '
        'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/>'
        '<path fill="#000" d="{2}"/></svg>',
        len(rows),
        label,
        mark_safe(runs),  # noqa: S308 - digits and letters of a path
    )


def qr_matrix(payload: str) -> list[list[bool]]:
    """Return the code's modules, quiet zone included."""
    import qrcode  # only a transfer's page needs it
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(payload.encode())
    code.make(fit=True)
    return code.get_matrix()


def _runs(row: list[bool], at: int) -> str:
    """Return one row's dark runs as a path."""
    found, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            found.append(f"M{start} {at}h{x - start}v1h{start - x}z")
            start = None
    return "".join(found)
