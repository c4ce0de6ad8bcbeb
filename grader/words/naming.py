"""Sentences about names of submissions, and about how much of something there may be."""

from __future__ import annotations
