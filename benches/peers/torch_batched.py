"""All runs in one tensor [bidders, runs, batch]; the step eagerly or through torch.compile."""

import torch

from peer import BATCH, BETA, BETA1, BETA2, EPSILON, INITIAL_THETA, LEARNING_RATE, arguments, blocks, measure


def rivals(bids):
    """The highest bid of the others. Running maxima: sorting and top-k are slower."""
    if len(bids) == 2:
        return bids.flip(0)
    first, second = torch.maximum(bids[0], bids[1]), torch.minimum(bids[0], bids[1])
    for bid in bids[2:]:
        second = torch.maximum(second, torch.minimum(first, bid))
        first = torch.maximum(first, bid)
    return torch.where(bids == first, second, first)


def gradient(theta, values):
    """Of the smoothed utility, by formula; theta is [n, runs], values are [n, runs, batch]."""
    w = torch.sigmoid(theta)
    steep = (BETA * w)[..., None] * values
    won = values * torch.sigmoid(steep - rivals(steep))
    pull = (won * (values - won)).mean(dim=2)  # of v p v (1 - p)
    return ((1 - w) * BETA * pull - won.mean(dim=2)) * w * (1 - w)


def step(theta, m, s, values, correction1, correction2):
    g = gradient(theta, values)
    m = BETA1 * m + (1 - BETA1) * g
    s = BETA2 * s + (1 - BETA2) * g * g
    return theta + LEARNING_RATE * (m / correction1) / ((s / correction2).sqrt() + EPSILON), m, s


def train(n, runs, epochs, step):
    theta = torch.full((n, runs), INITIAL_THETA)
    m, s = torch.zeros_like(theta), torch.zeros_like(theta)
    # Tensors, not numbers: a compiled step would be compiled again for every new number.
    epoch = torch.arange(1, epochs + 1)
    corrections1, corrections2 = 1 - BETA1**epoch, 1 - BETA2**epoch
    for correction1, correction2 in zip(corrections1, corrections2):
        values = torch.rand(n, runs, BATCH)
        theta, m, s = step(theta, m, s, values, correction1, correction2)
    return torch.sigmoid(theta).T.tolist()


if __name__ == "__main__":
    given = arguments(mode="compile", block=0)
    # Eagerly, every operation passes over memory, so that what a block draws in an epoch should stay near a core.
    block = given.block or (256 if given.mode == "compile" else 640 // given.n)
    torch.set_num_threads(given.threads)
    torch.set_default_dtype(getattr(torch, given.dtype))
    torch.manual_seed(0)
    one_step = {"compile": torch.compile(step), "eager": step}[given.mode]
    sizes = blocks(given.runs, block)
    with torch.inference_mode():
        measure(
            f"torch-{given.mode}",
            given,
            ["torch"],
            set_up=lambda: [train(given.n, size, 5, one_step) for size in set(sizes)],
            train=lambda: [run for size in sizes for run in train(given.n, size, given.epochs, one_step)],
        )
