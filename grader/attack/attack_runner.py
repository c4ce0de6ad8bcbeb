"""Tries every attack on a sandbox, in separate processes: the judge's survival is part of the trial.

Where such a process dies or hangs, the attack that did it is recorded and a new process goes on with the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.attack import cage, corpus
from grader.attack.scoreboard import AttackResult, Scoreboard, died, hung
from grader.attack.secret_canary import VARIABLE, token
from grader.judge.process_pool import default_processes
from grader.model import GraderError
from grader.sandbox.choose import choose

PATIENCE = 90.0  # seconds without a line; one attack takes at most some ten on a busy machine
LAST_LINES = 20  # of standard error that are kept; the last one is reported
FEW = 8  # attacks for which another process, with canaries of its own, is not worth its start
Listener = Callable[[str, AttackResult], None]


def run_all(
    backends: Sequence[str], only: Sequence[str] = (), listen: Listener = lambda backend, result: None,
    quick: bool = False, warm: bool = True,
) -> list[Scoreboard]:  # fmt: skip
    """The scoreboard of each backend. `only` names attacks or families, `quick` shortens the limits, without `warm`
    each worker is a fresh process. Raises GraderError for an unknown attack or backend."""
    ids = [attack.id for attack in corpus.load(only)]
    return [_scoreboard(backend, ids, listen, quick, warm) for backend in backends]


def _scoreboard(backend: str, ids: Sequence[str], listen: Listener, quick: bool, warm: bool) -> Scoreboard:
    """The scoreboard of one backend, made by as many processes as die over it."""
    try:
        choose(backend)
    except GraderError as error:
        return Scoreboard(backend, trouble=str(error))
    count = max(1, min(default_processes(), len(ids) // FEW))
    shares = [ids[number::count] for number in range(count)]
    living: set[subprocess.Popen[str]] = set()
    one_at_a_time = threading.Lock()

    def heard(backend: str, result: AttackResult) -> None:
        with one_at_a_time:
            listen(backend, result)

    with ThreadPoolExecutor(count) as pool:
        try:
            boards = list(pool.map(lambda share: _tried(backend, share, heard, quick, warm, living), shares))
        except BaseException:
            for process in list(living):
                process.kill()
            raise
    order = {id_: number for number, id_ in enumerate(ids)}
    results = sorted((result for board in boards for result in board.results), key=lambda result: order[result.id])
    return replace(
        boards[0], results=tuple(results), not_tried=tuple(id_ for board in boards for id_ in board.not_tried),
        trouble=next((board.trouble for board in boards if board.trouble), ""),
    )  # fmt: skip


def _tried(
    backend: str, ids: Sequence[str], listen: Listener, quick: bool, warm: bool, living: set[subprocess.Popen[str]]
) -> Scoreboard:
    """The scoreboard of some attacks, tried one after the other; `living` holds the process that is at it."""
    board, left = Scoreboard(backend), list(ids)
    while left and not board.trouble:
        trying = ""
        before = len(left)
        for note in _notes(backend, left, quick, warm, living):
            if "held" in note:
                board = replace(board, locked=note["locked"], held=tuple(note["held"]))
            elif "not_tried" in note:
                board = replace(board, not_tried=(*board.not_tried, note["not_tried"]))
                left.remove(note["not_tried"])
            elif "trying" in note:
                trying = note["trying"]
            else:
                result = _result(note["result"]) if "result" in note else _ended(trying, note["ended"])
                if result is not None:
                    board, trying = replace(board, results=(*board.results, result)), ""
                    left.remove(result.id)
                    listen(backend, result)
                elif len(left) == before:
                    board = replace(board, trouble=note["ended"])
    return board


def _result(note: Mapping[str, Any]) -> AttackResult:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in note.items()}
    return AttackResult(**values)


def _ended(trying: str, why: str) -> AttackResult | None:
    """The result of the attack that ended the judge's process, where one was being tried."""
    if not trying:
        return None
    attack = corpus.load([trying])[0]
    return AttackResult(attack.id, attack.family, attack.does, crashed=why)


def _notes(
    backend: str, ids: Sequence[str], quick: bool, warm: bool, living: set[subprocess.Popen[str]]
) -> Iterator[dict[str, Any]]:
    """The notes of a new process, then how it ended: {"ended": why}."""
    folder = Path(tempfile.mkdtemp(prefix="attack-"))
    folder.chmod(0o755)  # so that only the sandbox keeps others out
    command = [*cage.prefix(), sys.executable, "-m", "grader.attack", backend, str(int(quick)), str(int(warm)), *ids]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        errors="replace", cwd=corpus.FOLDER.parent.parent, start_new_session=True,
        env={**os.environ, VARIABLE: token("environment"), "TMPDIR": str(folder)},
    )  # fmt: skip
    living.add(process)
    lines: queue.Queue[str] = queue.Queue()
    errors: list[str] = []

    def read_lines() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put("")

    def read_errors() -> None:
        for line in process.stderr or ():
            errors[:] = [*errors[-LAST_LINES:], line]

    for target in (read_lines, read_errors):
        threading.Thread(target=target, daemon=True).start()
    why = ""
    try:
        while line := lines.get(timeout=PATIENCE):
            yield json.loads(line)
    except queue.Empty:
        why = hung(PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        status = process.wait()
        living.discard(process)
        shutil.rmtree(folder, ignore_errors=True)
    last = errors[-1].strip() if errors else ""
    yield {"ended": why or died(status, last)}
