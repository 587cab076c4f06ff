"""The address of a class as a QR code, for the terminal and for the presenter's page."""

import io

import segno

BORDER = 2  # modules of white around the code
ON_WHITE = ("\x1b[38;5;16;48;5;231m", "\x1b[0m")  # black on white, whatever the terminal's colours
HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def terminal_code(text: str, colour: bool) -> str:
    """Return a QR code of half blocks.

    Parameters
    ----------
    text
        What the code says.
    colour
        Whether the terminal takes colours. Without, the light modules are drawn, as on the usual
        dark ground.

    Returns
    -------
    str
        Lines, two rows of modules each.
    """
    rows = [list(row) for row in segno.make(text, error="m").matrix_iter(border=BORDER)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    dark = 1 if colour else 0
    before, after = ON_WHITE if colour else ("", "")
    lines = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        halves = [
            HALVES[int(bool(a) == dark), int(bool(b) == dark)]
            for a, b in zip(upper, lower, strict=True)
        ]
        lines.append(f"{before}{''.join(halves)}{after}")
    return "\n".join(lines)


def svg_code(text: str) -> str:
    """Return a QR code as the text of an SVG picture, black on white."""
    picture = io.BytesIO()
    segno.make(text, error="m").save(
        picture, kind="svg", border=4, scale=8, light="#fff", omitsize=True
    )
    return picture.getvalue().decode("utf-8")
