"""Reference equilibria."""

from __future__ import annotations

import html
from typing import NamedTuple, Optional, Sequence, Union

from . import _bidsweep

Prior = str


def _priors(priors: Union[str, Sequence[str], None]) -> Optional[list[str]]:
    if priors is None:
        return None
    return [priors] if isinstance(priors, str) else list(priors)


class Reference(NamedTuple):
    """A reference of one bidder."""

    multiplier: Optional[float]
    """w of the line b = w v that is nearest to the bids; None where there is no such equilibrium."""
    method: Optional[str]
    """How it was found."""
    error: Optional[float]
    """A bound on the multiplier's error."""
    reason: Optional[str]
    """Why there is none."""


class Equilibrium:
    """The reference equilibria of a game: of the auction (Bayes-Nash), within the strategy class, and of the smoothed
    auction within the class. Bids, values and utilities are in one unit; bidders count from 1."""

    def __init__(self, found: _bidsweep.Nash) -> None:
        self._found = found
        self._bne = found.bne()

    @property
    def priors(self) -> list[str]:
        """The distributions of values, one a bidder."""
        return self._found.priors

    @property
    def method(self) -> Optional[str]:
        """How the Bayes-Nash equilibrium was found; None where there is none: `reason` says why."""
        return None if self._bne is None else self._bne[0]

    @property
    def certificate(self) -> Optional[float]:
        """The most that any bidder gains at any value by any deviation."""
        return None if self._bne is None else self._bne[1]

    @property
    def low_bid(self) -> Optional[float]:
        """The lowest bid."""
        return None if self._bne is None else self._bne[2]

    @property
    def top_bid(self) -> Optional[float]:
        """The highest bid."""
        return None if self._bne is None else self._bne[3]

    @property
    def revenue(self) -> Optional[float]:
        """The expected payment to the seller."""
        return None if self._bne is None else self._bne[4]

    @property
    def reason(self) -> Optional[str]:
        """Why there is no Bayes-Nash equilibrium."""
        return self.bne()[0].reason

    def bne(self) -> list[Reference]:
        """The Bayes-Nash equilibrium as lines, one a bidder."""
        return [Reference(*self._found.references(bidder)[0]) for bidder in range(self._found.bidders)]

    def in_class(self) -> list[Reference]:
        """The equilibrium of bidders confined to lines b = w v, one a bidder."""
        return [Reference(*self._found.references(bidder)[1]) for bidder in range(self._found.bidders)]

    def smoothed(self) -> list[Reference]:
        """The same where b wins against m with probability sigmoid(beta (b - m)), one a bidder."""
        found = [self._found.references(bidder)[2] for bidder in range(self._found.bidders)]
        none = Reference(None, None, None, "no beta is given")
        return [none if reference is None else Reference(*reference) for reference in found]

    @property
    def utilities(self) -> list[Optional[float]]:
        """Ex-ante utilities in the Bayes-Nash equilibrium, one a bidder."""
        return [self._found.utility(bidder) for bidder in range(self._found.bidders)]

    @property
    def eigenvalues(self) -> list[complex]:
        """Of the Jacobian of the gradient field in theta at the smoothed equilibrium, by falling real part."""
        return [complex(real, imaginary) for real, imaginary in self._found.eigenvalues]

    def bids(self, values: Sequence[float], bidder: int = 1) -> Optional[list[float]]:
        """Bids of a bidder at values; NaN at a value that it cannot have; None where there is no equilibrium."""
        return self._found.bids(_place(bidder), [float(value) for value in values])

    def inverse_bids(self, bids: Sequence[float], bidder: int = 1) -> Optional[list[float]]:
        """The values at which a bidder bids so; None where there is no equilibrium."""
        return self._found.inverse_bids(_place(bidder), [float(bid) for bid in bids])

    def __repr__(self) -> str:
        if self._bne is None:
            return f"<Equilibrium of {', '.join(self.priors)}: none, {self.reason}>"
        method, certificate, low, top, revenue = self._bne
        return (
            f"<Equilibrium of {', '.join(self.priors)}: bids {low:.6g} to {top:.6g}, revenue {revenue:.6g}, "
            f"by {method}, certificate {certificate:.1e}>"
        )

    def _repr_html_(self) -> str:
        rows = zip(self.priors, self.utilities, self.bne(), self.in_class(), self.smoothed())
        cells = (
            [prior, *("-" if x is None else f"{x:.6g}" for x in (utility, a.multiplier, b.multiplier, c.multiplier))]
            for prior, utility, a, b, c in rows
        )
        body = "".join("<tr>" + "".join(f"<td>{html.escape(x)}</td>" for x in row) + "</tr>" for row in cells)
        head = "".join(f"<th>{name}</th>" for name in ("prior", "utility", "BNE", "class", "smoothed"))
        return f"<p>{html.escape(repr(self)[1:-1])}</p><table><tr>{head}</tr>{body}</table>"


def _place(bidder: int) -> int:
    if bidder < 1:
        raise IndexError(f"bidders count from 1, and {bidder} is none")
    return bidder - 1


def nash(
    priors: Union[str, Sequence[str], None] = None, *, bidders: Optional[int] = None, beta: Optional[float] = None
) -> Equilibrium:
    """The reference equilibria of bidders with given priors.

    priors: one a bidder, such as ``"uniform:0:1"``, ``"beta:2:5"`` or ``"3xuniform:0:2"`` for three; or one for all.
    bidders: how many, of one prior, or of ``uniform:0:1``.
    beta: the steepness of the smoothed auction, per unit of bid.

    >>> nash(bidders=2, beta=50).smoothed()[0].multiplier
    0.48046...
    """
    return Equilibrium(_bidsweep.nash(_priors(priors), bidders, None if beta is None else float(beta)))
