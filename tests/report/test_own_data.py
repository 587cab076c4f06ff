"""What the report on one's own data says: the answer, its doubts, and nothing inside the error."""

import pytest
from fitting.own_files import clinic, waiting_list, waves

from dyadsim.analysis.estimate import Estimate
from dyadsim.fitting.own_estimates import Statistic
from dyadsim.fitting.own_statistics import OwnAnalysis, analyse_tables
from dyadsim.report.own_data import changes_of, statistics_table
from dyadsim.report.own_data_sentences import answer, doubts, estimate_words, not_possible


@pytest.fixture(scope="module")
def trial() -> OwnAnalysis:
    """The analysis of a trial of three arms with waves."""
    return analyse_tables(waves())


def with_g(trial: OwnAnalysis, value: float, half: float) -> OwnAnalysis:
    """Return the trial with another difference between its first two arms at week 8."""
    g = Estimate(value, half / 2, value - half, value + half, 40)
    rows = [
        row._replace(estimate=g) if row.group == "cbt against usual care, week 8" else row
        for row in trial.statistics
    ]
    return trial._replace(statistics=tuple(rows))


def test_the_first_sentence_follows_the_interval(trial: OwnAnalysis) -> None:
    better = answer(with_g(trial, 0.8, 0.5))[0]
    assert better.startswith("Scores are better in cbt than in usual care at week 8: g = 0.8 [0.3")
    worse = answer(with_g(trial, -0.8, 0.5))[0]
    assert worse.startswith("Scores are better in usual care than in cbt at week 8: g = 0.8 [0.3")
    unclear = answer(with_g(trial, 0.2, 0.5))[0]
    assert unclear.startswith("Whether cbt or usual care is better at week 8, the data do not tell")
    assert "6 comparisons are in the table" in unclear


def test_three_sentences_and_who_is_missing(trial: OwnAnalysis) -> None:
    sentences = answer(trial)
    assert len(sentences) == 3
    assert "8 of 60 clients lack a first or a later score" in sentences[2]
    assert "drawn by lot" in sentences[2]
    assert "nothing here says what the treatment did" in answer(analyse_tables(clinic()))[2]


def test_doubts_name_the_criterion_and_the_therapists() -> None:
    texts = " ".join(doubts(analyse_tables(clinic())))
    assert "reliability 0.87 it would be 5.84" in texts  # 1.96 x 5.845 x sqrt(2 x .13)
    assert "too narrow by a factor of up to" in texts
    assert "in twenty" in texts


def test_reasons_are_joined_over_arms() -> None:
    rows = not_possible(analyse_tables(waiting_list()).statistics)
    reasons = {row.key: row.group for row in rows}
    assert reasons["alliance_mean"] == "group_therapy; waiting"
    assert len(rows) == len({(row.key, row.note) for row in rows})


def test_every_client_with_two_scores_is_of_one_kind(trial: OwnAnalysis) -> None:
    changes = changes_of(trial.tables)
    for arm in trial.tables.arms:
        for kind, key in (("reliably improved", "improved"), ("reliably worse", "deteriorated")):
            estimate = trial.estimate(key, arm)
            assert estimate is not None
            kinds = changes.loc[changes["arm"] == arm, "kind"]
            assert 100 * (kinds == kind).mean() == pytest.approx(estimate.value)


def test_digits_follow_the_width() -> None:
    assert estimate_words(Estimate(0.42, 0.4, 0.07, 2.35, 237)) == "0.4 [0.1, 2.4]"
    assert estimate_words(Estimate(-0.266, 0.06, -0.381, -0.144, 9)) == "-0.27 [-0.38, -0.14]"
    row = Statistic("improved", "care", Estimate(54.3, 3.0, 48.02, 60.4, 1200))
    table = statistics_table([row, row._replace(estimate=None)])
    assert table.to_numpy().tolist() == [
        ["Reliably improved", "care", "1,200", "54 [48, 60] %", ""]
    ]
    ratio = Statistic("early_odds", "care", Estimate(2.96, 3.0, 0.0481, 173.4, 30))
    assert statistics_table([ratio])["value"].tolist() == ["3.0 [0.048, 173]"]
