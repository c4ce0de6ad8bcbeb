"""All canaries together: set up once, checked after each attack."""

from __future__ import annotations

import contextlib
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol

from grader.attack.folder_canary import WatchedFolder
from grader.attack.judge_canary import JudgeSelf
from grader.attack.leftover_canary import Leftovers
from grader.attack.secret_canary import Secrets
from grader.attack.signal_canary import SignalCanary
from grader.attack.socket_canary import Listeners
from grader.model import Report


class Canary(Protocol):
    """One thing that an attack must not harm. `places` says where it is, by the name of a placeholder in attacks."""

    @property
    def places(self) -> Mapping[str, str]:
        """Where it is."""

    def arm(self) -> None:
        """The next attack begins."""

    def harm(self, said: str, printed: str) -> Iterator[str]:
        """What was done to it since; it is repaired. `said` is the report's text, `printed` the output."""

    def close(self) -> None:
        """Takes it away."""


class Canaries:
    """A context in which every canary is alive."""

    def __enter__(self) -> Canaries:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="attack-")))
            folder.chmod(0o755)
            self.secrets = Secrets(folder / "secrets")
            self.canaries: list[Canary] = [self.secrets]
            self.canaries.append(WatchedFolder(folder / "watched"))
            for make in (lambda: Listeners(folder), SignalCanary, JudgeSelf, Leftovers):
                self.canaries.append(make())
                stack.callback(self.canaries[-1].close)
            self.folder = folder
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def places(self) -> dict[str, str]:
        """Where all are, by placeholder."""
        return {name: place for canary in self.canaries for name, place in canary.places.items()}

    def arm(self) -> None:
        """The next attack begins."""
        for canary in self.canaries:
            canary.arm()

    def harm(self, report: Report | None) -> tuple[str, ...]:
        """What was harmed since; `report` is the attack's."""
        said, out = (repr(report), printed(report)) if report else ("", "")
        found = [line for canary in self.canaries for line in canary.harm(said, out)]
        if report is not None and any(map(_unsafe, texts(report))):
            found.append("control characters reach the report")
        return tuple(dict.fromkeys(found))


def printed(report: Report) -> str:
    """All that the submission printed."""
    return "\n".join(exercise.output for exercise in report.exercises)


def texts(thing: object) -> Iterator[str]:
    """Every text in nested dataclasses, mappings and sequences."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from texts(key)
            yield from texts(value)
    elif isinstance(thing, (tuple, list)):
        for item in thing:
            yield from texts(item)
    elif hasattr(thing, "__dataclass_fields__"):
        for name in thing.__dataclass_fields__:
            yield from texts(getattr(thing, name))


def _unsafe(text: str) -> bool:
    """Whether a terminal or a browser would obey something in the text, not show it."""
    if text.isascii() and text.isprintable():
        return False
    return any(letter not in "\n\t" and unicodedata.category(letter)[0] == "C" for letter in text)
