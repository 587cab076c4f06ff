"""How values show themselves: one line in a terminal, a small table in a notebook."""

import html
from collections.abc import Iterable, Mapping

type Row = tuple[str, ...]


def html_table(caption: str, header: Row, rows: Iterable[Row]) -> str:
    """Return a small HTML table; every text is escaped.

    Parameters
    ----------
    caption
        One line above the table.
    header
        The names of the columns.
    rows
        The cells of each row, as many as the header has.

    Returns
    -------
    str
        HTML for `_repr_html_`.
    """

    def line(cells: Row, tag: str) -> str:
        return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)

    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return (
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{line(header, 'th')}</tr></thead><tbody>{body}</tbody></table>"
    )


def full_repr(value: object) -> str:
    """Return every field of nested named tuples, also where their own `repr` is short.

    Two values with the same text are the same value, so the text can be hashed.

    Examples
    --------
    >>> full_repr((1, "a"))
    "(1, 'a')"
    >>> full_repr({"sizes": [1, 2]})
    "{'sizes': [1, 2]}"
    """
    if isinstance(value, list):
        return f"[{', '.join(map(full_repr, value))}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{full_repr(key)}: {full_repr(item)}" for key, item in value.items())
        return f"{{{pairs}}}"
    if not isinstance(value, tuple):
        return repr(value)
    if hasattr(value, "_fields"):
        fields = zip(value._fields, value, strict=True)
        inside = ", ".join(f"{name}={full_repr(item)}" for name, item in fields)
        return f"{type(value).__name__}({inside})"
    inside = ", ".join(map(full_repr, value))
    return f"({inside},)" if len(value) == 1 else f"({inside})"
