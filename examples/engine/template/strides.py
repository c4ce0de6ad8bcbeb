"""How an array of several dimensions lies in a list: by strides.

An array of shape (2, 3) lies row by row in a list of 6 entries. One step down is 3 entries further in the list, one
step to the right is 1 entry further: its strides are (3, 1).
"""


def strides_of(shape):
    """The strides of an array that lies in a list row by row, as a tuple."""
    # TODO
    pass


def index_to_position(index, strides):
    """Where the entry with this index stands in the list."""
    # TODO
    pass


def to_index(position, shape):
    """The index, as a tuple, of the entry at this position of an array that lies in a list row by row."""
    # TODO
    pass
