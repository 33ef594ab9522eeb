"""All runs in one array, gradient by formula, into buffers that are made once."""

import numpy as np

from peer import BATCH, BETA, BETA1, BETA2, EPSILON, INITIAL_THETA, LEARNING_RATE, arguments, blocks, measure

given = arguments(block=0)
# What a block draws in an epoch should stay near a core.
block = given.block or 640 // given.n


def train(runs, seed):
    rng = np.random.Generator(np.random.SFC64(seed))  # the fastest of NumPy's generators
    theta = np.full((given.n, runs), INITIAL_THETA, given.dtype)
    m, s = np.zeros_like(theta), np.zeros_like(theta)
    values, steep, e, won = (np.empty((given.n, runs, BATCH), given.dtype) for _ in range(4))
    first, second, low = (np.empty((runs, BATCH), given.dtype) for _ in range(3))
    for t in range(1, given.epochs + 1):
        rng.random(out=values, dtype=values.dtype)
        w = 1 / (1 + np.exp(-theta))
        np.multiply(values, (BETA * w)[..., None], out=steep)
        if given.n == 2:
            rival = steep[::-1]
        else:
            np.maximum(steep[0], steep[1], out=first)
            np.minimum(steep[0], steep[1], out=second)
            for bid in steep[2:]:
                np.maximum(second, np.minimum(first, bid, out=low), out=second)
                np.maximum(first, bid, out=first)
            rival = np.where(steep == first, second, first)
        np.exp(np.subtract(rival, steep, out=e), out=e)
        np.divide(values, np.add(e, 1, out=e), out=won)
        pull = np.einsum("nrb,nrb->nr", won, np.subtract(values, won, out=e))  # of v p v (1 - p)
        g = (BETA * (1 - w) * pull - won.sum(axis=2)) / BATCH * w * (1 - w)
        m += (1 - BETA1) * (g - m)
        s += (1 - BETA2) * (g * g - s)
        theta += LEARNING_RATE * (m / (1 - BETA1**t)) / (np.sqrt(s / (1 - BETA2**t)) + EPSILON)
    return 1 / (1 + np.exp(-theta.T))


def train_all():
    return [run for seed, size in enumerate(blocks(given.runs, block)) for run in train(size, seed)]


measure("numpy", given, ["numpy"], set_up=lambda: None, train=train_all)
