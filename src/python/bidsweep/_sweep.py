"""Sweeps: what is to be trained."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Union

from . import _bidsweep
from ._errors import SweepWarning
from ._progress import Progress, Teller
from ._result import Result
from ._table import Table
from ._toml import to_toml

_SCHEMA = 1
_NAME = "sweep"
_TABLES = ("end", "always", "never")


class Sweep:
    """A checked sweep: every cell is valid, none stands twice.

    ``source`` is the path of a sweep file, or a dictionary that holds what a sweep file holds; there ``schema``
    and ``name`` may be left out. ``set`` overrides fixed settings or the name, as ``--set`` does.

    Raises `SweepError`, which has all that is wrong, with line and column.

    >>> Sweep({"fixed": {"epochs": 10}, "axes": {"bidders": [2, 3]}}).plan().select("label").columns
    ['label']
    """

    def __init__(
        self,
        source: Union[str, os.PathLike[str], Mapping[str, Any]],
        *,
        set: Optional[Mapping[str, Any]] = None,
    ) -> None:
        pairs = _pairs(set)
        if isinstance(source, Mapping):
            text = to_toml({"schema": _SCHEMA, "name": _NAME, **source})
            plan = _bidsweep.Plan.parse(text, "<dict>", pairs)
        else:
            plan = _bidsweep.Plan.load(os.fspath(source), pairs)
        self._take(plan)

    def _take(self, plan: _bidsweep.Plan) -> None:
        self._plan = plan
        text, _ = plan.warnings()
        if text:
            warnings.warn("\n" + text, SweepWarning, stacklevel=3)

    @classmethod
    def from_toml(cls, text: str, *, set: Optional[Mapping[str, Any]] = None) -> Sweep:
        """The sweep of a sweep file's text. Data files are sought in the current folder."""
        sweep = cls.__new__(cls)
        sweep._take(_bidsweep.Plan.parse(text, "<text>", _pairs(set)))
        return sweep

    @property
    def name(self) -> str:
        """The name, which is that of the folder."""
        return self._plan.name

    @property
    def question(self) -> Optional[str]:
        """The question that the sweep answers."""
        return self._plan.question

    @property
    def text(self) -> str:
        """The text of the sweep file."""
        return self._plan.text

    @property
    def cells(self) -> int:
        """The number of cells, points of the grid."""
        return self._plan.cells

    @property
    def replicates(self) -> int:
        """The number of runs of each cell."""
        return self._plan.replicates

    @property
    def runs(self) -> int:
        """The number of runs: cells x replicates."""
        return self._plan.runs

    @property
    def labels(self) -> list[str]:
        """The labels of the cells, in order, such as ``beta=50 bidders=2``."""
        return self._plan.labels()

    def plan(self) -> Table:
        """A row a cell: identity, label, and every setting."""
        return Table(self._plan.table())

    def run(
        self,
        out: Union[str, os.PathLike[str]] = "out",
        *,
        threads: Optional[int] = None,
        progress: Union[str, Callable[[Progress], object], None] = "auto",
        limit: Optional[int] = None,
        max_fails: Optional[int] = None,
        retry_failed: bool = False,
        prune: bool = False,
        time_limit: Optional[float] = None,
        tables: str = "end",
        report: bool = True,
    ) -> Result:
        """Trains what is missing into the folder ``out/NAME``, then writes tables and report there.

        Finished runs are kept, however it ends: the same call goes on from there. Ctrl-C raises KeyboardInterrupt
        within about a second. Other threads go on meanwhile.

        threads: worker threads; else RAYON_NUM_THREADS, what a scheduler gives, or the processors.
        progress: ``"auto"`` shows it in notebooks and terminals, None does not; else what is called with a
            `Progress` about ten times a second, and may raise to stop.
        limit: trains at most so many runs.
        max_fails: stops as soon as so many runs have failed.
        retry_failed: trains failed runs again.
        prune: deletes finished runs that the sweep no longer has.
        time_limit: stops after so many seconds.
        tables: writes tables at the ``"end"``, once no run is missing, ``"always"`` or ``"never"``.
        report: draws the report too: page, figures and tables for papers.

        Raises `FolderInUse`, `StoreError` and `Refused`.
        """
        if tables not in _TABLES:
            raise ValueError(f"tables: write one of {', '.join(_TABLES)}, not {tables!r}")
        folder = Path(out) / self.name
        teller = Teller(progress, self.name)
        try:
            counts = _bidsweep.run(
                self._plan,
                folder,
                teller.hear,
                threads=threads,
                limit=limit,
                max_fails=max_fails,
                retry_failed=retry_failed,
                prune=prune,
                time_limit=time_limit,
                tables=tables,
                report=report,
            )
        finally:
            teller.end()
        return Result(folder, counts)

    def __repr__(self) -> str:
        return f"<Sweep {self.name}: {self.cells} cells x {self.replicates} replicates>"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>".replace("<Sweep", "Sweep").replace(">:", ":") + self.plan()._repr_html_()


def _pairs(set: Optional[Mapping[str, Any]]) -> list[str]:
    from ._toml import _value

    def text(key: str, value: Any) -> str:
        return value if isinstance(value, str) else _value(value, key)

    return [f"{key}={text(key, value)}" for key, value in (set or {}).items()]
