"""What users give to a run: worlds by name, values in their range, and messages that help."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dyadsim
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, catalogue
from dyadsim.simulation.inputs import as_parameters, check_ranges

STUDY = dyadsim.rct(["cbt", "waitlist"], sessions=4, follow_up=())
HYBRID = worlds.world_parameters("hybrid")
WORLD_TAKERS: dict[str, Callable[[Any], Any]] = {
    "run": lambda world: dyadsim.run(STUDY, world, 30).truth,
    "start": lambda world: dyadsim.start(STUDY, world, 30).truth,
    "stream": lambda world: dyadsim.stream(STUDY, world, 30).values,
    "do": lambda world: dyadsim.do(STUDY, world, 30, dyadsim.Intervention(start=2)).truth,
    "twins": lambda world: dyadsim.twins(STUDY, world, 30, dyadsim.Intervention()).effect(),
    "DyadModel": lambda world: dyadsim.DyadModel(STUDY, world, 30).run_state.truth,
}


@pytest.mark.parametrize("name", list(WORLD_TAKERS))
def test_a_world_can_be_named(name: str) -> None:
    take = WORLD_TAKERS[name]
    np.testing.assert_array_equal(take("hybrid"), take(HYBRID))
    with pytest.raises(BadInput, match=r"no world 'hybird'\. Did you mean hybrid"):
        take("hybird")
    with pytest.raises(BadInput, match="must be a world's name or Parameters, such as 'hybrid'"):
        take(3)


def _changed(name: str, value: Any) -> Parameters:
    owner, field = name.split(".")
    part = getattr(HYBRID, owner)._replace(**{field: value})
    return HYBRID._replace(**{owner: part})


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_parameter_is_checked_when_a_run_starts(name: str) -> None:
    about = catalogue()[name].about
    for value in (about.low - 1, about.high + 1, float("nan"), "much"):
        with pytest.raises(BadInput, match=rf"^{name} .*must lie in \["):
            check_ranges(_changed(name, value))


def test_a_parameter_out_of_range_stops_the_run() -> None:
    with pytest.raises(BadInput, match=r"alliance\.rate .* must lie in \[0, 1\].* is 3"):
        dyadsim.run(STUDY, _changed("alliance.rate", 3.0), 30)
    with pytest.raises(BadInput, match="must stay below 1"):
        dyadsim.run(STUDY, _changed("population.load_share", 0.9), 30)


def test_numbers_of_numpy_and_whole_numbers_are_numbers() -> None:
    for value in (np.float32(0.5), np.float64(0.5), 1, np.int64(1)):
        assert as_parameters(_changed("alliance.rate", value)).alliance.rate == value
    run = dyadsim.run(STUDY, "null", np.int64(20), seed=np.int32(3))
    assert (run.clients.word.size, run.seed) == (20, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dyadsim.run("rct", "null", 5), "such as dyadsim.rct.*not 'rct' .str..*batch_run"),
        (lambda: dyadsim.run(STUDY, "null", "5"), "clients must be a whole number from 1"),
        (lambda: dyadsim.run(STUDY, "null", 0), "clients must be a whole number from 1"),
        (lambda: dyadsim.run(STUDY, "null", 2.5), "clients must be a whole number from 1"),
        (lambda: dyadsim.run(STUDY, "null", True), "clients must be a whole number from 1"),
        (lambda: dyadsim.run(STUDY, "null", 5, seed=-1), "seed must be a whole number from 0"),
        (lambda: dyadsim.run(STUDY, "null", 5, seed=1.5), "seed must be a whole number from 0"),
        (lambda: dyadsim.run(STUDY, "null", 5, replicate="a"), "replicate must be a whole number"),
        (lambda: dyadsim.run(STUDY, "null", 5, beats=-3), "beats must be a whole number"),
        (lambda: dyadsim.run(STUDY, "null", 5, threads=-1), "threads must be a whole number"),
        (lambda: dyadsim.advance(STUDY), "run must come from dyadsim.run or dyadsim.start"),
        (lambda: dyadsim.advance(dyadsim.start(STUDY, "null", 5), -1), "steps must be a whole"),
        (lambda: dyadsim.observed("run"), "run must come from dyadsim.run or dyadsim.start"),
        (
            lambda: dyadsim.observed(dyadsim.start(STUDY, "null", 5, keep_truth=False)),
            "did not keep its truth",
        ),
        (lambda: dyadsim.therapy("cbd"), "no therapy 'cbd'. Did you mean cbt"),
        (lambda: dyadsim.therapy(3), "no therapy '3'"),
        (lambda: dyadsim.read(3), "must be a path"),
        (lambda: dyadsim.dial("hybrid", 2), r"must lie in \[0, 1\]"),
    ],
)
def test_misuse_of_the_front_is_refused_in_words(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        call()
