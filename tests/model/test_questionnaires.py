"""Planted reliability, rater style, rounding, range and missing forms are recovered."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.model import questionnaires, worlds
from dyadsim.model.parameters import Measurement
from dyadsim.model.questionnaires import Raters
from dyadsim.numerics import random_streams
from dyadsim.simulation import observe, simulate
from dyadsim.studies.designs.cohort import cohort

COUNT = 50_000
WORDS = random_streams.words(0, COUNT)
EVERY = {**questionnaires.SYMPTOM_INSTRUMENTS, **questionnaires.PROCESS_INSTRUMENTS}


def _forms(form: questionnaires.Instrument, q: Measurement, style: np.ndarray) -> np.ndarray:
    """Return two parallel forms of a wide-ranged, fine-grained version of an instrument."""
    wide = form._replace(floor=-1e6, ceiling=1e6, step=0.001, when="every")
    latent = np.float32(form.reference_sd) * random_streams.normals(WORDS, 9, 0, 0, 31)
    both = np.stack([latent, latent]).astype(np.float32)
    return questionnaires.rated(wide, both, Raters(style, WORDS), q, (9, 0, 0)).astype(np.float64)


@pytest.mark.parametrize("name", list(EVERY))
def test_reliability_is_the_correlation_of_parallel_forms(name: str) -> None:
    """Standard error of r is at most .0045 here; 5 of them: false alarm below 1e-5 over all."""
    form = EVERY[name]
    forms = _forms(form, Measurement(style=0.0), np.zeros(COUNT, np.float32))
    assert (
        abs(np.corrcoef(forms)[0, 1] - form.reliability)
        < 5 * (1 - form.reliability**2) / COUNT**0.5
    )


def test_style_is_shared_by_what_one_rater_rates() -> None:
    """Two instruments of unrelated latents correlate by style s: s^2 / (1 + s^2 + error)."""
    style = random_streams.normals(WORDS, 9, 0, 0, 70)
    q, s = Measurement(style=0.5), 0.5
    bond = EVERY["bond_score"]._replace(floor=-1e6, ceiling=1e6, step=0.001)
    goal = EVERY["goal_score"]._replace(floor=-1e6, ceiling=1e6, step=0.001)
    rows = []
    for number, form in enumerate((bond, goal)):
        latent = np.float32(form.reference_sd) * random_streams.normals(WORDS, 9, 0, 0, 31 + number)
        raters = Raters(style, WORDS)
        rows.append(questionnaires.rated(form, latent[None], raters, q, (9, 0, number))[0])
    planted = s**2 / (1 + s**2 + (1 - 0.77) / 0.77)
    assert abs(np.corrcoef(rows)[0, 1] - planted) < 5 / COUNT**0.5


def test_a_favourable_rater_reports_less_distress_and_more_alliance() -> None:
    style = np.array([-2, 2], np.float32)
    words, q, latent = (
        random_streams.words(0, 2),
        Measurement(reliability_factor=0.0),
        np.zeros((1, 2)),
    )
    symptom = EVERY["phq9"]._replace(intercept=13.0)
    raters, latent = Raters(style, words), latent.astype(np.float32)
    low, high = questionnaires.rated(symptom, latent, raters, q, (1, 0, 0))[0]
    assert high < low
    bond = EVERY["bond_score"]._replace(intercept=3.0)
    low, high = questionnaires.rated(bond, latent, raters, q, (1, 0, 0))[0]
    assert high > low


@pytest.mark.parametrize("name", list(EVERY))
def test_scores_stay_on_the_scale(name: str) -> None:
    form = EVERY[name]
    latent = np.linspace(-20, 20, COUNT, dtype=np.float32)[None]
    style = random_streams.normals(WORDS, 9, 0, 0, 70)
    raters, intake = Raters(style, WORDS), form._replace(when="intake")
    scores = questionnaires.rated(intake, latent, raters, Measurement(), (9, 0, 0))
    assert scores.min() == form.floor
    assert scores.max() == form.ceiling
    on_grain = scores / form.step
    np.testing.assert_allclose(on_grain, np.round(on_grain), atol=1e-3)


def test_missing_forms_have_the_planted_share() -> None:
    world = worlds.world_parameters("hybrid", {"measurement.missing": 0.25})
    rows = observe.observed_records(simulate.run(cohort(follow_up=()), world, 4000, 3)).sessions
    share = rows[rows["occasion"] == "session"]["symptom_score"].isna()
    assert abs(share.mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / len(share))
    assert rows[rows["occasion"] == "intake"]["symptom_score"].notna().all()


def test_forms_are_given_when_the_instrument_says() -> None:
    rows = observe.observed_records(
        simulate.run(cohort(follow_up=()), worlds.world_parameters("hybrid"), 500, 3)
    ).sessions
    assert rows[rows["week"] > 0]["attachment_score"].isna().all()
    assert rows[rows["week"] > 2]["credibility_score"].isna().all()
    assert rows[rows["week"] == 0]["alliance_score"].isna().all()
    assert rows[rows["week"] == 0]["expectancy_score"].notna().all()


def test_unknown_instrument() -> None:
    with pytest.raises(BadInput, match="Did you mean phq9"):
        questionnaires.find_instrument("phq")
