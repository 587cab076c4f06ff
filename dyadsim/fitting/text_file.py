"""A file of text as rows of cells: its encoding and its separator, from the file or as stated."""

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path

from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.cell_grid import Grid

SEPARATORS = (",", ";", "\t", "|")
BLANKS = " "  # the separator of a table in columns of blanks
MARKS = (  # at the start of a file; the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LOOKED_AT = 50  # lines from which the separator is told
ZERO_BYTES = 0.3  # share of every other byte beyond which a file is UTF-16 (assumption)
SEP_LINE = re.compile(r'^"?sep=(.)"?[ \t]*$', re.IGNORECASE)  # Excel's own first line


def read_text_grid(path: str, encoding: str | None = None) -> tuple[Grid, str, list[str]]:
    """Return the cells of a text file.

    Parameters
    ----------
    path
        A csv file, or a table with tabs, bars or blanks.
    encoding
        Its encoding; None: UTF-8 or UTF-16 where the bytes are, else Windows-1252, and said so.

    Returns
    -------
    tuple
        Cells, separator, and sentences on what was assumed.

    Raises
    ------
    BadData
        The file is no text, has another encoding, or a quotation mark that is never closed.
    BadInput
        There is no such encoding.
    """
    text, assumed = _decoded(path, encoding)
    lines = text.splitlines()
    skipped = 0
    stated = SEP_LINE.match(lines[0]) if lines else None
    if stated:
        skipped, text = 1, text.split("\n", 1)[1] if "\n" in text else ""
    separator = stated[1] if stated else _separator(lines)
    return _cells(path, text, separator, skipped), separator, assumed


def _cells(path: str, text: str, separator: str, skipped: int) -> Grid:
    """Return rows of cells with the line at which each begins."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        skipinitialspace=separator == BLANKS,
    )
    rows, lines, before = [], [], 0
    for row in reader:
        rows.append(row)
        lines.append(before + 1 + skipped)
        before = reader.line_num
    if rows and before + skipped > lines[-1] and text.count('"') % 2:
        raise BadData(
            f"data.path: '{path}', row {lines[-1]}: a quotation mark is opened and never closed."
        )
    return Grid(rows, lines)


def _decoded(path: str, encoding: str | None) -> tuple[str, list[str]]:
    """Return the text of a file, and what was assumed of its encoding."""
    raw = Path(path).read_bytes()
    if encoding is not None:
        return _as_stated(path, raw, encoding), []
    marked = next((name for mark, name in MARKS if raw.startswith(mark)), None)
    marked = marked or _utf16_without_mark(raw)
    try:
        if marked:
            return raw.decode(marked), []
        if b"\0" in raw:
            raise BadData(f"data.path: '{path}' is no text; save the table as csv (UTF-8).")
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        if marked:
            raise BadData(
                f"data.path: '{path}' begins like {marked.upper()} and is not: data.encoding=utf-8 "
                "(or another) says what it is."
            ) from None
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadData(
            f"data.path: '{path}', row {line}: the text is neither UTF-8 nor Windows-1252. "
            "data.encoding=cp850 (of MS-DOS), mac_roman or another says what it is."
        ) from None
    words = re.findall(r"\w*[^\x00-\x7f]+\w*", text)
    shown = ", ".join(dict.fromkeys(words[:3]))
    return text, [
        f"the file is not UTF-8; it was read as Windows-1252 ({len(words)} words with such "
        f"letters: {shown}; data.encoding says another)"
    ]


def _as_stated(path: str, raw: bytes, encoding: str) -> str:
    """Return the text in the encoding that was stated."""
    try:
        name = codecs.lookup(encoding).name
        text = raw.decode("utf-8-sig" if name == "utf-8" else name)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            line = raw[: error.start].count(b"\n") + 1
            raise BadData(
                f"data.path: '{path}', row {line}: the text is not {encoding} (data.encoding)."
            ) from None
        raise BadInput(
            f"data.encoding: there is no encoding '{encoding}'. Usual ones: utf-8, utf-16, cp1252, "
            "latin-1, cp850, mac_roman."
        ) from None
    return text.removeprefix("\ufeff")


def _utf16_without_mark(raw: bytes) -> str | None:
    """Return UTF-16's kind where every other byte is mostly zero; else None."""
    start = raw[:4000]
    if b"\0" not in start or len(raw) % 2:
        return None
    even, odd = (start[place::2].count(0) / max(len(start[place::2]), 1) for place in (0, 1))
    if odd > ZERO_BYTES and even < ZERO_BYTES / 10:
        return "utf-16-le"
    return "utf-16-be" if even > ZERO_BYTES and odd < ZERO_BYTES / 10 else None


def _separator(lines: list[str]) -> str:
    """Return the mark of which most lines, the first among them, have the same number."""
    first = [line for line in lines[:LOOKED_AT] if line.strip()]
    scores = {}
    for mark in SEPARATORS:
        counts = [len(next(csv.reader([line], delimiter=mark), [])) - 1 for line in first]
        usual, lines_alike = Counter(counts).most_common(1)[0] if counts else (0, 0)
        if usual == 0 and counts and counts[0]:  # few lines, or ragged ones: the first one decides
            usual, lines_alike = counts[0], counts.count(counts[0])
        if usual:
            scores[mark] = (lines_alike, usual)
    if scores:
        return max(scores, key=lambda mark: scores[mark])
    return BLANKS if first and first[0].split()[1:] else ","
