"""Plain loops, compiled; prange over runs."""

import os

from peer import BATCH, BETA, BETA1, BETA2, EPSILON, INITIAL_THETA, LEARNING_RATE, arguments, measure

given = arguments()
os.environ["NUMBA_NUM_THREADS"] = str(given.threads)
import numba
import numpy as np

real = {"f32": numba.float32, "f64": numba.float64}[given.precision]
dtype = np.dtype(given.dtype)
STEEPNESS, ONE = dtype.type(BETA), dtype.type(1)


@numba.njit(fastmath=True, error_model="numpy", inline="always")
def sigmoid(x):
    return ONE / (ONE + np.exp(-x))


@numba.njit(inline="always")
def uniform(draw):
    """SplitMix64 of a counter: NumPy's own generator inside Numba takes half of the whole time."""
    z = draw * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return real(np.int32((z ^ (z >> np.uint64(31))) >> np.uint64(40))) * real(2.0**-24)


@numba.njit(fastmath=True, error_model="numpy", parallel=given.threads > 1)
def train(n, runs, epochs):
    multipliers = np.empty((runs, n), dtype)
    for run in numba.prange(runs):
        draws = np.uint64(run) << np.uint64(40)
        theta = np.full(n, INITIAL_THETA)
        m, s = np.zeros(n), np.zeros(n)
        w = np.empty(n, dtype)
        values, bids = np.empty((n, BATCH), dtype), np.empty((n, BATCH), dtype)
        first, second = np.empty(BATCH, dtype), np.empty(BATCH, dtype)
        for t in range(1, epochs + 1):
            first[:] = 0
            second[:] = 0
            for i in range(n):
                w[i] = sigmoid(theta[i])
                for k in range(BATCH):
                    values[i, k] = uniform(draws + np.uint64(k))
                draws += np.uint64(BATCH)
                steep = STEEPNESS * w[i]
                for k in range(BATCH):
                    bid = steep * values[i, k]
                    bids[i, k] = bid
                    second[k] = max(second[k], min(first[k], bid))
                    first[k] = max(first[k], bid)
            for i in range(n):
                won_sum, pull = real(0), real(0)  # of v p, and of v p v (1 - p)
                for k in range(BATCH):
                    rival = second[k] if bids[i, k] == first[k] else first[k]
                    won = values[i, k] * sigmoid(bids[i, k] - rival)
                    won_sum += won
                    pull += won * (values[i, k] - won)
                g = (BETA * (1 - w[i]) * pull - won_sum) / BATCH * w[i] * (1 - w[i])
                m[i] += (1 - BETA1) * (g - m[i])
                s[i] += (1 - BETA2) * (g * g - s[i])
                theta[i] += LEARNING_RATE * (m[i] / (1 - BETA1**t)) / (np.sqrt(s[i] / (1 - BETA2**t)) + EPSILON)
        for i in range(n):
            multipliers[run, i] = sigmoid(theta[i])
    return multipliers


measure(
    "numba",
    given,
    ["numba", "llvmlite"],
    set_up=lambda: train(given.n, given.threads, 2),
    train=lambda: train(given.n, given.runs, given.epochs),
)
