"""What goes wrong, as exceptions."""

from __future__ import annotations

from typing import NamedTuple, Optional


class Problem(NamedTuple):
    """One problem of a sweep file."""

    message: str
    """What is wrong."""
    help: Optional[str]
    """What to write instead, where that is known."""
    line: Optional[int]
    """The line, from 1; None of the file as a whole."""
    column: Optional[int]
    """The character of the line, from 1."""


class BidsweepError(Exception):
    """What this package raises, beside the errors of wrong arguments."""


class SweepError(BidsweepError, ValueError):
    """A sweep that is not valid. Its text shows each problem with its line, a caret and a hint."""

    problems: list[Problem]
    """All problems, in the order of the file, those among them that alone would be warnings."""

    @classmethod
    def _of(
        cls, text: str, problems: list[tuple[bool, str, Optional[str], Optional[int], Optional[int]]]
    ) -> SweepError:
        error = cls("\n" + text)
        error.problems = [Problem(*problem[1:]) for problem in problems]
        return error


class SweepWarning(UserWarning):
    """What is odd about a sweep, its folder or its report."""


class StoreError(BidsweepError, OSError):
    """A folder that cannot be read or written, or a file in it that is damaged."""


class FolderInUse(StoreError):
    """Another process trains in the folder; the text says which."""


class Refused(BidsweepError, RuntimeError):
    """A folder that is not what was asked for: of another sweep, or with runs that the sweep no longer has."""
