"""Compares two runs: which scores changed, on which check, and which recorded facts may be why."""
