"""What inputs are drawn by: a seed for each submission and exercise, and one that some submissions of a class share."""

from __future__ import annotations

import hashlib
from random import Random

from grader.model import Check, Exercise, Submission
from grader.model.dataclass import dataclass

# Sets of inputs that a class shares. Each costs as much as a submission alone, once in every process, so few are
# cheap; and with one alone everybody would get the same numbers as the neighbour.
PLANS = 8
# Seeds from here on, up to twice as much, are those of a class. JavaScript reads integers exactly up to 2**53.
CLASS = 1 << 52
OWN_BITS = 26  # the lower half of such a seed; the upper half names the inputs that are shared
CASE_DIGITS = 8  # of an exercise's seed, in hexadecimal: enough to tell one submission's versions apart
EXERCISE_BYTES = 6  # of an exercise's seed: more could not be kept exactly in JSON, whose numbers may be floats


@dataclass(frozen=True)
class Seeds:
    """What the inputs of an exercise are drawn by. `shared` is "" where no other submission gets the same inputs."""

    own: int
    shared: str = ""

    def own_stream(self, check: Check, purpose: str = "") -> Random:
        """What a check draws for this submission alone: the same on every machine."""
        return Random(f"{self.own}/{check.id}{purpose and '/'}{purpose}")

    def plan_stream(self, check: Check) -> Random:
        """What the plan of a check is drawn by."""
        return Random(f"{self.shared}/{check.id}") if self.shared else self.own_stream(check)


def in_class(salt: bytes, digest: str) -> int:
    """The seed of a submission of a class, by the class's salt and the digest of its files.

    With it a report can be repeated alone. It cannot be predicted without the salt: neither which of the shared inputs
    a submission gets, nor those that only it gets.
    """
    own = hashlib.sha256(salt + digest.encode()).digest()
    shared = hashlib.sha256(salt + b"plan %d" % (own[-1] % PLANS)).digest()
    return CLASS + (_bits(shared) << OWN_BITS) + _bits(own)


def sharing(plan: int) -> int:
    """A seed with which all submissions get the same plan, one for each number, and each its own trial."""
    return CLASS + (plan % (1 << OWN_BITS) << OWN_BITS)


def of_exercise(seed: int, exercise: Exercise, submission: Submission) -> Seeds:
    """The seeds of an exercise's inputs.

    Its own covers every text that a worker gets, and with it all that student code can read: so numbers that it draws
    and that are typed in from a report fit no other file.
    """
    whole = "".join(f"{len(file)}:{file}{len(text)}:{text}" for file, text in sorted(submission.files.items()))
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    inputs = f"{exercise.id}/{exercise.inputs_digest}"
    own = hashlib.sha256(f"{seed}/{inputs}/{digest}".encode()).digest()[:EXERCISE_BYTES]
    shared = f"{seed >> OWN_BITS}/{inputs}" if CLASS <= seed < 2 * CLASS else ""
    return Seeds(int.from_bytes(own, "big"), shared)


def _bits(digest: bytes) -> int:
    return int.from_bytes(digest[:4], "big") >> (32 - OWN_BITS)


def case_name(seed: int) -> str:
    """A short name for the inputs that an exercise's own seed draws."""
    return f"{seed:012x}"[:CASE_DIGITS]
