"""What reviews.json holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StrictFloat, StrictStr


class DecisionEntry(BaseModel):
    """One decision."""

    submission: StrictStr
    exercise: StrictStr
    check: StrictStr
    digest: StrictStr
    points: Annotated[StrictFloat, Field(ge=0, allow_inf_nan=False)]
    comment: StrictStr = ""


class DecisionsFile(BaseModel):
    """The whole file."""

    schema_: int = Field(alias="schema")
    decisions: list[DecisionEntry]
