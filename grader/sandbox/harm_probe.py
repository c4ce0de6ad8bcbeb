"""Finds out by trying what a confined worker can still do: it attempts every harm, on targets made for that."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.model import GraderError, Limits
from grader.sandbox.budget import Budget
from grader.sandbox.connection import WorkerLost
from grader.sandbox.packing import packed
from grader.sandbox.program import Program
from grader.sandbox.requests import Request
from grader.sandbox.source import HARMS, Isolation, Sandbox

_LIMITS = Limits(cpu=10, wall=60)  # the attempts take some milliseconds; a connection that nobody answers 2 s
_ATTACK = """
import ctypes, os, socket, sys

windows = sys.platform == "win32"

def opened(process, right):
    return bool(ctypes.WinDLL("kernel32").OpenProcess(right, False, process))

def read(secret, folder, port, judge):
    return bool(open(secret).read())

def write(secret, folder, port, judge):
    with open(os.path.join(folder, "written"), "w") as file:
        file.write("x")
    return True

def exist(secret, folder, port, judge):
    return bool(os.stat(secret))

def run(secret, folder, port, judge):
    if windows:
        import subprocess
        return subprocess.run([sys.executable, "-I", "-S", "-c", ""], stdin=subprocess.PIPE, timeout=5) is not None
    try:
        pid = os.fork()
    except OSError:
        return os.posix_spawn("/bin/true", ["true"], {}) > 0
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True

def network(secret, folder, port, judge):
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
        return True
    except OSError:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port))
        return True

def signal(secret, folder, port, judge):
    if judge == os.getpid():
        return False  # in a pid namespace of its own, the judge's number may be this process's
    if windows:
        return opened(judge, 0x1)  # to end it
    os.kill(judge, 0)
    return True

def spy(secret, folder, port, judge):
    if windows:
        return opened(judge, 0x10)  # to read its memory
    try:
        return bool(open(f"/proc/{judge}/environ").read())
    except OSError:
        return ctypes.CDLL(None).ptrace(16, judge, 0, 0) == 0

def share(secret, folder, port, judge):
    if windows:
        import mmap
        return bool(mmap.mmap(-1, 4096, tagname="grade-probe"))
    libc = ctypes.CDLL(None)
    place = libc.shmget(0, 4096, 0o1600)
    if place >= 0:
        libc.shmctl(place, 0, None)
    return place >= 0

def attempt(secret, folder, port, judge):
    done = {}
    for harm in (read, write, exist, run, network, signal, spy, share):
        try:
            done[harm.__name__] = bool(harm(secret, folder, port, judge))
        except Exception:
            done[harm.__name__] = False
    return done
"""


def probe(sandbox: Sandbox) -> Isolation:
    """Lets a worker of this sandbox try every harm. Raises GraderError where no worker can be started."""
    with _bait() as arguments:
        connection = sandbox.start(_LIMITS, int(_LIMITS.cpu))
        try:
            connection.allow(Budget.of(_LIMITS))
            connection.ask(packed({"do": "load", "files": {"probe.py": _ATTACK}}))
            program = Program()
            program.call(None, "attempt", arguments, report="harms done")
            answer, _ = connection.ask(packed(Request("probe.py", [program]).message(())))
            pairs = answer["results"][0]["told"][0][1]
            done = {str(name): truth[1] is not False for name, truth in pairs}
        except (WorkerLost, KeyError, IndexError, TypeError, ValueError) as error:
            raise GraderError(
                f"the sandbox could not be tested ({type(error).__name__}); run `grade doctor` for details"
            ) from error
        finally:
            connection.close()
    confinement = sandbox.confinement
    layers = (confinement.name, *sandbox.held) if confinement.name == "bubblewrap" else sandbox.held
    return Isolation(confinement.name, tuple(layers), tuple(harm for harm in HARMS if done.get(harm, True)))


@contextmanager
def _bait() -> Iterator[list[Any]]:
    """A secret file, a folder to write into, a listening port, and this process: what the harms are tried on."""
    with (
        tempfile.TemporaryDirectory(prefix="grade-probe-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        secret = Path(folder) / "secret"
        secret.write_text("secret", "ascii")
        Path(folder).chmod(0o777)
        yield [{"text": str(secret)}, {"text": folder}, listener.getsockname()[1], os.getpid()]
