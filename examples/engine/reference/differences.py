"""Numerical derivatives."""


def central_difference(f, *vals, arg=0, epsilon=1e-6):
    above, below = list(vals), list(vals)
    above[arg] += epsilon
    below[arg] -= epsilon
    return (f(*above) - f(*below)) / (2 * epsilon)


def gradient(f, *vals):
    return [central_difference(f, *vals, arg=arg) for arg in range(len(vals))]
