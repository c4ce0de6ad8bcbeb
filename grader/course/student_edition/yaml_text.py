"""Data as readable YAML that means the same to the grader's strict reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from grader.course import strict_yaml

WIDTH = 110  # letters of a line: fits an editor beside a file tree
SHORT = 70  # letters of what goes on one line: indentation and its key come before it


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks; lists of plain values, and whatever is short, in one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def represent_sequence(self, tag: str, sequence: Iterable[Any], flow_style: bool | None = None) -> Any:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = all(map(_plain, node.value)) or _length(node) <= SHORT
        return node

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _length(node) <= SHORT
        return node


def _plain(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and "\n" not in node.value


def _length(node: yaml.Node) -> int:
    """About how many letters a node takes in one line; more than SHORT where it does not go into one."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2 if _plain(node) else SHORT + 1
    inner = (part for pair in node.value for part in pair) if isinstance(node, yaml.MappingNode) else node.value
    return 2 + sum(map(_length, inner))


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None if strict_yaml.is_text(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def written(data: Mapping[str, Any]) -> str:
    """The data as YAML, keys in their order."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text
