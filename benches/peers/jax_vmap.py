"""jit(vmap(scan)) over runs; on more than one thread pmap over as many host devices."""

import os

from peer import BATCH, BETA, BETA1, BETA2, EPSILON, INITIAL_THETA, LEARNING_RATE, arguments, blocks, measure

given = arguments(block=0)
# Small blocks stay near a core; but devices wait for each other after every block.
block = given.block or (64 if given.threads == 1 else 160)
# XLA reads this once, when jax is imported. Two threads on one device are slower than one, two devices are not.
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={given.threads}"
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", given.dtype == "float64")


def rivals(bids):
    """The highest bid of the others, from maxima before and after each bidder."""
    if given.n == 2:
        return bids[::-1]
    nobody = jnp.full_like(bids[:1], -jnp.inf)
    before = jnp.concatenate([nobody, jax.lax.cummax(bids, axis=0)[:-1]])
    after = jnp.concatenate([jax.lax.cummax(bids, axis=0, reverse=True)[1:], nobody])
    return jnp.maximum(before, after)


def gradient(theta, values):
    """Of the smoothed utility, by formula; theta is [n], values are [n, batch]."""
    w = jax.nn.sigmoid(theta)
    steep = (BETA * w)[:, None] * values
    won = values * jax.nn.sigmoid(steep - rivals(steep))
    pull = (won * (values - won)).mean(axis=1)  # of v p v (1 - p)
    return ((1 - w) * BETA * pull - won.mean(axis=1)) * w * (1 - w)


def train_one(seed):
    def epoch(state, t):
        key, theta, m, s = state
        key, draw = jax.random.split(key)
        g = gradient(theta, jax.random.uniform(draw, (given.n, BATCH)))
        m = BETA1 * m + (1 - BETA1) * g
        s = BETA2 * s + (1 - BETA2) * g * g
        theta += LEARNING_RATE * (m / (1 - BETA1**t)) / (jnp.sqrt(s / (1 - BETA2**t)) + EPSILON)
        return (key, theta, m, s), None

    zeros = jnp.zeros(given.n)
    epochs = jnp.arange(1, given.epochs + 1, dtype=zeros.dtype)
    start = (jax.random.key(seed), zeros + INITIAL_THETA, zeros, zeros)
    (_, theta, _, _), _ = jax.lax.scan(epoch, start, epochs)
    return jax.nn.sigmoid(theta)


def seeds_of_blocks():
    """Blocks of [runs], or of [device][runs] for pmap, which takes whole multiples of the devices."""
    assert given.runs % given.threads == 0, "runs must be a multiple of threads"
    start = 0
    for size in blocks(given.runs // given.threads, block):
        seeds = jnp.arange(start, start + size * given.threads)
        yield seeds if given.threads == 1 else seeds.reshape(given.threads, size)
        start += size * given.threads


train_block = (jax.jit if given.threads == 1 else jax.pmap)(jax.vmap(train_one))
seeds = list(seeds_of_blocks())
compiled = {}


def set_up():
    for some in seeds:
        if some.shape not in compiled:
            compiled[some.shape] = train_block.lower(some).compile()


def train():
    return [run for some in seeds for run in jax.device_get(compiled[some.shape](some)).reshape(-1, given.n)]


measure("jax", given, ["jax", "jaxlib"], set_up, train)
