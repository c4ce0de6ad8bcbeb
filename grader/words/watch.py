"""Sentences of `grade watch` and of the Python interface."""

from __future__ import annotations
