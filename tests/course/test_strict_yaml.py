"""What YAML allows and a course must not hold is refused with its place."""

from __future__ import annotations

import pytest

from grader.course.strict_yaml import read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base: &b {x: 1}\nother:\n  <<: *b\n", "merge keys"),
        ("a: !!python/name:os.system x\n", "tags"),
        ("a: 1\na: 2\n", "duplicate key"),
    ],
)
def test_traps_of_yaml_are_refused(text: str, said: str) -> None:
    document = read(text, "course.yaml")
    problems = "\n".join(map(str, document.problems))
    assert document.problems and said in problems
