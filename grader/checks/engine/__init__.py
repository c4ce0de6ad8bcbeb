"""Check kinds for a student's own value class: expressions on it, its graph as a drawing, a checker that uses it."""
