"""What each statistic of one's own data means, in a sentence, and the line of R that gives it.

The R lines work on clients.csv and sessions.csv of the results folder. They read `clients`, take
the clients `a` of an arm (and `b` of another) and end in the value. Those with a first and a last
score are `p`; the cases among them, on the bad side of the cut-off at intake, are `q`. Criteria are
reached by what equals them (`analysis.criteria`).
"""

from typing import NamedTuple

from dyadsim.fitting.own_tables import Scale

WILSON = "95 % interval of Wilson; sampling of clients"


class Definition(NamedTuple):
    """A statistic: its name, unit, meaning, the kind of its error, and the key of a source."""

    label: str
    unit: str
    text: str
    error: str
    source: str


def _share(label: str, text: str, source: str) -> Definition:
    """Return the definition of a share of clients."""
    return Definition(label, "%", text, WILSON, source=source)


DEFINITIONS = {
    "hedges_g": Definition(
        "Between arms, Hedges' g",
        "SD",
        "Difference of the arms' mean scores in pooled SDs, corrected for small samples; above 0: "
        "the arm named first has the better scores.",
        "95 % interval, normal; sampling of clients",
        source="common",
    ),
    "pre_post_d": Definition(
        "Pre-post, d",
        "SD at intake",
        "Mean change from the intake to the last score in treatment, in SDs of the intake, "
        "corrected for small samples; above 0: better. It holds the natural course.",
        "95 % interval, Student's t; sampling of clients",
        source="common",
    ),
    "mean_gain": Definition(
        "Mean change",
        "points",
        "Mean change from the intake to the last score in treatment; above 0: better.",
        "95 % interval, Student's t; sampling of clients",
        source="common",
    ),
    "improved": _share(
        "Reliably improved",
        "Clients who changed for the better by the reliable change or more (Jacobson and Truax); "
        "the recovered are among them.",
        source="gyani2013",
    ),
    "recovered": _share(
        "Recovered, of cases",
        "Of those on the bad side of the cut-off at intake (or at it): reliably improved, and on "
        "the good side at the end (clinically significant change).",
        source="gyani2013",
    ),
    "deteriorated": _share(
        "Reliably deteriorated",
        "Clients who changed for the worse by the reliable change or more.",
        source="gyani2013",
    ),
    "response": _share(
        "Response",
        "Clients who came half of the way or more from their first score to the best score of the "
        "scale.",
        source="cuijpers_controls",
    ),
    "remission": _share(
        "Remission, of cases",
        "Of those on the bad side of the cut-off at intake (or at it): on the good side at the "
        "end, by however little.",
        source="cuijpers_controls",
    ),
    "therapist_effect": Definition(
        "Therapist effect",
        "% of variance",
        "Share of the variance of last scores, given the first, that lies between therapists "
        "(mixed model, REML).",
        "95 % interval of the profile likelihood; sampling of therapists and clients",
        source="johns2019",
    ),
    "alliance_early": Definition(
        "Alliance early and outcome, r",
        "r",
        "Correlation of the alliance at session 3 (else the nearest of 2 to 5) with the residual "
        "gain; above 0: better alliance, better outcome. No proof of a cause.",
        "95 % interval, Fisher's z; sampling of clients",
        source="fluckiger2018",
    ),
    "alliance_mean": Definition(
        "Alliance on average and outcome, r",
        "r",
        "The same for the mean alliance of all sessions, which may follow improvement as well as "
        "lead to it.",
        "95 % interval, Fisher's z; sampling of clients",
        source="fluckiger2018",
    ),
    "sudden_gain": _share(
        "With a sudden gain",
        "Clients with a large, stable gain between two sessions (three criteria of Tang and "
        "DeRubeis), of those with four scores or more after the intake.",
        source="tang_derubeis1999",
    ),
    "early_response": _share(
        "Early response",
        "Clients who at session 4 had come a quarter of the way or more from their first score "
        "to the best one, of those with a score then.",
        source="beard_delgadillo2019",
    ),
    "early_odds": Definition(
        "Recovery after early response",
        "odds ratio",
        "Odds of recovery of cases who responded early over those of the others, of those "
        "with a later score; the early change is a part of the outcome. Where a cell is empty, "
        "each gets half a client more.",
        "95 % interval of the log odds; sampling of clients",
        source="beard_delgadillo2019",
    ),
    "not_to_end": _share(
        "Not there at the end",
        "Clients without a score at the last session or wave of treatment. Who agreed to end and "
        "who dropped out, scores do not say.",
        source="swift2012",
    ),
    "improved_by": _share(
        "Dose-response: improved by",
        "Clients reliably improved by that session, the last score carried forward.",
        source="baldwin2009",
    ),
    "changed_by": Definition(
        "Recovered by, Kaplan-Meier",
        "%",
        "Cases who by that session had reliably and clinically changed for the first time; who "
        "left is taken to go on like who stayed.",
        "95 % interval, normal (Greenwood); sampling of clients",
        source="barkham2006",
    ),
    "rate_and_total": Definition(
        "Sessions and gain per session, r",
        "r",
        "Correlation of the number of sessions with the gain per session. Below 0 by arithmetic "
        "alone where a course flattens: compare it with endings by lot, in the note.",
        "95 % interval, Fisher's z; sampling of clients",
        source="baldwin2009",
    ),
}


def _steps(scale: Scale) -> dict[str, str]:
    """Return the conditions of R that depend on which end of the scale is good."""
    case, well, gain = (
        ("<=", ">", "post - pre") if scale.higher_is_better else (">=", "<", "pre - post")
    )
    cut = f"{scale.cut_off:.12g}"
    near = f"{scale.reliable_change - 1e-6:.12g}"
    best = f"{scale.best:.12g}"
    return {
        "p": "p <- subset(a, !is.na(pre) & !is.na(post)); ",
        "q": f"q <- subset(a, !is.na(pre) & !is.na(post) & pre {case} {cut}); ",
        "better": f"{gain} >= {near}",
        "worse": f"-({gain}) >= {near}",
        "well": f"post {well} {cut}",
        "gain": gain,
        "way": f"abs(pre - {best})",
        "case": f"pre {case} {cut}",
        "now": "pre - score" if not scale.higher_is_better else "score - pre",
        "sign": "-" if scale.higher_is_better else "",
    }


_TWO = (
    "x <- na.omit(a${column}); y <- na.omit(b${column}); {sign}metafor::escalc('SMD', m1i = "
    "mean(y), m2i = mean(x), sd1i = sd(y), sd2i = sd(x), n1i = length(y), n2i = length(x))$yi[1]"
)
_SHARE = "100 * prop.test(sum({mark}), length({mark}), correct = FALSE)$estimate"
_R = {
    "hedges_g": _TWO,
    "pre_post_d": "{p}{sign}metafor::escalc('SMCRH', m1i = mean(p$pre), m2i = mean(p$post), sd1i = "
    "sd(p$pre), sd2i = sd(p$post), ri = cor(p$pre, p$post), ni = nrow(p))$yi[1]",
    "mean_gain": "{p}t.test(with(p, {gain}))$estimate",
    "improved": "{p}x <- with(p, {better}); " + _SHARE.format(mark="x"),
    "deteriorated": "{p}x <- with(p, {worse}); " + _SHARE.format(mark="x"),
    "recovered": "{q}x <- with(q, {better} & {well}); " + _SHARE.format(mark="x"),
    "remission": "{q}x <- with(q, {well}); " + _SHARE.format(mark="x"),
    "response": "{p}p <- subset(p, {way} > 0); x <- with(p, {gain} >= {way} / 2 - 1e-6); "
    + _SHARE.format(mark="x"),
    "therapist_effect": "m <- lme4::lmer(post ~ pre + (1 | therapist), a); v <- "
    "as.data.frame(lme4::VarCorr(m))$vcov; 100 * v[1] / sum(v)",
    "sudden_gain": "x <- na.omit(a$sudden_gain); " + _SHARE.format(mark="x"),
    "early_response": "x <- na.omit(a$early_response); " + _SHARE.format(mark="x"),
    "early_odds": "{q}q <- subset(q, last_session > 4 & !is.na(early_response)); "
    "t <- table(factor(q$early_response, 0:1), factor(with(q, {better} & {well}), c(FALSE, TRUE)));"
    " t <- t + any(t == 0) / 2; t[1, 1] * t[2, 2] / (t[1, 2] * t[2, 1])",
    "not_to_end": "x <- {gone}; " + _SHARE.format(mark="x"),
    "improved_by": "s <- subset(sessions, client %in% a$client[!is.na(a$pre)] & session <= {at} & "
    "occasion != 'follow_up'); s <- s[order(s$client, s$session), ]; s <- s[!duplicated(s$client, "
    "fromLast = TRUE), ]; s$pre <- a$pre[match(s$client, a$client)]; x <- with(s, {now} >= {near});"
    " " + _SHARE.format(mark="x"),
    "changed_by": "q <- subset(a, !is.na(changed)); 100 * (1 - summary(survival::survfit("
    "survival::Surv(change_session, changed) ~ 1, q), times = {at})$surv)",
    "rate_and_total": "p <- subset(a, !is.na(pre) & !is.na(post)); "
    "cor.test(p$last_session, with(p, {gain}) / p$last_session)$estimate",
}
_R |= {
    name: f"{{p}}p$gain <- {{turn}}resid(lm(post ~ pre, p)); cor.test(p${name}, p$gain)$estimate"
    for name in ("alliance_early", "alliance_mean")
}
START = "clients <- read.csv('clients.csv'); sessions <- read.csv('sessions.csv')"


def r_line(key: str, scale: Scale, arms: tuple[str, ...], **values: object) -> str:
    """Return the line of R that gives a statistic, after the line `START`.

    Parameters
    ----------
    key
        Of `DEFINITIONS`.
    scale
        The questionnaire.
    arms
        The arm; of a comparison both.
    **values
        What the line needs beside: column, at, gone.

    Returns
    -------
    str
        R code whose last expression is the value.
    """
    near = f"{scale.reliable_change - 1e-6:.12g}"
    turn = "" if scale.higher_is_better else "-"
    line = _R[key].format(**_steps(scale), near=near, turn=turn, **values)
    chosen = [
        f"{name} <- subset(clients, arm == {_quoted(arm)}); "
        for name, arm in zip("ab", arms, strict=False)
    ]
    return "".join(chosen) + line


def _quoted(text: str) -> str:
    """Return text as R writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
