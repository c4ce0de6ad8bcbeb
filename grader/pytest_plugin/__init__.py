"""The pytest plugin: its options. Everything else is imported only where there is a submission to grade.

Every run of pytest in the environment imports this module, so it imports next to nothing itself.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options, and the setting for pytest.ini."""
    group = parser.getgroup("grader", "autodiff-grader: the checks of a course as tests")
    group.addoption(
        "--submission",
        metavar="PATH",
        help="grade this folder, file or archive: every check of the course is a test. Its own tests and conftest.py "
        "are not run. Write it with `=`; with a space, pytest would read its settings from a pytest.ini in PATH",
    )
    group.addoption(
        "--grader-course",
        metavar="COURSE",
        help="a folder, git+URL@REV#FOLDER, an archive, or pkg:NAME (default: the bundled course)",
    )
    group.addoption(
        "--grader-seed", type=int, metavar="N", help="draw the inputs from this seed (repeats an earlier run)"
    )
    parser.addini("submission", "the same as --submission, relative to this file", default="")


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
    _forget(start / text)  # a student's file may have the name of a module that the grader imports
    from grader.pytest_plugin.items import join

    if join(early_config, text):
        sys.path[:] = before
    else:
        options.noconftest = True


def _forget(folder: Path) -> None:
    """Keeps this folder from being imported from, even where it is the current one."""
    folder = folder.resolve()
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != folder]
