"""Single events, fixed scores, several interventions at once; reading them from YAML."""

from pathlib import Path

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.simulation import individual_effects, simulate
from dyadsim.simulation.counterfactual import do, twins
from dyadsim.simulation.intervention import (
    Intervention,
    intervention_from_fields,
    read_interventions,
)
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.rct import rct

STUDY = rct(("cbt", "waitlist"), follow_up=(4.0,))
CARE = feedback(follow_up=())
HYBRID = worlds.world_parameters("hybrid")


def _rows(run: simulate.Run, name: str) -> np.ndarray:
    return simulate.latent(run, name)


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    return np.array_equal(first.view(np.int32), second.view(np.int32))


def _present(run: simulate.Run, session: int) -> np.ndarray:
    """Return which clients have this session."""
    attended = _rows(run, "attended")
    return np.asarray(attended[session] > attended[session - 1])


def test_one_rupture_is_added_at_its_session_and_nowhere_else() -> None:
    pair = twins(STUDY, HYBRID, 500, Intervention(add_rupture=(5,)))
    present = _present(pair.factual, 5)
    assert np.all(_rows(pair.counterfactual, "rupture")[5, present] == 1)
    assert np.all(_rows(pair.counterfactual, "rupture")[5, ~present] == 0)
    assert _same(pair.factual.truth[:, :5], pair.counterfactual.truth[:, :5])
    already = present & (_rows(pair.factual, "rupture")[5] == 1)
    assert already.any()
    assert np.all(pair.effect()[already] == 0)  # who had one anyway lives the same life
    later = _rows(pair.counterfactual, "rupture")[6:13].sum()
    assert later < 2 * _rows(pair.factual, "rupture")[6:13].sum()
    assert _rows(pair.counterfactual, "strain")[5].mean() > _rows(pair.factual, "strain")[5].mean()


def test_one_rupture_is_removed() -> None:
    pair = twins(STUDY, HYBRID, 1500, Intervention(remove_rupture=(1,)))
    had = _rows(pair.factual, "rupture")[1] == 1
    assert had.sum() > 20
    assert np.all(_rows(pair.counterfactual, "rupture")[1] == 0)
    assert _same(pair.factual.truth[..., ~had], pair.counterfactual.truth[..., ~had])
    assert not _same(pair.factual.truth[..., had], pair.counterfactual.truth[..., had])


def test_one_alert_is_added_also_where_there_is_no_feedback() -> None:
    pair = twins(CARE, HYBRID, 400, Intervention(add_alert=(4,)))
    present = _present(pair.counterfactual, 4)
    alert = _rows(pair.counterfactual, "alert")
    assert np.all(alert[4, present] == 1)
    alone = pair.factual.clients.arm == 1
    assert np.all(np.delete(alert, 4, axis=0)[:, alone] == 0)


def test_one_alert_is_removed() -> None:
    pair = twins(CARE, HYBRID, 400, Intervention(remove_alert=(3,)))
    assert _rows(pair.factual, "alert")[3].sum() > 0
    assert _rows(pair.counterfactual, "alert")[3].sum() == 0


def test_a_fixed_score_is_what_the_therapist_sees() -> None:
    pair = twins(CARE, HYBRID, 300, Intervention(hold={"symptom_score": 150.0}, start=3))
    scores = _rows(pair.counterfactual, "symptom_score")[3:]
    assert set(np.unique(scores[~np.isnan(scores)])) == {150.0}
    with_scores = (pair.factual.clients.arm == 0) & _present(pair.counterfactual, 6)
    alert = _rows(pair.counterfactual, "alert")[6, with_scores]
    assert np.all(alert == 1)  # nobody seems to improve
    without_scores = pair.factual.clients.arm == 1
    assert _same(*(run.clients.distress[without_scores] for run in pair))


@pytest.mark.parametrize(("name", "value"), [("distress", 2.5), ("load", 0.5)])
def test_distress_and_load_can_be_fixed(name: str, value: float) -> None:
    run = do(STUDY, HYBRID, 200, Intervention(hold={name: value}, start=4))
    np.testing.assert_allclose(_rows(run, name)[4:], value, atol=1e-4)
    assert _rows(run, name)[3].std() > 0.1


def test_several_interventions_start_when_they_start() -> None:
    both = (Intervention(remove=("bond",), start=3), Intervention(arm="waitlist", start=8))
    run = do(STUDY, HYBRID, 300, both)
    alone = do(STUDY, HYBRID, 300, both[0])
    assert _same(run.truth[:, :8], alone.truth[:, :8])
    assert not _same(run.truth[:, 8], alone.truth[:, 8])
    plain = simulate.run(STUDY, HYBRID, 300)
    assert _same(run.truth[:, :3], plain.truth[:, :3])
    treated = run.clients.arm.size  # everybody is on the waitlist at the end
    assert (run.clients.arm == 1).sum() == treated


def test_threads_and_beats_go_through() -> None:
    intervention = Intervention(add_rupture=(2,), hold={"alliance": 0.5}, start=4)
    runs = [
        do(STUDY, HYBRID, 700, intervention, 3, replicate=2, beats=20, threads=threads)
        for threads in (1, 2)
    ]
    assert _same(runs[0].truth, runs[1].truth)
    assert not _same(
        runs[0].truth, do(STUDY, HYBRID, 700, intervention, 3, replicate=1, beats=20).truth
    )


def test_from_yaml(tmp_path: Path) -> None:
    file = tmp_path / "do.yaml"
    file.write_text("- {start: 4, hold: {alliance: 0.8}}\n- {remove: [bond], add_rupture: [6]}\n")
    assert read_interventions(file) == (
        Intervention(start=4, hold={"alliance": 0.8}),
        Intervention(remove=("bond",), add_rupture=(6,)),
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hld": {}}, "no field 'hld'. Did you mean hold"),
        ({"remove": "bond"}, "remove must be a list, not 'bond'"),
        ({"hold": [1]}, "hold maps latents to values"),
        ("bond", "a mapping of names to values"),
    ],
)
def test_bad_fields_in_words(fields: object, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        intervention_from_fields(fields)


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        (Intervention(add_rupture=(13,)), "add_rupture must be a session from 1 to 12, not 13"),
        (Intervention(add_alert=(2,)), "add_alert must be a session from 3 to 12, not 2"),
        (
            Intervention(hold={"symptom_score": 64}),
            r"hold.symptom_score must be a number in \[0, 63\], not '64'",
        ),
        (Intervention(hold={"alliance": "high"}), "not 'high'"),  # type: ignore[dict-item]
        (Intervention(start=0), "from 1 to 12, not 0"),
        (Intervention(therapist="best"), "must be a therapist's number"),  # type: ignore[arg-type]
    ],
)
def test_impossible_interventions_in_words(impossible: Intervention, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        do(STUDY, HYBRID, 20, impossible)


def test_a_missing_or_broken_file_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_interventions(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("hold: [1,\n")
    with pytest.raises(BadInput, match="is no YAML"):
        read_interventions(broken)


def test_effects_are_counted_by_arm() -> None:
    pair = twins(STUDY, HYBRID, 400, Intervention(arm="waitlist"))
    effects = individual_effects.summarise_effects(
        individual_effects.effects_table(pair)
    ).set_index(["arm", "at"])
    assert effects.loc[("waitlist", "end"), "unchanged"] == 1
    treated = effects.loc[("cbt", "end")]
    spread = _rows(pair.factual, "distress")[0].astype(float).std(ddof=1)
    in_arm = pair.factual.clients.arm == 0
    assert treated["effect"] == pytest.approx(pair.effect(12)[in_arm].mean() / spread, rel=1e-5)
    assert treated["better"] + treated["worse"] + treated["unchanged"] == pytest.approx(1)


def test_the_command_line_leaves_both_lives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", "size=tiny", "do.arm=waitlist", f"results={tmp_path}"]
    assert main(words) == 0
    assert "counterfactual twin" in " ".join(capsys.readouterr().out.split())
    (folder,) = (tmp_path / "simulate").iterdir()
    assert (folder / "effects.parquet").exists()
    assert (folder / "under_do" / "sessions.parquet").exists()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("do.start=44", "nothing is to be done"),
        ("do.remove=[bnd]", "Did you mean bond"),
        ("do.hold.aliance=0.4", "Did you mean do.hold.alliance"),
        ("do.file=nowhere.yaml", "cannot be read"),
        ("do.add_rupture=[99]", "from 1 to 12, not 99"),
    ],
)
def test_bad_words_leave_nothing(
    word: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "size=tiny", word, f"results={tmp_path}"]) == 2
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
