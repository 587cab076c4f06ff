"""A script: run a sweep in child processes that are killed at random moments.

    python -m sweeps.killed folder kills seed     (in tests/)

It prints how many children were killed before they had finished. They are forked after the kernel
is loaded, so that a kill can fall at any moment of a sweep and not only at its start.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from sweeps.planned import planned

from dyadsim.sweeps import sweep


def main(folder: Path, kills: int, seed: int) -> None:
    rng, small, killed = random.Random(seed), planned(n=4096), 0
    condition = small.conditions[0]
    point = condition.points[:1]
    condition.compute(point, 0, sweep.point_keys(condition, 0, point), 1)  # load the kernel
    for _ in range(10 * kills):
        child = os.fork()
        if not child:
            sweep.run_sweep(small, folder)
            os._exit(0)
        time.sleep(rng.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        if killed == kills:
            break
    print(killed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
