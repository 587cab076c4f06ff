"""The fuzzer finds nothing in 300 cases, and would find what is wrong."""

from pathlib import Path

import pytest
from fuzz import oracle
from fuzz.case import Case
from fuzz.environments import ENVIRONMENTS
from fuzz.fuzzer import cases, fuzz
from fuzz.oracle import KINDS, Outcome, judge, run_case

CASES, SEED = 300, 25
DRY = Case(("simulate", "dry_run=true"), "settings")


def test_no_promise_is_broken() -> None:
    faults, codes = fuzz(CASES, SEED, runs=0.01)
    assert not faults
    assert codes.total() == CASES
    assert {0, 2, 4} <= set(codes)


def test_cases_are_seeded() -> None:
    assert list(cases(50, 1)) == list(cases(50, 1)) != list(cases(50, 2))


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome(None, "", "", "TypeError", frozenset()), "traceback"),
        (Outcome(None, "", "", "hang", frozenset()), "hang"),
        (Outcome(2, "", "dyadsim: no.\n", "", frozenset({"results"})), "written"),
        (Outcome(0, "", "", "", frozenset({"results/.half"})), "half-written"),
        (Outcome(2, "", "dyadsim: KeyError: 'x'\n", "", frozenset()), "message"),
        (Outcome(2, "", f"dyadsim: {'x' * 500}\n", "", frozenset()), "message"),
        (Outcome(2, "", "dyadsim: a\nb\n", "", frozenset()), "message"),
        (Outcome(0, "", "a.py:3: RuntimeWarning: inf\n", "", frozenset()), "message"),
        (Outcome(7, "", "", "", frozenset()), "code"),
        (Outcome(1, "", "dyadsim: no.\n", "", frozenset()), "code"),
    ],
)
def test_the_oracle_sees_every_kind_of_fault(outcome: Outcome, kind: str) -> None:
    assert kind in {fault.kind for fault in judge(DRY, outcome)}
    assert kind in KINDS


def test_the_oracle_sees_a_setting_that_is_ignored() -> None:
    outcome = Outcome(0, "", "", "", frozenset())
    (fault,) = judge(Case(("simulate", "budget=small", "dry_run=true"), "settings"), outcome)
    assert (fault.kind, fault.words) == ("silent setting", "budget")


@pytest.mark.parametrize("planted", [TypeError("x"), RuntimeError("y")])
def test_the_oracle_catches_what_is_raised(
    planted: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> int:
        raise planted

    monkeypatch.setattr(oracle, "main", broken)
    (fault,) = judge(DRY, run_case(DRY, tmp_path, tmp_path))
    assert fault.kind == "traceback"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_odd_places_are_survived(environment: str, tmp_path: Path) -> None:
    for words in (("params", "alliance"), ("--help",), ("simulate", "size.clients=0")):
        case = Case(words, "real", environment)
        assert not judge(case, run_case(case, tmp_path, tmp_path))
