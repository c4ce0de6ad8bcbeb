"""Addresses as people may see them: without passwords and tokens."""

from __future__ import annotations

import re

_SECRET = re.compile(r"([a-z][a-z0-9+.-]*)://([^/\s]*)@", re.IGNORECASE)
_QUERY = re.compile(r"(\bhttps?://[^\s?#]*)\?[^\s#]*", re.IGNORECASE)  # a signed address has its token there


def without_secret(text: str) -> str:
    """The text, with what stands before the `@` of addresses, and their queries, left out; the user of ssh stays."""

    def kept(found: re.Match[str]) -> str:
        user = found[2].partition(":")[0] + "@" if found[1].lower().endswith("ssh") else ""
        return f"{found[1]}://{user}"

    return _QUERY.sub(r"\1", _SECRET.sub(kept, text))
