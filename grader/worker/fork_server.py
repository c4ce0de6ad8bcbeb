"""A warm worker: it has everything imported, never runs student code itself, and forks a child for each submission.

Its control socket speaks JSON datagrams; its first one says that it is ready. {"fork": [memory, cpu]} comes with two
descriptors, the child's connection and its printed output; the answer is the child's pid (-1: none could be forked).
{"end": pid, "grace": seconds} waits so long for a child that is ending by itself, kills it and whatever it left behind,
and is answered by its exit status, its seconds of CPU, whether it was killed, and how many others still ran. {"learn":
key, "forget": bool} comes with a descriptor from which a frame of programs is read: later children know them by this
key, and no others where all are to be forgotten; the answer is true. {"import": name} imports a module for the grader's
own use; the answer is true. When the judge closes the socket (or is killed), the warm worker ends all that it started,
then itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import frames
from .libraries import library
from .programs import Compiled, compiled

_IMPORTED_BEFORE_FORK = (
    "abc", "cmath", "collections.abc", "contextlib", "copy", "dataclasses", "enum", "functools", "itertools", "math",
    "numbers", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.random", "operator", "statistics", "string", "time",
    "traceback", "typing",
)  # fmt: skip
_PR_SET_CHILD_SUBREAPER = 36
# New objects before the collector first runs in a child: most end with fewer, and to look through them with Python's
# own thresholds took 7 of 65 ms of CPU for a submission. From then on these hold: with higher ones, what a training
# leaves behind outgrows the processor's cache before it is collected (XOR: 240 ms of CPU with 700, 420 with 200,000).
FIRST_COLLECTION = 10_000
_OWN_THRESHOLDS = gc.get_threshold()
# Seconds between two looks at a child that is about to end: far below the grace that it has.
LOOK = 0.005

Serve = Callable[[socket.socket, int, int, Mapping[str, Any]], None]


def import_all() -> None:
    """Imports what most submissions use, so that each fork has it; the rest of numpy is imported by who wants it."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _IMPORTED_BEFORE_FORK:
            try:
                importlib.import_module(name)
            except ImportError:
                continue


def serve(control: socket.socket, serve_child: Serve) -> None:
    """Forks children and ends them, until the judge closes the control socket."""
    _adopt_orphans()
    np.random.seed()
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    known: dict[str, Any] = {}
    before, grown = _mapped(), 0
    control.send(b"0")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 2)
        if not message:
            _kill_children(set())
            os._exit(0)
        request = json.loads(message)
        if "fork" in request:
            pid = _fork()
            if pid == 0:
                try:
                    memory, cpu = request["fork"]
                    _live(control, descriptors, memory + grown, cpu, serve_child, known)
                except BaseException:
                    sys.excepthook(*sys.exc_info())
                finally:
                    os._exit(70)  # a child that raises must never run on as a second parent
            for descriptor in descriptors:
                os.close(descriptor)
            if pid > 0:
                alive.add(pid)
            control.send(json.dumps(pid).encode())
        elif "learn" in request:
            if request["forget"]:
                known.clear()
            try:
                known[request["learn"]] = _learned(socket.socket(fileno=descriptors[0]))
            except (EOFError, OSError, frames.BadFrame):  # the judge has ended meanwhile
                _kill_children(set())
                os._exit(0)
            grown = _mapped() - before
            control.send(b"true")
        elif "import" in request:
            library(request["import"])
            gc.freeze()
            grown = _mapped() - before
            control.send(b"true")
        else:
            alive.discard(request["end"])
            control.send(json.dumps(_end(request["end"], request["grace"], alive)).encode())


def _fork() -> int:
    """As os.fork, but -1 where the machine has no room for another process."""
    try:
        return os.fork()
    except OSError:
        return -1


def _mapped() -> int:
    """Bytes of address space. What this process learns is not charged to the memory of a submission."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _learned(connection: socket.socket) -> list[Compiled]:
    """The programs in a frame, ready to run; the collector need not look at them again."""
    with connection:
        message, raw = frames.Stream(connection).receive(frames.MAX_REQUEST)
    found = compiled(message, raw)
    gc.freeze()
    return found


def _live(
    control: socket.socket,
    descriptors: list[int],
    memory: int,
    cpu: int,
    serve_child: Serve,
    known: Mapping[str, Any],
) -> None:
    """The child's whole life."""
    control.close()
    os.setsid()
    connection, printed = descriptors
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.close(printed)
    random.seed()
    np.random.seed(int.from_bytes(os.urandom(4), "little"))  # without a number, numpy takes five times as long
    gc.set_threshold(FIRST_COLLECTION)
    gc.callbacks.append(_has_collected)
    serve_child(socket.socket(fileno=connection), memory, cpu, known)


def _has_collected(phase: str, info: Mapping[str, Any]) -> None:
    """After the first collection, the collector runs as Python has it."""
    gc.callbacks.remove(_has_collected)
    gc.set_threshold(*_OWN_THRESHOLDS)


def _end(pid: int, grace: float, others: set[int]) -> tuple[int, float, bool, int]:
    deadline = time.monotonic() + grace
    ended, status, used = os.wait4(pid, os.WNOHANG)
    while not ended and time.monotonic() < deadline:
        time.sleep(LOOK)
        ended, status, used = os.wait4(pid, os.WNOHANG)
    killed = not ended
    if killed:
        os.kill(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
    left = _kill_children(others)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, killed, left


def _adopt_orphans() -> None:
    """Processes that a child left behind become children of this one, so that they can be ended."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_children(spared: set[int]) -> int:
    """Ends every child but the spared, and every orphan that comes to light when its parent dies; how many ran."""
    running = 0
    path = f"/proc/self/task/{os.getpid()}/children"
    while True:
        try:
            with open(path, encoding="ascii") as file:
                children = [int(pid) for pid in file.read().split() if int(pid) not in spared]
        except OSError:
            return running
        if not children:
            return running
        for pid in children:
            try:
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    running += 1
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
            except OSError:
                continue
