"""A parallel parameter-sweep engine for learners in sealed-bid auctions.

>>> import bidsweep as bs
>>> sweep = bs.Sweep({"fixed": {"epochs": 200}, "axes": {"beta": [10, 50]}, "seeds": {"replicates": 4}})
>>> sweep.cells, sweep.runs
(2, 8)

``sweep.run()`` trains what is missing and returns a `Result` with tables for pandas, polars and all else that
takes Arrow. `nash`, `evaluate` and `train` work in memory. The program of the command line is here too:
``python -m bidsweep``, or ``bidsweep``.
"""

from ._bidsweep import VERSION as __version__
from ._errors import (
    BidsweepError,
    FolderInUse,
    Problem,
    Refused,
    StoreError,
    SweepError,
    SweepWarning,
)
from ._evaluate import Evaluation, evaluate
from ._learner import Learner
from ._nash import Equilibrium, Reference, nash
from ._progress import Progress
from ._result import Figure, Result, open, report
from ._sweep import Sweep
from ._table import Column, Table
from ._train import train

__all__ = [
    "BidsweepError",
    "Column",
    "Equilibrium",
    "Evaluation",
    "Figure",
    "FolderInUse",
    "Learner",
    "Problem",
    "Progress",
    "Reference",
    "Refused",
    "Result",
    "StoreError",
    "Sweep",
    "SweepError",
    "SweepWarning",
    "Table",
    "__version__",
    "evaluate",
    "nash",
    "open",
    "report",
    "train",
]
