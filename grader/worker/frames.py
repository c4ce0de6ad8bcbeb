"""Frames between judge and worker: four bytes of length, four of JSON length, JSON, then the raw bytes of arrays.

Never pickle: what the other side sent is data of known types or an error.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from typing import Any

HEAD = struct.Struct(">II")
# Bytes. An answer is some numbers and arrays of at most 768 KiB (encode.py), those of a whole check in one; a request
# carries a whole submission, some 4 MiB of text (submission/collect.py), which the escapes of JSON make twelve times as
# long at most.
MAX_ANSWER = 8 << 20
MAX_REQUEST = 64 << 20
CHUNK = 1 << 16  # bytes read at a time
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


class BadFrame(Exception):
    """The bytes are not a frame of this protocol."""


def pack(message: Any, blobs: list[bytes], default: Callable[[Any], Any] | None = None) -> bytes:
    """One frame of a JSON-able message and the raw bytes that its arrays point into; `default` may add to them."""
    encode = _encode if default is None else json.JSONEncoder(separators=(",", ":"), default=default).encode
    text = encode(message).encode("ascii")
    raw = b"".join(blobs)
    return HEAD.pack(len(text) + len(raw), len(text)) + text + raw


def sizes(head: bytes, limit: int) -> tuple[int, int]:
    """Total and JSON length that a frame's head announces. Raises BadFrame beyond `limit` bytes."""
    total, text = HEAD.unpack(head)
    if total > limit or text > total:
        raise BadFrame(f"a frame of {total} bytes")
    return total, text


def unpack(body: bytes, text_length: int) -> tuple[Any, memoryview]:
    """The message and the raw bytes behind it. Raises BadFrame for anything but JSON."""
    try:
        return _decode(body[:text_length].decode("ascii")), memoryview(body)[text_length:]
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadFrame(type(error).__name__) from None


class Stream:
    """The worker's end of the connection: whole frames over a blocking socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._read = b""

    def send(self, frame: bytes) -> None:
        """Sends one frame."""
        self._connection.sendall(frame)

    def receive(self, limit: int) -> tuple[Any, memoryview]:
        """The next message and its raw bytes. Raises EOFError when the judge has hung up, BadFrame."""
        total, text = sizes(self._take(HEAD.size), limit)
        return unpack(self._take(total), text)

    def _take(self, count: int) -> bytes:
        while len(self._read) < count:
            part = self._connection.recv(CHUNK)
            if not part:
                raise EOFError
            self._read += part
        taken, self._read = self._read[:count], self._read[count:]
        return taken
