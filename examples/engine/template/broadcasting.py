"""Broadcasting of shapes, and the way back."""

import numpy as np


def broadcast_shape(a, b):
    """The shape to which arrays of the shapes a and b are broadcast, as a tuple; a ValueError if they do not fit."""
    # TODO
    pass


def unbroadcast(grad, shape):
    """The gradient of an array of this shape, where `grad` is that of the array to which it was broadcast."""
    # TODO
    pass
