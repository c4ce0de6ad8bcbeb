"""The CPU time of a whole `grade reference`, all its processes, beside what its calls and trainings take by themselves.

    python benchmarks/whole.py --rounds 5

Starting Python and importing numpy count on our side alone, as do the judge and the report.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bare import ROOT, Bare, cpu, in_turn

GOAL = 1.5


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is run, in turn")
    rounds = parser.parse_args(argv).rounds
    reference = ROOT / "reference"
    with tempfile.TemporaryDirectory() as folder:
        bare = Bare(Path(folder) / "calls", reference)
        # Inside bubblewrap's namespaces the workers' CPU would not be counted here.
        command = [sys.executable, "-m", "grader", str(reference), "--isolation", "lock", "--out", folder]
        times = in_turn({"whole": partial(cpu, command), "bare": partial(bare.own, reference)}, rounds)
    whole, alone = (1000 * statistics.median(times[name]) for name in ("whole", "bare"))
    print(f"grade reference, all processes   {whole:7.0f} ms of CPU")
    print(f"its calls alone, in one process  {alone:7.0f} ms of CPU")
    print(f"ratio                            {whole / alone:7.2f}     goal {GOAL}")


if __name__ == "__main__":
    main()
