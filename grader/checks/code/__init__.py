"""Check kinds for code: the value of a call, the gradient of a function, a checker of gradients."""
