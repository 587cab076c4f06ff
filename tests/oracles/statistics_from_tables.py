"""Every statistic of `facts.csv` as a researcher would compute it: long tables, `analysis`.

The slow, obvious twin of `dyadsim.evidence.statistics`. A new statistic gets a function here, too.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import minimize
from scipy.stats import pearsonr
from statsmodels.api import OLS, add_constant
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.contingency_tables import Table2x2

from dyadsim.analysis import (
    change,
    clinical_significance,
    cross_lagged_panel,
    early_response,
    effects,
    endings,
    natural,
    process,
    sudden_gains,
    survival,
    synchrony,
    therapists,
)
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.observed_study import ObservedStudy
from dyadsim.evidence.statistic_text import LAST, Argument, parse_statistic
from dyadsim.evidence.statistics_of_outcome import largest_true_difference
from dyadsim.evidence.study_scores import ARM_OF_DESIGN, ARM_OF_ROLE, CASES
from dyadsim.model import questionnaires
from dyadsim.model.questionnaires import Instrument
from dyadsim.simulation import observe


def statistic_from_tables(fact: Fact, study: ObservedStudy) -> float:
    """The simulated value of a fact's statistic."""
    name, arguments = parse_statistic(fact.statistic)
    if not name.startswith("share_reliable"):  # which have a rule for cases of their own
        study = _looked_at(study, fact.design)
    return FROM_TABLES[name](study, *arguments)


def _looked_at(study: ObservedStudy, design: str) -> ObservedStudy:
    """The clients whom a design looks at."""
    if design in ARM_OF_DESIGN:
        return _of_clients(study, _named(study, study.clients["arm"] == ARM_OF_DESIGN[design]))
    if design == CASES:
        rows = _stayed(study)
        cases = rows["pre"].ge(_instrument(study).cut_off) & rows["post"].notna()
        return _of_clients(study, set(rows.index[cases]))
    return study


def _named(study: ObservedStudy, mask: "pd.Series[bool]") -> set[int]:
    return set(study.clients.loc[mask, "client"])


def _of_clients(study: ObservedStudy, who: set[int]) -> ObservedStudy:
    return study._replace(
        clients=study.clients[study.clients["client"].isin(who)],
        sessions=study.sessions[study.sessions["client"].isin(who)],
        outcome=study.outcome[study.outcome.index.isin(who)],
    )


def _treated(study: ObservedStudy) -> ObservedStudy:
    """The treated arm of a trial; everybody in care."""
    in_cbt = study.clients["arm"] == "cbt"
    return _of_clients(study, _named(study, in_cbt)) if in_cbt.any() else study


def _instrument(study: ObservedStudy) -> Instrument:
    return questionnaires.find_instrument(study.run.study.instrument)


def _outcome_of(study: ObservedStudy, role: str) -> pd.DataFrame:
    """Pre and post of an arm or role."""
    if role in ("matched", "mismatched"):
        clients = study.clients.set_index("client").loc[study.outcome.index]
        matched = clients["therapy"] == clients["preferred_therapy"]
        return study.outcome[matched if role == "matched" else ~matched]
    if role == "supportive" and "intent_to_fail" in set(study.outcome["arm"]):
        role = "intent_to_fail"
    return study.outcome[study.outcome["arm"] == ARM_OF_ROLE.get(role, role)]


def _stayed(study: ObservedStudy) -> pd.DataFrame:
    """Pre, post and therapist of clients with two sessions or more."""
    attended = study.clients.set_index("client")["n_sessions"].reindex(study.outcome.index)
    return study.outcome[attended >= 2]


def _score(study: ObservedStudy, argument: Argument) -> "pd.Series[float]":
    """The score of each client that an argument names."""
    name, at = argument.name, argument.at
    if name in ("y_pre", "y_post"):
        return study.outcome[name.removeprefix("y_")]
    if name == "attachment":
        name, at = "attachment_score", 0
    if name in ("PHQ9", "BDI2", "BDI", "OQ45"):
        name = "symptom_score"
    if at == LAST:
        return study.outcome["post"]
    if at and argument.until:
        rows = _held(study)
        rows = rows[rows["session"].between(at, argument.until)]
        return rows.dropna(subset=[name]).groupby("client")[name].mean()
    if at and at != 3 and name == "symptom_score":
        rows = _held(study)
        return rows[rows["session"] == at].set_index("client")[name].dropna()
    return process.score_at_session(study.sessions, name, at)


def _held(study: ObservedStudy) -> pd.DataFrame:
    """The rows of sessions: of two with one number the first, as the other is an assessment."""
    rows = study.sessions[study.sessions["occasion"] != "follow_up"]
    return rows.drop_duplicates(["client", "session"]).astype({"symptom_score": float})


def _process_outcome_r(study: ObservedStudy, score: Argument) -> float:
    study = _treated(study)
    if not score.until:
        return process.process_outcome_r(study.sessions, score.name, score.at).value
    gain = change.residual_gain(study.outcome["pre"], study.outcome["post"])
    return process.pearson(_score(study, score), gain).value


def _partial(study: ObservedStudy, score: Argument, control: Argument) -> float:
    """Residuals of two regressions, as textbooks have it."""
    study = _treated(study)
    rated, other = _score(study, score).rename("x"), _score(study, control).rename("z")
    rows = study.outcome[["pre", "post"]].join([rated, other]).astype(float).dropna()
    controls = add_constant(rows[["pre", "z"]])
    x, y = (OLS(rows[name], controls).fit().resid for name in ("x", "post"))
    return -float(pearsonr(x, y).statistic)


def _r(study: ObservedStudy, first: Argument, second: Argument) -> float:
    return process.pearson(_score(study, first), _score(study, second)).value


def _mean_gain(study: ObservedStudy, *_: Argument) -> float:
    """Of the treated, or of the control arm, where the design looks at that."""
    rows = _treated(study).outcome
    return effects.mean_gain(rows["pre"], rows["post"]).value


def _d_follow_up(study: ObservedStudy, when: Argument) -> float:
    study = _treated(study)
    planned = study.run.study.schedule
    week = planned.sessions * planned.weeks_between + (when.at or 0)
    later = study.sessions[study.sessions["occasion"] == "follow_up"]
    near = later[(later["week"] - week).abs() <= 2].set_index("client")["symptom_score"]
    rows = study.outcome[["pre", "post"]].join(near.astype(float)).dropna()
    return (rows["post"] - rows["symptom_score"]).mean() / rows["pre"].std()


def _g(study: ObservedStudy, better: Argument, worse: Argument) -> float:
    first, second = (_outcome_of(study, role.name)["post"] for role in (better, worse))
    return effects.hedges_g(first, second).value


def _variance_ratio(study: ObservedStudy, treated: Argument, control: Argument) -> float:
    first, second = (_outcome_of(study, role.name)["post"] for role in (treated, control))
    return effects.variance_ratio(first, second).value


def _reliable(name: str) -> Callable[..., float]:
    share = getattr(clinical_significance, name)

    def statistic(study: ObservedStudy, *forms: Argument) -> float:
        form, rows = _instrument(study), _stayed(study)
        if len(forms) == 2:
            return float(np.mean(_by_two_scales(study)[name]))
        cases = rows[rows["pre"] >= form.cut_off]
        return share(
            cases["pre"],
            cases["post"],
            reliable_change=form.reliable_change,
            cut_off=form.cut_off,
        ).value

    return statistic


def _by_two_scales(study: ObservedStudy) -> dict[str, list[bool]]:
    """The rule, client by client, with the forms of anxiety laid beside the table of sessions."""
    run = study.run
    anxiety = observe.anxiety_scores(run)[run.plan.occasion != 3]
    answers: dict[str, list[bool]] = {name: [] for name in FROM_TABLES if "_reliable_" in name}
    for client, row in _stayed(study).iterrows():
        filled_in = anxiety[:, client][~np.isnan(anxiety[:, client])]
        if np.isnan(row["pre"] + row["post"]) or len(filled_in) < 2:
            continue
        before, after = float(filled_in[0]), float(filled_in[-1])
        if row["pre"] < 10 and before < 8:
            continue
        depression = (row["pre"] - row["post"]) / 6
        fear = (before - after) / 4
        better = (depression >= 1 and fear > -1) or (fear >= 1 and depression > -1)
        worse = (depression <= -1 and fear < 1) or (fear <= -1 and depression < 1)
        answers["share_reliable_improvement"].append(better)
        answers["share_reliable_deterioration"].append(worse)
        answers["share_reliable_recovery"].append(better and row["post"] < 10 and after < 8)
    return answers


def _happened(study: ObservedStudy, word: Argument) -> "pd.Series[bool]":
    """Whether it happened, by client, of those who count."""
    form, rows = _instrument(study), study.outcome[["pre", "post"]].dropna()
    if word.name == "dropped":
        return study.clients.set_index("client")["dropped"]
    fall, cases = rows["pre"] - rows["post"], rows["pre"] >= form.cut_off
    well = rows["post"] < form.cut_off
    if word.name in ("relapsed", "no_relapse"):
        relapsed = _relapsed(study, rows[well & (fall >= form.reliable_change)], word.at or 0)
        return relapsed if word.name == "relapsed" else ~relapsed
    return {
        "improved": fall >= form.reliable_change,
        "deteriorated": fall <= -form.reliable_change,
        "recovered": (well & (fall >= form.reliable_change))[cases],
        "remitted": well[cases],
        "responded": (rows["post"] <= rows["pre"] / 2)[rows["pre"] > 0],
    }[word.name]


def _relapsed(study: ObservedStudy, well: pd.DataFrame, weeks: int) -> "pd.Series[bool]":
    form, planned = _instrument(study), study.run.study.schedule
    end = planned.sessions * planned.weeks_between
    later = study.sessions[study.sessions["occasion"] == "follow_up"].dropna(
        subset=["symptom_score"]
    )
    later = later[later["client"].isin(well.index) & (later["week"] <= end + weeks + 2)]
    rise = later["symptom_score"] - later["client"].map(well["post"])
    back = (later["symptom_score"] >= form.cut_off) & (rise >= form.reliable_change)
    return back.groupby(later["client"]).any()


def _share_of(study: ObservedStudy, word: Argument) -> float:
    return float(_happened(_treated(study), word).mean())


def _table(study: ObservedStudy, word: Argument, roles: tuple[Argument, ...]) -> Table2x2:
    counts = []
    for role in roles:
        rows = _happened(_of_clients(study, set(_outcome_of(study, role.name).index)), word)
        counts.append([int(rows.sum()), int((~rows).sum())])
    return Table2x2(np.array(counts) + 0.5 * (np.array(counts) == 0).any())


def _risk_ratio(study: ObservedStudy, word: Argument, *roles: Argument) -> float:
    return float(_table(study, word, roles).riskratio)


def _odds_ratio(study: ObservedStudy, word: Argument, *roles: Argument) -> float:
    return float(_table(study, word, roles).oddsratio)


def _therapist_share(study: ObservedStudy, word: Argument) -> float:
    """The likelihood by 80 fixed nodes, therapist by therapist; its top by a simplex."""
    study = _treated(study)
    met = study.clients[study.clients["therapist"].notna() & (study.clients["n_sessions"] >= 1)]
    rows = met.set_index("client")[["therapist"]].join(_happened(study, word).rename("yes"))
    groups = rows.dropna().astype(int).groupby("therapist")["yes"].agg(["sum", "size"])
    u, weight = hermegauss(80)

    def loss(point: np.ndarray) -> float:
        p = 1 / (1 + np.exp(-(point[0] + point[1] * u)))
        positive, negative = groups["sum"].to_numpy(), (groups["size"] - groups["sum"]).to_numpy()
        inside = p ** positive[:, None] * (1 - p) ** negative[:, None]
        return -float(np.log(inside @ weight).sum())

    best = minimize(loss, [-1.0, 0.5], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9})
    variance = best.x[1] ** 2
    return 100 * variance / (variance + np.pi**2 / 3)


def _effect_by_severity(study: ObservedStudy, *_: Argument) -> float:
    rows = _with_skill(study)
    low, high = np.nanquantile(rows["pre"], [1 / 3, 2 / 3])
    parts = (rows[rows["pre"] >= high], rows[rows["pre"] <= low])
    top, bottom = (therapists.therapist_effect(part).percent.value for part in parts)
    return top - bottom


def _hazard_difference(study: ObservedStudy, early: Argument, late: Argument) -> float:
    """From a life table of sessions."""
    clients = _treated(study).clients
    clients = clients[clients["n_sessions"] > 0]
    life = SurvfuncRight(clients["n_sessions"], clients["dropped"].astype(int))
    at_risk = pd.Series(life.n_risk, life.surv_times)
    events = pd.Series(life.n_events, life.surv_times)

    def hazard(sessions: Argument) -> float:
        here = slice(sessions.at, sessions.until)
        return events.loc[here].sum() / at_risk.loc[here].sum()

    return hazard(early) - hazard(late)


def _median_to_change(study: ObservedStudy) -> float:
    """Where the curve of `analysis.survival`, joined by straight lines, passes one half."""
    form = _instrument(study)
    times = survival.time_to_change(
        _held(_treated(study)), cut_off=form.cut_off, reliable_change=form.reliable_change
    )
    curve = survival.change_curve(times)
    session, changed = [0.0, *curve["session"]], [0.0, *curve["changed"]]
    if changed[-1] < 0.5:
        return float(times["session"].max() * np.log(2) / -np.log(1 - changed[-1]))
    place = int(np.argmax(np.array(changed) >= 0.5))
    between = slice(place - 1, place + 1)
    return float(np.interp(0.5, changed[between], session[between]))


def _share_of_gain(study: ObservedStudy, early: Argument, late: Argument) -> float:
    study = _treated(study)
    parts = [_score(study, argument).rename(str(argument)) for argument in (early, late)]
    rows = study.outcome[["pre"]].join(parts).astype(float).dropna().to_numpy().mean(axis=0)
    return float((rows[0] - rows[1]) / (rows[0] - rows[2]))


def _early(study: ObservedStudy, fall: Argument, session: Argument) -> float:
    study = _treated(study)
    if fall.name == "percent":
        early = early_response.early_responders(
            _held(study), at=session.at or 0, share=(fall.at or 0) / 100
        )
    else:
        now = _score(study, Argument("PHQ9", session.at))
        early = (study.outcome["pre"].reindex(now.index) - now) >= (fall.at or 0)
    rows = study.sessions[study.sessions["occasion"] != "follow_up"].dropna(
        subset=["symptom_score"]
    )
    place = rows.reset_index().groupby("client")["index"]
    first_rows = rows.reset_index().drop_duplicates(["client", "session"])
    now_at = first_rows[first_rows["session"] == session.at].set_index("client")["index"]
    later = place.max().reindex(now_at.index) > now_at
    early = early[early.index.isin(later.index[later])]
    post = study.outcome["post"].reindex(early.index)
    return effects.hedges_g(post[early], post[~early]).value


def _gains(study: ObservedStudy) -> "pd.Series[bool]":
    """Whether each client who could have a sudden gain has one."""
    rows = _held(_treated(study))
    rows = rows[rows["session"] >= 1]
    form = _instrument(study)
    fall = 7.0 if form.name == "bdi2" else form.reliable_change * 7 / 9
    gains = sudden_gains.find_sudden_gains(rows, cut_off=fall)
    scored = rows.dropna(subset=["symptom_score"]).groupby("client").size()
    able = scored.index[scored >= 4]
    return pd.Series(able.isin(gains["client"]), able)


def _g_sudden_gain(study: ObservedStudy) -> float:
    gained = _gains(study)
    post = study.outcome["post"].reindex(gained.index)
    return effects.hedges_g(post[gained], post[~gained]).value


def _recovery(study: ObservedStudy, sessions: Argument) -> "pd.Series[float]":
    """Rate of recovery by number of sessions, and how many clients had as many."""
    study = _treated(study)
    clients = study.clients.set_index("client")
    planned = clients.index[clients["ending"].isin(["planned", "good_enough"])]
    happened = _happened(study, Argument("recovered", None))
    happened = happened[happened.index.isin(planned)]
    length = clients["n_sessions"].reindex(happened.index)
    inside = length.between(sessions.at, sessions.until or sessions.at)
    return happened[inside].groupby(length[inside]).agg(["mean", "size"])


def _recovery_by_length(study: ObservedStudy, sessions: Argument) -> float:
    rates = _recovery(study, sessions)
    return float(np.average(rates["mean"], weights=rates["size"]))


def _r_length_recovery(study: ObservedStudy, sessions: Argument) -> float:
    rates = _recovery(study, sessions).query("size >= 5")
    return float(pearsonr(rates.index, rates["mean"]).statistic)


def _of_clients_sessions(study: ObservedStudy, score: Argument, summary: str) -> float:
    if score.name == "n_sessions":
        sessions = endings.sessions_attended(study.clients)
        names = {"mean": "mean", "std": "standard_deviation", "median": "median"}
        return float(getattr(sessions, names[summary]).value)
    return float(_score(study, score).astype(float).agg(summary))


def _trend(study: ObservedStudy, first: Argument, last: Argument) -> float:
    study = _treated(study)
    parts = [_score(study, argument).rename(str(argument.at)) for argument in (first, last)]
    rows = pd.concat(parts, axis=1).astype(float)
    attended = study.clients.set_index("client")["n_sessions"].reindex(rows.index)
    early, late = rows[attended >= (last.at or 0)].dropna().to_numpy().T
    return float((late.mean() - early.mean()) / early.std(ddof=1))


def _between_share(study: ObservedStudy, score: Argument) -> float:
    """An analysis of variance table, from sums over clients."""
    rows = _held(_treated(study)).query("session >= 1").dropna(subset=[score.name])
    values = rows[score.name].astype(float)
    groups = values.groupby(rows["client"])
    sizes = groups.size()
    within = ((values - groups.transform("mean")) ** 2).sum() / (len(values) - len(sizes))
    between = (sizes * (groups.mean() - values.mean()) ** 2).sum() / (len(sizes) - 1)
    usual = (len(values) - (sizes**2).sum() / len(values)) / (len(sizes) - 1)
    part = (between - within) / usual
    return float(part / (part + within))


def _within_client_lag(study: ObservedStudy, score: Argument) -> float:
    rows = _held(_treated(study))
    rows.loc[rows["occasion"] == "assessment", "occasion"] = "session"
    panel = cross_lagged_panel.random_intercept_panel(
        rows, score.name, first=score.at or 1, last=score.until
    )
    return -panel.effect.value


def _with_skill(study: ObservedStudy) -> pd.DataFrame:
    return _stayed(study).merge(study.therapists, on="therapist", how="left")


def _skill_share(study: ObservedStudy, *_: Argument) -> float:
    rows = _with_skill(study)
    if therapists.therapist_effect(rows).therapist_variance == 0:
        return float("nan")  # no therapist variance to divide
    return therapists.share_of_therapist_variance(rows, "observable_skill_score").value


def _remission(study: ObservedStudy, weeks: Argument) -> float:
    cut_off = _instrument(study).cut_off
    return natural.remission_at_week(study.sessions, float(weeks.at or 0), cut_off=cut_off).value


def _flattens(study: ObservedStudy) -> float:
    """Of the clients still in care at each session up to 12, where most are."""
    course = process.course(study.sessions)
    return process.aic_linear_minus_log_time(course[course["session"] <= 12])


FROM_TABLES: dict[str, Callable[..., float]] = {
    "process_outcome_r": _process_outcome_r,
    "r": _r,
    "g_between": _g,
    "mean_signed_g": _g,
    "upper_bound_true_abs_g": lambda study: largest_true_difference(study.run),
    "post_variance_ratio": _variance_ratio,
    "d_pre_post": lambda study: (
        effects.pre_post_d(study.outcome["pre"], study.outcome["post"], corrected=False).value
    ),
    "therapist_effect_pct": lambda study, _: (
        therapists.therapist_effect(_with_skill(study)).percent.value
    ),
    "share_of_therapist_variance": _skill_share,
    "share_reliable_recovery": _reliable("share_reliable_recovery"),
    "share_reliable_improvement": _reliable("share_reliable_improvement"),
    "share_reliable_deterioration": _reliable("share_reliable_deterioration"),
    "response_50pct": lambda study, weeks: (
        natural.response_at_week(study.sessions, float(weeks.at or 0)).value
    ),
    "remission": _remission,
    "mean": lambda study, score: _of_clients_sessions(study, score, "mean"),
    "sd": lambda study, score: _of_clients_sessions(study, score, "std"),
    "median": lambda study, score: _of_clients_sessions(study, score, "median"),
    "share_dropout": lambda study: endings.share_dropout(study.clients).value,
    "d_groups": lambda study, *_: endings.alliance_dropout(study.clients, study.sessions).value,
    "synchrony_minus_surrogate": lambda study: (
        synchrony.synchrony_minus_surrogate(observe.arousal(study.run)).value
    ),
    "aic_linear_minus_log_time": _flattens,
    "mean_gain": _mean_gain,
    "partial_process_outcome_r": _partial,
    "d_follow_up": _d_follow_up,
    "share_of": _share_of,
    "risk_ratio": _risk_ratio,
    "odds_ratio": _odds_ratio,
    "therapist_share_pct": _therapist_share,
    "therapist_effect_by_severity": _effect_by_severity,
    "hazard_difference": _hazard_difference,
    "median_sessions_to_change": _median_to_change,
    "share_of_gain": _share_of_gain,
    "g_early_response": _early,
    "share_sudden_gain": lambda study: float(_gains(study).mean()),
    "g_sudden_gain": _g_sudden_gain,
    "recovery_by_length": _recovery_by_length,
    "r_length_recovery": _r_length_recovery,
    "trend": _trend,
    "between_client_share": _between_share,
    "within_client_lag": _within_client_lag,
}
