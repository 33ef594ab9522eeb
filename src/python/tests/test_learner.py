"""Learners in Python."""

import time

import bidsweep as bs
import numpy
import pytest


class Adam(bs.Learner):
    """Adam as the paper has it (Kingma and Ba 2015, Algorithm 1)."""

    name, version = "numpy-adam", 1

    def __init__(self, rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.rate, self.beta1, self.beta2, self.epsilon = rate, beta1, beta2, epsilon

    def init(self, theta):
        self.mean, self.square = numpy.zeros_like(theta), numpy.zeros_like(theta)

    def step(self, theta, gradient, epoch):
        self.mean += (1 - self.beta1) * (gradient - self.mean)
        self.square += (1 - self.beta2) * (gradient * gradient - self.square)
        square = self.square / (1 - self.beta2**epoch)
        return theta + self.rate / (1 - self.beta1**epoch) * self.mean / (numpy.sqrt(square) + self.epsilon)


SETTINGS = {"learner": "adam", "learning_rate": 0.01, "epochs": 200, "batch": 128, "beta": 50, "precision": "f64"}


def test_adam_of_numpy_gives_the_multipliers_of_the_built_in_one():
    for more in ({}, {"bidders": 3, "profiles": "own"}):
        settings = {**SETTINGS, **more}
        ours, theirs = (bs.train(settings, replicates=20, learner=learner) for learner in (Adam(), None))
        for name in ("last_iterate", "tail_mean", "tail_sd", "time_average"):
            assert ours[name].shape == theirs[name].shape == (20, settings.get("bidders", 2))
            assert numpy.abs(ours[name] - theirs[name]).max() < 1e-12, name
        assert numpy.isnan(ours["diverged"]).all()
        assert numpy.abs(1 / (1 + numpy.exp(-ours["theta"])) - ours["last_iterate"]).max() < 1e-12


def test_a_learner_of_python_costs_little_beside_a_thousand_runs():
    settings = {**SETTINGS, "precision": "f32", "epochs": 300}

    def seconds(learner):
        start = time.process_time()
        bs.train(settings, replicates=1000, threads=1, learner=learner)
        return time.process_time() - start

    # In turns, and the best of each, until they tell: other work on the machine slows now the one, now the other. It is
    # 1.16 times as much on a machine of its own, and up to 1.5 where others use its caches too.
    ours = theirs = float("inf")
    for turn in range(40):
        ours, theirs = min(ours, seconds(Adam())), min(theirs, seconds(None))
        if turn >= 4 and ours < 1.25 * theirs:
            break
    assert ours < 2 * theirs, f"{ours:.3f} s and {theirs:.3f} s"


def test_what_a_learner_gives_is_checked():
    class Named(bs.Learner):
        name, version = "named", 1

        def step(self, theta, gradient, epoch):
            return theta[:1]

    with pytest.raises(ValueError, match=r"Named.step gave numbers of shape \(1, 2\), not \(3, 2\)"):
        bs.train({"epochs": 5}, replicates=3, learner=Named())
    for name, version, text in [
        ("adam", 1, "that of a built-in learner"),
        ("My Learner", 1, "lower-case letters"),
        ("mine", 0, "an integer from 1"),
    ]:
        Named.name, Named.version = name, version
        with pytest.raises(ValueError, match=text):
            bs.train({"epochs": 5}, learner=Named())
    Named.name, Named.version = "mine", 1
    with pytest.raises(ValueError, match="batches that are drawn"):
        bs.train({"epochs": 5, "batch": "exact"}, learner=Named())
    with pytest.raises(TypeError):
        bs.Learner()


def test_an_error_or_an_infinity_of_a_learner_is_told():
    class Broken(bs.Learner):
        name, version = "broken", 1

        def step(self, theta, gradient, epoch):
            if epoch == 3:
                theta[1] = numpy.inf
            if epoch == 7:
                raise RuntimeError("at seven")
            return theta

    with pytest.raises(RuntimeError, match="at seven"):
        bs.train({"epochs": 10}, replicates=2, learner=Broken())
    told = bs.train({"epochs": 5}, replicates=2, learner=Broken())["diverged"]
    assert numpy.isnan(told[0]) and told[1] == 3
