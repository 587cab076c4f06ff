"""Case cards: one described client in any number of possible lives."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.case_card import case_from_fields, read_case
from dyadsim.studies.designs.n_of_1 import n_of_1

HYBRID = worlds.world_parameters("hybrid")
GOOD: dict[str, Any] = {
    "name": "Ben",
    "symptom_score": 25,
    "readiness": 0.5,
    "expectancy": 0.4,
    "processes": {"emotional": 1},
}


def test_everybody_is_the_client_of_the_card() -> None:
    run = simulate.start(n_of_1(card="anna"), HYBRID, 50, 4)
    people = run.clients
    np.testing.assert_allclose(people.distress, (31 - 1.0) / 10.5, rtol=1e-6)
    np.testing.assert_allclose(people.set_point + people.load, people.distress, rtol=1e-6)
    assert np.ptp(people.weight, axis=1).max() == 0
    np.testing.assert_allclose(people.weight[:, 0], [0.5, 0.2, 0.2, 0.1])
    assert set(people.readiness) == {np.float32(0.6)}
    assert set(run.therapists.empathy) == {np.float32(1.0)}
    scores = people.first_score
    assert abs(scores.mean() - 31) < 5 * scores.std() / np.sqrt(50)
    assert scores.std() > 1  # the score still has its error


def test_lives_differ_by_noise_only_and_streaming_lives_the_same() -> None:
    study = n_of_1(card="anna", follow_up=())
    run = simulate.run(study, HYBRID, 400, 4)
    assert run.clients.distress.std() > 0.1
    sums = simulate.stream(study, HYBRID, 400, 4)
    scores = simulate.latent(run, "symptom_score")[-1].astype(float)
    assert sums.mean_score()[0, -1] == pytest.approx(np.nanmean(scores), rel=1e-6)


def test_a_card_of_your_own(tmp_path: Path) -> None:
    file = tmp_path / "ben.yaml"
    file.write_text(
        "symptom_score: 20\nreadiness: 0.3\nexpectancy: 0.7\nprocesses: {behavioural: 1}\n"
    )
    client = read_case(file)
    assert (client.name, client.usual_score, client.theory_of_change) == ("ben", 20, (0, 1, 0, 0))
    assert main(["simulate", "study=n_of_1", f"study.card={file}", f"results={tmp_path}/r"]) == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"readiness": None}, "case card Ben: 'readiness' is missing"),
        ({"readiness": 3}, r"readiness must be a number in \[0, 1\], not '3'"),
        ({"redines": 0.3}, "no field 'redines'. Did you mean readiness"),
        ({"processes": {"cognitve": 1}}, "no process 'cognitve'. Did you mean cognitive"),
        ({"processes": {"cognitive": 0.4}}, "must add to 1; they add to 0.4"),
        ({"processes": "cognitive"}, "must map processes to shares"),
        ({"therapist": {"warmth": 1}}, "no therapist trait 'warmth'"),
        ({"therapist": {"empathy": 9}}, r"therapist.empathy must be a number in \[-4, 4\]"),
        ({"attachment": "secure"}, r"attachment must be a number in \[-4, 4\], not 'secure'"),
    ],
)
def test_missing_and_impossible_values(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        case_from_fields({**GOOD, **fields})


def test_a_score_that_the_instrument_cannot_give(tmp_path: Path) -> None:
    file = tmp_path / "high.yaml"
    file.write_text(
        "symptom_score: 70\nreadiness: 0.3\nexpectancy: 0.7\nprocesses: {behavioural: 1}\n"
    )
    with pytest.raises(BadInput, match="must be a score of bdi2, from 0 to 63, not 70"):
        n_of_1(card=str(file))


def test_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "study=n_of_1", "study.card=ana", f"results={tmp_path}"]) == 2
    assert "no case card 'ana' and no such file. Did you mean anna?" in capsys.readouterr().err
    empty = tmp_path / "empty.yaml"
    empty.write_text("")
    with pytest.raises(BadInput, match="must hold names and values"):
        read_case(empty)
