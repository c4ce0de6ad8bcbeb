"""The text of one file of a submission: a regular file of a limited size, decoded as Python or YAML would."""

from __future__ import annotations

import codecs
import errno
import io
import os
import stat
import tokenize
from pathlib import Path

from grader.base.errors import is_a_link, not_regular, unreadable
from grader.base.text import escape_controls
from grader.model import GraderError

MAX_BYTES = 256 << 10  # some 6000 lines of code; the files of a course have some hundreds
UTF8 = "utf-8-sig"
YAML = (".yaml", ".yml")
FIRST_LINES = 4 << 10  # more than the two lines where a coding line may stand
# Codecs of plain text in which ASCII is ASCII: what an editor shows is what runs.
CODECS = frozenset({
    "ascii", "iso8859-1", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-10",
    "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "cp437", "cp850", "cp852", "cp866", "cp874", "cp932",
    "cp949", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8-r",
    "koi8-u", "mac-roman", "gb2312", "gbk", "gb18030", "big5", "euc_jp", "euc_kr", "shift_jis",
})  # fmt: skip
# A link is refused as it is opened, not looked at before; a pipe is opened without waiting for its other end.
_PLAINLY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def decode(name: str, data: bytes) -> str:
    """A file's text: UTF-8, or what a Python file's coding line says. Raises GraderError with the reason for others."""
    if len(data) > MAX_BYTES:
        raise GraderError(f"{name} is larger than {MAX_BYTES >> 10} KiB")
    codec = _declared(name, data) if name.lower().endswith(".py") else UTF8
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what, remedy = ("UTF-8 text", "save it as UTF-8")
        if codec != UTF8:
            what, remedy = (f"{codec} text, as its coding line says", "save it as UTF-8 and remove that line")
        raise GraderError(f"{name} is not {what}: byte 0x{data[error.start]:02x} in line {line}; {remedy}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise GraderError(f"{name} is not a text file: it has a NUL byte in line {line}")
    return text


def decode_kept(name: str, data: bytes) -> tuple[str, str]:
    """A file's text as `decode` gives it, and a note on what was lost.

    Written answers are kept where Python would refuse a file: YAML may be UTF-16, and a letter in another encoding
    costs itself alone, since an answer that cannot be read is never wrong.
    """
    if not name.lower().endswith(YAML) or len(data) > MAX_BYTES:
        return decode(name, data), ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    try:
        return decode(name, data), ""
    except GraderError as error:
        kept = data.decode(UTF8, "replace").replace("\0", "\ufffd")
        return decode(name, kept.encode()), str(error)


def _declared(name: str, data: bytes) -> str:
    """The codec that a Python file's coding line names (PEP 263), UTF-8 for none and for an unknown one.

    Raises GraderError for one in which the file is other code than an editor shows, such as UTF-7.
    """
    try:
        declared, _ = tokenize.detect_encoding(io.BytesIO(data[:FIRST_LINES]).readline)
    except SyntaxError:
        return UTF8
    codec = codecs.lookup(declared).name
    if codec in ("utf-8", UTF8):
        return UTF8
    if codec not in CODECS:
        raise GraderError(
            f"{name} is not read: its coding line names {escape_controls(declared)}; save it as UTF-8 and remove that "
            "line"
        )
    return codec


def bytes_of(path: Path, name: str, limit: int) -> bytes:
    """At most `limit` + 1 bytes of a regular file; links are not followed. Raises GraderError with the reason."""
    try:
        if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
            raise is_a_link(name)
        descriptor = os.open(path, _PLAINLY)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise not_regular(name)
            data = os.read(descriptor, limit + 1)
            while len(data) <= limit and (more := os.read(descriptor, limit + 1 - len(data))):
                data += more
            return data
        finally:
            os.close(descriptor)
    except OSError as error:
        if path.is_symlink():
            raise is_a_link(name) from None
        if error.errno == errno.ENXIO or path.is_dir():
            raise not_regular(name) from None
        raise unreadable(name, error) from None
