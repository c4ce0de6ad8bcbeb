"""A course in an installed package: found without importing it, and never in the folder that a student controls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Graded, write_files
from course_sources import course_files, package, sprung

Run = Callable[..., Graded]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    yield folder
    assert not sprung(tmp_path) and not {"my_course", "my_course.autodiff"} & {*sys.modules}


def test_a_package_is_not_imported(site: Path, run: Run) -> None:
    package(site)
    assert "Doubling" in run("show", "--course", "pkg:autodiff").out
    assert run("init", "new", "--course", "pkg:autodiff").code == 0


def test_an_unknown_name_lists_those_that_are_installed(site: Path, run: Run) -> None:
    assert "none is installed" in run("show", "--course", "pkg:autodif").err
    package(site, autodiff="my_course.autodiff", sums="my_course.autodiff:COURSE")
    graded = run("show", "--course", "pkg:autodif")
    assert graded.code == 2 and "did you mean `autodiff`?" in graded.err and "autodiff and sums" in graded.err
    assert run("show", "--course", "pkg:sums").code == 0


@pytest.mark.parametrize("value", ["my_course.none", "none", "my_course..autodiff", "../my_course", "os", "my_course"])
def test_an_entry_point_that_names_no_course_says_so(value: str, site: Path, run: Run) -> None:
    package(site, autodiff=value)
    graded = run("show", "--course", "pkg:autodiff")
    assert graded.code == 2 and f"names {value}" in graded.err and "no such folder" in graded.err


def test_two_packages_with_one_name_are_told_apart_by_nobody(site: Path, run: Run) -> None:
    package(site)
    package(site, "other-course")
    assert "autodiff-course and other-course each have a course" in run("show", "--course", "pkg:autodiff").err


@pytest.mark.parametrize("layout", ["src", "."])
def test_a_package_that_is_installed_where_it_is_written(layout: str, site: Path, run: Run, tmp_path: Path) -> None:
    package(site)
    (site / "my_course").rename(site / "gone")
    project = tmp_path / "project"
    course_files(project / layout / "my_course")
    info = site / "autodiff_course-1.2.dist-info"
    told = {"url": project.as_uri(), "dir_info": {"editable": True}}
    write_files(info, {"RECORD": "__editable__.pth,,\n", "direct_url.json": json.dumps(told)})
    assert "Doubling" in run("show", "--course", "pkg:autodiff").out


def test_what_lies_in_the_current_folder_is_not_installed(site: Path, run: Run, tmp_path: Path) -> None:
    sys.path.insert(0, "")
    sys.path.insert(0, str(tmp_path))
    package(tmp_path)
    assert "none is installed" in run("show", "--course", "pkg:autodiff").err


def test_a_package_uses_no_files_of_others(site: Path, run: Run, tmp_path: Path) -> None:
    package(site)
    write_files(tmp_path / "keys", {"id.py": "secret"})
    write_files(site / "my_course" / "autodiff", {"course.yaml": f"title: Sums\ntemplate: {tmp_path / 'keys'}\n"})
    graded = run("init", "new", "--course", "pkg:autodiff")
    assert graded.code == 2 and "outside of what was fetched" in graded.err
