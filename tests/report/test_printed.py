"""What is printed fits 80 columns, uses wider ones, and loses no letter."""

import sys

import pytest
from rich.table import Table

from dyadsim.report.printed import line_width, print_table, say

WORDS = "a meaning of many words that has to be folded somewhere and goes on for a while"


def printed(capsys: pytest.CaptureFixture[str]) -> tuple[str, int]:
    """Return what was printed, and its longest line."""
    out = capsys.readouterr().out
    return out, max(map(len, out.splitlines()))


def test_the_width_is_that_of_the_terminal_or_80(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    assert not sys.stdout.isatty()
    assert line_width() == 80
    for columns, width in (("30", 80), ("132", 132), ("9999", 200), ("wide", 80)):
        monkeypatch.setenv("COLUMNS", columns)
        assert line_width() == width


def test_a_meaning_is_folded_and_numbers_are_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table("output", "lowest", "highest", "meaning", title="Outputs")
    table.add_row("gain.cbt", "1.25 ± 0.11", "2.50 ± 0.12", WORDS)
    monkeypatch.setenv("COLUMNS", "80")
    print_table(table)
    out, width = printed(capsys)
    assert width <= 80
    assert "1.25 ± 0.11" in out
    assert "…" not in out
    folded = "".join(line.split("│")[-2] for line in out.splitlines() if line.startswith("│"))
    assert folded.split() == WORDS.split()
    monkeypatch.setenv("COLUMNS", "160")
    print_table(table)
    out, width = printed(capsys)
    assert 80 < width <= 160
    assert WORDS in out


def test_columns_that_do_not_fit_are_printed_below(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    table = Table(*(f"heading {k}" for k in range(9)), title="Many columns")
    table.add_row(*(f"{k}.123 ± 0.456" for k in range(9)))
    print_table(table)
    out, width = printed(capsys)
    assert width <= 80
    assert all(f"{k}.123 ± 0.456" in out for k in range(9))
    assert out.count("0.123 ± 0.456") == out.count("(continued)") + 1 > 1


def test_parts_of_a_table_name_their_rows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    table = Table("arm", "at", *(f"heading {k}" for k in range(9)), title="Many columns")
    for arm, at in (("cbt", "end"), ("cbt", "later"), ("waitlist", "end")):
        table.add_row(arm, at, *(f"{k}.123 ± 0.456" for k in range(9)))
    print_table(table)
    out, width = printed(capsys)
    assert width <= 80
    rows = [line for line in out.splitlines() if line.startswith("│ cbt")]
    parts = out.count("(continued)") + 1
    assert len([line for line in rows if line.split("│")[2].strip() == "later"]) == parts > 1


def test_a_folded_title_is_no_narrower_than_its_table_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    table = Table("name", "value", title=WORDS + ", twice: " + WORDS)
    table.add_row("a", "1")
    print_table(table)
    title = capsys.readouterr().out.partition("┏")[0].split("\n")
    assert len([line for line in title if line.strip()]) == 3


def test_a_word_wider_than_the_screen_is_folded_not_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    word = "".join(chr(97 + k % 26) for k in range(150))
    table = Table("name", "value")
    table.add_row(word, "1")
    print_table(table)
    out, width = printed(capsys)
    assert width <= 80
    kept = "".join(line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│"))
    assert kept == word


def test_sentences_are_folded_and_paths_are_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    say(WORDS * 3)
    assert printed(capsys)[1] <= 80
    path = "results/" + "deep/" * 30
    say(f"Report: {path}")
    assert path in printed(capsys)[0]
    for copied in ("`dyadsim show my results`", """'data.arms={"a long name":cbt}'"""):
        for words in range(12):
            say("word " * words + WORDS[:50] + f" {copied} " + WORDS)
            out, width = printed(capsys)
            assert copied in out
            assert width <= 80
