"""Pure functions on numbers: formulas, their derivatives, the drawing of inputs, comparison."""
