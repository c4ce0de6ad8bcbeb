"""Times as people and platforms write them, and the clocks of a time zone, which skip an hour and repeat one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from grader.base.text import did_you_mean

# As in 2026-11-20T23:59:00.000Z, 2026-11-20 23:59:00 +0100, 2026-11-20 22:59:00 UTC.
_ISO = re.compile(
    r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)? ?(?P<offset>Z|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?",
    re.ASCII | re.IGNORECASE,
)
# As in Friday, 20 November 2026, 11:59 PM, or November 20, 2026, 23:59. (Moodle: strftimedaydatetime of its language)
_IN_WORDS = re.compile(
    r"(?:(?P<weekday>[a-z]+),? )?(?:(?P<day>\d{1,2}) (?P<month>[a-z]+)|(?P<us_month>[a-z]+) (?P<us_day>\d{1,2})),? "
    r"(?P<year>20\d\d),? (?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<half>[ap])m)?",
    re.ASCII | re.IGNORECASE,
)
# As in 20.11.2026 23:59: with points the day comes first, wherever dates are written so.
_WITH_POINTS = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d),? "
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?",
    re.ASCII,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


# Abbreviations of the clocks of winter or of summer alone, and a place with both; `GMT` is what many call the clocks of
# London, which are an hour off in summer. CET, EET, MET, WET and EST5EDT have summer time in the database.
_ABBREVIATED = {
    "EST": "America/New_York", "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago",
    "MST": "America/Denver", "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "AKST": "America/Anchorage", "AKDT": "America/Anchorage", "HST": "Pacific/Honolulu", "BST": "Europe/London",
    "GMT": "Europe/London", "GREENWICH": "Europe/London", "WEST": "Europe/Lisbon", "CEST": "Europe/Berlin",
    "EEST": "Europe/Athens", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
}  # fmt: skip
# As in Etc/GMT+5, GMT+2, UTC-3, +01:00. In the database, Etc/GMT+5 is five hours *behind* UTC.
_FIXED = re.compile(r"(?:Etc/)?(?:GMT|UTC|(?=[+-]))[+-]?\d{1,2}(?::?\d\d)?", re.IGNORECASE)


def zone_named(name: str) -> tzinfo:
    """The time zone of this name in the IANA database, as Europe/Berlin. Raises ValueError with the remedy.

    One offset all the year is refused, UTC apart: a deadline is on the clocks of a place, and most are moved in summer.
    """
    if name == "UTC":
        return timezone.utc
    plain_name = re.sub(r"^ETC/|(?<=GMT)[+-]?0$", "", name.upper())
    place = _ABBREVIATED.get(plain_name, "America/New_York" if _FIXED.fullmatch(name) else "")
    if place:
        raise ValueError(
            f"{name!r} has the same offset all year: write a place with its clock changes, as in {place}, or UTC"
        )
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
    if not known:
        raise ValueError("this computer knows no time zones: run `pip install tzdata`, then try again")
    places = [zone for zone in sorted(known) if "/" in zone and not zone.startswith("Etc/")]
    guess = did_you_mean(name, places) or "; write a name such as Europe/Berlin, or UTC"
    raise ValueError(f"unknown time zone {name!r}{guess}")


def iso(text: str) -> datetime | None:
    """The time in a text of ISO 8601, to the second: aware where it has an offset; None for any other text."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    return _made(match, int(match["month"]), int(match["day"]), int(match["hour"]), _offset(match["offset"]))


def moment(text: str) -> datetime | None:
    """The time in a text as platforms write it: ISO 8601, English with the month as a word, or day.month.year.

    None for any other, also for dates such as 11/12/2026: countries differ in the order of day and month.
    """
    if match := _IN_WORDS.fullmatch(text):
        month = _place(match["month"] or match["us_month"], _MONTHS)
        hour = _hour(int(match["hour"]), match["half"])
        made = None if hour is None else _made(match, month + 1, int(match["day"] or match["us_day"]), hour, None)
        weekday = match["weekday"]
        if made is not None and (not weekday or _place(weekday, _WEEKDAYS) == made.weekday()):
            return made
        return None
    if match := _WITH_POINTS.fullmatch(text):
        return _made(match, int(match["month"]), int(match["day"]), int(match["hour"]), None)
    return iso(text)


def on_clocks(local: datetime, zone: tzinfo) -> list[datetime]:
    """The moments at which the clocks of `zone` show the naive time `local`, in UTC: one; none or two on some nights.

    They are in order. (PEP 495)
    """
    moments = {local.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1)}
    return sorted(when for when in moments if when.astimezone(zone).replace(tzinfo=None, fold=0) == local)


def _made(match: re.Match[str], month: int, day: int, hour: int, zone: tzinfo | None) -> datetime | None:
    try:
        return datetime(int(match["year"]), month, day, hour, int(match["minute"]), int(match["second"] or 0), 0, zone)
    except ValueError:
        return None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    digits = re.sub(r"\D", "", text).ljust(4, "0")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-size if text.startswith("-") else size)


def _hour(hour: int, half: str | None) -> int | None:
    """The hour from 0 to 23 of one before (a) or after noon (p)."""
    if half is None:
        return hour
    return hour % 12 + 12 * (half.lower() == "p") if 1 <= hour <= 12 else None


def _place(word: str, names: tuple[str, ...]) -> int:
    """Which name it is, in full or cut after three letters or more; -1 where it is none."""
    fits = [at for at, name in enumerate(names) if len(word) >= 3 and name.startswith(word.lower())]
    return fits[0] if fits else -1
