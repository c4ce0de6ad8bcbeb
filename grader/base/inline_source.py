"""Inline scripts and styles by their hashes: a page's policy allows exactly these texts."""

from __future__ import annotations

import base64
import hashlib


def source_hash(inline: str) -> str:
    """The source expression by which a Content-Security-Policy allows exactly this inline text (CSP level 3, 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
