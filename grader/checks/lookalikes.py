"""Characters that look like those of Python's code and are others: where they are, and what to type instead."""

from __future__ import annotations

import re
import sys
import unicodedata

from grader.base.text import enumerate_names, plural

MAX_LINES = 5  # that are listed
_REFUSED = re.compile(r"invalid (?:character '.' \(|non-printable character )U\+([0-9A-F]{4,6})\)?")
_QUOTES = "“”„‟″‘’‚‛′´`«»"
# What is typed for it, where Unicode's own plain form (NFKC) says nothing or something else.
_TYPED = {
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‘’‚‛′´", "'"),
    **dict.fromkeys("−–—―‐‑‒﹘", "-"),
    **dict.fromkeys("×·⋅∙∗✕✖", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹", "**"),  # with its digit
    "√": "np.sqrt",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→": "->",
    "…": "...",
}
# Letters of other alphabets that most fonts draw like Latin ones.
_LETTERS = str.maketrans("асеорхуіјѕһАВЕНІЈКМОРЅСТХУοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aceopxyijshABEHIJKMOPSCTXYoABEZHIKMNOPTYX")


def in_code(words: str, source: str, text: str) -> str:
    """What to type in place of a character that Python refuses in these words; "" where they are about another thing.

    `source` is the line that it is in, `text` all of the file.
    """
    refused = _REFUSED.match(words)
    if refused is None:
        quote = next((letter for letter in source if letter in _QUOTES[:-1] and typed(letter) in "\"'"), "")
        if not (words.startswith("unterminated string literal") and quote):
            return ""
        return f"In Python, {_named(quote)} does not end a text: type {_shown(typed(quote))}.{_lines(quote, text)}"
    code = int(refused[1], 16)
    if code > sys.maxunicode or 0xD800 <= code < 0xE000:
        return ""  # student code may raise such words, too
    letter = chr(code)
    if not (instead := typed(letter)):
        return f"Python does not read {_named(letter)} in code: delete it.{_lines(letter, text)}"
    return f"Python does not read {_named(letter)} in code: type {_shown(instead)} in its place.{_lines(letter, text)}"


def in_name(name: str) -> str:
    """Which letter of a name is one of another alphabet that looks like a Latin one, and what to type; "" for none."""
    odd = next((letter for letter in name if letter != letter.translate(_LETTERS)), "")
    if not odd or not latin(name).isascii():
        return ""
    return f"{_named(odd)} in a name here only looks like a Latin letter: type {_shown(latin(odd))} in its place."


def latin(name: str) -> str:
    """The name with the Latin letters that it looks like."""
    return name.translate(_LETTERS)


def typed(letter: str) -> str:
    """What is typed in place of a character in code; "" where nothing is."""
    if letter in _TYPED:
        plain = unicodedata.normalize("NFKC", letter)
        return _TYPED[letter] + (plain if plain.isdigit() else "")
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain != letter and plain.isascii() and plain.isprintable() else ""


def _named(letter: str) -> str:
    name = unicodedata.name(letter, "unnamed").lower()
    shown = f"`{letter}`" if letter.isprintable() and not letter.isspace() else "the character"
    return f"{shown} U+{ord(letter):04X} ({name})"


def _shown(text: str) -> str:
    return "a space" if text == " " else f"`{text}`"


def _lines(letter: str, text: str) -> str:
    """In which lines else it is, where there are several."""
    found = [number for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1) if letter in line]
    if len(found) < 2:
        return ""
    more = len(found) - MAX_LINES
    listed = [str(number) for number in found[:MAX_LINES]] + ([plural(more, "other")] if more > 0 else [])
    return f" It is in lines {enumerate_names(listed)}."
