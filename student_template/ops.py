"""Operations of the autograd system (exercises 2.5 to 2.7).

Each operation is a class with two methods. `forward` computes the result and stores on `self`
whatever `backward` will need; `backward` receives the gradient of the loss with respect to the
result and returns its gradient with respect to each input.
"""

from typing import Tuple


class Op:
    """Base class of all operations.

    `forward(*inputs)` computes the result. `backward(grad_output)` returns the gradient for each
    input of the last `forward`. Two objects must not share anything.
    """

    def forward(self, *inputs):
        raise NotImplementedError

    def backward(self, grad_output):
        raise NotImplementedError


class Mul(Op):
    """z = a * b: a complete example."""

    def forward(self, a: float, b: float) -> float:
        self.a, self.b = a, b
        return a * b

    def backward(self, grad_output: float) -> Tuple[float, float]:
        # ∂z/∂a = b and ∂z/∂b = a; the chain rule multiplies both by grad_output.
        return grad_output * self.b, grad_output * self.a


class Div(Op):
    """z = a / b"""

    def forward(self, a: float, b: float) -> float:
        # TODO: compute z and store on self what backward needs
        pass

    def backward(self, grad_output: float) -> Tuple[float, float]:
        # TODO: return (grad_a, grad_b)
        pass


class Pow(Op):
    """z = a ** n, where n is a constant"""

    def __init__(self, n: float):
        self.n = n

    def forward(self, a: float) -> float:
        # TODO
        pass

    def backward(self, grad_output: float) -> float:
        # TODO: return grad_a
        pass


def sigmoid(x):
    """1 / (1 + exp(-x)), for a number or, element by element, for an array."""
    # TODO
    pass


def sigmoid_backward(x, grad_output):
    """The derivative of sigmoid at x, times grad_output."""
    # TODO: it can be written in terms of sigmoid(x)
    pass
