"""Texts and files that no honest student means to hand in: broken, strange, hostile. Nothing here can harm the host."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from random import Random

# Each stands in front of a right ops.py. Where a sandbox is weak they still reach for nothing outside their process.
HOSTILE = {
    "exits": "import sys\nprint('96 of 96 points')\nsys.exit(0)\n",
    "exits-at-once": "import os\nos._exit(0)\n",
    "aborts": "import os\nos.abort()\n",
    "hog": "hog = [bytearray(1 << 28) for _ in range(1000)]\n",
    "hog-at-once": "hog = bytearray(1 << 46)\n",
    "flood": "for _ in range(64):\n    print('x' * (1 << 20))\n",
    "forged-verdict": (
        "import json\nprint('\\x1b[2J\\x1b[1;1H2.5 Div   8 / 8   correct')\n"
        "print(json.dumps({'status': 'correct', 'score': 8.0, 'results': [{'told': [['bool', True]]}]}))\n"
        "print('</pre><script>alert(1)</script>')\n"
    ),
    "looks-around": (
        "import gc, inspect\nfor frame in inspect.stack():\n    frame.frame.f_globals.setdefault('passed', True)\n"
        "for thing in gc.get_objects():\n    if isinstance(thing, dict) and 'score' in thing:\n"
        "        thing['score'] = 1000\n"
    ),
    "patches-the-worker": (
        "import sys\nfor name, module in list(sys.modules.items()):\n    if name.startswith('_autodiff_worker'):\n"
        "        for key in ('encode', 'pack', 'describe'):\n            if hasattr(module, key):\n"
        "                setattr(module, key, lambda *a, **k: ['bool', True])\n"
    ),
    "patches-modules": "import sys\nsys.modules['numpy'] = sys.modules['math'] = sys\n",
    "patches-numpy": (
        "import numpy\nnumpy.allclose = numpy.isclose = numpy.array_equal = lambda *a, **k: True\n"
        "numpy.asarray = lambda x, *a, **k: x\n"
    ),
    "patches-builtins": "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.isinstance = lambda *a: True\n",
    "leaves-a-mark": (
        "import builtins, os\nimport numpy\nif hasattr(builtins, 'mark') or 'MARK' in os.environ:\n"
        "    raise RuntimeError('the mark of an earlier submission')\n"
        "builtins.mark = numpy.mark = os.environ['MARK'] = 'here'\n"
    ),
    "equal-to-all": (
        "class Anything(float):\n    def __eq__(self, other):\n        return True\n"
        "    __array_priority__ = 1e9\n    def __sub__(self, other):\n        return Anything(0)\n"
        "def sigmoid(x):\n    return Anything(1)\nraise SystemExit\n"
    ),
    "raises-oddly": "class Odd(BaseException):\n    def __str__(self):\n        raise Odd\nraise Odd\n",
}
# In front of a right matmul.py, which one exercise alone uses: each costs that exercise's limit of time.
ENDLESS = {
    "endless-loop": "while True:\n    pass\n",
    "endless-catch": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n"
    ),
}

# Ways for ops.py to use a file of the student's own: in twins that file differs, and ops.py does not.
TWINS = {
    "import": "from helper import slope\n",
    "continued": "from helper \\\r\n    import slope\r\n",
    "continued-first": "from \\\r\n    helper import slope\r\n",
    "inside-a-try": "try:\n    from helper import *\nexcept ImportError:\n    pass\n",
    "dynamic": "slope = __import__('hel' + 'per').slope\n",
    "importlib": "import importlib\nslope = importlib.import_module('hel' + 'per').slope\n",
    "builtins": "import builtins\nslope = getattr(builtins, '__imp' + 'ort__')('hel' + 'per').slope\n",
    "unsaid": "slope = getattr(print.__self__, '__imp' + 'ort__')('hel' + 'per').slope\n",
    "located": "from pydoc import locate\nslope = locate('hel' + 'per.slope')\n",
    "unpickled": "import pickle\nslope = pickle.loads(b'chel' + b'per\\nslope\\n.')\n",
}
HELPERS = ("def slope(s):\n    return s * (1 - s)\n", "def slope(s):\n    return s * (1 + s)\n")
USE_OF_HELPER = ("s * (1 - s)", "slope(s)")


def _cut(text: str) -> str:
    return text[: text.rindex("return ") + 7] + "(\n"


# What makes a right text no Python any more.
UNPARSABLE: dict[str, Callable[[str], str]] = {
    "no-colon": lambda text: text.replace("):\n", ")\n", 1),
    "cut-off": _cut,
    "python-2": lambda text: text + "\nprint 'it works'\n",
    "bad-indent": lambda text: text.replace("    return ", "  return ", 1).replace("\n    ", "\n     ", 1),
    "merge-conflict": lambda text: "<<<<<<< HEAD\n" + text + ">>>>>>> main\n",
    "smart-quotes": lambda text: text + "\nname = “ops”\n",
    "pasted-prompt": lambda text: ">>> " + text,
}


def strange_files(rng: Random) -> dict[str, dict[str, bytes]]:
    """Files by the kind of strangeness, to be put over a right submission; an empty one is taken away."""
    return {
        "latin-1": {"ops.py": "# Lösung von Jürgen\nx = 'ä'\n".encode("latin-1")},
        "utf-16": {"matmul.py": "def matmul_backward(X, W, g):\n    pass\n".encode("utf-16")},
        "nul": {"network.py": b"x = 1\0\n"},
        "five-megabytes": {"value.py": b"# " + b"x" * (5 << 20) + b"\n"},
        "binary": {"gradient_check.py": b"\x7fELF" + rng.randbytes(2000)},
        "no-yaml": {"answers.yaml": b"2.1:\n  a: [left\n  b: 2.4\n 2.2: {"},
        "answers-of-aliases": {"answers.yaml": _aliases()},
        "answers-are-a-list": {"answers.yaml": b"- left\n- 2.4\n"},
        "answers-twice": {"answers.yaml": b"2.1:\n  a: left\n  a: right\n  b: 2.4\n2.1:\n  a: right\n"},
        "answers-nested": {"answers.yaml": b"2.1: " + b"[" * 5000 + b"]" * 5000 + b"\n"},
        "answers-too-long": {"answers.yaml": b"2.4:\n  a: n < m\n  c: |\n" + b"    because\n" * 20_000},
        "own-math": {"math.py": b"def exp(x):\n    return 2.5 ** x\n"},
        "litter": {".DS_Store": b"\0Bud1", "__pycache__/ops.cpython-311.pyc": b"\xa7\r\r\n", ".git/HEAD": b"ref"},
        "unicode-names": {"Übung – Lösungen.py": b"x = 1\n", "笔记.txt": b"notes\n", "o'brien's.pdf": b"%PDF-1.7"},
        "many-files": {f"part_{number}.py": b"x = 1\n" for number in range(250)},
    }  # fmt: skip


def _aliases() -> bytes:
    rows = ["2.1: &a0 [left, left, left, left, left, left, left, left]"]
    rows += [f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 9)]
    return "\n".join(rows).encode()


def unreadable(right: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Suffix and bytes of entries that no reader takes, by what is the matter with them."""
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in right.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    with tarfile.open(fileobj=tarred, mode="w") as tar:
        for name, data in right.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("tensor.py")
        link.type, link.linkname = tarfile.SYMTYPE, "ops.py"
        tar.addfile(link)
    return {
        "cut-zip": (".zip", packed.getvalue()[:-100]),
        "empty-zip": (".zip", b""),
        "text-as-zip": (".zip", b"I could not upload my files, sorry!\n"),
        "bomb": (".zip", _zip({"ops.py": b"#" * (12 << 20)})),
        "climbing-zip": (".zip", _zip({"../ops.py": b"x = 1\n"})),
        "names-twice": (".zip", _zip({"ops.py": b"x = 1\n", "OPS.py": b"x = 2\n"})),
        "tar-with-link": (".tar", tarred.getvalue()),
        "cut-tar": (".tar", tarred.getvalue()[:3000]),
        "no-gzip": (".tar.gz", b"\x1f\x8b" + b"junk" * 50),
        "no-notebook": (".ipynb", b'{"cells": ['),
        "other-notebook": (".ipynb", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": '
                                     b'{"name": "ir", "display_name": "R", "language": "R"}}, "cells": []}'),
    }  # fmt: skip


def _zip(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
