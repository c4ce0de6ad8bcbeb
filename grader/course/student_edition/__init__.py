"""The student edition of a course: what it keeps, how it is written, and its folder."""
