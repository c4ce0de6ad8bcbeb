"""Hostile submissions of our own, canaries that ring when one gets through, and a scoreboard for each isolation."""
