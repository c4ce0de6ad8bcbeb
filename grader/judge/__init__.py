"""Asks the worker, reads its answers as plain numbers, says whose fault a failure is."""
