"""The fuzzer: seeded cases from all grammars, run and judged; `make fuzz` runs 10,000.

python tests/fuzz/fuzzer.py --cases 10000 --seed 1    counts, and every fault with its words
"""

import argparse
import collections
import contextlib
import io
import random
import resource
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.case import Case
from fuzz.environments import ENVIRONMENTS
from fuzz.grammar import case_of_documents, case_of_settings
from fuzz.odd_files import case_of_files, write_odd_files
from fuzz.oracle import KINDS, Fault, judge, run_case
from fuzz.real_runs import case_of_runs

from dyadsim.cli.main import main as dyadsim

MEMORY = 6 * 2**30  # bytes of address space: more is a fault


def cases(count: int, seed: int, *, runs: float = 0.03) -> Iterator[Case]:
    """Yield cases: settings, documented lines, odd files, small real runs; some in odd places."""
    rng = random.Random(seed)
    for _ in range(count):
        if rng.random() < runs:
            yield case_of_runs(rng)
            continue
        makers = (case_of_settings, case_of_documents, case_of_files)
        case = rng.choices(makers, (5, 3, 2))[0](rng)
        odd = rng.choice(ENVIRONMENTS[1:]) if rng.random() < 0.06 else "usual"
        yield case._replace(environment=odd)


def fuzz(count: int, seed: int, **options: float) -> tuple[list[Fault], collections.Counter[int]]:
    """Return the faults of so many cases, and how often each exit code came."""
    faults: list[Fault] = []
    codes: collections.Counter[int] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files"
        files.mkdir()
        write_odd_files(files)
        for number, case in enumerate(cases(count, seed, **options)):
            place = Path(folder) / f"case{number}"
            place.mkdir()
            outcome = run_case(case, files, place)
            codes[-1 if outcome.code is None else outcome.code] += 1
            faults += judge(case, outcome)
    return faults, codes


def _compile() -> None:
    """Compile the model where no earlier run did: half a minute, which is no hang."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        for words in (["simulate"], ["sweep", "alliance.rate=0.2,0.3"]):
            assert dyadsim([*words, "size=tiny", f"results={folder}"]) == 0


def main() -> int:
    """Run the fuzzer and print what it found; exit 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _compile()
    began, cpu = time.perf_counter(), time.process_time()
    faults, codes = fuzz(options.cases, options.seed)
    for fault in faults:
        where = "" if fault.case.environment == "usual" else f" [{fault.case.environment}]"
        print(f"{fault.kind}{where}: {shlex.join(fault.case.words)[:400]}\n    {fault.words[:600]}")
    counts = collections.Counter(fault.kind for fault in faults)
    spent = f"{time.perf_counter() - began:.0f} s, {time.process_time() - cpu:.0f} s of CPU"
    ended = dict(sorted(codes.items()))
    print(f"{options.cases:,} cases (seed {options.seed}) in {spent}; exit codes {ended}")
    print("; ".join(f"{kind}: {counts[kind]}" for kind in KINDS))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
