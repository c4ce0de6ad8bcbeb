import math


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents, self.push = data, 0.0, parents, lambda: None

    def _of(self, data, *links):
        out = Value(data, [parent for parent, _ in links])

        def push():
            for parent, slope in links:
                parent.grad = slope * out.grad

        out.push = push
        return out

    def __add__(self, other):
        return self._of(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return self._of(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        return self._of(self.data**n, (self, n * self.data ** (n - 1)))

    def __truediv__(self, other):
        return self * other**-1

    def exp(self):
        return self._of(math.exp(self.data), (self, math.exp(self.data)))

    def log(self):
        return self._of(math.log(self.data), (self, 1 / self.data))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.push()
