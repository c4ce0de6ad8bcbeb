"""One file per check kind. A kind is a module with `Spec` and `run`; KINDS has them by their names in YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from grader.checks.base import CheckKind, kind_of

_MODULES = (
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
    "code.source",
    "engine.tensor",
    "written.text",
    "training.training",
    "code.value",
)


class _Kinds(Mapping[str, CheckKind]):
    """The kinds by name; a module is imported when its kind is first asked for."""

    def __init__(self) -> None:
        self._modules = {module.rpartition(".")[2]: module for module in _MODULES}
        self._imported: dict[str, CheckKind] = {}

    def __getitem__(self, name: str) -> CheckKind:
        if name not in self._imported:
            self._imported[name] = kind_of(import_module(f"grader.checks.{self._modules[name]}"))
        return self._imported[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules


KINDS: Mapping[str, CheckKind] = _Kinds()
