"""A standard output whose reader may go away (`grade x | head -1`): the work goes on, and its exit code counts."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from grader.model import GraderError


@contextlib.contextmanager
def lasting_output() -> Iterator[None]:
    """Within it, text for a standard output that nobody reads any more is thrown away. Raises GraderError for one that
    cannot be written, as on a full disk; where the work itself fails, that is told instead."""
    stream = sys.stdout
    if stream is None:  # it was closed before the command started
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            yield
        return
    sys.stdout = lasting = _PipeStream(stream)
    try:
        yield
    except SystemExit:  # how a parser of arguments ends after --help
        lasting.flush()
        raise
    except BaseException:
        with contextlib.suppress(GraderError):
            lasting.flush()
        raise
    else:
        lasting.flush()
    finally:
        if sys.stdout is lasting:
            sys.stdout = stream


class _PipeStream:
    """A stream whose reader may go away at any time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Writes the text, or loses it."""
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flushes, or loses what was written."""
        self._try(self._stream.flush)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())  # later writes go there and do not fail
            if not isinstance(error, BrokenPipeError) and not (sys.platform == "win32" and error.errno == errno.EINVAL):
                raise GraderError(f"the standard output cannot be written: {error.strerror}") from None
