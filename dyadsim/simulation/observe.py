"""What a researcher sees of a run: scores and dates, no latents. Run -> Records."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.model import questionnaires
from dyadsim.model.mechanisms import resonance
from dyadsim.model.parameters import as_float32
from dyadsim.model.variables import DROPOUT, ENDINGS, PROCESSES, Array
from dyadsim.simulation import simulate
from dyadsim.simulation.records import SCHEMA, Records
from dyadsim.simulation.simulate import Run
from dyadsim.studies.study import NOT_SEEN, OCCASIONS, SESSION, TRAINABLE, treatments

_SUBSCALES = ("bond_score", "goal_score", "task_score")


def records(run: Run, truth: bool = False) -> Records:
    """Return the tables of a finished run, as `records.SCHEMA` describes them.

    Parameters
    ----------
    run
        finished, with its truth kept.
    truth
        also return the latents, one row a client and step.
    """
    return Records(
        _clients(run), _therapists(run), _sessions(run), _truth(run) if truth else pd.DataFrame()
    )


def _words(codes: np.ndarray[Any, Any], words: tuple[str, ...]) -> pd.Series:
    """Return a column of words from integer codes."""
    return pd.Series(np.array(words, dtype=object)[codes], dtype="str")


def _whom(therapist: np.ndarray[Any, Any]) -> pd.Series:
    """Return therapist numbers with -1 as missing."""
    return pd.Series(therapist, dtype="Int64").mask(therapist < 0)


def preferred(run: Run) -> pd.Series:
    """Return the therapy nearest to each client's theory of change, among the study's therapies."""
    known = treatments(run.study)
    if len(known) < 2:
        return pd.Series([None] * run.clients.arm.size, dtype="str")
    dose = run.plan.treatments[:4].T[:, :, None]  # (therapy, process, 1)
    total = dose.sum(axis=1, keepdims=True)
    share = np.divide(dose, total, out=np.full_like(dose, 0.25), where=total > 0)
    apart = np.abs(share - run.clients.preference).sum(axis=1)
    return _words(apart.argmin(axis=0), tuple(one.name for one in known))


def therapy(run: Run) -> pd.Series:
    """Return the therapy with which each client begins; missing in an arm without one."""
    first = [one.phases[0].therapy.name if one.phases else None for one in run.study.arms]
    return pd.Series(np.array(first, dtype=object)[run.clients.arm], dtype="str")


def skill(run: Run) -> Array:
    """Return every therapist's skill as an observer scores it, `(therapist,)`."""
    people = run.therapists
    return questionnaires.observed_skill(
        people.empathy, people.regard, people.repair_skill, people.word, run.seed, run.replicate
    )


def _clients(run: Run) -> pd.DataFrame:
    """Return one row a client."""
    people, arms = run.clients, run.study.arms
    code = people.ended.astype(np.int64)
    treated = np.array([bool(one.phases) for one in arms])[people.arm]
    ending = np.where(treated, code, len(ENDINGS))
    table = pd.DataFrame(
        {
            "client": np.arange(code.size),
            "arm": _words(people.arm, tuple(one.name for one in arms)),
            "therapist": _whom(people.therapist),
            "therapy": therapy(run),
            "preferred_therapy": preferred(run),
            "ending": _words(ending, (*ENDINGS, "no_treatment")),
            "n_sessions": people.attended.astype(np.int64),
            "dropped": code == DROPOUT,
        }
    )
    return table[list(SCHEMA["clients"])]


def _therapists(run: Run) -> pd.DataFrame:
    """Return one row a therapist who has at least one client."""
    people = run.therapists
    observed = skill(run)
    table = pd.DataFrame(
        {
            "therapist": np.arange(observed.size),
            "caseload": people.caseload.astype(np.int64),
            "observable_skill_score": observed,
        }
    )
    busy = np.isin(table["therapist"], run.clients.therapist)
    return table[busy].reset_index(drop=True)


def seen(run: Run) -> np.ndarray[Any, Any]:
    """Return True `(step, client)` where there is an occasion of measurement."""
    attended = dict(simulate.variables(run.truth))["attended"]
    held = np.diff(attended, axis=0, prepend=attended[:1]) > 0
    occasion = run.plan.occasion[:, None]
    there = np.where(occasion == SESSION, held, occasion != NOT_SEEN)
    there[0] = True
    return np.asarray(there)


def scores(run: Run) -> dict[str, Array]:
    """Return every instrument's scores `(step, client)`, NaN where nothing was filled in."""
    found = rated(run, tuple(questionnaires.PROCESS_INSTRUMENTS))
    found["alliance_score"] = _mean_of_subscales(found)
    return {"symptom_score": dict(simulate.variables(run.truth))["symptom_score"], **found}


def alliance(run: Run) -> Array:
    """Return the alliance scores `(step, client)` alone, as in `scores`."""
    return _mean_of_subscales(rated(run, _SUBSCALES))


def _mean_of_subscales(found: Mapping[str, Array]) -> Array:
    parts = [found[name] for name in _SUBSCALES]
    return ((parts[0] + parts[1] + parts[2]) / np.float32(3)).astype(np.float32)


def rated(run: Run, names: Collection[str]) -> dict[str, Array]:
    """Return the scores `(step, client)` of process instruments of these names."""
    truth = dict(simulate.variables(run.truth))
    people = run.clients
    traits = {
        "attachment": people.attachment,
        "weight": people.weight,
        **_therapist_side(run),
    }
    held = np.diff(truth["attended"], axis=0, prepend=truth["attended"][:1]) > 0
    held[0] = True
    known = ~np.isnan(truth["symptom_score"])  # this form comes with the symptom form, always
    filled = held & known
    found = {}
    for number, one in enumerate(questionnaires.PROCESS_INSTRUMENTS.values()):
        if one.name not in names:
            continue
        latent = questionnaires.latent_of(one.construct, truth, traits)
        values = questionnaires.rated(
            one,
            latent,
            run.clients.rater_style,
            run.clients.word,
            run.parameters.measurement,
            run.seed,
            run.replicate,
            number,
        )
        there = known if one.construct == "process_change" else filled
        found[one.name] = np.where(there, values, np.float32(np.nan))
        if one.construct not in ("expectancy", "readiness", "attachment", "process_change"):
            found[one.name][0] = np.nan  # nothing to rate before the first session
    return found


def _therapist_side(run: Run) -> dict[str, Array]:
    """Return whether each client has a therapist, and that therapist's traits, `(client,)`.

    Not the rows of `run.clients`: those are what the last step ordered, 0 in a follow-up.
    """
    who, guided = np.maximum(run.clients.therapist, 0), run.clients.therapist >= 0
    side = {"human": guided.astype(np.float32)}
    for name in ("empathy", "congruence", "regard"):
        trained = run.plan.training[run.clients.arm, TRAINABLE.index(name)]
        side[name] = (getattr(run.therapists, name)[who] + trained) * side["human"]
    return side


def _sessions(run: Run) -> pd.DataFrame:
    """Return one row a client and occasion, clients together, in time order."""
    client, step = np.nonzero(seen(run).T)
    week = np.cumsum(run.plan.weeks, dtype=np.float32)
    attended = dict(simulate.variables(run.truth))["attended"]
    kinds = ("intake", *OCCASIONS[1:])
    code = np.where(step == 0, 0, run.plan.occasion[step])
    columns = {
        "client": client,
        "arm": _words(run.clients.arm[client], tuple(one.name for one in run.study.arms)),
        "therapist": _whom(run.clients.therapist[client]),
        "occasion": _words(code, kinds),
        "session": attended[step, client].astype(np.int64),
        "week": week[step],
    }
    filled = {name: values[step, client] for name, values in scores(run).items()}
    return pd.DataFrame({**columns, **filled})[list(SCHEMA["sessions"])]


def _truth(run: Run) -> pd.DataFrame:
    """Return one row a client and step with every latent."""
    steps, count = run.truth.shape[1:]
    week = np.cumsum(run.plan.weeks, dtype=np.float32)
    columns: dict[str, Array] = {
        "client": np.repeat(np.arange(count), steps),
        "step": np.tile(np.arange(steps), count),
        "week": np.tile(week, count),
    }
    for name, values in simulate.variables(run.truth):
        if values.ndim == 3:
            for process, one in zip(PROCESSES, values, strict=True):
                columns[f"{name}_{process}"] = one.T.reshape(-1)
        else:
            columns[name] = values.T.reshape(-1)
    return pd.DataFrame(columns)


def arousal(run: Run, session: int = 3, dyads: int = 200, moments: int = 60) -> pd.DataFrame:
    """Return the in-session arousal series of the first `dyads` clients in that session.

    Columns client, moment, client_arousal, therapist_arousal: what motion sensors or skin
    conductance would give. The same moments as a run with `moments` on has used.
    """
    attended = dict(simulate.variables(run.truth))["attended"]
    there = np.flatnonzero(attended[session] > attended[session - 1])[:dyads]
    people, shape = run.clients, (there.size, moments)
    mine, theirs = np.empty(shape, np.float32), np.empty(shape, np.float32)
    presence = run.therapists.presence[session, people.therapist[there]]
    side = {name: values[there] for name, values in _therapist_side(run).items()}
    given = run.plan.therapy[people.arm[there], session]
    body = (run.plan.treatments[8, given] * side["human"]).astype(np.float32)
    resonance.series(
        mine,
        theirs,
        resonance.Meeting(side["empathy"], side["congruence"], presence, body),
        people.word[there],
        (run.seed, run.replicate, session),
        as_float32(run.parameters).resonance,
    )
    return pd.DataFrame(
        {
            "client": np.repeat(there, moments),
            "moment": np.tile(np.arange(moments), there.size),
            "client_arousal": mine.reshape(-1),
            "therapist_arousal": theirs.reshape(-1),
        }
    )
