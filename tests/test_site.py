"""The site of the documentation: strict, whole, and without a request to anywhere else; skipped without mkdocs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(find_spec("material") is None, reason="mkdocs-material is not installed (extra `docs`)")
ELSEWHERE = re.compile(r"<(?:link|script|img|iframe|source)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//", re.I)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert (site / page.stem / "index.html").is_file(), page
        assert f'href="{page.stem}/"' in home, f"{page.name} is not in the navigation"
    assert not list(site.glob("*.py"))


def test_nothing_is_requested_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not ELSEWHERE.findall(text), page
        assert 'data-md-component="source"' not in text, "the theme asks the code host for stars"
        assert 'class="mermaid"' not in text, "the theme loads mermaid from elsewhere"
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8")), sheet


def test_links_lead_to_pages_of_the_site_or_to_the_code_host(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    assert 'href="student/"' in home and 'src="report.png"' in home and "/blob/main/LICENSE" in home
    architecture = (site / "architecture" / "index.html").read_text("utf-8")
    assert 'href="../CONTRIBUTING/"' in architecture and "/blob/main/tests/test_architecture.py" in architecture
    for page in site.rglob("*.html"):
        if page.name != "404.html":
            for target in re.findall(r'(?:href|src)="([^":#?]+)[^":]*"', page.read_text("utf-8")):
                assert (page.parent / target).exists(), f"{page}: {target}"
