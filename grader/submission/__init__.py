"""One reader per way to submit; each gives a Submission: texts in memory, and why a file could not be read."""
