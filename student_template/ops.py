"""Operations of the autograd system (exercise 2.5).

Each operation is a class with two methods. `forward` computes the result and stores on `self`
whatever `backward` will need; `backward` receives the gradient of the loss by the result and
returns the gradient of the loss by each input.
"""

from typing import Tuple


class Op:
    """Base class of all operations.

    `forward(*inputs)` computes the result. `backward(grad_output)` returns the gradient for each
    input of the last `forward`. Two objects never share anything.
    """

    def forward(self, *inputs):
        raise NotImplementedError

    def backward(self, grad_output):
        raise NotImplementedError


class Mul(Op):
    """z = a * b: a worked example, already complete."""

    def forward(self, a: float, b: float) -> float:
        self.a, self.b = a, b
        return a * b

    def backward(self, grad_output: float) -> Tuple[float, float]:
        # ∂z/∂a = b and ∂z/∂b = a; the chain rule multiplies both by grad_output.
        return grad_output * self.b, grad_output * self.a


class Div(Op):
    """z = a / b"""

    def forward(self, a: float, b: float) -> float:
        # TODO: compute a / b and keep on self what backward needs
        pass

    def backward(self, grad_output: float) -> Tuple[float, float]:
        # TODO: return (grad_a, grad_b)
        pass
