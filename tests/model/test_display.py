"""Short forms for people, full forms for hashing."""

from typing import NamedTuple

from dyadsim.model.display import full_repr, html_table
from dyadsim.model.parameters import Parameters
from dyadsim.studies.designs.rct import rct


class Plain(NamedTuple):
    """A named tuple with Python's own repr."""

    name: str
    values: tuple[float, ...]


def test_the_full_form_is_the_one_of_python() -> None:
    for value in (Plain("a", (1.5,)), (1, "b"), Plain("c", ()), (Plain("d", (1.0, 2.0)),), 3):
        assert full_repr(value) == repr(value)


def test_values_that_differ_have_different_full_forms() -> None:
    trial = rct(["cbt", "waitlist"])
    other = rct(["cbt", "waitlist"])._replace(caseload=trial.caseload._replace(mean=9.0))
    assert repr(trial) == repr(other)
    assert full_repr(trial) != full_repr(other)
    parameters = Parameters()
    changed = parameters._replace(alliance=parameters.alliance._replace(rate=0.11))
    assert full_repr(parameters) != full_repr(changed)


def test_text_in_a_table_is_escaped() -> None:
    assert "<td>a &lt; b</td>" in html_table("c", ("h",), [("a < b",)])
