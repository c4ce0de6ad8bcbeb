"""The hostile submissions as data: families of attacks from YAML files, filled in with where the canaries are."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.base.text import did_you_mean
from grader.model import GraderError

FOLDER = Path(__file__).parent
COURSES = FOLDER / "courses"
_PLACE = re.compile(r"\{\{([a-z]+)\}\}")


class _StrictModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bulk(_StrictModel):
    """What `{{bulk}}` stands for: a text, many times over."""

    text: str
    times: int


class Door(_StrictModel):
    """What is typed for the submission, and what lies around it; with an `out`, reports are written there by command.

    `own` is the attack's folder, `victim` somebody else's who is right; with `repository` both are git repositories.
    `git` are commands in `own`; then `files`, `links` and `pipes` are made, by their paths beside `own` and `out`.
    """

    typed: str = "{{own}}"
    out: str = ""
    repository: bool = False
    git: tuple[tuple[str, ...], ...] = ()
    files: dict[str, str] = {}
    links: dict[str, str] = {}
    pipes: tuple[str, ...] = ()


class Attack(_StrictModel):
    """One hostile submission: `code` stands for `file`, next to right answers to all else.

    `earns` says how many points of its exercise it must get: all, none, any (where it does not matter), or at most
    which share of them. `reveals: stat` marks one that learns no more than that a path exists. `variants` makes one
    attack for each text that `{{variant}}` stands for. `also` are further files of it. With a `door` it is given to the
    command as that says. It is submitted `rounds` times, of which the last one counts: after each, told.py holds what
    all reports said of its checks, as TOLD = [(check, case, expected), …].
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    does: Annotated[str, Field(min_length=8)]
    code: str
    file: str = "target.py"
    earns: Literal["all", "none", "any"] | float = "none"
    also: dict[str, str] = {}
    rounds: Annotated[int, Field(ge=1, le=40)] = 1
    dangerous: bool = False
    reveals: Literal["", "stat"] = ""
    encoding: str = "utf-8"
    variants: tuple[str, ...] = ()
    bulk: Bulk | None = None
    family: str = ""
    honest: bool = False
    course: str = "target"
    door: Door | None = None

    @property
    def share(self) -> float:
        """The largest share of its points that it may get."""
        return {"none": 0.0, "any": 1.0, "all": 1.0}[self.earns] if isinstance(self.earns, str) else self.earns


class AttackFamily(_StrictModel):
    """One file of attacks on one of the courses in `courses`. `honest` ones must keep every point; the limits of the
    course are not shortened for them."""

    family: str
    honest: bool = False
    course: Literal["target", "engine"] = "target"
    attacks: tuple[Attack, ...]


def load(only: Sequence[str] = ()) -> list[Attack]:
    """Every attack, or those whose id or family is in `only`. Raises GraderError for a name that is neither."""
    attacks: list[Attack] = []
    for path in sorted((FOLDER / "families").glob("*.yaml")):
        try:
            family = AttackFamily.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (ValidationError, yaml.YAMLError) as error:
            raise GraderError(f"{path}: {error}") from None
        mark = {"family": family.family, "honest": family.honest, "course": family.course}
        attacks += [one.model_copy(update=mark) for attack in family.attacks for one in _variants(attack)]
    known = {attack.id for attack in attacks} | {attack.family for attack in attacks}
    for name in only:
        if name not in known:
            raise GraderError(f"unknown attack or family {name!r}{did_you_mean(name, known)}")
    return [attack for attack in attacks if not only or attack.id in only or attack.family in only]


def _variants(attack: Attack) -> list[Attack]:
    if not attack.variants:
        return [attack]
    codes = [attack.code.replace("{{variant}}", text) for text in attack.variants]
    return [attack.model_copy(update={"id": f"{attack.id}-{n}", "code": code}) for n, code in enumerate(codes, 1)]


@functools.cache
def right() -> dict[str, dict[str, str]]:
    """The pieces that answer right, by course and file."""
    found: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "right.yaml").read_text("utf-8"))
    return found


@functools.cache
def pieces() -> dict[str, str]:
    """Pieces of code by the name of their placeholder."""
    found: dict[str, str] = yaml.safe_load((FOLDER / "pieces.yaml").read_text("utf-8"))
    return found


def files(attack: Attack, places: Mapping[str, str]) -> dict[str, bytes]:
    """The submission: the attack in its file, and the other exercises answered right. Raises GraderError."""
    parts = pieces()
    known = {**parts, **places}
    if attack.bulk is not None:
        known["bulk"] = attack.bulk.text * attack.bulk.times
    whole = {name: filled(attack.id, parts[piece], known).encode() for name, piece in right()[attack.course].items()}
    for name, code in {**attack.also, attack.file: attack.code}.items():
        whole[name] = filled(attack.id, code, known).encode(attack.encoding, "surrogatepass")
    return whole


def probe() -> Attack:
    """An honest submission that looks for what the one before it left behind."""
    return Attack(id="probe", does="looks for what was left behind", earns="all", code="{{probe}}")


def filled(name: str, code: str, known: Mapping[str, str]) -> str:
    """A text of the attack `name` with its placeholders filled, twice: pieces have some too. Raises GraderError."""
    for _ in range(2):
        unknown = sorted(set(_PLACE.findall(code)) - set(known))
        if unknown:
            raise GraderError(f"the attack {name} names {', '.join(unknown)}, which is not a placeholder")
        code = _PLACE.sub(lambda match: known[match[1]], code)
    return code
