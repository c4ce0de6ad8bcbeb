"""Answers the judge's requests: load these files, outline one, run programs on one."""

from __future__ import annotations

import builtins
import importlib
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from . import wire
from .outline import outline
from .programs import run
from .submitted import Sources, code_of
from .trouble import describe


class Desk:
    """The one submission this worker serves, and what was imported of it so far."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def load(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """Takes the submission's texts and makes them importable."""
        self.files = request["files"]
        sys.meta_path.insert(1, Sources(self.files))
        return {}

    def outline(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """What a file defines, without running it; or its syntax error."""
        name = request["file"]
        try:
            code_of(self.files[name], name)
            return {"outline": outline(self.files[name], request["template"])}
        except BaseException as error:
            return {"error": describe(error, self.files)}

    def run(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """Imports a file and runs programs on it; the import's own error ends them all."""
        try:
            module = importlib.import_module(request["file"].removesuffix(".py"))
        except BaseException as error:
            return {"error": describe(error, self.files)}
        return {"results": [run(program, module, self.files, raw, blobs) for program in request["programs"]]}


def serve(line: socket.socket) -> None:
    """Reads requests and writes answers, one at a time, until the judge closes the line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # what the module `site` gives every program, and -S leaves out
    desk = Desk()
    verbs: dict[str, Callable[[dict[str, Any], memoryview, list[bytes]], dict[str, Any]]] = {
        "load": desk.load,
        "outline": desk.outline,
        "run": desk.run,
    }
    write_out, write_error, leave = sys.stdout.flush, sys.stderr.flush, os._exit
    while head := _exactly(line, wire.HEAD.size):
        total, text = wire.sizes(head, wire.MAX_REQUEST)
        request, raw = wire.unpack(_exactly(line, total), text)
        blobs: list[bytes] = []
        answer = verbs[request["do"]](request, raw, blobs)
        try:
            write_out()
            write_error()
        except BaseException:
            pass
        frame = wire.pack(answer, blobs)
        if len(frame) > wire.MAX_ANSWER:
            frame = wire.pack({"too_long": len(frame)}, [])
        line.sendall(frame)
    leave(0)


def _exactly(line: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = line.recv(min(count - len(parts), 1 << 16))
        if not part:
            return b""
        parts += part
    return bytes(parts)
