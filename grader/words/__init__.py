"""Every sentence shown to people, in one place, ready for translation; one module a subject, all to be had here."""

from __future__ import annotations

from grader.words.answers import *
from grader.words.batch import *
from grader.words.commands import *
from grader.words.isolation import *
from grader.words.late import *
from grader.words.pack import *
from grader.words.reading import *
from grader.words.verdicts import *
