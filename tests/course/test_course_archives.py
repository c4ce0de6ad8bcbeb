"""A course in an archive: read within limits, whatever is in it; one from the web is the one that was named."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import os
import shutil
import ssl
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Graded, write_files
from course_sources import course_files, members
from test_submissions import tarred, zipped

from grader.origin import archive

Run = Callable[..., Graded]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str | bytes]:
    """The course itself, with nothing beside it."""
    root = course_files(tmp_path / "whole")
    write_files(root / "autodiff", {"course.yaml": "title: Sums\ntemplate: stubs\n"})
    shutil.move(root / "stubs", root / "autodiff" / "stubs")
    return members(root / "autodiff")


def inside(prefix: str, files: dict[str, str | bytes]) -> dict[str, str | bytes]:
    return {prefix + name: content for name, content in files.items()}


@pytest.mark.parametrize("prefix", ["", "sums/", "sums-1.0/deep/"])
@pytest.mark.parametrize("pack", [zipped, lambda at, files: tarred(at.with_suffix(".tgz"), files, "w:gz")])
def test_a_course_is_at_the_top_or_in_the_single_folder(
    prefix: str, pack: Callable[..., Path], files: dict[str, str | bytes], run: Run, tmp_path: Path
) -> None:
    litter: dict[str, str | bytes] = {"__MACOSX/._x": b"", ".DS_Store": b""}
    path = pack(tmp_path / "sums.zip", {**inside(prefix, files), **litter})
    named = f"{path}#deep" if "deep" in prefix else path
    graded = run("init", "new", "--course", named)
    assert graded.code == 0, graded.err
    assert (tmp_path / "new" / ".github" / "workflows" / "grade.yml").is_file()


def test_a_changed_archive_is_another_course(files: dict[str, str | bytes], run: Run, tmp_path: Path) -> None:
    path = zipped(tmp_path / "sums.zip", files)
    assert run("show", "--course", path).out.startswith("Sums")
    zipped(path, {**files, "course.yaml": "title: Others\n"})
    assert run("show", "--course", path).out.startswith("Others")


@pytest.mark.parametrize("name", ["../work.py", "/tmp/work.py", "a/../../work.py", "C:/work.py", "..\\work.py"])
def test_a_member_that_leads_out_is_refused(
    name: str, files: dict[str, str | bytes], run: Run, tmp_path: Path, cache: Path
) -> None:
    for path in (
        zipped(tmp_path / "a.zip", {**files, name: "x"}),
        tarred(tmp_path / "a.tar.gz", {**files, name: "x"}, "w:gz"),
    ):
        graded = run("show", "--course", path)
        assert graded.code == 2 and "outside of the archive's folder" in graded.err
        assert not [found for found in cache.rglob("*") if found.is_file()]


def test_links_bombs_and_what_is_no_archive_are_refused(
    files: dict[str, str | bytes], run: Run, tmp_path: Path
) -> None:
    path = tarred(tmp_path / "linked.tar", files)
    with tarfile.open(path, "a") as made:
        for kind, name in ((tarfile.SYMTYPE, "stubs/more.py"), (tarfile.LNKTYPE, "stubs/hard.py")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            made.addfile(member)
    assert "is a link" in run("show", "--course", path).err
    bomb = zipped(tmp_path / "bomb.zip", {**files, "zeros": bytes(40 << 20)})
    assert "times its size; pack only the course" in run("show", "--course", bomb).err.replace(" (seen at zeros)", "")
    write_files(tmp_path, {"none.zip": b"PK", "empty.zip": io.BytesIO().getvalue()})
    for name in ("none.zip", "empty.zip"):
        assert run("show", "--course", name).err.startswith(f"error: {name} is refused")
    twice = tmp_path / "twice.zip"
    with zipfile.ZipFile(twice, "w") as both:
        both.writestr("course.yaml", "title: A\n")
        both.writestr("COURSE.yaml", "title: B\n")
    assert "in two spellings" in run("show", "--course", twice).err


@pytest.mark.parametrize(
    "key",
    [
        "template: {}",
        "reference: {}",
        "given: [{{file: {}, instead-of: a.py}}]",
        "given: [{}]",
        "checks: [{{data: {}}}]",
    ],
)
def test_nothing_outside_of_an_archive_is_read_even_to_refuse_it(
    key: str, files: dict[str, str | bytes], run: Run, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # who opens it waits for ever
    line, at = key.format(pipe) + "\n", "course.yaml" if key.startswith(("temp", "ref")) else "2.yaml"
    text = "title: Sums\n" if at == "course.yaml" else ""
    path = zipped(tmp_path / "sums.zip", {**files, at: text + line})
    graded = run("show", "--course", path)
    assert graded.code == 2
    assert graded.err == f"error: sums.zip is refused: it names {pipe}, which lies outside of what was fetched\n"


def test_an_archive_without_a_course_says_where_one_is(files: dict[str, str | bytes], run: Run, tmp_path: Path) -> None:
    path = zipped(tmp_path / "all.zip", inside("courses/sums/", files))
    assert "there is one in sums: name the folder" in run("show", "--course", path).err
    for folder in ("sums", "courses/sums"):
        assert run("show", "--course", f"{path}#{folder}").code == 0


class Files(http.server.SimpleHTTPRequestHandler):
    """Serves files, notes who asks, and sends `/away` to an address without https."""

    seen: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("Authorization", "")))
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/sums.zip")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """The address, with https, of a server on this machine, and its folder."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder, key, certificate = tmp_path / "web", tmp_path / "key.pem", tmp_path / "cert.pem"
    folder.mkdir()
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(Files, "seen", [])
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *given: Files(*given, directory=str(folder))  # type: ignore[arg-type]
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"localhost:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def test_an_archive_from_the_web_is_the_one_that_was_named(
    web: tuple[str, Path], files: dict[str, str | bytes], run: Run, tmp_path: Path
) -> None:
    host, folder = web
    data = zipped(folder / "sums.zip", inside("sums/", files)).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    write_files(tmp_path / "work", {"work.py": "def double(x):\n    return 2 * x\n"})
    graded = run("work", "--only", "1", "--course", f"https://anna:s3cret@{host}/sums.zip?token=t0ken#sha256={digest}")
    assert graded.code == 0, graded.err
    told = graded.results["course"]
    assert (told["source"], told["sha256"]) == (f"https://{host}/sums.zip", digest)
    assert Files.seen == [("/sums.zip?token=t0ken", "Basic " + base64.b64encode(b"anna:s3cret").decode())]
    everything = graded.out + graded.err + graded.html + str(graded.results)
    assert "s3cret" not in everything and "t0ken" not in everything
    (folder / "sums.zip").write_bytes(data + b"x")
    assert run("show", "--course", f"https://{host}/sums.zip#sha256={digest}").code == 0
    assert len(Files.seen) == 1, "what is in the cache needs no network"
    other = run("show", "--course", f"https://{host}/sums.zip#sha256={'0' * 64}")
    assert other.code == 2 and "is not the archive that was named: its SHA-256 is" in other.err
    away = run("show", "--course", f"https://{host}/away.zip#sha256={'1' * 64}")
    assert away.code == 2 and "without https" in away.err
    missing = run("show", "--course", f"https://{host}/none.zip#sha256={'2' * 64}")
    assert missing.code == 2 and "cannot download" in missing.err and len(missing.err.splitlines()) == 1


def test_a_folder_of_an_archive_from_the_web(
    web: tuple[str, Path], files: dict[str, str | bytes], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, folder = web
    data = tarred(folder / "all.tar.gz", inside("all/courses/sums/", files), "w:gz").read_bytes()
    named = f"https://{host}/all.tar.gz#sha256={hashlib.sha256(data).hexdigest()}&path=courses/sums"
    assert run("show", "--course", named).code == 0
    monkeypatch.setattr(archive, "MAX_PACKED", 100)
    large = f"https://{host}/all.tar.gz#sha256={'3' * 64}"
    assert "is larger than" in run("show", "--course", large).err
