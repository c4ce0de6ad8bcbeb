"""Check kinds for written answers: numbers, formulas, choices, shapes, edges, and texts that a person marks."""
