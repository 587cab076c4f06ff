"""Every figure module has a door, a docstring that states its arguments, and a test."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import dyadsim.plots
from dyadsim.plots import figure_names

MODULES = sorted({module.name for module in pkgutil.iter_modules(dyadsim.plots.__path__)})


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_a_test(name: str) -> None:
    assert (Path(__file__).parent / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", figure_names())
def test_every_module_has_a_documented_figure(name: str) -> None:
    figure = importlib.import_module(f"dyadsim.plots.{name}").figure
    text = inspect.getdoc(figure) or ""
    parameters, returns = text.split("Parameters\n---")[1].split("Returns\n---")
    for argument in inspect.signature(figure).parameters:
        assert argument in parameters
    assert "Figure" in returns
