"""What a researcher sees of a run: scores and dates, no latents."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.model import questionnaires
from dyadsim.model.mechanisms import resonance
from dyadsim.model.parameters import as_float32
from dyadsim.model.variables import DROPOUT, ENDINGS, PROCESSES, Array
from dyadsim.numerics.random_streams import Stream, normals
from dyadsim.simulation import simulate
from dyadsim.simulation.records import SCHEMA, Records
from dyadsim.simulation.runs import Run, latent
from dyadsim.studies.study import NOT_SEEN, OCCASIONS, SESSION, TRAINABLE, treatments

_SUBSCALES = ("bond_score", "goal_score", "task_score")
_AT_INTAKE = ("expectancy", "readiness", "attachment", "process_change")  # need no session
_BODY = 8  # the bodily channel among the fields of `Plan.treatments`


def observed_records(run: Run, truth: bool = False, *, first: int = 0) -> Records:
    """Return the tables of a finished run, as `records.SCHEMA` describes them.

    Parameters
    ----------
    run
        A finished run with its truth kept.
    truth
        Also return the latents, one row a client and step.
    first
        Number of the first client, where the run is a part of a larger one
        (`simulate.start_in_chunks`).

    Returns
    -------
    Records
        The tables.
    """
    latents = _truth(run) if truth else pd.DataFrame()
    tables = Records(_clients(run), _therapists(run), _sessions(run), latents)
    for table in (tables.clients, tables.sessions, latents) if first else ():
        if "client" in table:
            table["client"] += first
    return tables


def _words(codes: np.ndarray[Any, Any], words: tuple[str, ...]) -> pd.Series:
    """Return a column of words from integer codes."""
    return pd.Series(np.array(words, dtype=object)[codes], dtype="str")


def _numbers_or_missing(therapist: np.ndarray[Any, Any]) -> pd.Series:
    """Return therapist numbers with -1 as missing."""
    return pd.Series(therapist, dtype="Int64").mask(therapist < 0)


def preferred_therapy(run: Run) -> pd.Series:
    """Return the therapy nearest to each client's theory of change, among the study's therapies.

    Parameters
    ----------
    run
        A run.

    Returns
    -------
    Series
        A therapy's name for each client; missing in a study with fewer than two therapies.
    """
    therapies = treatments(run.study)
    if len(therapies) < 2:
        return pd.Series([None] * run.clients.arm.size, dtype="str")
    dose = run.plan.treatments[:4].T[:, :, None]  # (therapy, process, 1)
    total = dose.sum(axis=1, keepdims=True)
    share = np.divide(dose, total, out=np.full_like(dose, 0.25), where=total > 0)
    apart = np.abs(share - run.clients.preference).sum(axis=1)
    return _words(apart.argmin(axis=0), tuple(therapy.name for therapy in therapies))


def first_therapy(run: Run) -> pd.Series:
    """Return the therapy with which each client begins; missing in an arm without one."""
    first = [arm.phases[0].therapy.name if arm.phases else None for arm in run.study.arms]
    return pd.Series(np.array(first, dtype=object)[run.clients.arm], dtype="str")


def therapist_skill(run: Run) -> Array:
    """Return every therapist's skill as an observer scores it, `(therapist,)`."""
    therapists = run.therapists
    return questionnaires.observed_skill(
        therapists.empathy,
        therapists.regard,
        therapists.repair_skill,
        therapists.word,
        run.seed,
        run.replicate,
    )


def _clients(run: Run) -> pd.DataFrame:
    """Return one row a client."""
    clients, arms = run.clients, run.study.arms
    code = clients.ended.astype(np.int64)
    treated = np.array([bool(arm.phases) for arm in arms])[clients.arm]
    ending = np.where(treated, code, len(ENDINGS))
    table = pd.DataFrame(
        {
            "client": np.arange(code.size),
            "arm": _words(clients.arm, tuple(arm.name for arm in arms)),
            "therapist": _numbers_or_missing(clients.therapist),
            "therapy": first_therapy(run),
            "preferred_therapy": preferred_therapy(run),
            "ending": _words(ending, (*ENDINGS, "no_treatment")),
            "n_sessions": clients.attended.astype(np.int64),
            "dropped": code == DROPOUT,
        }
    )
    return table[list(SCHEMA["clients"])]


def _therapists(run: Run) -> pd.DataFrame:
    """Return one row a therapist who has at least one client."""
    therapists, observed = run.therapists, therapist_skill(run)
    table = pd.DataFrame(
        {
            "therapist": np.arange(observed.size),
            "caseload": therapists.caseload.astype(np.int64),
            "observable_skill_score": observed,
        }
    )
    has_clients = np.isin(table["therapist"], run.clients.therapist)
    return table[has_clients].reset_index(drop=True)


def observed_mask(run: Run) -> np.ndarray[Any, Any]:
    """Return where there is an occasion of measurement.

    Parameters
    ----------
    run
        A run with its truth kept.

    Returns
    -------
    ndarray of bool
        `(step, client)`, True at intake, at a session that takes place and at an assessment.
    """
    occasion = run.plan.occasion[:, None]
    mask = np.where(occasion == SESSION, _in_session(run), occasion != NOT_SEEN)
    mask[0] = True
    return np.asarray(mask)


def _in_session(run: Run) -> np.ndarray[Any, Any]:
    """Return where a session takes place, `(step, client)`."""
    attended = latent(run, "attended")
    return np.asarray(np.diff(attended, axis=0, prepend=attended[:1]) > 0)


def instrument_scores(run: Run) -> dict[str, Array]:
    """Return every instrument's scores by name.

    Parameters
    ----------
    run
        A run with its truth kept.

    Returns
    -------
    dict of Array
        `(step, client)` float32 in the instrument's points, NaN where nothing was filled in.
    """
    ratings = process_scores(run, tuple(questionnaires.PROCESS_INSTRUMENTS))
    ratings["alliance_score"] = _mean_of_subscales(ratings)
    return {"symptom_score": latent(run, "symptom_score"), **ratings}


def anxiety_scores(run: Run) -> Array:
    """Return the scores of a second symptom questionnaire, for anxiety (GAD-7).

    Anxiety is distress d and a part of its own e, which comes and goes:

        anxiety_t = d_t + anxiety_own e_t,   e_0 = n_0,   e_t = k e_t-1 + sqrt(1 - k^2) n_t

    with k = anxiety_memory ^ weeks and n standard normal (stream ANXIETY), so that e has SD 1 at
    every step. It is computed when it is asked for and acts on nothing. The form is that of the
    other questionnaires, its error from stream ANXIETY_FORM; it is filled in together with the
    study's own. Equation and values are assumptions: in routine care the changes of the two scores
    correlate about .7, as published (docs/background/facts.md).

    Parameters
    ----------
    run
        A run with its truth kept.

    Returns
    -------
    Array
        `(step, client)` float32 in points of the GAD-7, NaN where nothing was filled in.
    """
    q, address = run.parameters.measurement, (run.seed, run.replicate)
    numbers = questionnaires.scale(questionnaires.find_instrument("gad7"), q)
    distress, word = latent(run, "distress"), run.clients.word
    scores, own = np.empty(distress.shape, np.float32), np.zeros(word.size, np.float32)
    for step, weeks in enumerate(run.plan.weeks):
        kept = np.float32(q.anxiety_memory**weeks if step else 0)
        fresh = normals(word, *address, step, Stream.ANXIETY)
        own = kept * own + np.sqrt(np.float32(1) - kept * kept) * fresh
        anxiety = distress[step] + np.float32(q.anxiety_own) * own
        error = normals(word, *address, step, Stream.ANXIETY_FORM)
        questionnaires.score_lanes(scores[step], anxiety, run.clients.rater_style, error, numbers)
    return np.where(np.isnan(latent(run, "symptom_score")), np.float32(np.nan), scores)


def alliance_scores(run: Run) -> Array:
    """Return the alliance scores `(step, client)` alone, as in `scores`."""
    return _mean_of_subscales(process_scores(run, _SUBSCALES))


def _mean_of_subscales(ratings: Mapping[str, Array]) -> Array:
    parts = [ratings[name] for name in _SUBSCALES]
    return ((parts[0] + parts[1] + parts[2]) / np.float32(3)).astype(np.float32)


def process_scores(run: Run, names: Collection[str]) -> dict[str, Array]:
    """Return the scores of some process instruments.

    Parameters
    ----------
    run
        A run with its truth kept.
    names
        Names of `questionnaires.PROCESS_INSTRUMENTS`.

    Returns
    -------
    dict of Array
        `(step, client)` float32 in the instrument's points, NaN where nothing was filled in.
    """
    truth = dict(simulate.variables(run.truth))
    traits = {
        "attachment": run.clients.attachment,
        "weight": run.clients.weight,
        **_therapist_side(run),
    }
    # process forms come with the symptom form, always, most of them at sessions and intake only
    with_symptoms = ~np.isnan(truth["symptom_score"])
    in_session = _in_session(run)
    in_session[0] = True
    scores = {}
    for number, instrument in enumerate(questionnaires.PROCESS_INSTRUMENTS.values()):
        if instrument.name not in names:
            continue
        values = questionnaires.rated(
            instrument,
            questionnaires.latent_of(instrument.construct, truth, traits),
            questionnaires.Raters(run.clients.rater_style, run.clients.word),
            run.parameters.measurement,
            (run.seed, run.replicate, number),
        )
        every_time = instrument.construct == "process_change"
        filled = with_symptoms if every_time else in_session & with_symptoms
        score = np.where(filled, values, np.float32(np.nan))
        if instrument.construct not in _AT_INTAKE:
            score[0] = np.nan
        scores[instrument.name] = score
    return scores


def _therapist_side(run: Run) -> dict[str, Array]:
    """Return whether each client has a therapist, and that therapist's traits, `(client,)`.

    Not the rows of `run.clients`: those are what the last step ordered, 0 in a follow-up.
    """
    therapist = np.maximum(run.clients.therapist, 0)
    side = {"human": (run.clients.therapist >= 0).astype(np.float32)}
    for name in ("empathy", "congruence", "regard"):
        trained = run.plan.training[run.clients.arm, TRAINABLE.index(name)]
        side[name] = (getattr(run.therapists, name)[therapist] + trained) * side["human"]
    return side


def _sessions(run: Run) -> pd.DataFrame:
    """Return one row a client and occasion, clients together, in time order."""
    client, step = np.nonzero(observed_mask(run).T)
    week = np.cumsum(run.plan.weeks, dtype=np.float32)
    attended = latent(run, "attended")
    kinds = ("intake", *OCCASIONS[1:])
    code = np.where(step == 0, 0, run.plan.occasion[step])
    columns = {
        "client": client,
        "arm": _words(run.clients.arm[client], tuple(arm.name for arm in run.study.arms)),
        "therapist": _numbers_or_missing(run.clients.therapist[client]),
        "occasion": _words(code, kinds),
        "session": attended[step, client].astype(np.int64),
        "week": week[step],
    }
    filled_in = {name: values[step, client] for name, values in instrument_scores(run).items()}
    return pd.DataFrame({**columns, **filled_in})[list(SCHEMA["sessions"])]


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
            for process, of_process in zip(PROCESSES, values, strict=True):
                columns[f"{name}_{process}"] = of_process.T.reshape(-1)
        else:
            columns[name] = values.T.reshape(-1)
    return pd.DataFrame(columns)


def arousal(run: Run, session: int = 3, dyads: int = 200, beats: int = 60) -> pd.DataFrame:
    """Return the arousal of client and therapist in the beats of one session.

    What motion sensors or skin conductance would give, from the same beats that a run with
    `beats` on has used.

    Parameters
    ----------
    run
        A run with its truth kept.
    session
        The session to look into.
    dyads
        How many dyads at most: the first clients who have that session.
    beats
        Beats of the session.

    Returns
    -------
    DataFrame
        One row a client and beat: client, beat, client_arousal, therapist_arousal (0 = usual).
    """
    attended = latent(run, "attended")
    present = np.flatnonzero(attended[session] > attended[session - 1])[:dyads]
    clients, shape = run.clients, (present.size, beats)
    of_client, of_therapist = np.empty(shape, np.float32), np.empty(shape, np.float32)
    presence = run.therapists.presence[session, clients.therapist[present]]
    side = {name: values[present] for name, values in _therapist_side(run).items()}
    treatment = run.plan.therapy[clients.arm[present], session]
    body = (run.plan.treatments[_BODY, treatment] * side["human"]).astype(np.float32)
    resonance.series(
        of_client,
        of_therapist,
        resonance.Meeting(side["empathy"], side["congruence"], presence, body),
        clients.word[present],
        (run.seed, run.replicate, session),
        as_float32(run.parameters).resonance,
    )
    return pd.DataFrame(
        {
            "client": np.repeat(present, beats),
            "beat": np.tile(np.arange(beats), present.size),
            "client_arousal": of_client.reshape(-1),
            "therapist_arousal": of_therapist.reshape(-1),
        }
    )
