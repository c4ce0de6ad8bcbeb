"""Lateness: what course.yaml may say of it, errors with their place, and the points it costs, to the second."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import Graded, write_files

from grader.classroom.gradebook.late import lateness, penalty
from grader.course.load import load_course
from grader.model import LatePolicy

HEAD = "title: Test\n"
EXERCISE = """\
id: "1"
title: Doubling
file: work.py
points: 2
task: Write double(x).
checks:
  - id: value
    claim: double(x) is 2 x
    kind: value
    points: 2
    call: double(x)
    equals: 2 * x
    inputs: {x: {between: [1, 5]}}
"""
BERLIN = "due: 2026-11-20 23:59, zone: Europe/Berlin"
HOUR, DAY = 3600, 86_400


def policy(tmp_path: Path, text: str) -> LatePolicy:
    write_files(tmp_path / "course", {"course.yaml": f"{HEAD}late: {{{text}}}\n", "1.yaml": EXERCISE})
    late = load_course(tmp_path / "course").late
    assert late is not None
    return late


def test_without_a_word_there_is_no_policy(tmp_path: Path) -> None:
    write_files(tmp_path / "course", {"course.yaml": HEAD, "1.yaml": EXERCISE})
    assert load_course(tmp_path / "course").late is None


def test_the_policy_is_as_written(tmp_path: Path) -> None:
    text = """\
late:
  due: 2026-11-20 23:59
  zone: Europe/Berlin
  grace: 15
  per-day: 10
  most: 50
  closed-after: 7
"""
    write_files(tmp_path / "course", {"course.yaml": HEAD + text, "1.yaml": EXERCISE})
    late = load_course(tmp_path / "course").late
    assert late is not None and late.due.isoformat() == "2026-11-20T23:59:00+01:00"
    assert (late.grace, late.per_day, late.most, late.closed_after) == (15, 10, 50, 7)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("due: 2026-07-20 23:59, zone: Europe/Berlin", "2026-07-20T21:59+00:00"),
        ("due: 2026-11-20T23:59:59, zone: Europe/Berlin", "2026-11-20T22:59:59+00:00"),
        ("due: '2026-11-20 23:59', zone: UTC", "2026-11-20T23:59+00:00"),
        ("due: 2026-11-20 23:59, zone: America/New_York", "2026-11-21T04:59+00:00"),
        ("due: 2026-11-20 23:59, zone: Asia/Kathmandu", "2026-11-20T18:14+00:00"),
    ],
)
def test_the_deadline_is_one_moment(tmp_path: Path, text: str, due: str) -> None:
    late = policy(tmp_path, text)
    assert late.due == datetime.fromisoformat(due)
    assert (late.grace, late.per_day, late.most, late.closed_after) == (0, 0, 100, None)


def test_the_policy_leaves_what_was_graded_as_it_was(tmp_path: Path) -> None:
    write_files(tmp_path / "course", {"course.yaml": HEAD, "1.yaml": EXERCISE})
    before = load_course(tmp_path / "course").exercises[0].digest
    policy(tmp_path, BERLIN)
    assert load_course(tmp_path / "course").exercises[0].digest == before


DUE = "2026-11-20 23:59"
ERRORS = {
    "offset": (f"  due: {DUE}+01:00", """\
error: `due`: must be the time on the clocks of `zone`, without an offset, as in 2026-11-20 23:59
  --> course/course.yaml:3:8
    3 |   due: 2026-11-20 23:59+01:00
      |        ^^^^^^^^^^^^^^^^^^^^^^
"""),
    "date-alone": ("  due: 2026-11-20", """\
error: `due`: must be a date and a time of day, as in 2026-11-20 23:59
  --> course/course.yaml:3:8
    3 |   due: 2026-11-20
      |        ^^^^^^^^^^
"""),
    "zone-unknown": (f"  due: {DUE}\n  zone: Europe/Berln", """\
error: `zone`: unknown time zone 'Europe/Berln'; did you mean `Europe/Berlin`?"""),
    "key": (f"  due: {DUE}\n  zone: UTC\n  per_day: 5", """\
error: unknown key 'per_day'
  --> course/course.yaml:5:3
    5 |   per_day: 5
      |   ^^^^^^^ did you mean `per-day`?
   = help: keys here are due, zone, grace, per-day, most, closed-after
"""),
    "skipped": ("  due: 2026-03-29 02:30\n  zone: Europe/Berlin", """\
error: `due`: 2026-03-29 02:30 does not exist in Europe/Berlin (summer time begins): choose another time
  --> course/course.yaml:3:8
"""),
    "twice": ("  due: 2026-10-25 02:30\n  zone: Europe/Berlin", """\
error: `due`: 2026-10-25 02:30 is ambiguous in Europe/Berlin (summer time ends): choose another time
  --> course/course.yaml:3:8
"""),
    "most-alone": (f"  due: {DUE}\n  zone: UTC\n  most: 50", """\
error: `most`: limits `per-day`, which is missing: add `per-day: …`, or remove `most`
  --> course/course.yaml:5:9
    5 |   most: 50
      |         ^^
"""),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_has_its_place_and_remedy(name: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    text, expected = ERRORS[name]
    if "zone:" not in text:
        text += "\n  zone: Europe/Berlin"
    write_files(tmp_path / "course", {"course.yaml": f"{HEAD}late:\n{text}\n", "1.yaml": EXERCISE})
    write_files(tmp_path / "work", {"work.py": ""})
    graded = run("work", "--course", "course")
    assert graded.code == 2
    assert graded.err.startswith(expected), graded.err
    assert graded.err.count("error: ") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zone: UTC", "`due` is missing"),
        (f"due: {DUE}", "add `zone: …`: time zone, as in Europe/Berlin"),
        ("due: 2026-02-30 12:00, zone: UTC", "must be a date and a time of day"),
        ("due: 20 November 2026 11:59 PM, zone: UTC", "must be a date and a time of day"),
        ("due: 2026-11-20 24:00, zone: UTC", "must be a date and a time of day"),
        ("due: 0026-11-20 23:59, zone: UTC", "must be a date and a time of day"),
        ("due: 20261120, zone: UTC", "`due` must be text"),
        (f"due: {DUE}, zone: IST", "unknown time zone 'IST'; write a name"),
        (
            f"due: {DUE}, zone: EST",
            "'EST' has the same offset all year: write a place",
        ),
        (f"due: {DUE}, zone: MST", "as in America/Denver, or UTC"),
        (f"due: {DUE}, zone: HST", "as in Pacific/Honolulu, or UTC"),
        (f"due: {DUE}, zone: PDT", "as in America/Los_Angeles, or UTC"),
        (f"due: {DUE}, zone: CEST", "as in Europe/Berlin, or UTC"),
        (f"due: {DUE}, zone: GMT", "as in Europe/London, or UTC"),
        (f"due: {DUE}, zone: Etc/GMT+5", "'Etc/GMT+5' has the same offset all year"),
        (f"due: {DUE}, zone: UTC+1", "'UTC+1' has the same offset all year"),
        (
            BERLIN + ", per-day: 0.1",
            "0.1 is less than one percent: write percent, as in 10 for 10 %",
        ),
        (BERLIN + ", per-day: 10, most: 0.5", "`most`: 0.5 is less than one percent: write percent"),
        (f"due: {DUE}, zone: ../../etc/passwd", "unknown time zone '../../etc/passwd'"),
        (f"due: {DUE}, zone: Europe", "unknown time zone 'Europe'"),
        (f"due: {DUE}, zone: ''", "unknown time zone ''"),
        (BERLIN + ", grace: -1", "`grace`: input should be greater than or equal to 0"),
        (BERLIN + ", grace: 1.5", "`grace` must be a whole number"),
        (BERLIN + ", per-day: 10 %", "`per-day` must be a number"),
        (BERLIN + ", per-day: 101", "less than or equal to 100"),
        (BERLIN + ", per-day: 5, most: 1e999", "less than or equal to 100"),
        (BERLIN + ", closed-after: .nan", "must be a number"),
        (BERLIN + ", closed-after: -1", "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, expected: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path / "course", {"course.yaml": f"{HEAD}late: {{{text}}}\n", "1.yaml": EXERCISE})
    write_files(tmp_path / "work", {"work.py": ""})
    graded = run("work", "--course", "course")
    assert graded.code == 2 and expected in graded.err, graded.err
    assert graded.err.count("error: ") == 1 and "course.yaml:2:" in graded.err


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "CET", "EET", "EST5EDT", "Africa/Accra", "America/Phoenix"])
def test_a_place_is_a_zone_with_or_without_summer_time(zone: str, tmp_path: Path) -> None:
    late = policy(tmp_path, f"due: 2026-07-01 12:00, zone: {zone}, per-day: 1, most: 100")
    summer = {"CET": 2, "EET": 3, "EST5EDT": -4, "America/Phoenix": -7}.get(zone, 0)
    assert late.due.utcoffset() == timedelta(hours=summer)


def test_a_computer_without_time_zones_says_what_to_do(tmp_path: Path) -> None:
    load = "import sys, pathlib; from grader.course.load import load_course; load_course(pathlib.Path(sys.argv[1]))"
    bare = {**os.environ, "PYTHONTZPATH": ""}
    policy(tmp_path, f"due: {DUE}, zone: UTC")
    subprocess.run([sys.executable, "-c", load, tmp_path / "course"], env=bare, check=True)
    policy(tmp_path, BERLIN)
    done = subprocess.run(
        [sys.executable, "-c", load, tmp_path / "course"], env=bare, stderr=subprocess.PIPE, text=True
    )
    assert importlib.util.find_spec("tzdata") or "run `pip install tzdata`" in done.stderr


def seconds_late(late: LatePolicy, handed_in: str) -> float:
    return lateness(late, datetime.fromisoformat(handed_in))


def test_the_second_of_the_deadline_is_on_time_and_the_next_is_not(tmp_path: Path) -> None:
    late = policy(tmp_path, BERLIN)
    assert seconds_late(late, "2026-11-20T23:58:59+01:00") == 0
    assert seconds_late(late, "2026-11-20T23:59:00+01:00") == 0
    assert seconds_late(late, "2026-11-20T23:59:00.999999+01:00") == 0
    assert seconds_late(late, "2026-11-20T23:59:01+01:00") == 1
    assert seconds_late(late, "2026-11-20T22:59:01+00:00") == 1
    assert seconds_late(late, "2026-11-20T23:59:00+00:00") == HOUR
    with pytest.raises(ValueError):
        lateness(late, datetime(2026, 11, 20))


def test_grace_is_on_time_and_days_are_counted_from_its_end(tmp_path: Path) -> None:
    late = policy(tmp_path, BERLIN + ", grace: 15, per-day: 10")
    assert seconds_late(late, "2026-11-21T00:14:00+01:00") == 0
    beyond = seconds_late(late, "2026-11-21T00:14:01+01:00")
    assert beyond == 15 * 60 + 1
    assert penalty(late, beyond, 40, 40) == 4
    assert penalty(late, 15 * 60 + DAY, 40, 40) == 4
    assert penalty(late, 15 * 60 + DAY + 1, 40, 40) == 8


def test_long_grace_still_leaves_one_day_begun(tmp_path: Path) -> None:
    late = policy(tmp_path, BERLIN + ", grace: 4320, per-day: 10")
    assert penalty(late, 3 * DAY, 40, 40) == 0
    assert penalty(late, 3 * DAY + 1, 40, 40) == 4


def test_the_night_on_which_the_clocks_change_has_its_own_length(tmp_path: Path) -> None:
    late = policy(tmp_path, "due: 2026-10-24 23:59, zone: Europe/Berlin, per-day: 10")
    next_night = datetime(2026, 10, 25, 23, 59, tzinfo=late.due.tzinfo)
    assert lateness(late, next_night) == 25 * HOUR
    late = policy(tmp_path, "due: 2026-03-28 23:59, zone: Europe/Berlin, per-day: 10")
    next_night = datetime(2026, 3, 29, 23, 59, tzinfo=late.due.tzinfo)
    assert lateness(late, next_night) == 23 * HOUR


@pytest.mark.parametrize(
    ("text", "late_seconds", "earned", "taken"),
    [
        ("per-day: 10, most: 50", 0, 30, 0),
        ("per-day: 10, most: 50", 1, 30, 4),
        ("per-day: 10, most: 50", DAY, 30, 4),
        ("per-day: 10, most: 50", 4 * DAY + 1, 30, 20),
        ("per-day: 10, most: 50", 5 * DAY + 1, 30, 20),
        ("per-day: 10, most: 50", 400 * DAY, 12, 12),  # never below 0
        ("per-day: 10", 400 * DAY, 45, 40),  # bonus points beyond the course's are left
        ("per-day: 20, most: 20", 1, 30, 8),  # flat
        ("per-day: 20, most: 20", 90 * DAY, 30, 8),
        ("closed-after: 0", 1, 45, 45),  # a hard deadline
        ("closed-after: 7", 7 * DAY, 45, 0),
        ("closed-after: 7", 7 * DAY + 1, 45, 45),
        ("per-day: 5, most: 25, closed-after: 7", 7 * DAY, 30, 10),
        ("per-day: 5, most: 25, closed-after: 7", 7 * DAY + 1, 30, 30),
        ("closed-after: 0.5", 12 * HOUR, 30, 0),
        ("closed-after: 0.5", 12 * HOUR + 1, 30, 30),
        ("grace: 10", DAY, 30, 0),  # late, and it costs nothing
        ("per-day: 10", DAY, 0, 0),
        ("per-day: 1.1", 2 * DAY + 1, 30, 1.32),  # not 1.3200000000000003
        ("closed-after: 1", 2 * DAY, -1, 0),
    ],
)
def test_points_taken_off(tmp_path: Path, text: str, late_seconds: float, earned: float, taken: float) -> None:
    assert penalty(policy(tmp_path, f"{BERLIN}, {text}"), late_seconds, earned, 40) == taken


def test_later_never_costs_less(tmp_path: Path) -> None:
    late = policy(tmp_path, BERLIN + ", grace: 7, per-day: 3.3, most: 41, closed-after: 30")
    moments = sorted({day * DAY + 60 * minute + second for day in range(33) for minute in (0, 7) for second in (0, 1)})
    due = late.due.astimezone(timezone.utc)
    costs = [penalty(late, lateness(late, due + timedelta(seconds=moment)), 55.5, 60) for moment in moments]
    assert costs == sorted(costs) and costs[0] == 0 and costs[-1] == 55.5
