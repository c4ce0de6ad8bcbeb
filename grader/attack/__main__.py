"""The judge under attack: tries attacks in this process and prints what happens as lines of JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from grader.attack.trial import try_all
from grader.model import GraderError


def main() -> int:
    """`python -m grader.attack BACKEND QUICK WARM ID…`."""
    backend, quick, warm, *only = sys.argv[1:]
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.set_inheritable(out.fileno(), False)

    def note(what: Mapping[str, Any]) -> None:
        out.write(json.dumps(what) + "\n")
        out.flush()

    try:
        try_all(backend, note, only, quick == "1", warm == "1")
    except GraderError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
