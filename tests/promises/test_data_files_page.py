"""Every command of the page on data files reads its file: files as the page describes them."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main

PAGE = Path(__file__).parents[2] / "docs/how_to/data_files.md"
COMMANDS = re.findall(r"^\$ dyadsim (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
LONG = pd.DataFrame(
    [(f"{k:04}", session, 18 - session + k % 4) for k in range(24) for session in range(5)],
    columns=["client", "session", "score"],
)


def write_files(folder: Path) -> None:
    """Write each file that the page names."""
    german = LONG.set_axis(["Patient", "Sitzung", "Summe"], axis=1).assign(Name="Müller")
    german.to_csv(folder / "german.csv", sep=";", decimal=",", index=False, encoding="cp1252")
    some = (LONG["session"] == 3) & (LONG["client"] < "0009")
    LONG.assign(score=LONG["score"].mask(some, -9)).to_csv(folder / "codes.csv", index=False)
    wide = LONG.pivot(index="client", columns="session", values="score")
    wide.add_prefix("bdi_s").to_csv(folder / "wide.csv")
    wide[[0, 2, 4]].set_axis(["bdi_pre", "bdi_post", "bdi_fu"], axis=1).to_csv(folder / "waves.csv")
    items = {f"phq{item}": LONG["score"] // 9 for item in range(1, 10)}
    LONG[["client", "session"]].assign(**items).to_csv(folder / "items.csv", index=False)
    pd.concat([LONG.assign(instrument=name) for name in ("PHQ9", "GAD7")]).to_csv(
        folder / "two.csv", index=False
    )
    words = {0: "pre", 2: "post", 4: "fu"}
    waves = LONG.assign(session=LONG["session"].map(words)).dropna()
    waves.to_csv(folder / "words.csv", index=False)
    date = pd.Timestamp("2024-02-26") + pd.to_timedelta(7 * LONG["session"], unit="D")
    LONG.assign(date=date.dt.strftime("%d.%m.%Y"), randomised="25.02.2024").drop(
        columns="session"
    ).to_csv(folder / "dates.csv", index=False)
    centres = pd.concat([LONG.assign(centre=name) for name in "AB"])
    therapist = (centres["session"] > 3).map({True: "t1", False: "t2"})
    centres.assign(therapist=therapist).to_csv(folder / "centres.csv", index=False)


def write_office_files(folder: Path) -> None:
    """Write the files that need the extra `files`."""
    with pd.ExcelWriter(folder / "clinic.xlsx") as book:
        pd.DataFrame({"name": ["score"], "meaning": ["PHQ-9"]}).to_excel(
            book, sheet_name="Codebook", index=False
        )
        LONG.to_excel(book, sheet_name="Scores", index=False)
    import pyreadstat

    arm = (LONG["client"].astype(int) % 2) + 1
    labels = {"arm": {1: "CBT", 2: "Waiting list"}}
    pyreadstat.write_sav(
        LONG.assign(arm=arm), str(folder / "clinic.sav"), variable_value_labels=labels
    )


def test_the_page_has_its_commands() -> None:
    assert len(COMMANDS) >= 13


@pytest.mark.parametrize("command", COMMANDS)
def test_it_reads_the_file(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if re.search(r"\.(xlsx|sav)", command):
        pytest.importorskip("openpyxl", reason="the extra 'files' is not installed")
        pytest.importorskip("pyreadstat", reason="the extra 'files' is not installed")
        write_office_files(tmp_path)
    else:
        write_files(tmp_path)
    before = sorted(tmp_path.iterdir())
    code = main([*shlex.split(command), "dry_run=true"])
    out, err = capsys.readouterr()
    assert code == 0, err
    assert re.search(rf"clients +{48 if 'centres' in command else 24}\n", out)
    assert sorted(tmp_path.iterdir()) == before
