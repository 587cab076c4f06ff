"""Files that are no good: binary, endless, growing, of the wrong kind; and cases that name them."""

import os
import random
from pathlib import Path

import pandas as pd
from fuzz.case import Case
from fuzz.grammar import ROOT

CARD = (Path(__file__).parents[2] / "conf/case/anna.yaml").read_text(encoding="utf-8")
GROWING = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}]\n"
    for before, name in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)
TEXTS = {
    "empty.yaml": "",
    "deep.yaml": "[" * 2000 + "]" * 2000,
    "deep_lines.yaml": "\n".join(" " * depth + "a:" for depth in range(300)),
    "growing.yaml": GROWING,
    "itself.yaml": "&a [*a]",
    "doubled.yaml": CARD + "\nreadiness: 0.9\nreadiness: 0.1\n",
    "doubled_do.yaml": "{start: 2, start: 3, hold: {alliance: 0.5, alliance: 0.6}}",
    "date.yaml": "name: 2024-13-45\nsymptom_score: 2024-02-30\n",
    "list.yaml": "- a\n- {start: 1}\n- 5\n",
    "number.yaml": "5",
    "null.yaml": "null",
    "huge.yaml": "symptom_score: " + "9" * 5000,
    "nan.yaml": "{hold: {alliance: .nan}, start: .inf}",
    "tab.yaml": "a:\n\t- b",
    "tag.yaml": "!!python/object/apply:os.system [ls]",
    "keys.yaml": "? [a, b]\n: 1\n",
    "two.yaml": "a: 1\n---\nb: 2\n",
    "good.yaml": "{start: 2, hold: {alliance: 0.5}}",
    "wrong.yaml": "{start: [1], hold: 5, remove: 3, arm: {a: 1}, therapist: x}",
    "hold.yaml": "{hold: {alliance: {a: 1}, nonsense: 2}, add_rupture: [a, 1.5]}",
    "moments.yaml": "moments:\n- {name: gain, value: .nan, error: -1}\n- 5\n",
    "moments2.yaml": "moments: [{name: gain, value: [1], error: {a: 1}, n: x, nonsense: 2}]",
    "moments3.yaml": "moments: {a: 1}",
    "settings.yaml": "path: clinic.csv\ninstrument: phq9\ncolumns: {score: phq9, time: {a: b}}\n",
    "settings2.yaml": "path: [1]\nsheet: {a: 1}\nwhere: [[a]]\nrebase: maybe\ntimes: [1]\n",
    "settings3.yaml": "columns: 5\narms: {a: {b: c}}\n",
    "settings4.yaml": "columns: null\npath: null\nunit: null\nrebase: null\nper_week: null\n",
    "settings5.yaml": "path: clinic.csv\ninstrument: phq9\ncolumns: {score: phq9}\narms: 5\n",
    "settings6.yaml": "path: clinic.csv\ninstrument: phq9\ncolumns: {score: phq9}\nitems: 5\n",
    "settings7.yaml": "path: clinic.csv\ninstrument: phq9\ncolumns: {score: [[a], {b: c}]}\n",
    "settings8.yaml": "path: clinic.csv\ncolumns: {score: phq9, arm: ???}\nfollow_up: ['x']\n",
    "header.csv": "alliance.rate\n",
    "points.csv": "alliance.rate\n0.2\n0.3\n",
    "points_bad.csv": "alliance.rate,nonsense\n0.2,1\n",
    "points_nan.csv": "alliance.rate\nnan\n" + "9" * 400 + "\n",
    "points_twice.csv": "alliance.rate,alliance.rate\n0.2,0.3\n",
    "points_ragged.csv": "alliance.rate\n0.2,0.3,0.4\n\n'\n",
    "long_cell.csv": "alliance.rate\n" + "1" * 200_000 + "\n",
    "one_row.csv": "client,session,phq9\n1,1,10\n",
    "far.csv": "client,session,phq9\n" + "".join(f"{k},{1.7e9 * (k % 2)},9\n" for k in range(60)),
    "words.csv": "client,session,phq9\na,b,c\n" * 30,
    "high.csv": "client,session,phq9\n" + "".join(f"{k},1,{10**k}\n" for k in range(60)),
    "gaps.csv": "client,session,phq9\n,,\n1,,\n,1,\n" * 10,
    "dates.csv": "client,session,phq9\n" + "1,2024-13-45,9\n2,2024-02-30,8\n" * 20,
    "sep.csv": "sep=;\nclient;session;phq9\n" + "1;1;9,5\n2;2;9\n" * 20,
    "only_sep.csv": "sep=;",
    "titles.csv": "a\nb\n\nc\n",
    "quote.csv": 'client,session,phq9\n1,1,"9\n2,1,9\n',
    "wide.csv": "client,x_1,x_2,x_3\n" + "".join(f"{k},9,8,{k}\n" for k in range(30)),
    "days.csv": "client,session,phq9\n" + "1,3/4/2024,9\n2,31.3.2024,8\n3,45000,7\n" * 9,
    "same.csv": "client,session,phq9\n" + "1,1,9\n" * 60,
}
KEYS = (
    *("do.file", "points.file", "study.card", "data.path", "data.path", "data.file"),
    "results",
)


def write_odd_files(folder: Path) -> None:
    """Fill a folder with odd files, and one good file of scores."""
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "binary.yaml").write_bytes(bytes(range(256)) * 8)
    (folder / "binary.csv").write_bytes(bytes(range(256)) * 8)
    (folder / "latin.csv").write_bytes("client,session,phq9\né,1,9\n".encode("latin-1") * 9)
    (folder / "latin.yaml").write_bytes("name: é".encode("latin-1"))
    (folder / "bom.yaml").write_bytes(b"\xff\xfe" + "a: 1".encode("utf-16-le"))
    (folder / "utf16.csv").write_text("client,session,phq9\n" + "1,1,9\n" * 20, "utf-16")
    for name, start in (("xlsx", b"PK\x03\x04"), ("sav", b"$FL2"), ("dta", b"<stata_dta>")):
        (folder / f"broken.{name}").write_bytes(start + bytes(300))
    (folder / "large.yaml").write_text("- a\n" * 500_000, encoding="utf-8")
    (folder / "broken.parquet").write_bytes(b"PAR1" + b"\x00" * 50 + b"PAR1")
    (folder / "folder.yaml").mkdir()
    (folder / "clinic.csv").write_bytes((ROOT / "docs/tutorial/clinic.csv").read_bytes())
    for ending in ("yaml", "csv", "parquet"):
        os.mkfifo(folder / f"fifo.{ending}")
    _write_parquet(folder)
    for name in ("broken", "words", "empty"):  # folders of sweeps
        (folder / "sweeps" / name).mkdir(parents=True)
    manifests = folder / "sweeps"
    (manifests / "broken" / "manifest.json").write_text("{", encoding="utf-8")
    (manifests / "words" / "manifest.json").write_text('{"words": [5, "a=b"]}', encoding="utf-8")


def _write_parquet(folder: Path) -> None:
    """Write Parquet files of lists, dates and structures."""
    clients = {"client": range(40), "session": [1] * 40, "phq9": [9.0] * 40}
    columns = {
        "lists": {"phq9": [[1, 2]] * 40},
        "client_lists": {"client": [[1]] * 40},
        "structures": {"session": [{"a": 1}] * 40},
        "times": {"session": pd.date_range("2024-01-01", periods=40)},
        "bytes": {"client": [b"\xff\x00"] * 40},
        "booleans": {"phq9": [True] * 40},
        "nothing": {"phq9": [None] * 40},
    }
    for name, changed in columns.items():
        pd.DataFrame(clients | changed).to_parquet(folder / f"{name}.parquet")
    pd.DataFrame(clients).iloc[:0].to_parquet(folder / "no_rows.parquet")


def case_of_files(rng: random.Random) -> Case:
    """Return a dry run that reads an odd file."""
    key = rng.choice(KEYS)
    name = rng.choice(
        [
            *TEXTS,
            "binary.yaml",
            "binary.csv",
            "latin.csv",
            "latin.yaml",
            "bom.yaml",
            "large.yaml",
            "broken.parquet",
            "broken.xlsx",
            "broken.sav",
            "broken.dta",
            "utf16.csv",
            "folder.yaml",
            "fifo.yaml",
            "fifo.csv",
            "fifo.parquet",
            "lists.parquet",
            "client_lists.parquet",
            "structures.parquet",
            "times.parquet",
            "bytes.parquet",
            "booleans.parquet",
            "nothing.parquet",
            "no_rows.parquet",
            "not_there.yaml",
            "a" * 300 + ".yaml",
        ]
    )
    path = rng.choice((f"{{files}}/{name}", f"{{files}}/{name}", "/dev/zero", "/dev/null"))
    if rng.random() < 0.8:
        path = f"{{files}}/{name}"
    word = f"{key}={path}"
    starts: dict[str, tuple[str, ...]] = {
        "do.file": ("simulate",),
        "points.file": ("sweep", "points=file"),
        "study.card": ("simulate", "study=n_of_1"),
        "data.path": ("fit", "data.instrument=phq9"),
        "data.file": (rng.choice(("fit", "analyse", "describe")),),
        "results": ("status", f"name={rng.choice(('broken', 'words', 'empty', 'a' * 300))}"),
    }
    if key == "results":
        word = rng.choice(("results={files}/sweeps", word))
    words = [*starts[key], word]
    if key == "data.path" and rng.random() < 0.8:
        words.append("data.columns.score=phq9")
        words.append(
            rng.choice(
                (
                    "data.columns.therapist=session",
                    "data.columns.arm=client",
                    "data.baseline=1",
                    "data.follow_up=[1]",
                    "data.sessions=3",
                    "data.measured=weeks",
                    "data.sample=trial",
                    "data.rule=open",
                    "data.unit=day",
                    "data.threshold=5",
                    "data.where={client:1}",
                    "data.rebase=true",
                    "data.repeated=mean",
                    "data.wide=x_{time}",
                    "data.wide={score:x_{time},time:x_{time}}",
                    "data.items=x_1..x_3",
                    "data.items=[session,phq9]",
                    "data.missing=[9,.]",
                    "data.times={1:0,2:5}",
                    "data.dates=first",
                    "data.dates=session",
                    "data.dates=sessions",
                    "data.sheet=1",
                    "data.encoding=utf-16",
                    "data.decimal=comma",
                    "data.unit=month",
                )
            )
        )
    return Case((*words, "dry_run=true"), "files")
