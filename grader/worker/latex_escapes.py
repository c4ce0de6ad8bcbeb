"""Which backslashes in YAML's double quotes are LaTeX: to YAML, `\\nabla` is a line break and `abla`."""

from __future__ import annotations

import re

# Commands that begin with a letter of one of YAML's escapes which are at home in texts: n, t, and the wide spaces.
COMMANDS = frozenset(
    "nabla natural ncong ne nearrow neg neq newline ngeq ni nleq nmid norm not notin nparallel nsubseteq nu nwarrow "
    "tan tanh tau tbinom text textbf textit textrm textsf texttt tfrac therefore theta tilde times to top tr trace "
    "triangle triangledown triangleleft "
    "Lambda Leftarrow Leftrightarrow Longleftarrow Longrightarrow Lsh "
    "Nabla Phi Pi Pr Psi "
    "xi xleftarrow xrightarrow underbrace underline uparrow upsilon Uparrow Updownarrow Upsilon".split()
)
CONTROL = frozenset("0abefrv")  # escapes of YAML for what no text holds: bell, backspace, form feed and the like
_PLAIN = ' "/\\\t\r\n\x85\u2028\u2029\0'  # what YAML itself allows to be escaped, and the end of the text
_HEX = {"x": 2, "u": 4, "U": 8}
LONGEST = 24  # letters after a backslash that can matter: the longest command above has fewer


def is_latex(after: str) -> bool:
    """Whether a backslash in double quotes begins a command of LaTeX; `after` is what follows it."""
    letter = after[:1]
    if letter == "_":
        return True  # grad\\_Y
    if not letter.isalnum():
        return bool(letter) and letter not in _PLAIN
    if letter in CONTROL:
        return after[1:2].isalpha()
    if letter in _HEX:
        digits = after[1 : 1 + _HEX[letter]]
        return len(digits) < _HEX[letter] or not all(digit in "0123456789abcdefABCDEF" for digit in digits)
    if letter not in "ntLNP":
        return True  # not an escape of YAML
    return re.split("[^A-Za-z]", after, maxsplit=1)[0] in COMMANDS
