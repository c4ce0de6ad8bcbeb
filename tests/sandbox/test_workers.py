"""Workers: warm and fresh ones agree, failures are confirmed in a fresh one, and nothing is ever left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT, Graded, Judged
from test_division import RIGHT, division
from test_power import power

from grader.model import Limits, Submission
from grader.sandbox import requests
from grader.sandbox.budget import Budget
from grader.sandbox.connection import WorkerLost
from grader.sandbox.data_reader import Reader
from grader.sandbox.exercise_workers import Workers
from grader.sandbox.forked_workers import Warm
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.program import Program
from grader.sandbox.requests import Request, StudentException
from grader.sandbox.source import Sandbox

REFERENCE = (ROOT / "reference" / "ops.py").read_text("utf-8")


@pytest.mark.parametrize("style", ["floats", "recomputed", "inherited-slots"])
def test_fresh_workers_give_the_same_verdicts(
    style: str, hand_in: Callable[..., Graded], judged: Callable[..., Judged]
) -> None:
    warm = judged({"ops.py": RIGHT[style]}, "2.5").results["exercises"]
    fresh = hand_in({"ops.py": RIGHT[style]}, "--only", "2.5", "--jobs", "0").results["exercises"]
    for one, other in zip(warm, fresh, strict=True):
        assert [check["status"] for check in one["checks"]] == [check["status"] for check in other["checks"]]


def test_what_one_file_breaks_does_not_spoil_another_exercise(hand_in: Callable[..., Graded]) -> None:
    spoiler = "import builtins, math\nimport numpy as np\n"
    spoiler += "np.seterr(all='raise')\nnp.exp = math.exp = None\nbuiltins.abs = 0\n"
    checker = (ROOT / "reference" / "gradient_check.py").read_text("utf-8")
    files = {"ops.py": spoiler + division(), "gradient_check.py": checker}
    for mode in ((), ("--jobs", "0")):
        graded = hand_in(files, *mode)
        assert graded.exercise("2.8")["score"] == 10, graded.out
        alone = hand_in(files, "--only", "2.8", *mode)
        assert alone.exercise("2.8")["score"] == 10


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
def test_code_that_leaves_cycles_behind_has_pythons_own_collector(judged: Callable[..., Judged]) -> None:
    """Large heaps are slow ones: what a training leaves behind is to be collected while it is in the cache."""
    ask = "print(gc.get_threshold(), len(gc.callbacks))"
    source = f"import gc\nkept = [[] for _ in range(100_000)]\n{ask}\n{REFERENCE}"
    printed = judged({"ops.py": source}, "2.5").exercise("2.5")["output"]
    plain = subprocess.run([sys.executable, "-c", f"import gc; {ask}"], capture_output=True, check=True, text=True)
    assert printed == plain.stdout


NESTED = """
def leaf():
    pass

def pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(200):
        leaf()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def nested(depth):
    return nested(depth - 1) if depth else pages()

print(max(nested(depth) for depth in range(300)) < 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts pages as Linux does")
@pytest.mark.parametrize("mode", [(), ("--jobs", "0")])
def test_a_call_at_any_depth_needs_no_memory_of_its_own(mode: Sequence[str], hand_in: Callable[..., Graded]) -> None:
    """Else a training may take twice as long, by where in the stack its calls happen to lie."""
    graded = hand_in({"ops.py": f"import resource\n{NESTED}\n{REFERENCE}"}, "--only", "2.5", *mode)
    assert graded.exercise("2.5")["output"] == "True\n"


def test_a_lost_worker_costs_its_own_exercise_alone(judged: Callable[..., Judged]) -> None:
    source = REFERENCE.replace("return a / b", "import os; os._exit(1)")
    graded = judged({"ops.py": source})
    assert graded.exercise("2.5")["score"] == 0
    assert graded.exercise("2.6")["score"] == graded.exercise("2.7")["score"] == 8


def test_the_worker_that_forks_may_be_killed_by_a_submission(hand_in_hostile: Callable[..., Graded]) -> None:
    graded = hand_in_hostile({"ops.py": "import os\nos.kill(os.getppid(), 9)\n" + power()}, "--only", "2.6")
    assert graded.code == 1 and graded.err == ""


def test_stand_ins_cost_nothing_until_they_are_used(judged: Callable[..., Judged]) -> None:
    head = "import matplotlib.pyplot as plt\nfrom torch import nn\nimport graphviz\n"
    head += "class Net(nn.Module):\n    pass\n"
    graded = judged({"ops.py": head + division()}, "2.5")
    assert graded.score == 8
    notes = graded.exercise("2.5")["notes"]
    assert [note.split(",")[0] for note in notes] == [
        "ops.py imports graphviz", "ops.py imports matplotlib", "ops.py imports torch"]  # fmt: skip
    used = judged({"ops.py": head + division("plt.plot(a)")}, "2.5")
    assert used.check("2.5", "forward")["status"] == "crashed"
    assert "uses `matplotlib.pyplot.plot`, but matplotlib is not available" in used.out


def test_a_guarded_import_fails_as_it_should(judged: Callable[..., Judged]) -> None:
    head = "try:\n    import torch\nexcept ImportError:\n    torch = None\n"
    graded = judged({"ops.py": head + division("a / b if torch is None else torch.div(a, b)")}, "2.5")
    assert graded.score == 8
    assert graded.exercise("2.5")["notes"] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("mode", [[], ["--jobs", "0"]], ids=["warm", "fresh"])
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(mode: list[str], signal_number: int, tmp_path: Path) -> None:
    marker = tmp_path / "s"
    marker.mkdir()
    (marker / "ops.py").write_text("import time\nprint('sleeping', flush=True)\ntime.sleep(120)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", str(marker), *mode], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    due = 1 if mode else 2
    # The judge has imported all by then: Python takes an interruption of some imports for one that nobody handles.
    assert wait_for(lambda: sum(map(is_python, descendants(process.pid))) >= due, 30)
    time.sleep(0.5)
    workers = descendants(process.pid)
    os.kill(process.pid, signal_number)
    _, error = process.communicate(timeout=20)
    if signal_number == signal.SIGINT:
        assert process.returncode == 130
        assert error.decode().strip() == "interrupted: nothing was written"
    assert wait_for(lambda: not any(map(alive, workers)), 10)


def wait_for(condition: Callable[[], object], seconds: float) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def descendants(pid: int) -> list[int]:
    """The live processes below `pid`, children of children included."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [pid]
    for parent in found:
        found += [child for child, above in parents.items() if above == parent]
    return found[1:]


def is_python(pid: int) -> bool:
    """Whether a process is a worker, and not what it is started under."""
    try:
        program, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"python" in program.rpartition(b"/")[2] and any(one.endswith(b"main.py") for one in arguments)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
def test_a_drawing_is_read_again_after_the_warm_worker_has_ended() -> None:
    """What parses drawings is imported when it is needed: also where another process takes over."""
    submission = Submission("anna", "anna", "", {"visualize.py": ""}, {}, (), ())
    with closing(open_sandbox()) as sandbox:
        workers = Workers(sandbox, submission)
        workers.begin(Limits())
        reader = Reader(workers.reading)
        assert reader.dot("digraph { a -> b }")["edges"] == [["a", "b"]]
        assert isinstance(sandbox, Warm)
        sandbox._popen.kill()
        sandbox._popen.wait()
        with pytest.raises(WorkerLost) as lost:
            reader.dot("digraph { b -> c }")
        assert lost.value.by_the_machine
        assert reader.dot("digraph { b -> c }")["edges"] == [["b", "c"]]
        workers.close()


def test_what_programs_kept_does_not_outlive_the_loading_of_other_texts(warm_sandbox: Sandbox) -> None:
    """Known mistakes answer in one worker, one after the other: none may go on with what another has made."""
    making, going_on = Program(), Program()
    making.call(None, "made", keep="model", report="the model")
    going_on.read(going_on.recall("model"), "the model")
    with closing(warm_sandbox.start(Limits(), 30)) as worker:
        worker.allow(Budget.of(Limits()))
        requests.load(worker, {"work.py": "def made(): return 1.5\n"})
        (made,) = requests.ask(worker, Request("work.py", [making])).outcomes
        assert made.answers and requests.ask(worker, Request("work.py", [going_on])).outcomes == [made]
        requests.load(worker, {"work.py": "def made(): return 2.5\n"})
        (lost,) = requests.ask(worker, Request("work.py", [going_on])).outcomes
        assert isinstance(lost.failure, StudentException) and not lost.answers
