"""Honest networks as people write them, as data: each is an `xor.py` that must get full marks with every seed."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = (ROOT / "reference" / "xor.py").read_text("utf-8")

NET = """
import random
from value import Value
class Net:
    def __init__(self, seed, hidden=8, act="tanh", last="", draw=lambda rng: rng.uniform(-1, 1)):
        rng = random.Random(seed)
        self.act, self.last = act, last
        self.hidden = [[Value(draw(rng)) for _ in range(3)] for _ in range(hidden)]
        self.out = [Value(draw(rng)) for _ in range(hidden + 1)]
    def __call__(self, row):
        units = [getattr(w[0] * row[0] + w[1] * row[1] + w[2], self.act)() for w in self.hidden]
        z = self.out[-1]
        for w, h in zip(self.out, units):
            z = z + w * h
        return getattr(z, self.last)() if self.last else z
    def parameters(self):
        return [w for unit in self.hidden for w in unit] + self.out
def mse(model, X, y):
    return sum((model(x).data - t) ** 2 for x, t in zip(X, y)) / len(X)
def step(params, loss, rate):
    for p in params:
        p.grad = 0.0
    loss.backward()
    for p in params:
        p.data = p.data - rate * p.grad
"""

FULL_BATCH = """
def train_xor(X, y, seed=0):
    model, losses = Net(seed, {net}), []
    for _ in range({epochs}):
        loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / len(X)
        losses.append(loss.data)
        step(model.parameters(), loss, {rate})
        if losses[-1] < 0.004:
            break
    return model, {losses}
"""


def full_batch(net: str, rate: float, epochs: int = 1500, losses: str = "losses") -> str:
    return NET + FULL_BATCH.format(net=net, rate=rate, epochs=epochs, losses=losses)


RIGHT = {
    "2-4-1-tanh": full_batch("4", 0.2),
    "2-8-1-tanh-out": full_batch("8, last='tanh'", 0.2),
    "2-8-1-sigmoid-out": full_batch("8, last='sigmoid'", 1.0),
    "2-8-1-relu": full_batch("8, act='relu'", 0.1),
    "2-16-1-relu": full_batch("16, act='relu'", 0.05),
    "2-4-1-sigmoid": full_batch("4, act='sigmoid', last='sigmoid', draw=lambda rng: rng.gauss(0, 3)", 5.0),
    "an-array-of-losses": full_batch("8", 0.1, losses="__import__('numpy').array(losses)"),
    "a-column-of-losses": full_batch("8", 0.1, losses="__import__('numpy').array(losses).reshape(-1, 1)"),
    "numpy-floats-as-losses": full_batch("8", 0.1, losses="list(__import__('numpy').array(losses))"),
    "fifty-thousand-losses": full_batch("8", 0.1, losses="[x for x in losses for _ in range(50000 // len(losses))]"),
    "a-tuple-of-losses": full_batch("8", 0.1, losses="tuple(losses)"),
    "row-by-row-with-momentum": NET + """
def train_xor(X, y, seed=0):
    model, losses = Net(seed, 8, last="tanh"), []
    params = model.parameters()
    speed = [0.0] * len(params)
    for epoch in range(800):
        total = 0.0
        for x, t in zip(X, y):
            loss = (model(x) - t) ** 2
            for p in params:
                p.grad = 0.0
            loss.backward()
            for k, p in enumerate(params):
                speed[k] = 0.8 * speed[k] - 0.03 * p.grad
                p.data += speed[k]
            total += loss.data
        losses.append(total / 4)
        if total / 4 < 0.003:
            break
    return model, losses
""",
    "cross-entropy-inside": NET + """
class Classifier(Net):
    def __call__(self, row):
        return super().__call__(row).sigmoid()
def train_xor(X, y, seed=0):
    model, losses = Classifier(seed), []
    for epoch in range(1000):
        losses.append(mse(model, X, y))
        if losses[-1] < 0.002:
            break
        # (p - t) * z has the gradient of the cross-entropy where p is held
        logits = [Net.__call__(model, x) for x in X]
        step(model.parameters(), sum([(z.sigmoid().data - t) * z for z, t in zip(logits, y)]) / 4, 1.0)
    return model, losses
""",
    "adam": NET + """
def train_xor(X, y, seed=0):
    model, losses = Net(seed), []
    params = model.parameters()
    m, v = [0.0] * len(params), [0.0] * len(params)
    for k in range(1, 150):
        loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / 4
        losses.append(float(loss.data))
        for p in params:
            p.grad = 0.0
        loss.backward()
        for i, p in enumerate(params):
            m[i] = 0.9 * m[i] + 0.1 * p.grad
            v[i] = 0.999 * v[i] + 0.001 * p.grad ** 2
            p.data -= 0.05 * (m[i] / (1 - 0.9 ** k)) / ((v[i] / (1 - 0.999 ** k)) ** 0.5 + 1e-8)
    return model, losses
""",
    "saturated": NET + """
def train_xor(X, y, seed=0):
    model, losses = Net(seed, 6, last="sigmoid", draw=lambda rng: rng.gauss(0, 1)), []
    for k in range(600):
        loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / 4
        losses.append(loss.data)
        step(model.parameters(), loss, 2.0)
        if losses[-1] < 1e-3:
            break
    for p in model.out:
        p.data *= 6
    return model, losses + [mse(model, X, y)]
""",
    "a-function-as-model": NET + """
def train_xor(X, y, seed=0):
    net, losses = Net(seed), []
    def model(row):
        return net(row)
    model.parameters = lambda: (p for p in net.parameters())
    while len(losses) < 1000 and (not losses or losses[-1] > 0.004):
        loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / 4
        losses.append(loss.data)
        step(net.parameters(), loss, 0.1)
    return [model, losses]
""",
    "new-values-each-step": NET + """
def train_xor(X, y, seed=0):
    model, losses = Net(seed), []
    for k in range(1000):
        loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / 4
        losses.append(loss.data)
        if loss.data < 0.004:
            break
        loss.backward()
        model.hidden = [[Value(w.data - 0.1 * w.grad) for w in unit] for unit in model.hidden]
        model.out = [Value(w.data - 0.1 * w.grad) for w in model.out]
    return model, losses
""",
    "two-hidden-layers": NET + """
class Deep(Net):
    def __init__(self, seed):
        rng = random.Random(seed)
        shapes = [(2, 4), (4, 4), (4, 1)]
        self.layers = [[[Value(rng.gauss(0, 1)) for _ in range(n + 1)] for _ in range(m)] for n, m in shapes]
    def __call__(self, x):
        for layer in self.layers:
            x = [sum([w * v for w, v in zip(unit, x)]) + unit[-1] for unit in layer]
            x = [v.tanh() for v in x] if layer is not self.layers[-1] else x
        return x[0]
    def parameters(self):
        return [w for layer in self.layers for unit in layer for w in unit]
""" + FULL_BATCH.format(net="", rate=0.1, epochs=1500, losses="losses").replace("Net(seed, )", "Deep(seed)"),
    "relu-from-positive-weights": full_batch("8, act='relu', draw=lambda rng: rng.uniform(0, 1)", 0.05),
    "some-parameters-unused": REFERENCE.replace(
        "for unit in self.units for weight in unit] +", "for unit in self.units for weight in unit] + [Value(1.0)] +"
    ),
    "only-some-seeds": REFERENCE.replace("range(EPOCHS)", "range(EPOCHS if seed == 4 else 3)"),
    "diverges-with-some-seeds": REFERENCE.replace("RATE * par", "(RATE if seed == 3 else -5.0) * par"),
}  # fmt: skip

LOOSE = """
class Loose:
    \"\"\"Any computation on a flat list of values.\"\"\"
    def __init__(self, seed, count, call, draw=lambda rng: rng.uniform(-1, 1)):
        rng = random.Random(seed)
        self.w, self.call = [Value(draw(rng)) for _ in range(count)], call
    def __call__(self, row):
        return self.call(self.w, *row)
    def parameters(self):
        return self.w
"""


def loose(count: int, call: str, rate: float, epochs: int = 1500, draw: str = "lambda rng: rng.uniform(-1, 1)") -> str:
    """A model written as one formula of its values w and its inputs x and y, started anew until it has learned."""
    start = f"Loose(seed + 1000 * start, {count}, lambda w, x, y: {call}, {draw})"
    return NET + LOOSE + RESTARTED.format(start=start, epochs=epochs, rate=rate)


RESTARTED = """
def train_xor(X, y, seed=0):
    for start in range(12):
        model, losses = {start}, []
        for _ in range({epochs}):
            loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / len(X)
            losses.append(loss.data)
            if losses[-1] < 0.004:
                return model, losses
            if len(losses) > 250 and losses[-1] > 0.97 * losses[-200]:
                break
            step(model.parameters(), loss, {rate})
    return model, losses
"""


def restarted(net: str, rate: float, epochs: int = 1500) -> str:
    return NET + RESTARTED.format(start=f"Net(seed + 1000 * start, {net})", epochs=epochs, rate=rate)


UNITS = "w[0] * (w[1] * x + w[2] * y + w[3]).{act}() + w[4] * (w[5] * x + w[6] * y + w[7]).{act}()"
WIDE = "lambda rng: rng.uniform(-2, 2)"
# The smallest nets, and kinds that are no layers of tanh, ReLU or sigmoid: what a test for tables could take for one.
SMALL = {
    "2-2-1-tanh": restarted("2", 0.2),
    "2-2-1-relu": restarted("2, act='relu'", 0.1),
    "2-2-1-sigmoid": restarted("2, act='sigmoid', last='sigmoid', draw=lambda rng: rng.gauss(0, 3)", 4.0),
    "2-3-1-relu": restarted("3, act='relu'", 0.1),
    "2-3-1-tanh-sigmoid-out": restarted("3, last='sigmoid'", 1.0),
    "2-16-1-sigmoid": restarted("16, act='sigmoid', draw=lambda rng: rng.gauss(0, 2)", 0.2),
    "no-last-bias": loose(8, UNITS.format(act="tanh"), 0.2),
    "no-last-bias-relu": loose(8, UNITS.format(act="relu"), 0.1, draw=WIDE),
    "no-biases-relu": loose(
        8, "sum([w[k] * (w[k + 4] * x + w[(k + 1) % 4] * y).relu() for k in range(4)])", 0.05, draw=WIDE),
    "no-biases-four-relu": loose(
        12, "sum([w[k] * (w[k + 4] * x + w[k + 8] * y).relu() for k in range(4)])", 0.05, draw=WIDE),
    "product-of-two-units": loose(
        8, "w[6] * (w[0] * x + w[1] * y + w[2]) * (w[3] * x + w[4] * y + w[5]) + w[7]", 0.05),
    "squared-units": loose(
        8, "w[0] * (w[1] * x + w[2] * y + w[3]) ** 2 + w[4] * (w[5] * x + w[6] * y) ** 2 + w[7]", 0.05),
    "one-squared-unit": loose(5, "w[3] * (w[0] * x + w[1] * y + w[2]) ** 2 + w[4]", 0.05),
    "one-squared-unit-sigmoid-out": loose(5, "(w[3] * (w[0] * x + w[1] * y + w[2]) ** 2 + w[4]).sigmoid()", 1.0),
    "learned-bumps": loose(
        16, "sum([w[k] / (1 + (x - w[k + 4]) ** 2 + (y - w[k + 8]) ** 2 + w[k + 12] ** 2) for k in range(4)])", 0.2),
    "a-skip-beside-the-unit": loose(7, "w[0] * (w[1] * x + w[2] * y + w[3]).tanh() + w[4] * x + w[5] * y + w[6]", 0.2),
    "a-product-as-third-input": loose(
        9, "w[0] * (w[1] * x + w[2] * y + w[7] * (x * y) + w[3]).tanh() + w[4] * x + w[5] * y + w[8] * (x * y) + w[6]",
        0.1),
    "weight-decay": NET + """
def train_xor(X, y, seed=0):
    model, losses = Net(seed, 12, act="relu"), []
    for _ in range(700):
        loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / 4
        losses.append(loss.data)
        step(model.parameters(), loss, 0.08)
        for p in model.parameters():
            p.data *= 0.9998
        if losses[-1] < 0.003:
            break
    return model, losses
""",
    "units-awake-on-one-row-each": NET + """
def train_xor(X, y, seed=0):
    model, losses = Net(seed, 12, act="relu"), []
    for _ in range(900):
        loss = sum([(model(x) - t) ** 2 for x, t in zip(X, y)]) / 4
        losses.append(loss.data)
        sparse = loss
        for w in model.hidden:
            for x in X:
                sparse = sparse + (w[0] * x[0] + w[1] * x[1] + w[2]).relu() * 0.003
        step(model.parameters(), sparse, 0.08)
        if losses[-1] < 0.003:
            break
    return model, losses
""",
    "minibatches-that-jump": NET + """
def train_xor(X, y, seed=0):
    model, losses = Net(seed, 8), []
    rng = random.Random(seed)
    for epoch in range(900):
        for pair in (rng.sample(range(4), 4)[:2] for _ in range(2)):
            step(model.parameters(), sum([(model(X[k]) - y[k]) ** 2 for k in pair]) / 2, 0.15)
        losses.append(mse(model, X, y))
        if losses[-1] < 0.004:
            break
    return model, losses
""",
    "three-hidden-layers": RIGHT["two-hidden-layers"].replace("(4, 4), (4, 1)", "(4, 4), (4, 4), (4, 1)"),
}  # fmt: skip
