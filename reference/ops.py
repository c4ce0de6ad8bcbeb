"""Operations of the autograd system: what `backward` needs is kept on the object by `forward`."""


class Op:
    """Base class of all operations.

    `forward(*inputs)` computes the result. `backward(grad_output)` returns the gradient for each
    input of the last `forward`. Two objects never share anything.
    """

    def forward(self, *inputs):
        raise NotImplementedError

    def backward(self, grad_output):
        raise NotImplementedError


class Div(Op):
    """z = a / b"""

    def forward(self, a, b):
        self.a, self.b = a, b
        return a / b

    def backward(self, grad_output):
        # z = a * (1/b): linear in a, and d(1/b)/db = -1/b².
        grad_a = grad_output / self.b
        grad_b = -grad_output * self.a / self.b**2
        return grad_a, grad_b
