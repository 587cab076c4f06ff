"""One frozen run per design: nothing moves unless somebody meant it.

To renew after an intended change of the model or its values: run this file with
DYADSIM_RENEW=1 and say in the commit why the numbers moved.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from dyadsim.model import worlds
from dyadsim.simulation import observe, simulate
from dyadsim.studies.designs.additive import additive
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.dismantling import dismantling
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.matching import matching
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.process import process
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.skill_training import skill_training
from dyadsim.studies.designs.waitlist import waitlist

FROZEN = Path(__file__).parent / "frozen.json"
DESIGNS = {
    "rct": rct(("cbt", "interpersonal", "waitlist"), follow_up=(26.0,)),
    "rct_controls": rct(("supportive", "intent_to_fail", "usual_care"), follow_up=()),
    "rct_alone": rct(("medication", "self_help"), follow_up=(26.0,)),
    "waitlist": waitlist(),
    "cohort": cohort(),
    "additive": additive(),
    "dismantling": dismantling(),
    "feedback": feedback(),
    "preference": preference(),
    "n_of_1": n_of_1(),
    "medication": rct(("placebo", "medication", "medication_continued")),
    "private_practice": cohort(setting="private_practice"),
    "feedback_support": feedback(support=True),
    "process": process(),
    "skill_training": skill_training(),
    "matching": matching(),
}


def _fingerprint(name: str) -> dict[str, float]:
    """Return sums of a small run in the hybrid world, latents and scores, each as one number."""
    run = simulate.run(DESIGNS[name], worlds.world_parameters("hybrid"), 300, 11)
    tables = observe.observed_records(run)
    latents = {
        f"latent_{key}": float(np.asarray(values, np.float64).sum())
        for key, values in simulate.variables(run.truth)
        if key in ("distress", "bond", "expectancy", "readiness", "regulation", "action")
    }
    scores = {
        column: float(tables.sessions[column].sum())
        for column in tables.sessions.columns
        if column.endswith("_score")
    }
    endings = tables.clients["ending"].value_counts()
    return {**latents, **scores, **{f"ending_{k}": float(v) for k, v in endings.items()}}


@pytest.mark.parametrize("name", list(DESIGNS))
def test_the_run_is_what_it_was(name: str) -> None:
    sums = _fingerprint(name)
    frozen = json.loads(FROZEN.read_text()) if FROZEN.exists() else {}
    if os.environ.get("DYADSIM_RENEW"):
        FROZEN.write_text(json.dumps({**frozen, name: sums}, indent=1, sort_keys=True) + "\n")
        return
    assert sums == pytest.approx(frozen[name], rel=1e-9)
