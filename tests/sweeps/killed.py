"""Run as a script: a sweep in child processes that are killed at random moments, then finished.

    python -m sweeps.killed folder kills seed     (in tests/)

Prints how many were killed before they were through. Children are forked after the kernel is
loaded, so that a kill can fall into any moment of a sweep and not only into its start.
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
    dice, one, done = random.Random(seed), planned(n=4096), 0
    case = one.cases[0]
    case.compute(case.points[:1], 0, sweep.keys(case, 0, case.points[:1]), 1)  # load the kernel
    for _ in range(10 * kills):
        child = os.fork()
        if not child:
            sweep.run(one, folder)
            os._exit(0)
        time.sleep(dice.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        done += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        if done == kills:
            break
    print(done)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
