"""A class at once: who handed in what, and the points as gradebooks want them."""
