"""What mkdocs needs to make a site of these pages: links go where the code host has them, and work on the site too."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
ADDED = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Pages from outside of docs/, by their place in the repository, and where they are on the site."""

_LINK = re.compile(r"\]\((?!\w+:|#|/)([^)\s#]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leaves out of the navigation what is not there."""
    known = {*ADDED.values(), *(path.name for path in (ROOT / "docs").glob("*.md"))}
    config.nav = _existing(config.nav or [], known)
    return config


def _existing(entries: list[Any], known: set[str]) -> list[Any]:
    found = []
    for entry in entries:
        ((title, target),) = entry.items()
        target = _existing(target, known) if isinstance(target, list) else target if target in known else None
        if target:
            found.append({title: target})
    return found


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages from outside of docs/."""
    for place, uri in ADDED.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / place)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turns links between files of the repository into links of the site, or of the code host."""
    place = next((place for place, uri in ADDED.items() if uri == page.file.src_uri), f"docs/{page.file.src_uri}")

    def turned(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place), link[1]))
        if not (ROOT / path).exists():
            return link[0]  # mkdocs warns of it
        uri = ADDED.get(path, path.removeprefix("docs/") if path.startswith("docs/") else "")
        file = files.get_file_from_path(uri) if uri else None
        if file is not None and file.inclusion.is_included():
            target = posixpath.relpath(uri, posixpath.dirname(page.file.src_uri) or ".")
        else:
            kind = "tree" if (ROOT / path).is_dir() else "blob"
            target = f"{config.extra['repository']}/{kind}/main/{path}"
        return f"]({target}{link[2] or ''})"

    return _LINK.sub(turned, markdown)
