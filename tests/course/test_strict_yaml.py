"""What YAML allows and a course must not hold is refused with its place."""

from __future__ import annotations

import pytest

from grader.course.strict_yaml import read


@pytest.mark.parametrize("text", ["id: [", "id: {", "- [1,", "[", "id: [\n", "a: 'x"])
def test_what_is_never_closed_is_an_error_at_the_end_of_the_text(text: str) -> None:
    found = read(text, "1.yaml")
    (problem,) = found.problems
    assert problem.message.startswith("not YAML") and problem.place is not None
    assert problem.place.line < len(text.split("\n"))


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
