"""The name of a submitted file without the ending of a file or an archive: whose it is."""

from __future__ import annotations

from grader.submission.reader import READERS

# Archives, those that cannot be read too: somebody's work, not a file of the instructor's.
PACKED = (".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst")
_ENDINGS = sorted({*READERS, *PACKED}, key=len, reverse=True)


def stem(name: str) -> str:
    """As `ben` of `ben.zip` and `dora` of `dora.tar.gz`; the name itself where nothing would be left of it."""
    ending = next((ending for ending in _ENDINGS if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)].rstrip(". ") or name
