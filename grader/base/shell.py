"""Commands that messages print: as a shell of this system takes them, and how to install a part that is missing."""

from __future__ import annotations

import re
import shlex
import sys

NAME = "autodiff-grader"
_PLAIN = re.compile(r"[\w\\/:.+=~-]+")


def quoted(argument: str) -> str:
    """The argument as a shell takes it: on Windows both cmd and PowerShell, elsewhere sh."""
    if sys.platform == "win32":
        return argument if _PLAIN.fullmatch(argument) else f'"{argument}"'
    return shlex.quote(argument)


def to_install(extra: str) -> str:
    """The command that adds an extra to this installation, from where it came: its name alone could be anybody's."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        found = distribution(NAME)
        origin = json.loads(found.read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return f"pip install {quoted(f'.[{extra}]')} in the grader's folder"
    url = str(origin.get("url", ""))
    if "vcs_info" in origin:
        vcs = origin["vcs_info"]
        url = f"{vcs['vcs']}+{url}@{vcs.get('requested_revision') or vcs['commit_id']}"
    elif url.startswith("file:") and "dir_info" in origin:
        return f"pip install {quoted(url2pathname(urlsplit(url).path) + f'[{extra}]')}"
    if url:
        return f"pip install {quoted(f'{NAME}[{extra}] @ {url}')}"
    asked = re.compile(rf"extra\s*==\s*['\"]{extra}['\"]")
    needed = [line.partition(";")[0].strip() for line in found.requires or [] if asked.search(line)]
    return f"pip install {' '.join(map(quoted, needed))}"
