"""`grade batch --scheduler`: what a cluster says is what this machine says, also where a worker is lost."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pool_work
import pytest
from classes import DOUBLE, RIGHT, SLOW, SQUARE, Run, make_class, make_course, share_salt
from conftest import COURSE, ROOT, write_files
from course_sources import commit_of, repository

from grader.classroom.dask import connection as link
from grader.classroom.dask.cluster import Cluster
from grader.classroom.dask.course_bundle import pack, unpack
from grader.classroom.run import progress
from grader.course.load import load_course
from grader.judge import cache_key
from grader.judge.environment import JudgeConfig
from grader.judge.process_pool import JobFailed
from grader.model import GraderError

distributed = pytest.importorskip("distributed")


@contextlib.contextmanager
def local_cluster(scratch: Path, workers: int = 2) -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1",
        local_directory=str(scratch), silence_logs=logging.CRITICAL,
    ) as cluster:  # fmt: skip
        yield cluster


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def cluster(scratch: Path) -> Iterator[Any]:
    with local_cluster(scratch) as cluster:
        yield cluster


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


def told(folder: Path) -> dict[str, Any]:
    """All that a run leaves to read by machines, without times."""
    found: dict[str, Any] = {"gradebook": (folder / "gradebook.csv").read_bytes()}
    for path in folder.glob("*/results.json"):
        found[path.parent.name] = json.loads(path.read_text("utf-8"), object_hook=timeless)
    return found


def timeless(some: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in some.items() if name != "seconds"}


def test_a_course_says_the_same_on_a_cluster(
    run: Run, tmp_path: Path, cluster: Any, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY_PLAIN", 1e9)  # a busy machine would show lines of progress
    names = ["answers.yaml", "gradient_check.py", "matmul.py", "ops.py"]
    right = {name: (ROOT / "reference" / name).read_text("utf-8") for name in names}
    wrong = right | {"ops.py": right["ops.py"].replace("return a / b", "return a * b")}
    assert wrong != right
    work = make_class(tmp_path / "class", {
        "anna": right, "bert": wrong, "Çağla": right | {"matmul.py": "1 / 0\n"}, "dora": {"ops.py": "def (:\n"},
        "emil": {},
    })  # fmt: skip
    write_files(work, {"broken.zip": b"PK no"})
    alone = run("batch", work, "--out", tmp_path / "alone", "--jobs", "1")
    share_salt(tmp_path / "alone", tmp_path / "many")
    many = run("batch", work, "--out", tmp_path / "many", "--scheduler", cluster.scheduler_address)
    assert (alone.code, many.code, many.err) == (1, 1, ""), many.out + many.err
    assert len(told(tmp_path / "alone")) == 6
    assert told(tmp_path / "many") == told(tmp_path / "alone")
    assert alone.out.replace(str(tmp_path / "alone"), "") == many.out.replace(str(tmp_path / "many"), "")
    again = run("batch", work, "--out", tmp_path / "many", "--scheduler", "tcp://127.0.0.1:1")
    assert again.code == 1 and "0 graded" in again.out, "no connection is needed where nothing is to be judged"
    assert not list(scratch.rglob("grade-*")), "the course went away with the run"


def test_a_course_from_a_repository_is_sent_with_where_it_came_from(
    run: Run, tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    named = f"{repository(tmp_path / 'repository')}@v1#autodiff"
    work = make_class(tmp_path / "class", {"anna": {"work.py": DOUBLE}})
    option = ("--course", named, "--scheduler", cluster.scheduler_address)
    assert run("batch", work, "--out", tmp_path / "out", *option).code == 0
    told_of = json.loads((tmp_path / "out" / "anna" / "results.json").read_text("utf-8"))
    assert (told_of["score"], told_of["course"]["source"]) == (2, named)
    assert told_of["course"]["commit"] == commit_of(tmp_path / "repository")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_worker_killed_in_the_middle_changes_nothing(run: Run, tmp_path: Path, course: Path) -> None:
    entries = {f"s{index}": {**RIGHT, "work.py": f"{SLOW}# {index}\n"} for index in range(3)}
    work = make_class(tmp_path / "class", {"a": {"work.py": DOUBLE}, "b": {"work.py": SQUARE}, **entries})
    alone, many = tmp_path / "alone", tmp_path / "many"
    assert run("batch", work, "--out", alone, "--course", course, "--jobs", "2").code == 0
    share_salt(alone, many)
    with local_cluster(tmp_path / "scratch") as cluster:
        before = set(cluster.scheduler.workers)
        hunt = Hunt(cluster, many)
        hunt.start()
        graded = run("batch", work, "--out", many, "--course", course, "--scheduler", cluster.scheduler_address)
        hunt.join(10)
        assert hunt.lost, "a worker was killed while it was at work"
        assert graded.code == 0 and "5 graded" in graded.out, graded.out + graded.err
        assert hunt.killed in before - set(cluster.scheduler.workers)
    assert told(many) == told(alone)


class Hunt(threading.Thread):
    """Kills one worker of a cluster that is at work once the first report is written."""

    def __init__(self, cluster: Any, out: Path) -> None:
        super().__init__(daemon=True)
        self.cluster, self.out = cluster, out
        self.killed, self.lost = "", 0

    def run(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and not self.lost:
            time.sleep(0.02)
            busy = [one for one in list(self.cluster.scheduler.workers.values()) if one.processing]
            if busy and list(self.out.glob("*/results.json")):
                self.killed, self.lost = busy[0].address, len(busy[0].processing)
                nanny = next(one for one in self.cluster.workers.values() if one.worker_address == self.killed)
                os.kill(nanny.pid, signal.SIGKILL)


def test_a_job_that_ends_its_workers_is_lost_alone(cluster: Any, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with contextlib.closing(Cluster(JudgeConfig(course), cluster.scheduler_address)) as force:
        got = dict(force.run(range(6), pool_work.answer))
    assert isinstance(got[3], JobFailed)
    assert [got[number] for number in (0, 1, 2, 4, 5)] == [0, 1, 2, 4, 5]


def test_an_error_of_the_grader_is_reported_and_the_others_go_on(cluster: Any, course: Path) -> None:
    with contextlib.closing(Cluster(JudgeConfig(course), cluster.scheduler_address)) as force:
        got = dict(force.run(["course", "nowhere"], getattr))
    assert got["course"].title == "Sums"
    assert got["nowhere"] == JobFailed(
        "the grader failed: AttributeError: 'JudgeEnvironment' object has no attribute 'nowhere'"
    )


def test_jobs_are_read_as_far_as_the_cluster_is_kept_busy(cluster: Any, course: Path) -> None:
    read: list[int] = []
    numbers = (read.append(number) or number for number in range(10, 200))
    busy = 2 * 4  # two jobs for each of four threads
    with contextlib.closing(Cluster(JudgeConfig(course), cluster.scheduler_address)) as force:
        for seen, _ in enumerate(force.run(numbers, pool_work.answer)):
            assert len(read) - seen <= 2 * busy  # all may have ended at once, and as many have been read since
    assert len(read) == 190


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_worker_that_joins_later_is_made_ready_or_refused(
    tmp_path: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(local_cluster(tmp_path / "scratch", 1))
        force = stack.enter_context(contextlib.closing(Cluster(JudgeConfig(course), cluster.scheduler_address)))
        start_again(cluster)
        assert dict(force.run([1, 2], pool_work.answer)) == {1: 1, 2: 2}
        start_again(cluster)
        monkeypatch.setattr(force._connection, "_versions", {"Python": "4.0"})
        with pytest.raises(GraderError, match=r"the worker tcp://\S+ has .*; this machine has Python 4\.0"):
            dict(force.run([1, 2], pool_work.answer))


def start_again(cluster: Any) -> None:
    """Kills the cluster's one worker and waits for the one that takes its place."""
    (before,) = cluster.scheduler.workers
    os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
    assert wait_for(lambda: set(cluster.scheduler.workers) - {before}, 120)


def wait_for(condition: Callable[[], object], seconds: float) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def test_a_run_that_is_given_up_leaves_nothing_behind(cluster: Any, course: Path, scratch: Path) -> None:
    before = set(cluster.scheduler.workers)
    with contextlib.closing(Cluster(JudgeConfig(course), cluster.scheduler_address)) as force:
        next(force.run(range(10, 10_000), pool_work.answer))
        assert list(scratch.rglob("grade-*"))
    assert wait_for(lambda: not cluster.scheduler.tasks and not list(scratch.rglob("grade-*")), 20)
    assert set(cluster.scheduler.workers) == before


@pytest.mark.parametrize("isolation", ["", "nowhere"])
def test_a_worker_that_differs_is_refused(
    isolation: str, run: Run, tmp_path: Path, course: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_class(tmp_path / "class", {"anna": RIGHT})
    if not isolation:
        monkeypatch.setattr(cache_key, "reports_digest", lambda: "another grader")
    refused = run(
        "batch", work, "--out", tmp_path / "out", "--course", course, "--scheduler", cluster.scheduler_address,
        "--isolation", isolation,
    )  # fmt: skip
    assert refused.code == 2
    assert any(f"the worker {address} " in refused.err for address in cluster.scheduler.workers)
    if isolation:
        assert "unknown sandbox 'nowhere'" in refused.err
    else:
        assert refused.err.count("autodiff-grader") == 2 and "Python 3" not in refused.err
        assert "Install the same grader" in refused.err


def test_a_cluster_that_is_not_there_is_reported(
    run: Run, tmp_path: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "CONNECT", 1.0)
    monkeypatch.setattr(link, "FIRST_WORKER", 1.0)
    work = make_class(tmp_path / "class", {"anna": RIGHT})

    def refused(address: str) -> str:
        told = run("batch", work, "--out", tmp_path / "out", "--course", course, "--scheduler", address)
        assert told.code == 2 and told.err.startswith("error: ") and len(told.err.splitlines()) == 1, told.err
        return told.err

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
        assert f"no Dask scheduler answers at {address}" in refused(address)
    assert "no Dask scheduler answers at nonsense" in refused("nonsense")
    with local_cluster(tmp_path / "scratch", 0) as empty:
        assert "dask worker" in refused(empty.scheduler_address)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert f"pip install {shlex.quote(f'{ROOT}[cluster]')}" in refused("tcp://127.0.0.1:1")


@pytest.mark.parametrize("folder", ["exercises", "here", "deep/down/here"])
def test_a_course_travels_whole(folder: str, tmp_path: Path) -> None:
    """Template and reference lie where course.yaml says, and nothing else comes along."""
    source = COURSE
    if folder != "exercises":
        source = make_course(tmp_path / "from" / folder)
        up = "../" * folder.count("/")
        write_files(source, {"course.yaml": f"title: Sums\ntemplate: {up}stubs/.\nreference: ./right\n", "x.txt": ""})
        write_files(source / up / "stubs", {"work.py": "def double(x): ...\n"})
        write_files(source / "right", RIGHT)
    bundle = pack(source)
    there = unpack(bundle, tmp_path / "to")
    assert load_course(there).fingerprint == bundle.fingerprint == load_course(source).fingerprint
    assert load_course(there).reference
    assert not any(name.startswith(("/", "..")) or name.endswith("x.txt") for name in bundle.files)
