"""Literatures of small trials: what allegiance, far measures and the file drawer do, and the rule.

Statistical comparisons are seeded and allow 5 standard errors (false-alarm rate < 1e-4).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis import effects
from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.evidence import benchmark, literature, review
from dyadsim.evidence.literature import FIELD, Field
from dyadsim.model import worlds
from dyadsim.simulation import simulate

CONTEXTUAL, MEDICAL = worlds.parameters("contextual"), worlds.parameters("medical")
NOTHING_HIDDEN = FIELD._replace(publication=1.0)


def test_a_trial_is_counted_as_the_analysis_of_scores_counts_it() -> None:
    run = simulate.run(literature.trial("cbt", "waitlist", True), CONTEXTUAL, 120, 3)
    rows = benchmark.see(run).outcome
    arms = {name: part["post"] for name, part in rows.groupby("arm")}
    assert literature.outcome(run) == effects.hedges_g(arms["cbt"], arms["waitlist"])


def test_allegiance_works_through_people_and_rationale_only() -> None:
    ours = literature.trial("cbt", "interpersonal", True)
    plain = literature.trial("cbt", "interpersonal", False)
    assert dict(ours.arms[0].training) == {"allegiance": 1.0, "competence": 0.5}
    assert dict(ours.arms[1].training) == {"allegiance": -1.0}
    assert plain.arms[0].training == plain.arms[1].training == ()
    given, own = ours.arms[0].phases[0].therapy, plain.arms[0].phases[0].therapy
    assert given.dose == own.dose
    assert given.rationale == pytest.approx(own.rationale + 0.15)
    none = Field(belief=0, supervision=0, credibility=0)
    one = simulate.run(literature.trial("cbt", "interpersonal", True, none), CONTEXTUAL, 80, 3)
    other = simulate.run(plain, CONTEXTUAL, 80, 3)
    assert np.array_equal(one.truth.view(np.int32), other.truth.view(np.int32))


def test_teams_that_favour_the_therapy_find_more() -> None:
    strong = NOTHING_HIDDEN._replace(belief=3.0, credibility=0.3, supervision=2.0, teams=40)
    rows = literature.several(MEDICAL, "cbt", "interpersonal", 60, strong, seed=2)
    groups = rows.groupby("favours")["g"].agg(["mean", "sem"])
    gap = groups.loc[True, "mean"] - groups.loc[False, "mean"]
    assert gap > 5 * np.hypot(*groups["sem"])


def test_a_measure_far_from_the_target_finds_less() -> None:
    rows = literature.several(
        CONTEXTUAL, "cbt", "waitlist", 60, NOTHING_HIDDEN._replace(far=0.5, far_error=5.0), seed=2
    )
    groups = rows.groupby("far")["g"].agg(["mean", "sem"])
    gap = groups.loc[False, "mean"] - groups.loc[True, "mean"]
    assert gap > 5 * np.hypot(*groups["sem"])


def test_the_file_drawer_hides_only_what_is_not_significant() -> None:
    rows = literature.trials(CONTEXTUAL, "cbt", "supportive", FIELD._replace(publication=0.0))
    assert (rows["published"] == rows["significant"]).all()
    everything = literature.trials(CONTEXTUAL, "cbt", "supportive", NOTHING_HIDDEN)
    assert everything["published"].all()
    pd.testing.assert_series_equal(rows["g"], everything["g"])


def test_same_seed_same_trials_and_more_literatures_change_no_earlier_one() -> None:
    few, many = (literature.several(CONTEXTUAL, "cbt", "waitlist", n, seed=4) for n in (2, 4))
    pd.testing.assert_frame_equal(few, many[many["literature"] < 2])
    other = literature.several(CONTEXTUAL, "cbt", "waitlist", 2, seed=5)
    assert not np.allclose(few["g"], other["g"])


def test_a_treatment_without_a_specific_effect_is_certified_where_any_treatment_helps() -> None:
    found = review.reviewed(CONTEXTUAL, "cbt", ["waitlist", "interpersonal"], 12)
    rows = found.summary.set_index("comparator")
    assert rows.loc["waitlist", "certified"] > 0.9
    assert rows.loc["interpersonal", "certified"] < 0.3
    assert abs(rows.loc["interpersonal", "truth"]) < 0.05


def test_where_nothing_heals_nothing_truly_differs() -> None:
    truth = literature.true_effect(worlds.parameters("null"), "cbt", "waitlist")
    assert abs(truth.value) < 5 * truth.standard_error


def test_a_review_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "team": [0, 1, 2, 2],
            "g": [0.6, 0.5, 0.1, -0.2],
            "standard_error": [0.2, 0.2001, 0.2, 0.2],
            "published": [True, True, True, False],
        }
    )
    found = review.review(rows)
    assert (found["trials"], found["published"]) == (4, 3)
    assert found["pooled"] == pytest.approx(0.4, abs=1e-3)
    assert found["pooled_all"] == pytest.approx(0.25, abs=1e-3)
    assert found["certified"] is True
    assert review.review(rows.assign(published=[True, False, False, False]))["certified"] is False


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (Field(trials=1), "trials must be a whole number from 2 to 1000, not '1'"),
        (Field(smallest=200), "largest must be a whole number from 200 to 10000, not '160'"),
        (Field(publication=1.4), "publication must be a number from 0 to 1, not '1.4'"),
    ],
)
def test_an_impossible_field(field: Field, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        literature.trials(CONTEXTUAL, "cbt", "waitlist", field)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["literature", "world=null", "task.repeats=3", "task.comparators=[waitlist]"]
    assert main([*words, f"results={tmp_path}"]) == 0
    out = capsys.readouterr().out
    assert "3 literatures of 12 trials" in out
    (folder,) = (tmp_path / "literature").iterdir()
    assert (folder / "figures" / "funnel.png").exists()
    assert len(pd.read_parquet(folder / "trials.parquet")) == 36
    assert main([*words, "dry_run=true"]) == 0
    assert "replicates           36" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("task.therapy=cbd", "Did you mean cbt"),
        ("task.comparators=[witlist]", "no therapy 'witlist'"),
        ("task.comparators=waitlist", "must be a list"),
        ("task.field.trials=1", "whole number from 2"),
        ("task.field.tirals=5", "Did you mean task.field.trials"),
        ("task.margin=0", r"in (0, 2]"),
        ("task.repeats=1", "from 3 to 10000"),
    ],
)
def test_bad_words(
    word: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["literature", word, f"results={tmp_path}"]) == 2
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
