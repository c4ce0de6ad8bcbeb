"""A whole class: who submitted what, graded in one run, and the points for gradebooks."""
