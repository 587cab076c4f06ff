"""Mesa agents: the same bits as batch runs, views that refuse what they cannot do, Mesa's tools."""

import multiprocessing
from collections.abc import Callable, Iterator
from typing import Any

import mesa
import numpy as np
import pytest

import dyadsim
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.variables import VARIABLES
from dyadsim.simulation import simulate
from dyadsim.simulation.mesa_model import Client, DyadModel, Therapist
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct

HYBRID = worlds.world_parameters("hybrid")
TRIAL = rct(("cbt", "waitlist"), sessions=6, follow_up=(4.0,))
STEPS = 7


def _bits(run: simulate.Run) -> np.ndarray:
    return run.truth.view(np.int32)


@pytest.fixture
def model() -> DyadModel:
    """Return a model of 50 clients after its first session."""
    model = DyadModel(TRIAL, HYBRID, 50, rng=5)
    model.step()
    return model


@pytest.fixture
def _start_method() -> Iterator[None]:
    """Put back how processes start: `batch_run` changes it for the whole process."""
    method = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(method, force=True)


@pytest.mark.parametrize("study", [TRIAL, cohort(sessions=8)], ids=["trial", "cohort"])
@pytest.mark.parametrize("beats", [0, 10])
def test_stepped_equals_batch_bit_for_bit(study: object, beats: int) -> None:
    model = DyadModel(study, HYBRID, 300, rng=5, beats=beats)
    model.run_for(100)
    batch = simulate.run(study, HYBRID, 300, 5, replicate=0, beats=beats)
    assert np.array_equal(_bits(model.run_state), _bits(batch))
    assert not model.running


def test_agents_and_reports_change_no_bit() -> None:
    model = DyadModel(TRIAL, "hybrid", 60, rng=5)
    for _ in range(STEPS):
        model.step()
        model.agents.select(agent_type=Client).agg("distress", np.mean)
    assert np.array_equal(_bits(model.run_state), _bits(simulate.run(TRIAL, HYBRID, 60, 5)))


def test_run_for_run_until_and_time() -> None:
    model = DyadModel(TRIAL, HYBRID, 50, rng=5)
    model.run_for(3)
    assert model.run_state.step == 3 == model.time
    model.run_until(5)
    assert model.run_state.step == 5 == model.steps
    model.run_until(100)
    model.run_for(100)
    assert model.run_state.step == STEPS == model.time


def test_a_step_after_the_end_is_refused_and_the_clock_stands() -> None:
    model = DyadModel(TRIAL, HYBRID, 50, rng=5)
    model.run_model()
    for act in (model.step, lambda: model.client(0).plan_dose(cognitive=1.0)):
        with pytest.raises(BadInput, match=r"study rct has ended after step 7.*model\.running"):
            act()
    assert model.time == STEPS == model.steps


def test_agents_are_made_when_asked_for() -> None:
    model = DyadModel(TRIAL, HYBRID, 5000, rng=5)
    model.step()
    assert len(model._clients) == 0
    assert model.client(7) is model.client(7)
    assert len(model._clients) == 1
    assert len(model.agents) == 5000 + model.run_state.therapists.word.size


def test_ids_are_the_numbers_of_the_tables(model: DyadModel) -> None:
    number = int(np.flatnonzero(model.run_state.clients.arm == 0)[-1])
    therapist = model.client(number).therapist  # made before the others: ids decide the order
    clients, therapists = 50, model.run_state.therapists.word.size
    assert [agent.unique_id for agent in model.agents] == list(range(clients + therapists))
    assert [agent.number for agent in model.agents_by_type[Client]] == list(range(clients))
    assert therapist.unique_id == clients + therapist.number


def test_every_variable_can_be_read(model: DyadModel) -> None:
    client = model.client(3)
    for name in VARIABLES:
        expected = getattr(model.run_state.clients, name)[..., 3]
        np.testing.assert_array_equal(np.float32(getattr(client, name)), expected)
    with pytest.raises(AttributeError, match="Did you mean distress"):
        _ = client.distres
    assert len(str(client.distress)) <= 11  # no tail of float32


@pytest.mark.parametrize("name", ["distress", "weight", "arm", "therapist", "number", "unique_id"])
def test_what_is_read_from_the_run_cannot_be_set(model: DyadModel, name: str) -> None:
    before = model.run_state.clients.table.copy()
    with pytest.raises(AttributeError, match=rf"client\.{name} cannot be set.*plan_dose.*end.*Int"):
        setattr(model.client(3), name, 99)
    with pytest.raises(AttributeError, match=r"distress cannot be set"):
        model.agents.select(agent_type=Client).set("distress", 99)
    np.testing.assert_array_equal(model.run_state.clients.table, before)


def test_a_therapists_traits_cannot_be_set(model: DyadModel) -> None:
    with pytest.raises(AttributeError, match=r"therapist\.empathy cannot be set.*Therapist\.plan"):
        model.therapist(0).empathy = 2.0


def test_an_attribute_of_ones_own_can_be_set(model: DyadModel) -> None:
    model.client(3).mood = "curious"
    assert model.client(3).mood == "curious"


def test_nobody_is_removed_and_nobody_steps_alone(model: DyadModel) -> None:
    for agent in (model.client(3), model.therapist(0)):
        with pytest.raises(BadInput, match=r"cannot be removed.*Intervention"):
            agent.remove()
    for act in (model.agents.do, model.agents.shuffle_do):
        with pytest.raises(BadInput, match=r"does not step alone: model\.step\(\)"):
            act("step")
    assert len(model.agents) == 50 + model.run_state.therapists.word.size


def test_agents_show_number_and_state(model: DyadModel) -> None:
    assert repr(model) == "<DyadModel: study rct, 50 clients, step 1 of 7, seed 5>"
    client, therapist = model.client(3), model.therapist(0)
    assert repr(client) == (
        f"<Client 3: arm {client.arm}, in_care, distress {client.distress:.2f}>"
    )
    assert repr(therapist).startswith(f"<Therapist 0: {len(therapist.clients)} clients, empathy ")


def test_data_collector() -> None:
    model = DyadModel(TRIAL, HYBRID, 40, rng=5)
    collector = mesa.DataCollector(
        model_reporters={"distress": lambda model: float(model.run_state.clients.distress.mean())},
        agent_reporters={"presence": "presence"},
        agenttype_reporters={Client: {"distress": "distress", "arm": "arm"}},
    )
    for _ in range(3):
        model.step()
        collector.collect(model)
    means = collector.get_model_vars_dataframe()["distress"]
    truth = simulate.latent(model.run_state, "distress")
    np.testing.assert_allclose(means, truth[1:4].mean(axis=1), rtol=1e-6)
    table = collector.get_agenttype_vars_dataframe(Client)
    assert list(table.index.get_level_values("AgentID").unique()) == list(range(40))
    np.testing.assert_array_equal(np.float32(table["distress"]), truth[1:4].reshape(-1))
    assert len(collector.get_agent_vars_dataframe()) == 3 * len(model.agents)


def test_a_model_brings_a_collector_of_its_own() -> None:
    model = DyadModel(TRIAL, HYBRID, 40, rng=5)
    model.run_model()
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == ["seed", "mean_distress", "share_in_care"]
    assert list(table.index) == list(range(STEPS + 1))
    truth = simulate.latent(model.run_state, "distress")
    np.testing.assert_allclose(table["mean_distress"], truth.mean(axis=1), rtol=1e-6)
    assert table["share_in_care"].iloc[[0, -1]].tolist() == [1.0, 0.0]


class Watched(DyadModel):
    """A model with a collector of the reader's own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.datacollector = mesa.DataCollector({"step": lambda model: model.run_state.step})

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_a_collector_of_ones_own_takes_the_place() -> None:
    model = Watched(study=TRIAL, world="null", clients=20)
    model.run_model()
    assert model.datacollector.get_model_vars_dataframe()["step"].tolist() == list(range(1, 8))


@pytest.mark.usefixtures("_start_method")
def test_batch_run_with_rng() -> None:
    rows = mesa.batch_run(
        DyadModel,
        {"study": [TRIAL], "world": ["medical", "null"], "clients": 30},
        rng=[1, 2],
        display_progress=False,
    )
    means = {(row["world"], row["seed"]): row["mean_distress"] for row in rows}
    for (world, seed), distress in means.items():
        run = simulate.run(TRIAL, world, 30, seed)
        assert np.float32(distress) == run.clients.distress.mean()
    assert set(means) == {(world, seed) for world in ("medical", "null") for seed in (1, 2)}


@pytest.mark.usefixtures("_start_method")
def test_batch_run_with_iterations() -> None:
    with pytest.warns(DeprecationWarning, match="iterations"):
        rows = mesa.batch_run(
            Watched,
            {"study": [TRIAL], "world": "null", "clients": 30},
            iterations=3,
            data_collection_period=1,
            display_progress=False,
        )
    assert [(row["iteration"], row["step"]) for row in rows] == [
        (iteration, step) for iteration in range(3) for step in range(1, STEPS + 1)
    ]


def test_without_a_seed_every_model_draws_one_and_tells_it() -> None:
    models = [DyadModel(TRIAL, "null", 30, rng=None) for _ in range(2)]
    assert models[0].seed != models[1].seed
    again = DyadModel(TRIAL, "null", 30, rng=models[0].seed)
    assert np.array_equal(_bits(again.run_state), _bits(models[0].run_state))


@pytest.mark.usefixtures("_start_method")
def test_batch_run_walks_through_a_study_that_is_not_in_a_list() -> None:
    with pytest.raises(BadInput, match=r"In mesa\.batch_run write 'study': \[study\]"):
        mesa.batch_run(DyadModel, {"study": TRIAL, "world": "null"}, display_progress=False)


def test_agent_sets_select_aggregate_and_group(model: DyadModel) -> None:
    clients = model.agents.select(agent_type=Client)
    run = model.run_state
    mean, most = clients.agg("distress", [np.mean, max])
    assert mean == pytest.approx(run.clients.distress.mean(), rel=1e-6)
    assert np.float32(most) == run.clients.distress.max()
    severe = clients.select(lambda client: client.distress > 2.5)
    assert len(severe) == np.sum(run.clients.distress > 2.5)
    sizes = clients.groupby("arm").count()
    assert sizes == {"cbt": 25, "waitlist": 25}
    assert clients.get("number") == list(range(50))
    assert [client.number for client in clients.sort("distress").to_list()[:1]] == [
        int(run.clients.distress.argmax())
    ]


def test_agent_sets_act_in_a_random_order_of_mesas_own(model: DyadModel) -> None:
    numbers = []
    clients = model.agents.select(agent_type=Client)
    clients.shuffle_do(lambda client: numbers.append(client.number))
    assert sorted(numbers) == list(range(50))
    assert numbers != list(range(50))
    clients.select(lambda client: client.in_care and client.arm == "cbt").do("end", "removed")
    assert "in_care" not in {client.ending for client in clients if client.arm == "cbt"}
    assert model.share_in_care == 0


class Listener(Therapist):
    """Therapist 0 puts the whole dose where the client's own weights are."""

    def plan(self) -> None:
        if self.number == 0:
            for client in self.clients:
                total = float(client.planned_dose.sum())
                names = ("cognitive", "behavioural", "emotional", "interpersonal")
                client.plan_dose(**dict(zip(names, client.weight * total, strict=True)))


def test_a_policy_changes_only_that_therapists_clients() -> None:
    study = cohort(sessions=8)
    usual, policy = (
        DyadModel(study, HYBRID, 300, rng=5),
        DyadModel(study, HYBRID, 300, rng=5, therapist_class=Listener),
    )
    usual.run_for(8)
    policy.run_for(8)
    of_therapist = usual.run_state.clients.therapist == 0
    first, second = _bits(usual.run_state), _bits(policy.run_state)
    assert np.array_equal(first[:, :, ~of_therapist], second[:, :, ~of_therapist])
    assert not np.array_equal(first[:, :, of_therapist], second[:, :, of_therapist])
    gain = usual.run_state.clients.distress - policy.run_state.clients.distress
    assert gain[of_therapist].mean() > 0


def test_doses_that_are_not_named_are_the_manuals(model: DyadModel) -> None:
    usual = simulate.run(TRIAL, HYBRID, 50, 5)
    client = next(
        client
        for client in model.agents_by_type[Client]
        if client.arm == "cbt" and client.in_care and usual.clients.attended[client.number] > 3
    )
    client.plan_dose(emotional=0.9)
    cbt = dyadsim.therapy("cbt").dose
    np.testing.assert_allclose(client.planned_dose, [cbt[0], cbt[1], 0.9, cbt[3]])
    model.step()
    delivered = simulate.latent(model.run_state, "delivered_dose")[:, 2, client.number]
    manual = simulate.latent(usual, "delivered_dose")[:, 2, client.number]
    assert delivered[2] > manual[2]
    assert client.dose_fixed == 0


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


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda model: model.client(0).plan_dose(cognitve=1.0), "Did you mean cognitive"),
        (lambda model: model.client(0).plan_dose(cognitive=-1.0), r"must be a number in \[0, 5\]"),
        (lambda model: model.client(0).plan_dose(cognitive="1"), r"must be a number in \[0, 5\]"),
        (lambda model: model.client(0).end("dropot"), "Did you mean dropout"),
        (lambda _: DyadModel(TRIAL, HYBRID, rng=np.random.default_rng(1)), "not Generator"),
        (lambda model: model.client(50), "no client 50: they are numbered 0 to 49"),
        (lambda model: model.therapist(-1), "no therapist -1: they are numbered 0 to"),
        (lambda model: model.client("3"), "number of a client must be a whole number, not '3'"),
    ],
)
def test_bad_words_are_refused(
    model: DyadModel, act: Callable[[DyadModel], object], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        act(model)
