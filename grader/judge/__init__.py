"""Judges submissions: sends requests to workers, reads their answers, decides who caused a failure."""
