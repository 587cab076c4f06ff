"""Text in any usual encoding and with any usual separator; what was guessed is said."""

import codecs
from pathlib import Path

import pytest

from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.client_table import Limits, give_roles
from dyadsim.fitting.file_reader import read_table
from dyadsim.fitting.table_choices import AS_IT_LIES
from dyadsim.fitting.text_file import read_text_grid

TEXT = "Patient;Gruppe;Wert\r\nP1;Übliche Maßnahme;18,5\r\nP2;Gruppe \x80;7\r\n".replace(
    "\x80", "€"
)


@pytest.mark.parametrize(
    ("encoding", "mark", "said"),
    [
        ("utf-8", b"", 0),
        ("utf-8", codecs.BOM_UTF8, 0),
        ("utf-16-le", codecs.BOM_UTF16_LE, 0),
        ("utf-16-be", codecs.BOM_UTF16_BE, 0),
        ("utf-16-le", b"", 0),
        ("utf-16-be", b"", 0),
        ("utf-32-le", codecs.BOM_UTF32_LE, 0),
        ("cp1252", b"", 1),
    ],
)
def test_encodings(encoding: str, mark: bytes, said: int, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(mark + TEXT.encode(encoding))
    table = read_table(str(path))
    assert list(table.cells) == ["Patient", "Gruppe", "Wert"]
    assert table.cells["Gruppe"].tolist() == ["Übliche Maßnahme", "Gruppe €"]
    assert len(table.assumed) == said
    assert (
        not said or "read as Windows-1252 (3 words with such letters: Übliche" in table.assumed[0]
    )


def test_a_stated_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Gruppe;Wert\nÜbung;1\n".replace("Ü", "\x81").encode("latin-1"))
    with pytest.raises(
        BadData, match=r"row 2: the text is neither UTF-8 nor .* data.encoding=cp850"
    ):
        read_table(str(path))
    path.write_bytes("Gruppe;Wert\nÜbung;1\n".encode("cp850"))
    table = read_table(str(path), AS_IT_LIES._replace(encoding="cp850"))
    assert table.cells["Gruppe"].tolist() == ["Übung"]
    assert not table.assumed
    with pytest.raises(BadData, match=r"row 2: the text is not utf-8 \(data.encoding\)"):
        read_table(str(path), AS_IT_LIES._replace(encoding="utf-8"))
    for wrong in ("utf-9", "rot13", "hex"):
        with pytest.raises(BadInput, match="there is no encoding"):
            read_table(str(path), AS_IT_LIES._replace(encoding=wrong))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
def test_separators(separator: str, tmp_path: Path) -> None:
    rows = [("id", "week", "score"), *((f"c{k}", k % 3, k) for k in range(9))]
    path = tmp_path / "a.txt"
    path.write_text("\n".join(separator.join(map(str, row)) for row in rows))
    grid, mark, _ = read_text_grid(str(path))
    assert mark == separator
    assert grid.rows[3] == ["c2", "2", "2"]


def test_more_decimal_commas_than_separators(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b;c\n" + "1,5;2,5;3,5\n" * 30)
    assert read_text_grid(str(path))[1] == ";"


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_the_separator_that_excel_writes_into_the_first_line(first: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{first}\r\nid;text, long\r\na;1,5\r\nb;2\r\n".encode())
    table = read_table(str(path))
    assert list(table.cells) == ["id", "text, long"]
    assert table.lines.tolist() == [3, 4]  # lines of the file, with the first one


def test_lines_of_cells_with_line_breaks_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,note,x\na,"two\nlines",1\n\nb,one,9\n')
    table = give_roles(read_table(str(path)), {"score": ("x",)})
    assert table.cells["note"].tolist() == ["two\nlines", "one"]
    with pytest.raises(BadData, match="row 5, column 'x': '9' must lie in"):
        table.numbers("score", Limits(0, 5))


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,x\na,1\n"b,2\nc,3\n')
    with pytest.raises(BadData, match="row 3: a quotation mark is opened and never closed"):
        read_table(str(path))


def test_decimal_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,x\na,"1,5"\nb,2\n')
    with pytest.raises(BadData, match=r"'1,5' is not a number.*data.decimal=comma"):
        give_roles(read_table(str(path)), {"score": ("x",)}).numbers("score", Limits(0, 9))
    table = give_roles(
        read_table(str(path), AS_IT_LIES._replace(decimal="comma")), {"score": ("x",)}
    )
    assert table.numbers("score", Limits(0, 9)).tolist() == [1.5, 2]
    path.write_text("id;x\na;1,500\nb;2\n")
    table = give_roles(
        read_table(str(path), AS_IT_LIES._replace(decimal="point")), {"score": ("x",)}
    )
    with pytest.raises(BadData, match="'1,500' is not a number"):
        table.numbers("score", Limits(0, 9))
