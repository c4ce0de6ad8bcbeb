"""`python -m grader` is the same command as `grade`."""

import sys

from grader.cli.main import entry_point

if __name__ == "__main__":
    sys.exit(entry_point())
