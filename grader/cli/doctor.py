"""`grade doctor`: which isolation this machine offers, what each leaves open by trial, and what to install or set."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterator, Sequence
from contextlib import closing

from grader import words
from grader.model import GraderError


def doctor(argv: Sequence[str]) -> int:
    """Prints the table. Exit code 0 where student code can be run at all."""
    parser = argparse.ArgumentParser(
        prog="grade doctor",
        description="Try out how this machine can confine student code, and say what to install or set for more.",
    )
    parser.parse_args(argv)
    import numpy

    from grader.judge.process_pool import default_processes

    cores = default_processes()
    print(words.DOCTOR_HEAD.format(
        system=f"{platform.system()} {platform.release()}", python=platform.python_version(),
        numpy=numpy.__version__, cores=cores, s="" if cores == 1 else "s",
    ))  # fmt: skip
    print()
    for line in _table():
        print(line)
    return 0


def _table() -> Iterator[str]:
    from grader.sandbox.backends import BACKENDS
    from grader.sandbox.confinement import Missing
    from grader.sandbox.open_sandbox import isolation, open_sandbox
    from grader.sandbox.source import HARMS

    taken = False
    for name, offer in BACKENDS.items():
        offered = offer()
        if isinstance(offered, Missing):
            if offered.remedy:
                yield f"– {name:12} {words.DOCTOR_NOT_HERE.format(why=offered.why)}"
                yield f"  {'':12} {words.DOCTOR_REMEDY.format(remedy=offered.remedy)}"
            continue
        try:
            with closing(open_sandbox(backend=name)) as sandbox:
                left = isolation(sandbox).open
        except GraderError as error:
            yield f"✗ {name:12} {error}"
            continue
        said = f"open: {', '.join(HARMS[harm] for harm in left)}"
        notes = [said if left else "nothing open"]
        notes += ["experimental"] if offered.experimental else []
        notes += [] if taken else ["strongest; used unless --isolation names another"]
        yield f"{'✓' if not left else '◐' if offered.locked else '✗'} {name:12} {'; '.join(notes)}"
        taken = True
