"""Secrets as canaries: files, a course and an environment variable whose tokens must never come out of a worker."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from grader.attack import corpus

VARIABLE = "AUTODIFF_CANARY"
MAX_SHOWN = 80  # letters of what an attack says of itself


def token(name: str) -> str:
    """A text that nobody can guess and a search through memory can find."""
    return f"canary-{name}-{secrets.token_hex(16)}"


_READ = {
    "secret": "a secret file was read",
    "reference": "the reference was read",
    "neighbour": "another student's file was read",
    "course": "the course's file was read",
    "environment": "the judge's environment was read",
    "memory": "the judge's memory was read",
}


class Secrets:
    """Files that any user may read, so that only the lock keeps them; and this process's environment and memory."""

    def __init__(self, folder: Path) -> None:
        names = ["secret", "reference", "neighbour", "course"]
        self._tokens = {name: token(name) for name in [*names, "memory"]}
        self._tokens["environment"] = os.environ.setdefault(VARIABLE, token("environment"))
        folder.mkdir(mode=0o755)
        self.courses = folder / "courses"
        shutil.copytree(corpus.COURSES, self.courses)
        for path in self.courses.glob("*/*.yaml"):
            with path.open("a", encoding="utf-8") as file:
                file.write(f"# {self._tokens['course']}\n")
        (folder / "secret.txt").write_text(self._tokens["secret"] + "\n", "utf-8")
        (folder / "reference.py").write_text(f"# {self._tokens['reference']}\n{corpus.pieces()['honest']}", "utf-8")
        (folder / "neighbour").mkdir()
        neighbour = folder / "neighbour" / "target.py"
        neighbour.write_text(f"# {self._tokens['neighbour']}\n{corpus.pieces()['honest']}", "utf-8")
        self.places = {
            "secret": str(folder / "secret.txt"), "reference": str(folder / "reference.py"),
            "neighbour": str(neighbour), "course": str(self.courses / "target" / "1-target.yaml"),
            "judge": str(os.getpid()), "rings": f"rings-{secrets.token_hex(8)}", "variable": VARIABLE,
        }  # fmt: skip

    def arm(self) -> None:
        """Nothing changes between attacks."""

    def harm(self, said: str, printed: str) -> Iterator[str]:
        """Which secrets are in a report; and what an attack itself said it could do."""
        for name, text in self._tokens.items():
            if text in said:
                yield _READ[name]
        for line in printed.splitlines():
            _, rings, boast = line.partition(self.places["rings"])
            if rings:
                yield f"it got through: {boast.strip()[:MAX_SHOWN]}"

    def close(self) -> None:
        """The folder is removed by who made it."""
