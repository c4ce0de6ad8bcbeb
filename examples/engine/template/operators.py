"""Operators on numbers, their derivatives, and functions that make functions of lists.

The standard library's `math` is all that you need.
"""

# --- operators ---


def mul(x, y):
    # TODO
    pass


def id(x):
    # TODO: x itself
    pass


def add(x, y):
    # TODO
    pass


def neg(x):
    # TODO
    pass


def lt(x, y):
    # TODO: is x smaller than y?
    pass


def eq(x, y):
    # TODO
    pass


def max(x, y):
    # TODO
    pass


def is_close(x, y):
    # TODO: do x and y differ by less than 0.01?
    pass


def sigmoid(x):
    # TODO: for x = -1000 and x = 1000 as well
    pass


def relu(x):
    # TODO
    pass


def exp(x):
    # TODO
    pass


def log(x):
    # TODO: the natural logarithm; raise ValueError unless x > 0
    pass


def inv(x):
    # TODO: 1 / x
    pass


# --- derivatives: each times d, the gradient that arrives from above ---


def exp_back(x, d):
    # TODO
    pass


def log_back(x, d):
    # TODO
    pass


def inv_back(x, d):
    # TODO
    pass


def relu_back(x, d):
    # TODO
    pass


def sigmoid_back(x, d):
    # TODO
    pass


# --- functions that make functions ---


def map(f):
    """A function of a list: the list of f(x) for each x in it."""
    # TODO
    pass


def zip_with(f):
    """A function of two lists of the same length: the list of f(x, y) for each pair."""
    # TODO
    pass


def reduce(f, start):
    """A function of a list [a, b, c]: f(f(f(start, a), b), c)."""
    # TODO
    pass
