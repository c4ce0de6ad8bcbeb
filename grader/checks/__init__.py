"""One file per check kind. A kind is a module with `Spec` and `run`; KINDS lists them by their names in YAML."""

from __future__ import annotations

from importlib import import_module

from grader.checks.base import CheckKind, kind_of

KINDS: dict[str, CheckKind] = {
    module.rpartition(".")[2]: kind_of(import_module(f"grader.checks.{module}"))
    for module in (
        "written.choice",
        "training.classifier",
        "engine.detached",
        "engine.drawing",
        "written.edges",
        "engine.expression",
        "written.formula",
        "code.gradient",
        "written.number",
        "code.planted",
        "written.recorded",
        "written.shape",
        "engine.tensor",
        "written.text",
        "training.training",
        "code.value",
    )
}
