"""Archives that are broken, hostile or too large get one clear line, and nothing is ever extracted."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, write_files
from test_submissions import FILES, WANTED, tarred, zipped

from grader.model import GraderError
from grader.submission.reader import read_submission


def member(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def tar_of(at: Path, *members: tarfile.TarInfo, name: str = "bad.tar") -> Path:
    with tarfile.open(at / name, "w") as archive:
        for one in members:
            archive.addfile(one)
    return at / name


def zip_of(at: Path, mode: int, name: str = "ops.py") -> Path:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    with zipfile.ZipFile(at / "bad.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return at / "bad.zip"


def twice(at: Path) -> Path:
    with zipfile.ZipFile(at / "bad.zip", "w") as archive, pytest.warns(UserWarning):
        archive.writestr("ops.py", "x = 1")
        archive.writestr("ops.py", "x = 2")
    return at / "bad.zip"


def changed(path: Path, was: bytes, becomes: bytes) -> Path:
    assert was in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(was, becomes))
    return path


def encrypted(at: Path) -> Path:
    path = zipped(at / "bad.zip", FILES)
    changed(path, b"PK\x03\x04\x14\0\0", b"PK\x03\x04\x14\0\1")
    return changed(path, b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\1")


def gzipped(path: Path, data: bytes) -> Path:
    path.write_bytes(gzip.compress(data))
    return path


def lying_size(at: Path) -> Path:
    """A bomb whose headers say that it is small."""
    path = zipped(at / "bad.zip", {"ops.py": b"\0" * (10 << 20)})
    return changed(path, (10 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def overlapping(at: Path) -> Path:
    """Many members that share one packed body."""
    path = zipped(at / "bad.zip", {"a.py": os.urandom(200_000)}, zipfile.ZIP_STORED)
    data = path.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = b"".join(data[start:end].replace(b"a.py", b"%04d" % number) for number in range(150))
    tail = bytearray(data[end:])
    tail[8:10] = tail[10:12] = (150).to_bytes(2, "little")
    tail[12:16] = len(entries).to_bytes(4, "little")
    path.write_bytes(data[:start] + entries + tail)
    return path


def headers_of_digits(at: Path) -> Path:
    """What takes quadratic time in some versions of tarfile."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 20
    (at / "bad.tar").write_bytes(header.tobuf(tarfile.USTAR_FORMAT) + b"1" * (1 << 20))
    return at / "bad.tar"


def said_of(kind: bytes, body: bytes) -> bytes:
    """A header that says something of the next member, or of all."""
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, len(body)
    return header.tobuf(tarfile.USTAR_FORMAT) + body.ljust(-(-len(body) // 512) * 512, b"\0")


def one_after_another(at: Path, said: bytes, count: int, first: bytes = b"", last: bytes = b"") -> Path:
    """Members that are skipped, each with a header of its own."""
    data = first + (said + member(".a", tarfile.REGTYPE).tobuf(tarfile.USTAR_FORMAT)) * count + last
    (at / "bad.tar").write_bytes(data + bytes(1024))
    return at / "bad.tar"


def long_headers(at: Path) -> Path:
    return one_after_another(at, said_of(tarfile.XHDTYPE, b"1" * 4096), 1150)


def things_said_of_all(at: Path) -> Path:
    """Every member gets a copy of them."""
    things = b"".join(b"9 %04x=\n" % number for number in range(450))
    return one_after_another(at, said_of(tarfile.XHDTYPE, b"9 aaaa=\n"), 12_000, said_of(tarfile.XGLTYPE, things) * 15)


def shared_map(at: Path) -> Path:
    """Members that are all told to have the same very long list of holes."""
    sparse = said_of(tarfile.XHDTYPE, b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n")
    return one_after_another(at, sparse, 1000, last=b"900000000\n" + b"0\n" * 1_000_000)


def endless_headers(at: Path) -> Path:
    """Headers about headers about headers."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 4
    (at / "bad.tar").write_bytes((header.tobuf(tarfile.GNU_FORMAT) + b"abc".ljust(512, b"\0")) * 5000)
    return at / "bad.tar"


def backwards(at: Path) -> Path:
    """A member whose size leads the reader back to itself."""
    body = b"14 size=-1536\n"
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(body)
    data = member("a", tarfile.DIRTYPE).tobuf(tarfile.USTAR_FORMAT)
    data += header.tobuf(tarfile.USTAR_FORMAT) + body.ljust(512, b"\0")
    (at / "bad.tar").write_bytes(data + member(".loop", b"Z").tobuf(tarfile.USTAR_FORMAT) + bytes(2048))
    return at / "bad.tar"


def damaged_middle(at: Path) -> Path:
    path = tarred(at / "bad.tar", {"a.py": "x = 1", "ops.py": "x = 2"})
    data = bytearray(path.read_bytes())
    data[1024 + 148 : 1024 + 154] = b"999999"
    path.write_bytes(bytes(data))
    return path


def cut(path: Path, keep: float = 0.6) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    return path


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "symlink-tar": (lambda at: tar_of(at, member("ops.py", tarfile.SYMTYPE, "/etc/passwd")), "ops.py is a link"),
    "hard-link-tar": (lambda at: tar_of(at, member("ops.py", tarfile.LNKTYPE, "/etc/passwd")), "ops.py is a link"),
    "fifo-tar": (lambda at: tar_of(at, member("ops.py", tarfile.FIFOTYPE)), "ops.py is not a regular file"),
    "device-tar": (lambda at: tar_of(at, member("ops.py", tarfile.CHRTYPE)), "ops.py is not a regular file"),
    "symlink-zip": (lambda at: zip_of(at, stat.S_IFLNK | 0o777), "ops.py is a link"),
    "fifo-zip": (lambda at: zip_of(at, stat.S_IFIFO | 0o777), "ops.py is not a regular file"),
    "dots-zip": (lambda at: zipped(at / "bad.zip", {"../x.py": ""}), "../x.py would lie outside"),
    "dots-inside": (lambda at: zipped(at / "bad.zip", {"a/../../x.py": ""}), "would lie outside"),
    "dots-windows": (lambda at: zipped(at / "bad.zip", {"..\\x.py": ""}), "would lie outside"),
    "dots-tar": (lambda at: tarred(at / "bad.tar", {"../x.py": ""}), "../x.py would lie outside"),
    "absolute-zip": (lambda at: zipped(at / "bad.zip", {"/tmp/ops.py": ""}), "/tmp/ops.py would lie outside"),
    "absolute-tar": (lambda at: tarred(at / "bad.tar", {"/tmp/ops.py": ""}), "/tmp/ops.py would lie outside"),
    "drive": (lambda at: zipped(at / "bad.zip", {"C:\\ops.py": ""}), "would lie outside"),
    "twice": (twice, "ops.py is in it twice"),
    "twice-tar": (lambda at: tarred(at / "bad.tar", {"ops.py": "", "./ops.py": ""}), "ops.py is in it twice"),
    "two-cases": (lambda at: zipped(at / "bad.zip", {"ops.py": "", "Ops.py": ""}), "is in it twice"),
    "two-spellings": (lambda at: zipped(at / "bad.zip", {"ö.py": "", "o\u0308.py": ""}), "is in it twice"),
    "many-zip": (lambda at: zipped(at / "bad.zip", {f"{n}.py": "" for n in range(10_000)}), "more than 200 files"),
    "many-tar": (lambda at: tarred(at / "bad.tar", {f"{n}.py": "" for n in range(10_000)}), "more than 200 files"),
    "very-many": (lambda at: zipped(at / "bad.zip", {f".x/{n}": "" for n in range(20_001)}), "more than 20000 files"),
    "bomb-zip": (lambda at: zipped(at / "bad.zip", {"ops.py": b"\0" * (10 << 20)}), "ops.py"),
    "bomb-lying": (lying_size, "damaged"),
    "bomb-overlap": (overlapping, "damaged"),
    "bomb-tar": (lambda at: tarred(at / "bad.tar.gz", {"a": b"\0" * (10 << 20)}, "w:gz"), "more than 100 times"),
    "bomb-gzip": (lambda at: gzipped(at / "bad.tgz", b"\0" * (90 << 20)), "more than 100 times"),
    "large": (lambda at: zipped(at / "bad.zip", {"a": os.urandom(1 << 20) * 21}, zipfile.ZIP_STORED), "larger than 20"),
    "large-inside": (
        lambda at: zipped(at / "bad.zip", {"r": os.urandom(1 << 20), "a": b"ab" * (11 << 20)}), "more than 20 MiB"),
    "encrypted": (encrypted, "is encrypted"),
    "bzip2": (lambda at: zipped(at / "bad.zip", FILES, zipfile.ZIP_BZIP2), "unusual way"),
    "text-zip": (lambda at: write_files(at, {"bad.zip": "hello"}) / "bad.zip", "damaged"),
    "text-tar": (lambda at: write_files(at, {"bad.tar": "hello" * 500}) / "bad.tar", "damaged"),
    "empty-zip": (lambda at: write_files(at, {"bad.zip": ""}) / "bad.zip", "damaged"),
    "empty-tar": (lambda at: write_files(at, {"bad.tar": ""}) / "bad.tar", "damaged"),
    "cut-zip": (lambda at: cut(zipped(at / "bad.zip", FILES)), "damaged"),
    "cut-tgz": (lambda at: cut(tarred(at / "bad.tgz", FILES, "w:gz")), "damaged"),
    "cut-tar": (lambda at: cut(tarred(at / "bad.tar", {"ops.py": "#" * 40_000})), "damaged"),
    "damaged-zip": (
        lambda at: changed(zipped(at / "bad.zip", FILES, zipfile.ZIP_STORED), b"class Div", b"class Dvi"), "damaged"),
    "damaged-tar": (damaged_middle, "damaged"),
    "digits": (headers_of_digits, "damaged"),
    "long-headers": (long_headers, "damaged"),
    "said-of-all": (things_said_of_all, "damaged"),
    "shared-map": (shared_map, "damaged"),
    "long-name": (lambda at: zipped(at / "bad.zip", {"\u0300\u0316" * 5000: ""}), "is too long"),
    "long-name-tar": (lambda at: tarred(at / "bad.tar", {"n" * 2000: ""}), "is too long"),
    "endless-headers": (endless_headers, "damaged"),
    "backwards": (backwards, "more than 20000 files"),
    "escape-codes": (lambda at: zipped(at / "bad.zip", {"../\x1b[31m\u202e.py": ""}), "would lie outside"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_or_broken_archive_gets_one_line(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make, piece = REFUSED[name]
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(GraderError) as raised:
        read_submission(str(path), WANTED)
    told = str(raised.value)
    assert path.name in told and piece in told, told
    assert told.count("\n") == 0 and told.isprintable() and len(told) < 400
    assert sorted(tmp_path.rglob("*")) == before
    assert capfd.readouterr() == ("", "")


def test_an_archive_may_say_much_of_honest_files(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "all.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("ops.py", *(f".venv/{number}.py" for number in range(2000))):
            info = tarfile.TarInfo(name)
            info.mtime = 1_700_000_000.25  # type: ignore[assignment]
            info.pax_headers = {"SCHILY.xattr.user": "x" * (300 if name == "ops.py" else 100)}
            archive.addfile(info)
    assert set(read_submission(str(tmp_path / "all.tar"), WANTED).files) == {"ops.py"}


def test_a_refused_archive_ends_the_command_with_one_line(run: Callable[..., Graded], tmp_path: Path) -> None:
    zipped(tmp_path / "bad.zip", {"../ops.py": ""})
    graded = run("bad.zip")
    assert (graded.code, graded.err) == (
        2,
        "error: bad.zip is refused: ../ops.py would lie outside of the archive's folder\n",
    )
