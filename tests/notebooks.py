"""Notebooks as Colab, VS Code and the classic Jupyter save them, with the metadata and outputs that each one leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Book = Callable[..., str]
PICTURE = {
    "output_type": "display_data", "metadata": {},
    "data": {"image/png": "iVBORw0KGgo" * 200, "text/plain": ["<Figure size 640x480 with 1 Axes>"]},
}  # fmt: skip


def lines(text: str) -> list[str]:
    """The text as tools keep it: a list of lines, each with its end."""
    return text.splitlines(keepends=True)


def colab(*cells: str) -> str:
    """As Google Colab downloads it: format 4.0, ids in the metadata, no language in the kernel."""
    made: list[dict[str, Any]] = [
        {"cell_type": "markdown", "source": ["# Homework 3\n", "**Name:** …"], "metadata": {"id": "view-in-github"}}
    ]
    for number, cell in enumerate(cells):
        about = {"id": f"aB{number}xYz", "colab": {"base_uri": "https://localhost:8080/", "height": 35},
                 "outputId": f"9f{number}", "cellView": "form"}  # fmt: skip
        stream = {"output_type": "stream", "name": "stdout", "text": ["Mounted at /content/drive\n"]}
        made.append({"cell_type": "code", "source": lines(cell), "metadata": about, "execution_count": number + 1,
                     "outputs": [stream]})  # fmt: skip
    about = {"colab": {"provenance": [], "gpuType": "T4", "toc_visible": True}, "accelerator": "GPU",
             "kernelspec": {"name": "python3", "display_name": "Python 3"},
             "language_info": {"name": "python"}}  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 0, "metadata": about, "cells": made}, indent=2)


def vscode(*cells: str) -> str:
    """As VS Code saves it: format 4.2, no ids, cells that have not been run, a full description of the language."""
    made: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": ["### Division"]}]
    made += [
        {"cell_type": "code", "execution_count": None, "metadata": {"vscode": {"languageId": "python"}}, "outputs": [],
         "source": lines(cell)}
        for cell in cells
    ]  # fmt: skip
    about = {"kernelspec": {"display_name": ".venv", "language": "python", "name": "python3"},
             "language_info": {"codemirror_mode": {"name": "ipython", "version": 3}, "file_extension": ".py",
                               "mimetype": "text/x-python", "name": "python", "nbconvert_exporter": "python",
                               "pygments_lexer": "ipython3", "version": "3.11.4"},
             "orig_nbformat": 4}  # fmt: skip
    return json.dumps({"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 2}, indent=1)


def classic(*cells: str) -> str:
    """As Jupyter saves it: format 4.5 with ids, raw cells, attachments, pictures, and the errors of the last run."""
    made: list[dict[str, Any]] = [
        {"cell_type": "raw", "id": "r0", "metadata": {}, "source": ["class Div: pass"]},
        {"cell_type": "markdown", "id": "m0", "metadata": {}, "source": ["![](attachment:a.png)"],
         "attachments": {"a.png": {"image/png": "iVBORw0KGgo="}}},
    ]  # fmt: skip
    failed = {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["\x1b[0;31mNameError\x1b[0m"]}
    for number, cell in enumerate(cells):
        made.append({"cell_type": "code", "id": f"c{number}", "metadata": {"scrolled": True, "tags": ["solution"]},
                     "execution_count": 40 - number, "outputs": [PICTURE, failed], "source": lines(cell)})  # fmt: skip
    made.append(
        {"cell_type": "code", "id": "last", "metadata": {}, "execution_count": None, "outputs": [], "source": []}
    )
    about = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
             "language_info": {"codemirror_mode": {"name": "ipython", "version": 3}, "name": "python",
                               "version": "3.12.1"}, "widgets": {}, "celltoolbar": "Tags"}  # fmt: skip
    return json.dumps({"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}, indent=1)


TOOLS: Sequence[Book] = (colab, vscode, classic)
