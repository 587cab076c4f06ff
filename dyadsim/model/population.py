"""Who there is before anybody selects: distributions of the traits of clients and therapists."""

from typing import Annotated, NamedTuple

from dyadsim.errors import BadInput
from dyadsim.model.parameter import likely, parameter


class Population(NamedTuple):
    """The distributions of the traits of clients and therapists, before anybody selects."""

    distress_mean: Annotated[
        float,
        parameter(
            "mean distress of the population care draws from",
            "distress",
            -1,
            3,
            likely=likely(
                0.2, 1.6, "judged: care draws from people at most an SD or so worse than healthy"
            ),
        ),
    ] = 0.6
    distress_sd: Annotated[
        float,
        parameter(
            "SD of distress in that population",
            "distress",
            0.2,
            4,
            likely=likely(
                1, 1.8, "the unit is an SD of those in care, a part of the whole; judged"
            ),
        ),
    ] = 1.4
    stable_share: Annotated[
        float,
        parameter(
            "share of that variance that is chronic (set point)",
            "share",
            0.05,
            0.9,
            likely=likely(0.2, 0.55, "judged: a fifth to half of the variance lasts for years"),
        ),
    ] = 0.40
    load_share: Annotated[
        float,
        parameter(
            "share of that variance that is life-event load",
            "share",
            0.02,
            0.9,
            likely=likely(
                8,
                25,
                "judged: the week's own part is 4 to 11 % of what is not chronic",
                shape="odds",
            ),
        ),
    ] = 0.55
    wellbeing_readiness: Annotated[
        float,
        parameter(
            "loading of readiness on general wellbeing",
            "r",
            -0.95,
            0.95,
            likely=likely(0, 0.85, "judged: who fares well is readier, if anything"),
        ),
    ] = 0.35
    wellbeing_expectancy: Annotated[
        float,
        parameter(
            "loading of expectancy on general wellbeing",
            "r",
            -0.95,
            0.95,
            likely=likely(0, 0.85, "judged: who fares well hopes more, if anything"),
        ),
    ] = 0.4
    wellbeing_attachment: Annotated[
        float,
        parameter(
            "loading of attachment security on general wellbeing",
            "r",
            -0.95,
            0.95,
            likely=likely(0.2, 0.7, "judged: security is a core of wellbeing"),
        ),
    ] = 0.5
    wellbeing_resources: Annotated[
        float, parameter("loading of life-context resources on general wellbeing", "r", -0.95, 0.95)
    ] = 0.5
    wellbeing_set_point: Annotated[
        float,
        parameter(
            "loading of the set point on general wellbeing",
            "r",
            -0.95,
            0.95,
            likely=likely(-0.85, 0, "judged: who fares well is less distressed over the years"),
        ),
    ] = -0.45
    readiness_mean: Annotated[
        float,
        parameter(
            "mean readiness at intake",
            "0-1",
            0,
            1,
            likely=likely(
                0.35, 0.75, "judged: people who seek care are neither unready nor all ready"
            ),
        ),
    ] = 0.5
    readiness_sd: Annotated[
        float,
        parameter(
            "SD of readiness at intake",
            "0-1",
            0,
            0.5,
            likely=likely(
                0.1, 0.25, "judged: with a mean near .5, most people lie between .1 and .9"
            ),
        ),
    ] = 0.18
    expectancy_mean: Annotated[
        float,
        parameter(
            "mean expectancy at intake",
            "0-1",
            0,
            1,
            likely=likely(0.45, 0.7, "judged: people who come expect to improve, with doubts"),
        ),
    ] = 0.55
    expectancy_sd: Annotated[
        float,
        parameter(
            "SD of expectancy at intake",
            "0-1",
            0,
            0.5,
            likely=likely(
                0.1, 0.22, "judged: with a mean near .6, most people lie between .2 and 1"
            ),
        ),
    ] = 0.16
    weight_spread: Annotated[
        float,
        parameter(
            "how unequal a client's maintaining processes are",
            "log2",
            0,
            4,
            likely=likely(0.6, 2, "judged: the main process weighs 2 to 17 times the least"),
        ),
    ] = 1.2
    insight: Annotated[
        float, parameter("correlation of the client's theory of change with the weights", "r", 0, 1)
    ] = 0.4
    aptitude_spread: Annotated[
        float,
        parameter(
            "how unequally clients learn",
            "log2",
            0,
            3,
            likely=likely(
                0.15, 1.6, "judged: the upper sixth learns 1.1 to 3 times what the middle does"
            ),
        ),
    ] = 1.0
    good_enough_mean: Annotated[
        float,
        parameter(
            "mean good-enough level",
            "distress",
            -1,
            4,
            likely=likely(0, 1.4, "judged: people stop short of healthy, below the level of care"),
        ),
    ] = 1.2
    good_enough_sd: Annotated[
        float,
        parameter(
            "SD of the good-enough level",
            "distress",
            0,
            2,
            likely=likely(0.2, 1, "judged: people differ in what is enough by less than an SD"),
        ),
    ] = 0.4
    therapist_spread: Annotated[
        float,
        parameter(
            "SD of every therapist trait",
            "z",
            0,
            3,
            likely=likely(0.5, 2, "traits are in z: half to twice as far apart as the reference"),
        ),
    ] = 1.0
    facilitative_loading: Annotated[
        float,
        parameter(
            "loading of empathy, congruence, regard on one block",
            "r",
            0,
            0.99,
            likely=likely(0.5, 0.95, "judged: empathy, regard and congruence go together"),
        ),
    ] = 0.8
    skill_loading: Annotated[
        float,
        parameter(
            "loading of the other skills on that block",
            "r",
            0,
            0.99,
            likely=likely(0.2, 0.8, "judged: skills go together less than the conditions do"),
        ),
    ] = 0.5


def check_shares(population: Population) -> None:
    """Refuse variance shares that leave no room for week-to-week fluctuation."""
    total = population.stable_share + population.load_share
    if total >= 1:
        raise BadInput(
            "population.stable_share + population.load_share must stay below 1 (the rest is "
            f"fluctuation from week to week); they add to {total:g}."
        )
