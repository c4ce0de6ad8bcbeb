"""What a class hands in: right, wrong, half done, broken and hostile solutions of a course, by kind."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from klass_formulas import code_of
from klass_odd import ENDLESS, HELPERS, HOSTILE, TWINS, UNPARSABLE, USE_OF_HELPER, strange_files, unreadable

from grader.model import Course, Exercise
from grader.verify.subjects import Subject, subjects

# Kinds of checks that train a network, or load a library for every worker.
SLOW = frozenset({"training", "classifier", "drawing"})
# In proportion.
SHARES = {
    "known": 40, "mixed": 12, "mutant": 12, "right": 9, "part": 5, "unparsable": 4, "strange": 4, "unreadable": 3,
    "twin": 2, "template": 2, "empty": 2, "hostile": 4.5, "endless": 0.5,
}  # fmt: skip
HARMFUL = ("hostile", "endless")

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Work:
    """One solution: bytes by file name, `main` the file that it is about.

    `whole` ones come in packings that keep every file as it is, one with a `packing` in that one alone. One with a
    `suffix` is an entry of its own, as it is.
    """

    kind: str
    id: str
    files: Mapping[str, bytes]
    main: str = ""
    whole: bool = False
    packing: str = ""
    suffix: str = ""


class Pool:
    """The works of a course, endlessly many of each kind, the same for the same seed.

    Without `training` the files of exercises that train, or are slow for another reason, are left out.
    """

    def __init__(self, course: Course, seed: int, training: bool) -> None:
        self.seed = seed
        exercises = [
            exercise for exercise in course.exercises
            if training or not any(check.kind in SLOW for check in exercise.checks)
        ]  # fmt: skip
        used = {file for exercise in exercises for file in exercise.files}
        self.reference = {name: text for name, text in course.reference.items() if name in used}
        self.template = {name: text for name, text in course.template.items() if name in used}
        found = [subject for exercise in exercises for subject in _subjects(course, exercise, self.reference)]
        self.known = [subject for subject in found if subject.kind in ("wrong", "right")]
        self.mutants = [subject for subject in found if subject.kind == "mutant"]
        for subjects_of_kind in (self.known, self.mutants):
            self._random("order").shuffle(subjects_of_kind)
        self.changed: dict[str, list[str]] = {name: [] for name in self.reference}
        for subject in self.known + self.mutants:
            self.changed[_main(subject, self.reference)].append(subject.files[_main(subject, self.reference)])

    def work(self, kind: str, number: int) -> Work:
        """The work of this kind with this number; where a kind has run out of different ones they are signed."""
        made: Work = getattr(self, f"_{kind}")(number, self._random(f"{kind}/{number}"))
        return made

    def _random(self, what: str) -> Random:
        return Random(f"{self.seed}/{what}")

    def _known(self, number: int, rng: Random) -> Work:
        return self._subject(self.known, "known", number)

    def _mutant(self, number: int, rng: Random) -> Work:
        return self._subject(self.mutants, "mutant", number)

    def _subject(self, pool: Sequence[Subject], kind: str, number: int) -> Work:
        subject = pool[number % len(pool)]
        main = _main(subject, self.reference)
        text = subject.files[main]
        again = number // len(pool)
        files = {**subject.files, main: f"# attempt {again}\n{text}" if again else text}
        return Work(kind, subject.key, encoded(files), main)

    def _right(self, number: int, rng: Random) -> Work:
        names = list(STYLES)
        style = names[number % len(names)]
        mark = f"# {number}\n" if number >= len(names) else ""
        texts = {name: STYLES[style](name, mark + text) for name, text in self.reference.items()}
        return Work("right", style, encoded(texts), rng.choice(_python(texts)))

    def _mixed(self, number: int, rng: Random) -> Work:
        texts = {}
        for name, text in self.reference.items():
            chance = rng.random()
            if chance < 0.25:
                text = rng.choice(self.changed[name] or [text])
            elif chance < 0.35:
                text = self.template.get(name, text)
            if chance < 0.95:
                texts[name] = rng.choice(list(STYLES.values()))(name, f"# {number}\n{text}")
        return Work("mixed", str(number), encoded(texts), rng.choice(_python(texts) or [""]))

    def _part(self, number: int, rng: Random) -> Work:
        names = rng.sample(list(self.reference), rng.randint(1, len(self.reference) // 2))
        texts = {name: f"# {number}\n{self.reference[name]}" for name in names}
        return Work("part", "+".join(names), encoded(texts), names[0])

    def _twin(self, number: int, rng: Random) -> Work:
        """The first of two is right; the other differs in a file that no exercise asks for."""
        name = list(TWINS)[number // 2 % len(TWINS)]
        texts = {**self.reference, "helper.py": HELPERS[number % 2]}
        texts["ops.py"] = TWINS[name] + texts["ops.py"].replace(*USE_OF_HELPER)
        return Work("twin", name, encoded(texts), "ops.py", packing="folder")

    def _template(self, number: int, rng: Random) -> Work:
        return Work("template", "untouched", encoded(self.template), rng.choice(_python(self.template)))

    def _empty(self, number: int, rng: Random) -> Work:
        return Work("empty", "nothing", {}, whole=True)

    def _unparsable(self, number: int, rng: Random) -> Work:
        break_it = list(UNPARSABLE)[number % len(UNPARSABLE)]
        main = rng.choice(_python(self.reference))
        text = f"# {number}\n{UNPARSABLE[break_it](self.reference[main])}"
        return Work("unparsable", break_it, encoded({**self.reference, main: text}), main)

    def _strange(self, number: int, rng: Random) -> Work:
        ways = {**strange_files(rng), **_renamed(encoded(self.reference))}
        name = list(ways)[number % len(ways)]
        signed = {file: f"# {number}\n{text}" for file, text in self.reference.items()}
        files = {file: data for file, data in {**encoded(signed), **ways[name]}.items() if data}
        return Work("strange", name, files, whole=True)

    def _unreadable(self, number: int, rng: Random) -> Work:
        ways = unreadable(encoded(self.reference))
        name = list(ways)[number % len(ways)]
        suffix, data = ways[name]
        return Work("unreadable", name, {"": data}, suffix=suffix)

    def _hostile(self, number: int, rng: Random) -> Work:
        return self._in_front("hostile", "ops.py", HOSTILE, number)

    def _endless(self, number: int, rng: Random) -> Work:
        return self._in_front("endless", "matmul.py", ENDLESS, number)

    def _in_front(self, kind: str, main: str, codes: Texts, number: int) -> Work:
        name = list(codes)[number % len(codes)]
        text = f"# {number}\n{codes[name]}{self.reference.get(main, '')}"
        return Work(kind, name, encoded({**self.reference, main: text}), main, whole=True)


def encoded(texts: Texts) -> dict[str, bytes]:
    """The files as they are stored."""
    return {name: text.encode() for name, text in texts.items()}


def _subjects(course: Course, exercise: Exercise, reference: Texts) -> Iterator[Subject]:
    """What `grade verify` grades, and the mistakes that it knows as formulas only, as code."""
    yield from subjects(course, exercise, reference)
    for variant in exercise.wrong:
        if variant.gives and (code := code_of(exercise, variant, reference[variant.file])):
            yield Subject("wrong", variant.id, exercise.id, {**reference, variant.file: code}, variant.fails)


def _main(subject: Subject, reference: Texts) -> str:
    """The file that makes the difference."""
    return next(name for name, text in subject.files.items() if reference.get(name) != text)


def _python(names: Mapping[str, object]) -> list[str]:
    return [name for name in names if name.endswith(".py")]


def _renamed(right: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Right files under names as browsers and systems make them of the wanted ones."""
    others = {"ops.py": "Ops.py", "matmul.py": "matmul (1).py", "network.py": "network-2.py",
              "answers.yaml": "answers.yml", "value.py": "my_value_final.py"}  # fmt: skip
    return {
        f"as {other}": {name: b"", other: right[name]} for name, other in others.items() if name in right
    }  # fmt: skip


def _tabs(name: str, text: str) -> str:
    if not name.endswith(".py"):
        return text
    rows = (row.lstrip(" ") for row in text.splitlines())
    indents = (len(row) - len(row.lstrip(" ")) for row in text.splitlines())
    return "".join(f"{chr(9) * (n // 4)}{' ' * (n % 4)}{row}\n" for n, row in zip(indents, rows, strict=True))


def _unparsed(name: str, text: str) -> str:
    mark = f"{text.partition(chr(10))[0]}\n" if text.startswith("#") else ""
    return f"{mark}{ast.unparse(ast.parse(text))}\n" if name.endswith(".py") else text


def _future(name: str, text: str) -> str:
    return f"from __future__ import annotations\n{text}" if name.endswith(".py") else text


def _main_guard(name: str, text: str) -> str:
    return f"{text}\n\nif __name__ == '__main__':\n    print('it works')\n" if name.endswith(".py") else text


# Ways to write the same; each keeps every point.
STYLES: dict[str, Callable[[str, str], str]] = {
    "as-it-is": lambda name, text: text,
    "without-comments": _unparsed,
    "tabs": _tabs,
    "windows": lambda name, text: text.replace("\n", "\r\n"),
    "byte-order-mark": lambda name, text: "\ufeff" + text,
    "future": _future,
    "main-guard": _main_guard,
    "unicode-comment": lambda name, text: f"# Übung von Siobhán O’Brien – 李小龍 🦆\n{text}",
}
