"""Beside busy loops: nothing honest is taken for waiting, and a sleeper is still told in time.

`python benchmarks/waiting.py [--loops 16]` grades, with the course's own limits: a function that passes 10,000 planted
calls, a main thread that joins a computing one, the reference, and a sleeper.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CALLS = """
import numpy as np

def check_gradient(f, x, epsilon=1e-5):
    x = np.array(x, dtype=float)
    for _ in range(250):
        claimed = f(x)[1]
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[i] = epsilon
        found[i] = (f(x + d)[0] - f(x - d)[0]) / (2 * epsilon)
    return bool(np.allclose(claimed, found, rtol=1e-4))
"""
JOINS = """
import threading, time

def work():
    while time.thread_time() < 4: pass

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
SLEEPS = "import time\ntime.sleep(1000)\n"


def main() -> int:
    """Prints a line for each, and exits with 1 where one was judged otherwise than it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loops", type=int, default=16, metavar="N", help="busy loops (default: 16)")
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(parser.parse_args().loops)]
    ops = (ROOT / "reference" / "ops.py").read_text("utf-8")
    try:
        good = [
            _graded("planted calls", {"gradient_check.py": CALLS}, "2.8", "correct"),
            _graded("a joined thread", {"ops.py": JOINS + ops}, "2.5", "correct"),
            _graded("a sleeper", {"ops.py": SLEEPS + ops}, "2.5", "timed_out"),
        ]
        reference = {path.name: path.read_text("utf-8") for path in (ROOT / "reference").iterdir() if path.is_file()}
        good.append(_graded("the reference", reference, "value", "correct"))
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    return 0 if all(good) else 1


def _graded(name: str, files: Mapping[str, str], exercise: str, due: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        work.mkdir()
        for file, text in files.items():
            (work / file).write_text(text, "utf-8")
        out = Path(folder) / "out"
        command = [sys.executable, "-m", "grader", str(work), "--course", str(ROOT / "exercises"), "--only", exercise]
        started = time.perf_counter()
        subprocess.run([*command, "--out", str(out)], stdout=subprocess.DEVNULL, check=False)
        took = time.perf_counter() - started
        found = json.loads((out / "results.json").read_text("utf-8"))["exercises"][0]
    status, judging = found["status"], sum(check["seconds"] for check in found["checks"])
    wrong = "" if status == due else f"   due: {due}"
    print(f"{name:16} {status:10} {judging:6.1f} s of judging, {took:6.1f} s in all{wrong}", flush=True)
    return bool(status == due)


if __name__ == "__main__":
    sys.exit(main())
