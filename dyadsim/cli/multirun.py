"""Many jobs: one after the other, or through a Hydra launcher (joblib, submitit)."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from dyadsim.checks import known_name
from dyadsim.choices import conf_folder
from dyadsim.cli import compose
from dyadsim.errors import Failed
from dyadsim.simulation.unfinished import unfinished_prefix

LAUNCHERS = {  # Hydra launcher: the plugin that brings it
    "basic": "hydra",
    "joblib": "hydra_plugins.hydra_joblib_launcher",
    "submitit_local": "hydra_plugins.hydra_submitit_launcher",
    "submitit_slurm": "hydra_plugins.hydra_submitit_launcher",
}


def launcher_words(words: Sequence[str]) -> list[str]:
    """Return the words that choose a launcher or set it."""
    return [word for word in words if word.startswith(("hydra/launcher=", "hydra.launcher."))]


def _check_launcher(words: Sequence[str]) -> None:
    """Refuse a launcher that is unknown or not installed."""
    import importlib.util

    for word in words:
        if word.startswith("hydra/launcher="):
            name = known_name("hydra/launcher", word.split("=", 1)[1], LAUNCHERS)
            package = LAUNCHERS[name].partition(".")[0]  # without it find_spec raises
            is_there = importlib.util.find_spec(package) is not None
            if not is_there or importlib.util.find_spec(LAUNCHERS[name]) is None:
                raise Failed(f"hydra/launcher={name} needs pip install 'dyadsim[scale]'.")


def launch(
    command: Callable[[list[str]], int],
    jobs: Sequence[Sequence[str]],
    *,
    launcher: Sequence[str],
    results: str,
) -> int:
    """Run `command` with the words of every job through a Hydra launcher; return the worst code.

    Parameters
    ----------
    command
        Takes the words of a job, returns an exit code.
    jobs
        The words of each job.
    launcher
        The words that choose and set the launcher, such as hydra/launcher=joblib.
    results
        A folder that the jobs see too; their logs are left in its folder `multirun`.

    Raises
    ------
    BadInput
        An unknown launcher.
    Failed
        A launcher that is not installed.
    """
    import hydra

    _check_launcher(launcher)
    started_by = os.getpid()
    place = Path(results).absolute() / "multirun"
    place.mkdir(parents=True, exist_ok=True)
    codes = Path(tempfile.mkdtemp(prefix=unfinished_prefix("codes"), dir=place))

    def run_job(config: object) -> None:
        from hydra.core.global_hydra import GlobalHydra
        from hydra.core.singleton import Singleton

        from dyadsim.calibration.worker_processes import end_with

        if os.getppid() == started_by:  # a worker on this machine; a cluster's job goes on alone
            end_with(started_by)
        outer = Singleton.get_state()  # this job composes with a Hydra of its own
        GlobalHydra.instance().clear()
        number: int = config.job  # type: ignore[attr-defined]
        code = command(list(jobs[number]))
        Singleton.set_state(outer)
        (codes / str(number)).write_text(str(code), encoding="utf-8")

    numbers = ",".join(map(str, range(len(jobs))))
    words = [*launcher, f"job={numbers}", f"hydra.sweep.dir='{place}'"]
    kept, sys.argv = sys.argv, [sys.argv[0], "--multirun", *words]
    folder = str(conf_folder().resolve())
    try:
        compose.register()
        hydra.main(version_base="1.3", config_path=folder, config_name="config")(run_job)()
        ended = [int(path.read_text(encoding="utf-8")) for path in codes.iterdir()]
        return max(ended) if len(ended) == len(jobs) else 1
    except SystemExit as error:
        return int(error.code or 0)
    finally:
        sys.argv = kept
        shutil.rmtree(codes, ignore_errors=True)
