"""Runs of one cell, trained into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

from . import _bidsweep
from ._learner import Learner, Led, check
from ._sweep import Sweep

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


def train(
    sweep: Union[Sweep, Mapping[str, Any]],
    *,
    cell: int = 0,
    replicates: Optional[int] = None,
    every: Optional[int] = None,
    threads: Optional[int] = None,
    learner: Optional[Learner] = None,
) -> dict[str, NDArray[numpy.float64]]:
    """Trains one cell of a sweep into memory: the very runs that `Sweep.run` trains.

    sweep: a sweep, or a dictionary of settings, such as ``{"beta": 50, "bidders": 2}``.
    cell: the place of the cell, from 0.
    replicates: how many of its runs; else all that the sweep asks for.
    every: records multipliers at every so many epochs.
    learner: moves the multipliers in place of the built-in learners, see `Learner`.

    Returns arrays of floats, by name:
    ``last_iterate``, ``tail_mean``, ``tail_sd``, ``time_average``: multipliers, shape (runs, bidders);
    ``diverged``: the epoch in which a run diverged, NaN of others, shape (runs,);
    with ``every``, ``trajectory``: multipliers, shape (runs, recorded epochs, bidders), and ``epochs``;
    with ``learner``, ``theta``: its numbers at the end, shape (runs, bidders).
    """
    if not isinstance(sweep, Sweep):
        sweep = Sweep({"fixed": sweep, "seeds": {"replicates": 1 if replicates is None else replicates}})
    if not 0 <= cell < sweep.cells:
        raise IndexError(f"the sweep has {sweep.cells} cells, and none at {cell}")
    count = sweep.replicates if replicates is None else replicates
    if not 1 <= count <= sweep.replicates:
        raise ValueError(f"replicates: the sweep has {sweep.replicates}, give 1 to as many")
    if every is not None and every < 1:
        raise ValueError("every: give 1 or more")
    if learner is None:
        return _arrays(_bidsweep.train(sweep._plan, cell, count, every, threads))
    if every is not None:
        raise ValueError("every: a learner in Python sees every epoch, and may keep what it sees")
    check(learner)
    led = Led(learner)
    return _arrays(_bidsweep.lead(sweep._plan, cell, count, led.init, led.step, threads))


def _arrays(told: dict[str, tuple[list[int], bytearray]]) -> dict[str, NDArray[numpy.float64]]:
    import numpy

    return {name: numpy.frombuffer(data, dtype=numpy.float64).reshape(shape) for name, (shape, data) in told.items()}
