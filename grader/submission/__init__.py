"""One reader a way to hand in; each gives a Submission: texts in memory, and why a file could not be read."""
