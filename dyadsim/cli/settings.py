"""Every setting of the command line, typed once: Hydra's structured configs, and what they become.

`Config` is what Hydra composes and checks the types of; `read_settings` turns it into `Settings`,
which the tasks get. The choices of a group (world, study, size ...) are files in `conf/`.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.cli.task import TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.model.parameters import Parameters
    from dyadsim.simulation.intervention import Intervention
    from dyadsim.studies.study import Study

BUDGETS = ("small", "standard", "large")
FORMATS = ("pdf", "svg", "png")  # of figures
ENSEMBLE = 20  # members of ensemble=true
MISSING: Any = "???"  # OmegaConf's mark of a value that a choice fills in


@dataclasses.dataclass
class Size:
    """How many clients and repeats: the group `size`."""

    clients: int = setting(MISSING, "clients of each study")
    replicates: int = setting(MISSING, "repeats of each study")
    clients_per_replicate: int = setting(MISSING, "clients of a repeat")
    clients_per_point: int = setting(MISSING, "clients at each point of a sweep")


@dataclasses.dataclass
class DataFile:
    """A researcher's file, and what its columns are."""

    file: str | None = setting(
        None, "fit.yaml with these settings, path ... (dyadsim describe writes one)"
    )
    path: str | None = setting(
        None, "csv, Excel, SPSS, Stata or Parquet (docs/how_to/data_files.md); or moments in YAML"
    )
    sheet: Any = setting(None, "of Excel: name or number; null = the only one with cells")
    encoding: str | None = setting(
        None, "of text: cp1252, cp850 ...; null = UTF-8 or UTF-16 where it is, else Windows-1252"
    )
    decimal: str | None = setting(None, "comma or point; null = from the file")
    missing: Any = setting(None, "[-9,999]: cells that stand for a missing value")
    wide: Any = setting(
        None,
        "'bdi_s{time}': a row a client, a column a wave; {item} too; or {score:..,alliance:..}",
    )
    items: Any = setting(None, "phq1..phq9 or [a,b,c]: columns whose sum is the score")
    missing_items: float = setting(
        0.2, "share of the items that may be missing: the mean of the others stands for them"
    )
    times: Any = setting(None, "{pre:0,post:12,fu:26}: words for waves, in data.unit")
    dates: str | None = setting(
        None,
        "times are dates: weeks since each client's first score (first), since the day in a column "
        "(its name), or sessions in order (sessions)",
    )
    day_first: bool | None = setting(None, "of dates such as 3/4/2024; null = from the file")
    instrument: Any = setting(
        "by_study", "phq9, bdi2, oq45, core_om, gad7, or described (docs/how_to/fitting.md)"
    )
    unit: str = setting("session", "of time: session (a week apart), week, day, month")
    higher_is_better: bool = setting(False, "high scores are good: they are reversed")
    columns: Any = setting(
        {
            "client": "client",
            "time": "session",
            "score": "score",
            "arm": "arm",
            "therapist": "therapist",
            "alliance": None,
        },
        "which column is which (arm, therapist: where there is one; null = not used); of client, "
        "arm, therapist also [a,b]",
    )
    where: Any = setting(None, "{questionnaire:PHQ9}: rows that count, by the value of a column")
    alike: str = setting(
        "refuse", "names that differ only by capitals or blanks: refuse, apart, same"
    )
    repeated: str = setting(
        "refuse", "scores of a client at one time: refuse (if many), mean, first, last"
    )
    baseline: float | None = setting(None, "time of the intake; null = 0, or the file's first time")
    rebase: bool = setting(False, "count each client's time from the first score")
    therapist: str = setting(
        "refuse", "of clients who change therapist: refuse, first, most (rows)"
    )
    therapy: str = setting("routine_care", "of everybody, where there are no arms")
    arms: Any = setting(None, "[BtheB:self_help,TAU:usual_care]; waitlist = no therapy")
    sessions: int | None = setting(
        None, "sessions at most; null = to the last week measured, if weeks have no gap"
    )
    per_week: float = setting(1.0, "sessions a week")
    follow_up: Any = setting(None, "[26,52]: weeks since intake that are after treatment")
    measured: str | None = setting(
        None, "sessions (scores end with care) or weeks (everybody's); null = from the file"
    )
    rule: str | None = setting(
        None, "how it ends: fixed, good_enough, open; null = fixed in trials"
    )
    threshold: float | None = setting(
        None, "score from which people were let in; null = the sample's"
    )
    sample: str | None = setting(None, "trial or routine; null = trial where there are arms")


@dataclasses.dataclass
class Hold:
    """Values at which latents are fixed from session `do.start` on."""

    strain: float | None = None
    alliance: float | None = None
    expectancy: float | None = None
    readiness: float | None = None
    process: float | None = None
    action: float | None = None
    regulation: float | None = None
    load: float | None = None
    distress: float | None = None
    symptom_score: float | None = None


@dataclasses.dataclass
class Do:
    """What is done to everybody, beside the same clients left alone."""

    file: str | None = setting(None, "a YAML file of interventions, instead of the keys below")
    start: int = setting(1, "session from which on")
    hold: Hold = setting(Hold, "do.hold.alliance=0.8: a latent is fixed at a value")
    remove: list[Any] = setting(
        [],
        "paths that do nothing: treatment, bond, expectancy, regulation, medication, harm, need, "
        "new_plan, reverse, synchrony, sudden_gain, gating",
    )
    arm: str | None = setting(None, "everybody moves to this arm")
    therapist: int | None = setting(None, "everybody gets the therapist of this number")
    add_rupture: list[Any] = setting([], "sessions")
    remove_rupture: list[Any] = setting([], "sessions")
    add_alert: list[Any] = setting([], "sessions")
    remove_alert: list[Any] = setting([], "sessions")


@dataclasses.dataclass
class Points:
    """How the intervals of a sweep are filled: the group `points`; a method has some of these."""

    method: str
    n: int | None = None
    levels: int | None = None
    seed: int | None = None
    second_order: bool | None = None
    file: str | None = None
    columns: Any = dataclasses.field(default_factory=list)
    direction: str | None = None
    objective: str | None = None
    sampler: str | None = None
    replicates: int = 1
    common: bool = True


@dataclasses.dataclass
class Workers:
    """Where the points of a sweep are computed: the group `executor`."""

    kind: str
    address: str | None = None


@dataclasses.dataclass
class FigureFiles:
    """How figures are written: the settings `figure...` of the commands that draw."""

    format: str | None = setting(None, "pdf, svg or png; null = png and svg")
    dpi: int = setting(150, "dots an inch of png")
    width: float | None = setting(None, "inches; null = each figure's own")
    height: float | None = setting(None, "inches; null = each figure's own")
    panels: Any = setting([], "[name,name]: those that are drawn; none = all")
    language: str = setting("en", "of titles, axes and legends: en or de")


@dataclasses.dataclass
class Config:
    """The whole of a command line: what Hydra composes. The model's parameters are added to it."""

    seed: int = setting(1, "random seed: the same seed gives the same numbers")
    replicate: int = setting(0, "another repeat with the same seed")
    beats: int = setting(0, "simulate so many beats within a session (0 = closed form)")
    threads: int = setting(0, "0 = every processor; changes nothing but the time")
    budget: str = setting("standard", "of calibrate and fit: small (a quick try), standard, large")
    specificity: float | None = setting(
        None, "share of the treatment path that needs the match, 0-1, at equal mean effect"
    )
    members: int | None = setting(
        None,
        "run over so many members of the ensemble: medians with 90 % intervals; null = the best",
    )
    ensemble: bool = setting(False, f"true = members={ENSEMBLE}")
    data: DataFile = setting(DataFile, "your data (docs/how_to/fitting.md)")
    name: str | None = setting(None, "of a sweep's folder, results/NAME; null = sweep")
    outputs: Any = setting([], "of a sweep: outcomes, statistics, facts; none = all outcomes")
    shard: int = setting(0, "this process computes every shards-th block, from this one on")
    shards: int = setting(1, "number of such processes")
    job: int = setting(0, "number of a job that a Hydra launcher runs")
    do: Do = setting(
        Do,
        "what is done to everybody, beside the same clients left alone "
        "(docs/how_to/interventions.md)",
    )
    results: str = setting("results", "where results folders go")
    json: bool = setting(False, "print the summary as JSON")
    dry_run: bool = setting(False, "say what it would cost, compute nothing")
    size: Size = setting(Size, "number of clients")
    figure: FigureFiles = setting(FigureFiles, "how figures are written (docs/how_to/results.md)")
    task: Any = setting(TaskSettings, "what to do")
    world: Any = setting(MISSING, "what heals")
    study: Any = setting(MISSING, "who gets what, when")
    population: Any = setting(MISSING, "who comes")
    measure: Any = setting(MISSING, "which questionnaire")
    points: Any = setting(MISSING, "how a sweep's intervals are filled")
    executor: Any = setting(MISSING, "where a sweep runs")
    experiment: Any = setting(MISSING, "a named experiment")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What the command line says, checked: plain values, a study, and each world's parameters.

    Attributes
    ----------
    task
        The task's own settings.
    world
        The name of the world.
    values
        Parameters that the world's file or the command line sets.
    fixed
        Parameters that the command line sets.
    compared
        The worlds of `task.worlds`; empty where the task has one world.
    members
        The members of the ensemble over which the task is run; empty: it is run once, in `member`.
    member
        The member whose values a world has; 0 is the best.
    study_clients
        `study.n_clients`, if it is set.
    instrument
        The questionnaire of `measure`, or "by_study".
    threads
        None for every processor.
    figure
        How figures are written.
    data, points, executor, outputs, sweep_name, shard, shards
        As in `Config`.
    do
        Interventions; empty where nothing is done.
    manifest
        The whole configuration as plain values, for the manifest.
    said
        Names of the settings that the command line or `data.file` sets.
    own_study
        What a study of one's own is called; "" where it is dyadsim's.
    """

    task: Any
    world: str
    values: Mapping[str, float]
    fixed: Mapping[str, float]
    compared: tuple[str, ...]
    members: tuple[int, ...] = ()
    member: int = 0
    study: "Study"
    study_clients: int | None
    size: Size
    clients: int
    seed: int
    replicate: int
    beats: int
    do: tuple["Intervention", ...]
    threads: int | None
    specificity: float | None
    budget: str
    figure: FigureFiles
    data: DataFile
    instrument: str
    points: Points
    executor: Workers
    outputs: tuple[str, ...]
    sweep_name: str | None
    shard: int
    shards: int
    results: Path
    experiment: str
    json: bool
    dry_run: bool
    manifest: Mapping[str, Any]
    said: frozenset[str] = frozenset()
    own_study: str = ""

    @property
    def study_words(self) -> dict[str, str]:
        """What a summary says of the study: its name, and of one's own the design beside it."""
        own = {"study": self.own_study, "design": self.study.name}
        return own if self.own_study else {"study": self.study.name}

    @property
    def worlds(self) -> tuple[str, ...]:
        """The worlds that a task runs: those it compares, else the one that is set."""
        return self.compared or (self.world,)

    @property
    def clients_of_own_studies(self) -> int:
        """Clients of a task that simulates studies of its own: not the number of a single case."""
        return self.size.clients if self.study.name == "n_of_1" else self.clients

    def parameters(self, world: str | None = None) -> "Parameters":
        """Return a world's parameters under these settings; of the world that is set by default."""
        from dyadsim.cli.read_settings import parameters_of

        return parameters_of(self, world or self.world)
