"""How a worker starts: its first message, with the locks that hold and its process id, which cannot be forged."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable

from grader.model import GraderError
from grader.sandbox.connection import Process, WorkerConnection
from grader.sandbox.system import pipe
from grader.worker import frames

PATIENCE = 60.0  # seconds; a start takes a tenth of one, on a crowded machine some
MAX_GREETING = 1 << 12  # bytes; the names of the locks take some tens
_CREDENTIALS = struct.Struct("3i")


def connect(start: Callable[[socket.socket, int], tuple[Process, int]]) -> tuple[WorkerConnection, tuple[str, ...]]:
    """A worker that is ready, and the locks that hold in it.

    `start` gets the worker's ends of the connection and of a pipe for what it prints; it returns the process and its
    id, which is used where the system does not send one (0: unknown). Raises GraderError.
    """
    ours, theirs = socket.socketpair()
    if hasattr(socket, "SO_PASSCRED"):
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    printed, write_printed = pipe()
    process: Process | None = None
    try:
        process, own_pid = start(theirs, write_printed)
        theirs.close()  # so that a worker which ends is noticed
        pid, held = _receive(ours)
    except BaseException:
        if process is not None:
            process.end(0.0)
        ours.close()
        printed.close()
        raise
    finally:
        theirs.close()
        os.close(write_printed)
    return WorkerConnection(process, ours, printed, process.clock(pid or own_pid)), held


def _receive(ours: socket.socket) -> tuple[int, tuple[str, ...]]:
    """The worker's process id as this process sees it, even across a pid namespace (0: unknown), and the locks.

    Raises GraderError where the worker ended before it was ready.
    """
    body, pid = b"", 0
    total = text = 0
    ours.settimeout(PATIENCE)
    while total == 0 or len(body) < frames.HEAD.size + total:
        try:
            part, control = _heard(ours)
        except TimeoutError:
            raise GraderError(
                f"a worker was not ready within {PATIENCE:g} seconds: is the machine overloaded?"
            ) from None
        except OSError:
            part = b""
        if not part:
            raise GraderError("a worker ended before it was ready")
        body += part
        for level, kind, data in control:
            if level == socket.SOL_SOCKET and kind == getattr(socket, "SCM_CREDENTIALS", -1):
                pid = _CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0]
        if total == 0 and len(body) >= frames.HEAD.size:
            total, text = frames.sizes(body[: frames.HEAD.size], MAX_GREETING)
    if hasattr(socket, "SO_PASSCRED"):
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    message, _ = frames.unpack(body[frames.HEAD.size :], text)
    return pid, tuple(str(layer) for layer in message["held"])


def _heard(ours: socket.socket) -> tuple[bytes, list[tuple[int, int, bytes]]]:
    """Bytes of the greeting, and what the system says of its sender. Raises OSError."""
    if not hasattr(socket, "SO_PASSCRED"):
        return ours.recv(MAX_GREETING), []
    part, control, _, _ = ours.recvmsg(MAX_GREETING, socket.CMSG_SPACE(_CREDENTIALS.size))
    return part, control
