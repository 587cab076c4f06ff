"""Two ways to every fact's statistic: from a researcher's tables, and from arrays of scores."""

import math

import pytest

from dyadsim.evidence import benchmark, statistics
from dyadsim.evidence import fact as facts
from dyadsim.model import worlds
from dyadsim.simulation import simulate

CLIENTS = {"care": 1500, "waitlist": 400}


@pytest.mark.parametrize("study", list(benchmark.studies()))
@pytest.mark.parametrize("world", ["hybrid", "null"])
def test_every_statistic_is_the_same_from_arrays_as_from_tables(study: str, world: str) -> None:
    run = simulate.run(
        benchmark.studies()[study], worlds.parameters(world), CLIENTS.get(study, 800), 7, 2
    )
    tables, scores = benchmark.see(run), statistics.arrays(run, study in ("care", "trial"))
    served = [one for one in facts.load() if benchmark.SERVED[one.design] == study]
    assert served
    for one in served:
        slow, fast = benchmark.statistic(one, tables), statistics.statistic(one, scores)
        assert fast == pytest.approx(slow, abs=1e-9, nan_ok=True), one.id
        assert not math.isnan(fast) or one.id == "therapist_skill_share"
