"""Sentences of the students' edition of a course."""

from __future__ import annotations
