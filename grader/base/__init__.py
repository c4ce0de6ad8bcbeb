"""What every room may use and no room owns: texts, sheets, files and processes, and nothing of grading."""
