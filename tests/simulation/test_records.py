"""Tables follow the schema, folders are complete or not there, a manifest can repeat a run."""

import json
import shlex
from pathlib import Path

import pandas as pd
import pytest

import dyadsim
from dyadsim.cli import main
from dyadsim.errors import BadData, BadInput
from dyadsim.model import worlds
from dyadsim.simulation import observe, records, simulate
from dyadsim.studies.designs.rct import rct

RUN = simulate.run(
    rct(("cbt", "waitlist"), follow_up=(4.0,)), worlds.world_parameters("hybrid"), 300, 3
)


def test_written_and_read_back(tmp_path: Path) -> None:
    tables = observe.observed_records(RUN, truth=True)
    records.write_tables(tmp_path, tables)
    for table, again in zip(tables, records.read_records(tmp_path), strict=True):
        pd.testing.assert_frame_equal(table, again)
    schema = json.loads((tmp_path / "schema.json").read_text())
    for name, columns in records.SCHEMA.items():
        assert list(schema["tables"][name]) == list(columns)
        assert all(about["unit"] and about["meaning"] for about in schema["tables"][name].values())


@pytest.mark.parametrize("study", ["waitlist", "n_of_1", "rct"])
def test_what_the_command_line_leaves_is_read_as_it_says(
    study: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", f"study={study}", "study.n_clients=30", f"results={tmp_path}"]
    assert main.main(words) == 0
    (line,) = [x for x in capsys.readouterr().out.splitlines() if x.startswith("Next: ")]
    words = shlex.split(line.removeprefix("Next: dyadsim "))
    assert main.main(words) == 0
    assert "seed: 1" in " ".join(capsys.readouterr().out.split())
    assert len(dyadsim.read(words[1]).clients) == 30


def test_a_folder_without_tables_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no folder"):
        records.read_records(str(tmp_path / "nothing"))
    with pytest.raises(BadInput, match=r"holds no clients\.parquet"):
        records.read_records(tmp_path)


def test_scores_only_no_latents() -> None:
    tables = observe.observed_records(RUN)
    assert tables.truth.empty
    latents = set(records.SCHEMA["truth"]) - {"client", "step", "week", "symptom_score"}
    for name in ("clients", "therapists", "sessions"):
        assert not latents & set(getattr(tables, name).columns)


def test_a_strange_table_is_refused() -> None:
    tables = observe.observed_records(RUN)
    with pytest.raises(BadData, match="does not follow the schema"):
        records.check_records(
            tables._replace(clients=tables.clients.rename(columns={"arm": "group"}))
        )


def test_a_folder_is_complete_or_not_there(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        records.write_folder(tmp_path / "run", fill)
    assert list(tmp_path.iterdir()) == []


def test_who_is_measured_when() -> None:
    rows = observe.observed_records(RUN).sessions
    waiting = rows[rows["arm"] == "waitlist"]
    assert set(waiting["occasion"]) == {"intake", "assessment", "follow_up"}
    assert waiting["therapist"].isna().all()
    post = rows[rows["occasion"] == "assessment"]
    assert len(post) == 300  # dropouts are assessed too
    treated = rows[(rows["arm"] == "cbt") & (rows["occasion"] == "session")]
    assert (treated["session"] == treated["week"]).all()


def test_manifest_says_what_it_takes_to_repeat(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("a\n1\n")
    manifest = records.manifest({"seed": 3, "replicate": 0}, 1.23456, {"data": data})
    assert manifest["seeds"] == {"seed": 3, "replicate": 0}
    assert len(manifest["inputs"]["data"]) == 64
    assert set(manifest["packages"]) >= {"numpy", "numba"}
    assert manifest["schema_version"] == records.SCHEMA_VERSION
    assert (manifest["commit"] is None) == (not (Path(__file__).parents[2] / ".git").exists())
