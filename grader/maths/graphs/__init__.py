"""Expression graphs: of numbers and of arrays, drawn at random, compared, and laid out."""
