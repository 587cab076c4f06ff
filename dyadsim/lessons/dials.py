"""Controls of lessons: sliders and choices, and those that several lessons have, written once."""

from typing import NamedTuple

WORLD = "world"


class Dial(NamedTuple):
    """A slider.

    Attributes
    ----------
    key
        A parameter of the model, or a setting of the lesson (then `value` is needed).
    label
        In words.
    low, high, step
        Range and grid.
    value
        Where it starts; None: the world's own value of the parameter.
    unit
        In words; '' = none.
    help
        What it means, in a sentence that the page shows at the control.
    """

    key: str
    label: str
    low: float
    high: float
    step: float
    value: float | None = None
    unit: str = ""
    help: str = ""

    @property
    def is_parameter(self) -> bool:
        """Whether the key is a parameter of the model."""
        return "." in self.key


class Pick(NamedTuple):
    """A choice among a few options (value, words), with what it means in a sentence."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str
    help: str = ""


type Control = Dial | Pick

WORLD_PICK = Pick(
    WORLD,
    "World",
    (
        ("hybrid", "hybrid: both models are partly right"),
        ("medical", "medical: specific ingredients heal"),
        ("contextual", "contextual: common factors heal"),
        ("null", "null: nothing heals, time passes"),
    ),
    "hybrid",
    "What is true by construction. All worlds are fitted to the same published numbers.",
)
COMPARED = {  # what CBT is compared with, in words
    "waitlist": "waiting",
    "intent_to_fail": "a treatment that is meant to fail",
    "supportive": "supportive counselling",
    "interpersonal": "interpersonal therapy, another credible treatment",
    "usual_care": "usual care",
}


def short_words(comparator: str) -> str:
    """Return what CBT is compared with, in as few words as a sentence needs."""
    return COMPARED[comparator].split(",")[0]


def comparator_pick(names: tuple[str, ...], value: str) -> Pick:
    """Return the choice among some of COMPARED."""
    return Pick(
        "comparator",
        "CBT is compared with",
        tuple((name, COMPARED[name]) for name in names),
        value,
        "What the other arm gets. Against waiting everything about therapy counts; against another "
        "treatment, only what it lacks.",
    )


SEED_HELP = "Starts the random draws: another seed gives other people in the same world."
CLIENTS = Dial(
    *("clients", "Clients", 100, 5000, 100, 1000),
    help="How many people are simulated: the more, the less chance.",
)
SESSIONS = Dial(
    *("sessions", "Sessions", 4, 30, 1, 12),
    help="The most that anyone gets, once a week; some leave earlier.",
)
EACH_ARM = Dial(
    *("each", "Clients in each arm", 10, 200, 5, 40),
    help="Arms are the groups that a trial compares. CBT: cognitive behavioural therapy.",
)
UPS_AND_DOWNS = Dial(
    *("distress.distress_noise", "Ups and downs from week to week", 0, 2, 0.05),
    unit="distress",
    help="What a week adds to true distress by chance, as a standard deviation.",
)
STRENGTH = Dial(
    *("distress.treatment_gain", "Strength of treatment", 0, 6, 0.1),
    unit="distress",
    help="How much distress the treatment's own path can take away at most: what clients learn "
    "and do.",
)
MATCH = Dial(
    *("distress.specificity", "Share of treatment that needs the right match", 0, 1, 0.05),
    help="1: only the ingredient that meets what keeps this client's distress going helps; 0: any "
    "credible treatment does.",
)
RUPTURES = Dial(
    *("rupture.base", "How easily the alliance ruptures", -4, 0.5, 0.1),
    help="A rupture is a strain or break in the alliance. The scale is probit: at -2, in 2 of 100 "
    "sessions; at 0, in every second.",
)
THERAPISTS_DIFFER = Dial(
    *("population.therapist_spread", "How much therapists differ", 0, 3, 0.1),
    unit="SD",
    help="Spread of their skills as a standard deviation (SD); 0: all are alike, 1: as usual.",
)
