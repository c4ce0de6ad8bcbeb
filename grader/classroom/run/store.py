"""class.sqlite: every result as it arrives, and every attempt; one writer, and a killed run loses nothing.

The key of a result covers everything that it depends on, so it is reused as long as that is the same.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from grader.base.errors import out_is_link
from grader.base.text import escape_controls
from grader.model import GraderError
from grader.model.dataclass import dataclass

NAME = "class.sqlite"
# One script per version; a file of an older version is migrated step by step. Never change a script: add one.
MIGRATIONS = (
    """
    CREATE TABLE results (key TEXT PRIMARY KEY, exercise TEXT NOT NULL, result BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE attempts (
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        digest TEXT NOT NULL,
        stamp TEXT NOT NULL,
        summary TEXT NOT NULL,
        marks TEXT NOT NULL,
        first_graded TEXT NOT NULL,
        handed_in TEXT NOT NULL,
        course TEXT NOT NULL,
        PRIMARY KEY (name, number)
    ) WITHOUT ROWID;
    """,
    "CREATE TABLE entries (entry BLOB PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;",
    "CREATE TABLE salt (salt BLOB NOT NULL);",
    "CREATE TABLE outlines (key TEXT PRIMARY KEY, outline TEXT NOT NULL) WITHOUT ROWID;",
)
_PARTS = ("", "-journal", "-wal", "-shm")  # the files that SQLite opens, links or not
WAIT = 0.5  # seconds for another run's lock: only one that is just ending gives it up, others hold it to their end
SALT = 32  # bytes: 256 bits cannot be tried out
FASTEST = 1  # zlib's level: speed counts more here than the last bytes
_DAMAGED = (sqlite3.DatabaseError, zlib.error, UnicodeDecodeError)


@dataclass(frozen=True)
class Attempt:
    """One version of a submission: `digest` is that of its files, `report_key` that of all that its report depends on
    (the column `stamp`), `summary` its points as text, `first_graded` and `handed_in` are times as text, `course` is
    the digest of the exercises; the marks of its checks are stored beside it."""

    name: str
    number: int
    digest: str
    report_key: str
    summary: str
    first_graded: str
    handed_in: str = ""
    course: str = ""


class Store:
    """An open class.sqlite. Raises GraderError where another run has it open, and for another kind of file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        for part in _PARTS:
            if (link := path.with_name(path.name + part)).is_symlink():
                raise out_is_link(link)
        with self._errors():
            self._base = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
            try:
                # The lock belongs to the process, so it does not outlive a killed one.
                self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._base.execute("PRAGMA journal_mode = WAL")
                self._base.execute("PRAGMA synchronous = NORMAL")
                self._migrate()
            except BaseException:
                self._base.close()
                raise

    def close(self) -> None:
        """Closes the file; nothing but class.sqlite is left."""
        with self._errors():
            self._base.close()

    def results(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The stored results among `keys`, by key."""
        wanted = tuple(keys)
        marks = ",".join("?" * len(wanted))
        with self._errors():
            rows = self._base.execute(f"SELECT key, result FROM results WHERE key IN ({marks})", wanted)
            return {key: zlib.decompress(result) for key, result in rows}

    def attempts(self, name: str) -> list[Attempt]:
        """All attempts of a submission, the oldest first."""
        with self._errors():
            rows = self._base.execute(
                "SELECT name, number, digest, stamp, summary, first_graded, handed_in, course FROM attempts "
                "WHERE name = ? ORDER BY number", (name,),
            )  # fmt: skip
            return [Attempt(*row) for row in rows]

    def marks(self, name: str, number: int) -> str:
        """The marks of an attempt, as text."""
        with self._errors():
            row = self._base.execute("SELECT marks FROM attempts WHERE name = ? AND number = ?", (name, number))
            return str(row.fetchone()[0])

    def names(self) -> Iterator[str]:
        """The names of all submissions ever graded."""
        with self._errors():
            for (name,) in self._base.execute("SELECT DISTINCT name FROM attempts"):
                yield name

    def entries(self) -> dict[str, str]:
        """The submission's name by its entry in the class's folder, as of the last run that had it."""
        with self._errors():
            rows = self._base.execute("SELECT entry, name FROM entries")
            return {os.fsdecode(entry): name for entry, name in rows}

    def keep_entries(self, names: Mapping[str, str]) -> None:
        """Stores the submissions' names by the names of their entries."""
        with self._all_or_nothing():
            self._base.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?)",
                [(os.fsencode(entry), name) for entry, name in names.items()],
            )

    def salt(self) -> bytes:
        """Random bytes that make the seeds of this class unpredictable; made once, and in no report."""
        with self._all_or_nothing():
            known = self._base.execute("SELECT salt FROM salt").fetchone()
            if known:
                return bytes(known[0])
            made = secrets.token_bytes(SALT)
            self._base.execute("INSERT INTO salt VALUES (?)", (made,))
            return made

    def outline(self, key: str) -> str:
        """The outline of the course that was kept under this key; empty where it was another."""
        with self._errors():
            row = self._base.execute("SELECT outline FROM outlines WHERE key = ?", (key,)).fetchone()
            return str(row[0]) if row else ""

    def keep_outline(self, key: str, outline: str) -> None:
        """Stores the course's outline, in place of earlier ones."""
        if self.outline(key) == outline:
            return  # a run that judges nothing writes nothing
        with self._all_or_nothing():
            self._base.execute("DELETE FROM outlines")
            self._base.execute("INSERT INTO outlines VALUES (?, ?)", (key, outline))

    def rename(self, old: str, new: str) -> None:
        """Renames all attempts of a submission to a free name."""
        with self._errors():
            self._base.execute("UPDATE attempts SET name = ? WHERE name = ?", (new, old))

    def begin(self, results: Mapping[str, tuple[str, bytes]], attempt: Attempt) -> None:
        """Stores results (exercise and text by key), and marks their attempt's reports as incomplete, in case the
        run is killed while it writes them."""
        with self._all_or_nothing():
            self._base.executemany(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
                [(key, exercise, zlib.compress(text, FASTEST)) for key, (exercise, text) in results.items()],
            )
            self._base.execute(
                "INSERT INTO attempts (name, number, digest, stamp, summary, first_graded, handed_in, course, marks) "
                "VALUES (?, ?, ?, '', '', ?, ?, ?, '[]') ON CONFLICT (name, number) DO UPDATE SET stamp = ''",
                (attempt.name, attempt.number, attempt.digest, attempt.first_graded, attempt.handed_in, attempt.course),
            )

    def finish(self, attempt: Attempt, marks: str) -> None:
        """Stores an attempt whose reports are written."""
        with self._errors():
            self._base.execute(
                "INSERT OR REPLACE INTO attempts (name, number, digest, stamp, summary, first_graded, handed_in, "
                "course, marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*astuple(attempt), marks),
            )  # fmt: skip

    def set_time(self, attempt: Attempt, handed_in: str) -> None:
        """Changes the submission time of an attempt."""
        with self._errors():
            self._base.execute(
                "UPDATE attempts SET handed_in = ? WHERE name = ? AND number = ?",
                (handed_in, attempt.name, attempt.number),
            )

    def _migrate(self) -> None:
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise GraderError(
                f"{escape_controls(str(self._path))} was written by a newer grader (version {version}); update the "
                "grader, or give another --out"
            )
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            self._base.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        with self._errors():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:  # a full disk rolls back by itself
                    self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            in_use = "in use by another `grade batch`; wait for it, or give another --out"
            why = in_use if "locked" in str(error) else error
            raise GraderError(f"{escape_controls(str(self._path))}: {why}") from None
        except _DAMAGED as error:
            raise GraderError(
                f"{escape_controls(str(self._path))} is damaged ({error}); move it away and run again: everything "
                "is graded again, reports and reviews are kept"
            ) from None
