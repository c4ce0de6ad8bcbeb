"""A course to begin with, and one more exercise for a course: what `grade new` writes."""
