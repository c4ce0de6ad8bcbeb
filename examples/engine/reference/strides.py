"""How an array of several dimensions lies in a list: by strides."""


def strides_of(shape):
    strides, stride = [], 1
    for size in reversed(shape):
        strides.append(stride)
        stride *= size
    return tuple(reversed(strides))


def index_to_position(index, strides):
    return sum(i * stride for i, stride in zip(index, strides, strict=True))


def to_index(position, shape):
    index = []
    for size in reversed(shape):
        index.append(position % size)
        position //= size
    return tuple(reversed(index))
