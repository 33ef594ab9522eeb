"""Results: the folder of a sweep that was trained."""

from __future__ import annotations

import html
import json
import os
import warnings
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from . import _bidsweep
from ._errors import Refused, SweepWarning
from ._table import Table

_WIDTH = 110


class Figure(NamedTuple):
    """A figure of a report."""

    name: str
    path: Path
    """The SVG file; PNG and PDF stand beside it."""

    def _repr_svg_(self) -> str:
        return self.path.read_text(encoding="utf-8")


class Result:
    """The folder of a sweep: its tables, its answer and its figures. Tables are opened when asked for."""

    def __init__(self, folder: Union[str, os.PathLike[str]], counts: Optional[dict[str, Any]] = None) -> None:
        self._folder = Path(folder)
        self._counts = counts or {}

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._folder

    @property
    def trained(self) -> int:
        """The number of runs that this call trained."""
        return int(self._counts.get("trained", 0))

    @property
    def manifest(self) -> dict[str, Any]:
        """The resolved sweep, version, counts, times and host."""
        manifest: dict[str, Any] = json.loads((self._folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest

    @property
    def missing(self) -> int:
        """The number of runs that are not there yet."""
        return int(self._counts.get("missing", 0))

    @property
    def failed(self) -> int:
        """The number of runs that failed; the table ``runs`` has their messages."""
        return int(self._counts.get("failed", 0))

    @property
    def complete(self) -> bool:
        """Whether every run is there."""
        return self.missing == 0

    def table(self, name: str) -> Table:
        """The table of a name, such as ``"bidders"``."""
        file = f"{name}.parquet"
        known = _bidsweep.table_files()
        if file not in known:
            names = ", ".join(known_file.removesuffix(".parquet") for known_file in known)
            raise ValueError(f"there is no table {name!r}; there are {names}")
        path = self._folder / file
        if not path.exists():
            why = f"{self.missing} runs are missing: run the sweep again" if self.missing else "the sweep has no rows of it"
            raise Refused(f"{self._folder} has no table {name!r}: {why}, or with tables=\"always\"")
        return Table(_bidsweep.Table(path), path=path)

    @property
    def cells(self) -> Table:
        """A row a cell: settings, equilibria, verdicts, and means with intervals."""
        return self.table("cells")

    @property
    def cell_bidders(self) -> Table:
        """A row a cell and bidder: prior, equilibria, and means with intervals."""
        return self.table("cell_bidders")

    @property
    def summaries(self) -> Table:
        """A row a cell, bidder and measure: mean, sd, interval, count and range over replicates."""
        return self.table("summaries")

    @property
    def runs(self) -> Table:
        """A row a run: status, seed, revenue, welfare, largest epsilons."""
        return self.table("runs")

    @property
    def bidders(self) -> Table:
        """A row a run and bidder: multipliers, biases, utility, epsilons."""
        return self.table("bidders")

    @property
    def trajectories(self) -> Table:
        """A row a run, recorded epoch and bidder."""
        return self.table("trajectories")

    @property
    def bid_functions(self) -> Table:
        """A row a cell, bidder and value: learned bids beside those of equilibria."""
        return self.table("bid_functions")

    @property
    def mixtures(self) -> Table:
        """A row a cell, bidder and arm: probabilities."""
        return self.table("mixtures")

    @property
    def contrasts(self) -> Table:
        """A row a cell, bidder and measure: paired differences from the baseline of ``[report]``."""
        return self.table("contrasts")

    @property
    def findings(self) -> dict[str, Any]:
        """What the sweep says along its axes."""
        findings: dict[str, Any] = json.loads((self._folder / "findings.json").read_text(encoding="utf-8"))
        return findings

    def summary(self, *, width: int = _WIDTH, whole: bool = False) -> str:
        """The answer in words, as the program prints it; ``whole`` tells every statement."""
        return "\n".join(_bidsweep.screen(self._folder, width, whole))

    @property
    def figures(self) -> dict[str, Figure]:
        """The figures of the report, by name."""
        paths = sorted((self._folder / "report" / "figures").glob("*.svg"))
        return {path.stem: Figure(path.stem, path) for path in paths}

    def __repr__(self) -> str:
        state = "complete" if self.complete else f"{self.missing} runs missing"
        return f"<Result {self._folder}: {state}>"

    def _repr_html_(self) -> str:
        if not (self._folder / "cells.parquet").exists():
            return f"<p>{html.escape(repr(self))}</p>"
        parts = [f"<pre>{html.escape(self.summary())}</pre>"]
        parts += [f"<div>{figure._repr_svg_()}</div>" for figure in self.figures.values()]
        return "\n".join(parts)


def open(folder: Union[str, os.PathLike[str]]) -> Result:
    """The result of an earlier run, such as ``open("out/week4")``. Raises `Refused` where there is none."""
    plan = _bidsweep.open(Path(folder))
    manifest = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
    counts = manifest["counts"]
    done = sum(counts[key] for key in ("ok", "diverged", "failed"))
    return Result(folder, {"trained": 0, "missing": plan.runs - done, "failed": counts["failed"]})


def report(
    folder: Union[str, os.PathLike[str]],
    *,
    out: Union[str, os.PathLike[str], None] = None,
    threads: Optional[int] = None,
) -> Path:
    """Makes the report of a folder's tables again, there or in another folder: the path of its page."""
    page, told = _bidsweep.draw(Path(folder), None if out is None else Path(out), threads)
    for text in told:
        warnings.warn(text.removeprefix("warning: "), SweepWarning, stacklevel=2)
    return page
