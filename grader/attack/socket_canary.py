"""Listening sockets as canaries: TCP, UDP, Unix and abstract; whoever reaches one is seen."""

from __future__ import annotations

import contextlib
import secrets
import socket
import sys
from collections.abc import Iterator
from pathlib import Path


class Listeners:
    """Sockets on this machine alone, checked after each attack for connections."""

    def __init__(self, folder: Path) -> None:
        path = folder / "door"
        abstract = f"canary-{secrets.token_hex(8)}"
        self._sockets = {
            "TCP": _listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "UDP": _listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "Unix": _listen(socket.AF_UNIX, socket.SOCK_STREAM, str(path)),
        }
        if sys.platform == "linux":
            self._sockets["abstract Unix"] = _listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")
        path.chmod(0o777)
        self.places = {
            "port": str(self._sockets["TCP"].getsockname()[1]), "udp": str(self._sockets["UDP"].getsockname()[1]),
            "unix": str(path), "abstract": abstract,
        }  # fmt: skip

    def arm(self) -> None:
        """Forgets earlier connections."""
        for _ in self.harm("", ""):
            pass

    def harm(self, said: str, printed: str) -> Iterator[str]:
        """Which sockets were reached."""
        for name, door in self._sockets.items():
            came = False
            with contextlib.suppress(OSError):
                while True:
                    if door.type == socket.SOCK_DGRAM:
                        door.recv(1 << 16)
                    else:
                        door.accept()[0].close()
                    came = True
            if came:
                yield f"a socket was reached: {name}"

    def close(self) -> None:
        """Closes all."""
        for door in self._sockets.values():
            door.close()


def _listen(family: int, kind: int, place: object) -> socket.socket:
    door = socket.socket(family, kind)
    door.bind(place)  # type: ignore[arg-type]
    if kind == socket.SOCK_STREAM:
        door.listen(64)
    door.setblocking(False)
    return door
