"""ODD.md has the protocol's layout; it names every mechanism, parameter, variable and stream."""

import re
from pathlib import Path

import pytest

import dyadsim
from dyadsim.kernel.block import DRAWS
from dyadsim.kernel.step import MECHANISMS
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import VARIABLES
from dyadsim.numerics.random_streams import Stream

PACKAGE = Path(dyadsim.__file__).parent
ODD = (PACKAGE / "model" / "ODD.md").read_text(encoding="utf-8")
KERNEL_ORDER = [file.__name__.rsplit(".", 1)[1] for file in MECHANISMS]
ELEMENTS = [
    "1 Purpose and patterns",
    "2 Entities, state variables and scales",
    "3 Process overview and scheduling",
    "4 Design concepts",
    "5 Initialization",
    "6 Input data",
    "7 Submodels",
]
CONCEPTS = [
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
]


def sections(text: str, marks: str) -> dict[str, str]:
    """The text under each heading of one level, by heading."""
    parts = re.split(rf"^{marks} (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


ELEMENT = sections(ODD, "##")
SUBMODEL = sections(ELEMENT["7 Submodels"], "###")


def parameters(text: str) -> set[str]:
    """Parameters that a submodel's text names as its own: `q.name`."""
    return set(re.findall(r"\bq\.(\w+)", text)) - {"name"}


def test_sections_reads_headings_of_one_level_only() -> None:
    text = "# t\n## a\nx\n### b\ny\n## c\nz\n"
    assert sections(text, "##") == {"a": "\nx\n### b\ny\n", "c": "\nz\n"}
    assert list(sections(text, "###")) == ["b"]


def test_the_seven_elements_stand_in_order() -> None:
    assert list(ELEMENT) == ELEMENTS


def test_the_eleven_design_concepts_stand_in_order_and_say_something() -> None:
    concepts = sections(ELEMENT["4 Design concepts"], "###")
    assert list(concepts) == CONCEPTS
    assert all(len(text.split()) > 8 for text in concepts.values())


def test_submodels_are_the_mechanisms_in_kernel_order_with_measurement_and_population() -> None:
    files = {path.stem for path in (PACKAGE / "model" / "mechanisms").glob("*.py")} - {"__init__"}
    assert list(SUBMODEL) == [*KERNEL_ORDER, "measurement", "population"]
    assert set(KERNEL_ORDER) == files


def test_the_kernel_calls_the_mechanisms_in_that_order() -> None:
    source = (PACKAGE / "kernel" / "step.py").read_text(encoding="utf-8").split("def meet(")[1]
    source = source.replace("expectancy.credibility_lanes(", "")  # perceived before they meet
    called = re.findall(r"^ +(\w+)\.(?:\w+_)?lanes\(", source, flags=re.MULTILINE)
    assert list(dict.fromkeys(called)) == KERNEL_ORDER


@pytest.mark.parametrize("owner", Parameters._fields)
def test_every_parameter_is_in_its_submodel_and_no_other_is(owner: str) -> None:
    fields = set(type(getattr(Parameters(), owner))._fields)
    assert parameters(SUBMODEL[owner]) == fields


def test_parameters_named_in_full_exist() -> None:
    named = re.findall(rf"\b({'|'.join(Parameters._fields)})\.(\w+)", ODD)
    known = Parameters()
    files = {"py", "md", "yaml", "csv"}
    wrong = [
        f"{owner}.{field}"
        for owner, field in named
        if field not in files and not hasattr(getattr(known, owner), field)
    ]
    assert named
    assert wrong == []


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_has_a_row_of_its_shape_in_section_2(name: str) -> None:
    shape = VARIABLES[name].shape or "1"
    row = rf"^\| `{name}` \| {shape} \| [^|]+ \| [^|]+ \|$"
    assert re.search(row, ELEMENT[ELEMENTS[1]], flags=re.MULTILINE)


def test_section_2_has_no_variable_that_does_not_exist() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [14] \|", ELEMENT[ELEMENTS[1]], flags=re.MULTILINE)
    assert rows == list(VARIABLES)


def test_section_2_marks_the_variables_that_are_set_afresh() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| [14] \| [^|]+ \| [^|]+ \(afresh\) \|$",
        ELEMENT[ELEMENTS[1]],
        flags=re.MULTILINE,
    )
    assert rows == [name for name, item in VARIABLES.items() if item.afresh]


def test_streams_named_exist_and_every_draw_of_a_session_is_named() -> None:
    named = set(re.findall(r"\b[nu]\(([A-Z_]{3,})\b", ODD)) | set(
        re.findall(r"`([A-Z_]{3,})`", ELEMENT["7 Submodels"])
    )
    assert named <= set(Stream.__members__)
    assert {draw.stream.name for draw in DRAWS} <= named
    assert set(Stream.__members__) - named <= {"MISSING"}


def test_sources_of_every_mechanism_resolve() -> None:
    known = re.findall(
        r"^@\w+\{([^,\s]+),", (PACKAGE / "references.bib").read_text("utf-8"), re.MULTILINE
    )
    for owner in KERNEL_ORDER:
        text = re.split(r"\bSources?:", SUBMODEL[owner])[1]
        keys = re.findall(r"`(\w+)`", text)
        assert keys
        assert set(keys) <= set(known), owner
