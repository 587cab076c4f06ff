"""Why "alliance first" is found where nothing heals: the scores held constant carry error."""

import dyadsim
from dyadsim.analysis.lagged import lagged_effects
from dyadsim.simulation.runs import latent


def test_most_of_it_goes_where_true_distress_stands_for_scores() -> None:
    """docs/background/designs.md: three fifths of the effect in the null world."""
    run = dyadsim.run(dyadsim.process(), "null", 3000, seed=3)
    rows = dyadsim.observed(run).sessions.query("occasion == 'session'")
    numbers = rows["client"].astype(str).str.extract(r"(\d+)")[0].astype(int)
    truth = latent(run, "distress")[rows["session"].astype(int), numbers - numbers.min()]
    rows = rows.assign(true_distress=truth)
    effects = {
        name: lagged_effects(rows, "alliance_score", name).effect.value / rows[name].std()
        for name in ("symptom_score", "true_distress")
    }
    assert effects["symptom_score"] < -0.1
    assert 0.3 < effects["true_distress"] / effects["symptom_score"] < 0.5
