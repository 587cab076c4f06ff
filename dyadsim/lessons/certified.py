"""Lesson: a certified treatment. Many small trials, allegiance, publication, and a label.

A treatment is *efficacious* when two independent teams have found it better than a comparison, and
*efficacious and specific* when that was better than a psychological placebo or another treatment,
not than waiting (chambless2001, after Chambless and Hollon). A control that is meant to fail counts
as a placebo here, as it did in many trials.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.codification import empirically_supported
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.meta_analysis import pooled_or_none
from dyadsim.evidence import literature
from dyadsim.lessons import numbers, published
from dyadsim.lessons.dials import MATCH, WORLD_PICK, Dial, comparator_pick, short_words
from dyadsim.lessons.lesson import (
    SEED,
    Bet,
    Drawing,
    Figure,
    Handle,
    Lesson,
    LessonResult,
    Series,
    Values,
    lesson_parameters,
)
from dyadsim.lessons.statements import by_sign, ends, plain_number
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate

HUGE_CLIENTS = 4000
_HUGE = 2**30  # replicate of the huge trial, far from those of the literature
COMPARED = ("waitlist", "intent_to_fail", "supportive", "interpersonal")
TEAMS = {0: "no team has", 1: "only one team has"}
# Comparisons that count for "specific": a psychological placebo or another treatment, not waiting.
ACTIVE = {short_words(name) for name in ("intent_to_fail", "supportive", "interpersonal")}
NO_LABEL, EFFICACIOUS, SPECIFIC = 0, 1, 2  # places of the options of the bet
LABELS = ("not certified", "“efficacious”", "“efficacious and specific”")


class Finding(NamedTuple):
    """A literature and one huge trial.

    Attributes
    ----------
    comparator
        In words.
    trials, published
        Their numbers.
    pooled
        Mean g of the published trials, None: too few; above 0: CBT better.
    huge
        g of one huge trial by a team that takes no side.
    teams
        With a published trial in favour of CBT.
    certified
        Whether that makes CBT "empirically supported".
    """

    comparator: str
    trials: int
    published: int
    pooled: Estimate | None
    huge: Estimate
    teams: int
    certified: bool


def compute(values: Values) -> LessonResult:
    """Return one literature: what was published, what the label says, and one huge trial."""
    world, comparator = lesson_parameters(LESSON, values), str(values["comparator"])
    field = literature.FIELD._replace(
        trials=int(values["trials"]),
        allegiant=float(values["allegiant"]),
        publication=float(values["publication"]),
        smallest=30,
        largest=100,
        far=0.0,
    )
    seed = int(values[SEED])
    trials = literature.simulate_literature(world, "cbt", comparator, field=field, seed=seed)
    published = trials[trials["published"]]
    pooled = pooled_or_none(published)
    finding = Finding(
        short_words(comparator),
        len(trials),
        len(published),
        None if pooled is None else pooled.mean,
        _huge_trial(world, comparator, seed),
        int(published.loc[published["significant"], "team"].nunique()),
        bool(empirically_supported(published)),
    )
    return result_of(finding, [_funnel(trials, finding)])


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    huge, words = finding.huge, finding.comparator
    verb = "was" if finding.published == 1 else "were"
    winner = by_sign(
        huge,
        f"by it CBT is better than {words}",
        f"by it CBT is worse than {words}",
        f"by it CBT and {words} cannot be told apart",
    )
    label = LABELS[tier(finding)]
    teams = TEAMS.get(finding.teams, f"{finding.teams} teams have")
    sentence = (
        f"{finding.published or 'None'} of {finding.trials} trials against {words} {verb} "
        f"published, and CBT is {label}: {teams} a positive published trial, and two are needed. "
        f"{_together(finding)}: {winner}."
    )
    return LessonResult(
        sentence,
        (tier(finding),),
        {
            **({} if finding.pooled is None else numbers.named("pooled", finding.pooled)),
            **numbers.named("huge trial", huge),
            "published": float(finding.published),
            "trials": float(finding.trials),
            "teams": float(finding.teams),
            "certified": float(finding.certified),
            "specific": float(tier(finding) == SPECIFIC),
        },
        figures,
    )


def tier(finding: Finding) -> int:
    """Return the label that a literature earns: NO_LABEL, EFFICACIOUS or SPECIFIC."""
    if not finding.certified:
        return NO_LABEL
    return SPECIFIC if finding.comparator in ACTIVE else EFFICACIOUS


def _together(finding: Finding) -> str:
    """Return the pooled effect beside that of the huge trial."""
    pooled, huge = finding.pooled, finding.huge
    side = f"finds {plain_number(huge.value)}"
    if pooled is None:
        few = "That is too few to pool; one huge trial that takes no side"
        return f"{few} {side} (95 % interval {ends(huge)})"
    compared = by_sign(
        numbers.difference(pooled, huge), "more than", "less than", "not to be told from"
    )
    return (
        f"Pooled, they find g = {plain_number(pooled.value)} (95 % interval {ends(pooled)}), "
        f"{compared} one huge trial that takes no side, which {side} ({ends(huge)})"
    )


def _huge_trial(world: Parameters, comparator: str, seed: int) -> Estimate:
    """Return the effect in one huge trial with the same questionnaire, by a neutral team."""
    study = literature.trial_study("cbt", comparator, favours=False)
    run = simulate.run(study, world, HUGE_CLIENTS, seed=seed, replicate=_HUGE)
    return literature.trial_effect(run)


def _funnel(trials: pd.DataFrame, finding: Finding) -> Figure:
    public, favours = trials["published"], trials["favours"]
    groups = (
        ("published, team that favours CBT", 0, public & favours),
        ("published, other team", 2, public & ~favours),
        ("never published", 5, ~public),
    )
    top = float(trials["clients"].max()) * 1.05
    parts = _behind(trials["g"].to_numpy(float), finding.comparator, top)
    parts += [_marks(trials[group], name, look) for name, look, group in groups if group.any()]
    huge, together = plain_number(finding.huge.value), "too few to pool"
    parts.append(_upright(f"one huge trial, {huge}", finding.huge.value, top, look=1))
    if finding.pooled is not None:
        mean = finding.pooled.value
        together = f"pooled {plain_number(mean)} (95 % interval {ends(finding.pooled)})"
        parts.append(_upright(f"published trials pooled, {plain_number(mean)}", mean, top, look=3))
    return Figure(
        "funnel",
        "A literature: each mark is one trial",
        "g of the trial (SD of post-test scores), above 0: CBT better",
        "clients in the trial",
        parts,
        f"{len(trials)} trials, each a mark at its g and its number of clients; published: "
        f"{int(public.sum())}, {together}. One huge trial finds {huge} (95 % interval "
        f"{ends(finding.huge)}).",
        0,
    )


def _behind(g: np.ndarray, comparator: str, top: float) -> list[Series]:
    """Return where trials lie by chance alone, |g| < 1.96 sqrt(4 / clients), and what is published.

    With two arms of n / 2 the variance of g near 0 is 4 / n.
    """
    far = max(float(np.abs(g).max()), 0.5)
    x = numbers.rounded(np.linspace(-far, far, 81))
    most = [top if value == 0 else min(4 * NORMAL_QUANTILE**2 / value**2, top) for value in x]
    bands = [published.chance_band(x, [0.0] * len(x), numbers.rounded(most, 1), "trials")]
    known = published.g_range(comparator)
    if known is not None:
        bands.append(published.upright(f"published, {published.between(*known)}", *known, top))
    return bands


def _marks(trials: pd.DataFrame, name: str, look: int) -> Series:
    """Return one mark a trial: its effect and its size."""
    effect, clients = numbers.rounded(trials["g"]), numbers.rounded(trials["clients"], 0)
    text = [f"{n} clients" for n in trials["clients"]]
    return Series("points", name, effect, clients, look=look, text=text)


def _upright(name: str, effect: float, top: float, *, look: int) -> Series:
    """Return a vertical line at an effect."""
    return Series("line", name, [round(effect, 3)] * 2, [0.0, top], look=look)


LESSON = Lesson(
    name="certified",
    place=70,
    title="A certified treatment",
    question="A treatment is called “efficacious” when two independent teams have found it better "
    "than something, and “efficacious and specific” when that was a placebo or another treatment. "
    "How hard is it to get there?",
    misconception="the label proves that the specific ingredients work",
    bet=Bet(
        "Which label does this literature earn CBT?",
        ("no label", "efficacious", "efficacious and specific"),
        Drawing(
            "In the {world} world {trials} trials compare CBT with {comparator}; {allegiant} of "
            "the teams favour CBT, and an unsuccessful trial is published with a chance of "
            "{publication}. Of 30 such literatures, in how many is CBT at least “efficacious”, and "
            "in how many “efficacious and specific”?",
            "bars",
            (
                Handle("certified", "at least efficacious", 30),
                Handle("specific", "efficacious and specific", 30),
            ),
            *(0, 30, 1),
            "of 30 literatures",
            counted=True,
        ),
    ),
    controls=(
        WORLD_PICK,
        comparator_pick(COMPARED, "waitlist"),
        Dial(
            *("trials", "Trials that are run", 4, 40, 1, 16),
            help="How many small trials of 30 to 100 clients make up the literature.",
        ),
        Dial(
            *("allegiant", "Share of teams that favour CBT", 0, 1, 0.1, 0.6),
            help="A team that favours a treatment finds it somewhat better (allegiance).",
        ),
        Dial(
            *("publication", "Chance that an unsuccessful trial is published", 0, 1, 0.1, 0.4),
            help="1: everything is published; 0: only significant results are.",
        ),
        MATCH,
    ),
    presets={
        "Contextual world, against waiting": {"world": "contextual"},
        "Medical world, against another therapy": {
            "world": "medical",
            "comparator": "interpersonal",
        },
        "Nothing heals": {"world": "null", "trials": 40},
        "All published, nobody takes sides": {"allegiant": 0, "publication": 1},
        "A control meant to fail": {"world": "contextual", "comparator": "intent_to_fail"},
    },
    careful=(
        "“Efficacious and specific” needs a comparison with a placebo or another treatment. A "
        "control that is meant to fail passes for one, and earns the label where nothing specific "
        "heals.",
        "The label says “better than something”, not “because of its ingredients”: in the "
        "contextual world CBT earns it against waiting as well.",
        "Where results that are not significant are published less often, what is published looks "
        "too good. Teams that favour a treatment add to it.",
        "One literature is one random draw: try a new seed. Even where nothing heals, 40 small "
        "trials earn the label by chance now and then.",
        "The huge trial is an estimate, too, with an interval of its own; g counts in standard "
        "deviations of the scores at the post-test.",
        "How often teams favour a treatment and how much goes unpublished are assumptions here.",
    ),
    compute=compute,
    sources=("munder2019", "chambless2001"),
    models="A comparison with waiting certifies CBT in the medical and in the contextual world "
    "alike; the label is evidence for the medical model only where a credible control was "
    "beaten.",
    main="trials",
    facts=("g_waitlist", "supportive_vs_active", "bona_fide_contrast"),
)
