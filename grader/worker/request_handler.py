"""Answers the judge's requests: load these files, outline one, run programs on one, read a text of data."""

from __future__ import annotations

import builtins
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

from . import frames as wire
from .data_readers import read
from .encode import encode
from .exceptions import describe
from .missing_modules import StandIns
from .notebook_modules import Cells
from .outline import outline
from .programs import Compiled, ExecContext, compiled, run, value
from .source_rules import broken_rules
from .submitted_modules import Sources, code_of
from .tables import Tables

Programs = Sequence[Compiled]
# What numpy does about errors unless somebody tells it otherwise.
_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


class RequestHandler:
    """The one submission this worker serves, and the connection to the judge. `known` are programs that need not be
    sent."""

    def __init__(self, stream: wire.Stream, flush: Callable[[], None], known: Mapping[str, Programs]) -> None:
        self.known = known
        self.stream, self.flush = stream, flush
        self.one_at_a_time = threading.Lock()
        self.files: dict[str, str] = {}
        self.cells = Cells({})
        self.sources, self.stand_ins = Sources({}, self.cells), StandIns({}, {})
        self.kept: dict[str, dict[str, Any]] = {}

    def load(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """Takes texts and makes them importable, in place of those it had."""
        for finder in (self.sources, self.stand_ins):
            if finder in sys.meta_path:
                sys.meta_path.remove(finder)
        self.sources.forget()
        self.stand_ins.withdraw()
        self.kept.clear()
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            numpy.seterr(**_ERRORS)
        self.files = request["files"]
        self.cells = Cells(request.get("cells", {}))
        self.stand_ins = StandIns(self.files, self.cells.places)
        self.sources = Sources(self.files, self.cells, self.stand_ins.withdraw)
        sys.meta_path.insert(1, self.sources)
        sys.meta_path.append(self.stand_ins)
        return {}

    def outline(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """What a file defines, without running it; or its syntax error."""
        name = request["file"]
        try:
            cells = self.cells.places.get(name)
            if cells is None:
                code_of(self.files[name], name)
            return {"outline": outline(self.files[name], request["template"], cells)}
        except BaseException as error:
            return {"error": describe(error, self.files)}

    def rules(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """What a file says of rules about its text, without running it; or its syntax error."""
        name = request["file"]
        try:
            if name not in self.cells.places:
                code_of(self.files[name], name)
        except BaseException as error:
            return {"error": describe(error, self.files)}
        try:
            return {"rules": broken_rules(self.files, self.cells.places, request["own"], name, request["rules"])}
        except Exception:  # a text that is nested too deeply, or unlike what anybody thought of
            return {"rules": None}

    def run(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """Imports files and runs programs on the first; an import's own error ends them all."""
        files = [request["file"], *request["also"]]
        if self.sources.judge(files[0]):
            self.stand_ins.given.clear()
            self.cells.remarks.clear()
        self.stand_ins.withdraw()
        try:
            modules = {file: self.sources.module(file) for file in files}
        except BaseException as error:
            return {"error": describe(error, self.files), **self._notes()}
        tables = Tables([[value(array, raw) for array in table] for table in request["tables"]], self.ask_judge)
        context = ExecContext(files[0], modules, self.files, tables.ask, self.kept.setdefault(files[0], {}))
        shared = self.known[request["known"]] if "known" in request else []
        programs = [*shared, *compiled(request, raw)]
        row: list[float] = []
        results = [run(programs[number], context, blobs, row) for number in request["order"] or range(len(programs))]
        start = sum(map(len, blobs))
        blobs.append(struct.pack(f"<{len(row)}d", *row))
        return {"results": results, "row": [start, len(row)], "asked": tables.asked, **self._notes()}

    def run_all(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """Several requests to run, one after the other; each is answered as soon as it is done."""
        for number, part in enumerate(request["parts"]):
            own: list[bytes] = []
            answer = self.run(part, raw, own)
            self.send({"part": number, **answer}, own)
        return {}

    def send(self, answer: dict[str, Any], blobs: list[bytes]) -> None:
        """Sends an answer, after what was printed meanwhile; of one that is too long, only that it is."""
        self.flush()
        frame = wire.pack(answer, blobs)
        if len(frame) > wire.MAX_ANSWER:
            less = {"part": answer["part"]} if "part" in answer else {}
            frame = wire.pack({**less, "too_long": len(frame)}, [])
        self.stream.send(frame)

    def _notes(self) -> dict[str, Any]:
        """What is reported besides the answers: modules that are not installed, and cells that are left out."""
        return {"absent": sorted(self.stand_ins.given), "cells": self.cells.remarks}

    def read(self, request: dict[str, Any], raw: memoryview, blobs: list[bytes]) -> dict[str, Any]:
        """The data in a text of a known form."""
        return read(request["form"], request["text"])

    def ask_judge(self, number: int, x: Any, looked_up: int = 0) -> tuple[Any, Any]:
        """Calls a function that lives in the judge: (value, gradient). Raises ValueError where `x` is refused.

        `looked_up` is how many calls of this request were answered without the judge, which counts them.
        """
        blobs: list[bytes] = []
        with self.one_at_a_time:
            self.stream.send(wire.pack({"planted": number, "x": encode(x, blobs), "looked": looked_up}, blobs))
            reply, raw = self.stream.receive(wire.MAX_REQUEST)
        if "refused" in reply:
            raise ValueError(reply["refused"])
        return value(reply["value"], raw), value(reply["gradient"], raw)


def _printer(descriptor: int) -> TextIO:
    """A text stream on a descriptor that may have become another file since Python started."""
    return open(descriptor, "w", 1, encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False)


def serve(connection: socket.socket, held: list[str], known: Mapping[str, Programs]) -> None:
    """Reads requests and writes answers, one at a time, until the judge hangs up; `held` names the locks that hold, and
    `known` has programs that requests name."""
    out, error = _printer(1), _printer(2)
    vars(sys).update(stdout=out, __stdout__=out, stderr=error, __stderr__=error)
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # what the module `site` gives every program, and -S leaves out
    frames = wire.Stream(connection)
    write_out, write_error = out.flush, error.flush

    def flush() -> None:
        try:
            write_out()
            write_error()
        except BaseException:
            pass

    handler = RequestHandler(frames, flush, known)
    verbs = {
        "load": handler.load, "outline": handler.outline, "run": handler.run, "run_all": handler.run_all,
        "read": handler.read, "rules": handler.rules,
    }  # fmt: skip
    leave = os._exit
    frames.send(wire.pack({"held": held}, []))
    while True:
        try:
            request, raw = frames.receive(wire.MAX_REQUEST)
        except EOFError:
            leave(0)
        blobs: list[bytes] = []
        handler.send(verbs[request["do"]](request, raw, blobs), blobs)
