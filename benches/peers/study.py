"""The study's own program: a module and an Adam for each bidder, autograd, one run at a time.

The bids are stacked in one forward pass that all losses share, hence `retain_graph`. Rivals' bids are detached: leaving
them attached and clearing each gradient right before its own backward pass ends in the same place and takes longer.
"""

import torch

from peer import BATCH, BETA, INITIAL_THETA, LEARNING_RATE, arguments, measure


class Bidder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.theta = torch.nn.Parameter(torch.tensor(INITIAL_THETA))

    def forward(self, values):
        return torch.sigmoid(self.theta) * values


def train(n, epochs, seed):
    torch.manual_seed(seed)
    bidders = [Bidder() for _ in range(n)]
    optimizers = [torch.optim.Adam(bidder.parameters(), lr=LEARNING_RATE) for bidder in bidders]
    for _ in range(epochs):
        values = torch.rand(n, BATCH)
        bids = torch.stack([bidder(values[i]) for i, bidder in enumerate(bidders)])
        losses = []
        for i in range(n):
            rival = torch.cat([bids[:i], bids[i + 1 :]]).detach().max(dim=0).values
            win = torch.sigmoid(BETA * (bids[i] - rival))
            losses.append(-((values[i] - bids[i]) * win).mean())
        for optimizer, loss in zip(optimizers, losses):
            optimizer.zero_grad()
            loss.backward(retain_graph=True)
            optimizer.step()
    return [torch.sigmoid(bidder.theta).item() for bidder in bidders]


if __name__ == "__main__":
    given = arguments()
    torch.set_num_threads(given.threads)
    torch.set_default_dtype(getattr(torch, given.dtype))
    measure(
        "study",
        given,
        ["torch"],
        set_up=lambda: train(given.n, 20, 0),
        train=lambda: [train(given.n, given.epochs, seed) for seed in range(given.runs)],
    )
