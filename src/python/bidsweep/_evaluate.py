"""What given bids are worth."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Union

from . import _bidsweep
from ._nash import _priors
from ._table import Table


class Evaluation:
    """What bids are worth. Utilities stand at once; epsilons are found when first asked for, which may take a second.
    All are in the unit of the values, one a bidder."""

    def __init__(self, found: _bidsweep.Evaluation) -> None:
        self._found = found

    @property
    def utilities(self) -> list[float]:
        """Ex-ante utilities."""
        return self._found.utilities

    @property
    def revenue(self) -> float:
        """The expected payment to the seller."""
        return self._found.revenue

    @property
    def welfare(self) -> float:
        """The expected value of the winner."""
        return self._found.welfare

    @property
    def efficiency(self) -> float:
        """Welfare over the expected highest value."""
        return self._found.efficiency

    @property
    def epsilon_ex_ante(self) -> list[Optional[float]]:
        """What each bidder gains by its best response over all bid functions, before it knows its value."""
        return self._found.number("epsilon_ex_ante")

    @property
    def epsilon_interim(self) -> list[Optional[float]]:
        """The largest gain at any value."""
        return self._found.number("epsilon_interim")

    @property
    def nash_conv(self) -> float:
        """The sum of `epsilon_ex_ante`."""
        return sum(epsilon or 0.0 for epsilon in self.epsilon_ex_ante)

    def number(self, name: str) -> list[Optional[float]]:
        """A column of `table`, such as ``"epsilon_class"``; None where it is missing."""
        return self._found.number(name)

    def table(self) -> Table:
        """A row a bidder: utilities, best responses and every epsilon."""
        return Table(self._found.table())

    def __repr__(self) -> str:
        utilities = ", ".join(f"{utility:.6g}" for utility in self.utilities)
        return f"<Evaluation: utilities {utilities}, revenue {self.revenue:.6g}>"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def evaluate(
    multipliers: Union[float, Sequence[float], None] = None,
    *,
    bids: Union[Sequence[Sequence[tuple[float, float]]], Mapping[str, Any], Any, None] = None,
    priors: Union[str, Sequence[str], None] = None,
    bidders: Optional[int] = None,
    beta: Optional[float] = None,
    lp: tuple[int, int] = (64, 256),
) -> Evaluation:
    """Utilities and every epsilon of given bids.

    multipliers: w of the lines b = w v, in [0, 1]: one a bidder, or one for all.
    bids: instead, points (value, bid) of each bidder, linear between; or a table with columns ``bidder`` (from 1),
        ``value`` and ``bid``, such as a data frame.
    priors, bidders, beta: as in `nash`; U[0, 1] where no prior is given.
    lp: values and bids of the linear program.

    >>> evaluate([0.5, 0.5]).utilities
    [0.1666..., 0.1666...]
    """
    if multipliers is not None and not isinstance(multipliers, list):
        multipliers = [float(multipliers)] if isinstance(multipliers, (int, float)) else list(multipliers)
    points = None if bids is None else _points(bids)
    told = None if priors is None else _priors(priors)
    return Evaluation(_bidsweep.evaluate(multipliers, points, told, bidders, beta, lp))


def _points(bids: Any) -> list[list[tuple[float, float]]]:
    if isinstance(bids, (list, tuple)):
        return [[(float(value), float(bid)) for value, bid in points] for points in bids]
    columns = [list(bids[name]) for name in ("bidder", "value", "bid")]
    by_bidder: dict[int, list[tuple[float, float]]] = {}
    for bidder, value, bid in zip(*columns):
        by_bidder.setdefault(int(bidder), []).append((float(value), float(bid)))
    expected = list(range(1, len(by_bidder) + 1))
    if sorted(by_bidder) != expected:
        raise ValueError(f"bidders are {sorted(by_bidder)}: number them from 1, none left out")
    return [sorted(by_bidder[bidder]) for bidder in expected]
