"""Learners in Python: a new idea is tried in ten lines."""

from __future__ import annotations

import abc
import re
from typing import TYPE_CHECKING, Any, ClassVar

from . import _bidsweep

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Array = NDArray[numpy.float64]


class Learner(abc.ABC):
    """A learner that moves the numbers of all runs of a cell at once, along the gradients that it is told.

    A number is theta of a bidder's multiplier w = 1 / (1 + exp(-theta)). Arrays have the shape (runs, bidders), so that
    an epoch is a few calls of numpy: with a thousand runs it costs little beside the batches.

    >>> import bidsweep as bs
    >>> class Ascent(bs.Learner):
    ...     name, version = "ascent", 1
    ...     def step(self, theta, gradient, epoch):
    ...         return theta + 0.3 * gradient
    >>> float(bs.train({"epochs": 500, "beta": 50}, replicates=100, learner=Ascent())["tail_mean"].mean())
    0.48...

    A learner in Python has no promise of the same bits on another machine. Its runs are told apart from those of the
    built-in learners by name and version, and never stand in a folder with them.
    """

    name: ClassVar[str]
    """What it is called in tables: lower-case letters, digits and hyphens, and no built-in learner's name."""
    version: ClassVar[int]
    """Raised whenever it learns otherwise than before."""

    def init(self, theta: Array) -> None:
        """Begins with the numbers that the runs start from, shape (runs, bidders); called before the first epoch."""

    @abc.abstractmethod
    def step(self, theta: Array, gradient: Array, epoch: int) -> Array:
        """The numbers after an epoch, from 1, by the gradient of the mean smoothed utilities of its batch; all of shape
        (runs, bidders). Arrays may be changed in place and given back."""


def check(learner: Learner) -> None:
    """Refuses a learner without a name and version of its own."""
    name, version = getattr(learner, "name", None), getattr(learner, "version", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{type(learner).__name__}.name is {name!r}: give it lower-case letters, digits and hyphens")
    if name in _bidsweep.learners():
        raise ValueError(f"{type(learner).__name__}.name is that of a built-in learner, {name!r}: give it another")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(f"{type(learner).__name__}.version is {version!r}: give it an integer from 1")


class Led:
    """A learner between the engine's bytes and numpy's arrays."""

    def __init__(self, learner: Learner) -> None:
        import numpy

        self._numpy: Any = numpy
        self._learner = learner
        self._shape: tuple[int, ...] = ()

    def init(self, shape: list[int], theta: bytearray) -> None:
        """Takes the start."""
        self._shape = tuple(shape)
        self._theta = self._array(theta)
        self._learner.init(self._theta.copy())

    def step(self, gradient: bytearray, epoch: int) -> bytes:
        """Hands an epoch on."""
        theta = self._learner.step(self._theta, self._array(gradient), epoch)
        theta = self._numpy.ascontiguousarray(theta, dtype=self._numpy.float64)
        if theta.shape != self._shape:
            name = type(self._learner).__name__
            raise ValueError(f"{name}.step gave numbers of shape {theta.shape}, not {self._shape}")
        self._theta = theta
        told: bytes = theta.tobytes()
        return told

    def _array(self, data: bytearray) -> Any:
        return self._numpy.frombuffer(data, dtype=self._numpy.float64).reshape(self._shape)
