"""The pytest plugin's door: its options. What grades is imported only where there is a submission.

Every run of pytest in the environment imports this module, so it imports next to nothing itself.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, and the line for pytest.ini."""
    group = parser.getgroup("grader", "autodiff-grader: a course's checks as tests")
    group.addoption(
        "--submission",
        metavar="PATH",
        help="grade this folder, file or archive: every check of the course is a test. Tests and conftest.py inside "
        "it are not run. Write --submission=PATH: after a space, pytest follows a pytest.ini inside it",
    )
    group.addoption("--grader-course", metavar="DIR", help="a course folder (default: the one that comes along)")
    group.addoption("--grader-seed", type=int, metavar="N", help="draw the inputs of this seed, to repeat a run")
    parser.addini("submission", "what --submission says, relative to this file", default="")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Puts the course's checks in place of tests, before any conftest.py is imported. Raises UsageError."""
    options = early_config.known_args_namespace
    line = early_config.getini("submission")
    if (options.submission is None and not line) or options.help or options.version:
        return
    start = early_config.invocation_params.dir
    text = options.submission
    if text is None:
        ini = early_config.inipath
        text = os.path.relpath((ini.parent if ini else start) / line, start)
    before = list(sys.path)
    _forget(start / text)  # where student's files are called like modules that the grader imports
    from grader.pytest_plugin.items import join

    if join(early_config, text):
        sys.path[:] = before
    else:
        options.noconftest = True


def _forget(folder: Path) -> None:
    """Nothing is imported from this folder, also where it is the current one."""
    folder = folder.resolve()
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != folder]
