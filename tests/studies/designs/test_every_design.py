"""One harness for every design: it is found, chosen by YAML, valid, frozen, and free of its labels.

A new file in `dyadsim/studies/designs/` is tested without any edit here.
"""

import inspect

import numpy as np
import pytest
import yaml

import dyadsim
from dyadsim.choices import conf_folder
from dyadsim.errors import BadInput
from dyadsim.simulation import simulate
from dyadsim.studies import designs, study

CHOICES = {path.stem: path for path in (conf_folder() / "study").glob("*.yaml")}


def test_every_design_is_a_choice_and_every_choice_a_design() -> None:
    assert set(designs.design_names()) == set(CHOICES)
    assert set(designs.design_names()) <= set(dyadsim.__all__)


@pytest.mark.parametrize("name", designs.design_names())
def test_a_design_is_valid_and_bears_its_name(name: str) -> None:
    design = designs.find_design(name)
    built = design()
    assert built.name == name
    assert study.check_study(built) is built
    assert inspect.getdoc(design)
    assert getattr(dyadsim, name) is design


@pytest.mark.parametrize("name", designs.design_names())
def test_the_choice_in_yaml_says_what_the_design_says(name: str) -> None:
    options = yaml.safe_load(CHOICES[name].read_text(encoding="utf-8"))
    assert options.pop("design") == name
    options.pop("n_clients")
    assert designs.find_design(name)(**options) == designs.find_design(name)()


@pytest.mark.parametrize("name", designs.design_names())
def test_a_study_is_frozen(name: str) -> None:
    built = designs.find_design(name)()
    assert hash(built) == hash(designs.find_design(name)())
    with pytest.raises(AttributeError):
        built.name = "another"  # type: ignore[misc]


@pytest.mark.parametrize("name", designs.design_names())
def test_names_of_arms_decide_nothing(name: str) -> None:
    built = designs.find_design(name)()
    renamed = built._replace(
        arms=tuple(arm._replace(name=f"arm_{k}") for k, arm in enumerate(built.arms))
    )
    run, same = (simulate.run(item, "hybrid", 60, seed=5) for item in (built, renamed))
    assert np.array_equal(run.truth.view(np.int32), same.truth.view(np.int32))


@pytest.mark.parametrize("name", designs.design_names())
def test_an_unknown_keyword_is_refused_with_the_nearest(name: str) -> None:
    with pytest.raises((BadInput, TypeError), match="instrment"):
        designs.find_design(name)(instrment="phq9")


def test_an_unknown_design_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"no design 'cohrt'\. Did you mean cohort"):
        designs.find_design("cohrt")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"arms": "cbt"}, r"two arms or more.*as a list such as \['cbt', 'waitlist'\], not 'cbt'"),
        ({"arms": ["cbt", 5]}, "no therapy '5'"),
        ({"sessions": "12"}, "a whole number; '12' given"),
        ({"follow_up": 26}, r"must be a list of weeks, such as \[26, 52\], not '26'"),
        ({"sample": "trial"}, "sample must be a Sample"),
        ({"caseload": 8}, "caseload must be a Caseload"),
        ({"sesions": 8}, "no option 'sesions'. Did you mean sessions"),
    ],
)
def test_values_of_the_wrong_kind_are_refused_in_words(
    options: dict[str, object], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        designs.find_design("rct")(**options)
