"""Grades exercises on reverse-mode automatic differentiation by checks that are specified in YAML."""

__version__ = "0.1.0"
