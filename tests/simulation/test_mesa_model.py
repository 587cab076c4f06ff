"""Mesa's face: the same bits as batch runs, lazy agents, hooks that change only their own."""

import mesa
import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.variables import VARIABLES
from dyadsim.simulation import simulate
from dyadsim.simulation.mesa_model import Client, DyadModel, Therapist
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct

HYBRID = worlds.parameters("hybrid")
TRIAL = rct(("cbt", "waitlist"), sessions=6, follow_up=(4.0,))


def _bits(run: simulate.Run) -> np.ndarray:
    return run.truth.view(np.int32)


@pytest.mark.parametrize("study", [TRIAL, cohort(sessions=8)], ids=["trial", "cohort"])
@pytest.mark.parametrize("moments", [0, 10])
def test_stepped_equals_batch_bit_for_bit(study: object, moments: int) -> None:
    model = DyadModel(study, HYBRID, 300, rng=5, moments=moments)
    model.run_for(100)
    batch = simulate.run(study, HYBRID, 300, 5, 0, moments)
    assert np.array_equal(_bits(model.run_state), _bits(batch))
    assert not model.running


def test_run_for_and_time() -> None:
    model = DyadModel(TRIAL, HYBRID, 50, rng=5)
    model.run_for(3)
    assert model.run_state.step == 3 == model.time


def test_agents_are_made_when_asked_for() -> None:
    model = DyadModel(TRIAL, HYBRID, 5000, rng=5)
    model.step()
    assert len(model._clients) == 0
    assert model.client(7) is model.client(7)
    assert len(model._clients) == 1
    assert len(model.agents) == 5000 + model.run_state.therapists.word.size


def test_every_variable_can_be_read() -> None:
    model = DyadModel(TRIAL, HYBRID, 50, rng=5)
    model.step()
    client = model.client(3)
    for name in VARIABLES:
        expected = getattr(model.run_state.clients, name)[..., 3]
        np.testing.assert_array_equal(getattr(client, name), expected)
    with pytest.raises(AttributeError, match="Did you mean distress"):
        _ = client.distres


def test_data_collector() -> None:
    model = DyadModel(TRIAL, HYBRID, 40, rng=5)
    collector = mesa.DataCollector(
        model_reporters={"distress": lambda m: float(m.run_state.clients.distress.mean())},
        agenttype_reporters={Client: {"distress": "distress", "number": "number"}},
    )
    assert len(model.agents.select(agent_type=Client)) == 40
    for _ in range(3):
        model.step()
        collector.collect(model)
    means = collector.get_model_vars_dataframe()["distress"]
    truth = dict(simulate.variables(model.run_state.truth))["distress"]
    np.testing.assert_allclose(means, truth[1:4].mean(axis=1), rtol=1e-6)
    table = collector.get_agenttype_vars_dataframe(Client)
    assert len(table) == 3 * 40


class Listener(Therapist):
    """Therapist 0 puts the whole dose where the client's own weights are."""

    def plan(self) -> None:
        if self.number == 0:
            for client in self.clients:
                total = float(client.planned_dose.sum())
                names = ("cognitive", "behavioural", "emotional", "interpersonal")
                shares = dict(zip(names, client.weight * total, strict=True))
                client.plan_dose(**{name: float(dose) for name, dose in shares.items()})


def test_a_policy_changes_only_that_therapists_clients() -> None:
    study = cohort(sessions=8)
    plain, other = (
        DyadModel(study, HYBRID, 300, rng=5),
        DyadModel(study, HYBRID, 300, rng=5, therapist_class=Listener),
    )
    plain.run_for(8)
    other.run_for(8)
    mine = plain.run_state.clients.therapist == 0
    one, two = _bits(plain.run_state), _bits(other.run_state)
    assert np.array_equal(one[:, :, ~mine], two[:, :, ~mine])
    assert not np.array_equal(one[:, :, mine], two[:, :, mine])
    helped = plain.run_state.clients.distress[mine] - other.run_state.clients.distress[mine]
    assert helped.mean() > 0


class Leaver(Client):
    """Client 2 leaves before session 2."""

    def decide(self) -> None:
        if self.number == 2 and self.model.run_state.step == 1:
            self.end("dropout")


def test_a_client_can_decide_to_leave() -> None:
    model = DyadModel(cohort(sessions=8), HYBRID, 50, rng=5, client_class=Leaver)
    model.run_for(4)
    assert model.client(2).ending == "dropout"
    assert model.client(2).attended == 1
    assert not model.client(2).in_care


def test_bad_words_are_refused_with_the_nearest() -> None:
    model = DyadModel(TRIAL, HYBRID, 50, rng=5)
    with pytest.raises(BadInput, match="Did you mean cognitive"):
        model.client(0).plan_dose(cognitve=1.0)
    with pytest.raises(BadInput, match=r"must lie in \[0, 5\]"):
        model.client(0).plan_dose(cognitive=-1.0)
    with pytest.raises(BadInput, match="Did you mean dropout"):
        model.client(0).end("dropot")
    with pytest.raises(BadInput, match="not Generator"):
        DyadModel(TRIAL, HYBRID, 50, rng=np.random.default_rng(1))
    with pytest.raises(BadInput, match="no client 50"):
        model.client(50)
