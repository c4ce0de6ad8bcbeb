"""Sentences of the class report: what a page on all students of a course says to the person who teaches it."""
