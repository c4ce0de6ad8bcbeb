"""The first message of a worker: which locks hold, and its process id from SCM_CREDENTIALS, which cannot be forged."""

from __future__ import annotations

import select
import socket
import struct
from dataclasses import dataclass

from grader.model import GraderError
from grader.worker import frames

PATIENCE = 60.0  # seconds; a start takes a tenth of one, on a crowded machine some
MAX_GREETING = 1 << 12  # bytes; the names of the locks take some tens
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True)
class Handshake:
    """`pid` is the worker's as this process sees it, even across a pid namespace; 0 where the system cannot tell."""

    pid: int
    held: tuple[str, ...]


def expect(ours: socket.socket) -> None:
    """Asks the kernel for the sender's process id; to be called before the worker is started."""
    if hasattr(socket, "SO_PASSCRED"):
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def receive(ours: socket.socket) -> Handshake:
    """Waits for the greeting. Raises GraderError where the worker ended before it was ready."""
    body, pid = b"", 0
    total = text = 0
    while total == 0 or len(body) < frames.HEAD.size + total:
        if not select.select([ours], [], [], PATIENCE)[0]:
            raise GraderError(f"a worker was not ready within {PATIENCE:g} seconds: is the machine overloaded?")
        part, control, _, _ = ours.recvmsg(MAX_GREETING, socket.CMSG_SPACE(_CREDENTIALS.size))
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
    return Handshake(pid, tuple(str(layer) for layer in message["held"]))
