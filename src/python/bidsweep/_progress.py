"""How far a sweep is: shown in notebooks and terminals, or told to a function."""

from __future__ import annotations

import html
import logging
import sys
import time
import warnings
from typing import Any, Callable, NamedTuple, Optional, Union

from ._errors import SweepWarning

_LOGGER = logging.getLogger("bidsweep")

Heard = list[tuple[bool, str]]
Seen = tuple[Optional[str], int, int, int, int, float, Optional[float]]


class Progress(NamedTuple):
    """How far a sweep is."""

    phase: Optional[str]
    """What is under way, such as ``training`` or ``measuring cells``."""
    done: int
    """Runs finished now."""
    total: int
    """Runs that were missing; 0 where tables or figures are made."""
    diverged: int
    """Of those finished, diverged."""
    failed: int
    """Of those finished, failed."""
    seconds: float
    """Since the work began."""
    seconds_left: Optional[float]
    """Until it ends, about."""

    def __str__(self) -> str:
        if self.total == 0:
            return self.phase or ""
        text = f"{self.done}/{self.total} runs"
        for count, what in ((self.diverged, "diverged"), (self.failed, "failed")):
            if count:
                text += f"  {count} {what}"
        if self.phase:
            text += f"  {self.phase}"
        if self.seconds_left is not None and self.done < self.total:
            text += f"  {_duration(self.seconds_left)} left"
        return text


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h {whole // 60 % 60} min"


class _Line:
    """A line of a terminal that is written again and again."""

    def __init__(self) -> None:
        self._width = 0

    def show(self, name: str, progress: Progress) -> None:
        text = f"{name}: {progress}"[:110]
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._width = len(text)

    def end(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()


class _Lines:
    """A line now and then, where nothing can be written over: after two seconds, then ever more seldom."""

    _FIRST = 2.0
    _LONGEST = 60.0

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._interval = self._FIRST

    def show(self, name: str, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= self._interval:
            self._last = now
            self._interval = min(2 * self._interval, self._LONGEST)
            sys.stderr.write(f"{name}: {progress}\n")
            sys.stderr.flush()

    def end(self) -> None:
        pass


class _Notebook:
    """A bar in the output of a cell."""

    def __init__(self, display: Callable[..., Any], markup: Callable[[str], Any]) -> None:
        self._markup = markup
        self._handle = display(markup(""), display_id=True)

    def show(self, name: str, progress: Progress) -> None:
        share = 0 if progress.total == 0 else progress.done / progress.total
        bar = f'<progress value="{share:.4f}" max="1" style="width:20em"></progress>' if progress.total else ""
        self._handle.update(self._markup(f"{html.escape(name)} {bar} {html.escape(str(progress))}"))

    def end(self) -> None:
        self._handle.update(self._markup(""))


def _shown() -> Union[_Line, _Lines, _Notebook]:
    """The way that suits where this runs."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and getattr(shell, "kernel", None) is not None:
        from IPython.display import HTML, display

        return _Notebook(display, HTML)
    return _Line() if sys.stderr.isatty() else _Lines()


class _Call:
    """A function that is told."""

    def __init__(self, function: Callable[[Progress], object]) -> None:
        self._function = function

    def show(self, name: str, progress: Progress) -> None:
        self._function(progress)

    def end(self) -> None:
        pass


class Teller:
    """Hands on what the engine tells."""

    def __init__(self, progress: Union[str, Callable[[Progress], object], None], name: str) -> None:
        self._name = name
        self._last: Optional[Progress] = None
        self._way: Union[_Line, _Lines, _Notebook, _Call, None]
        if progress is None:
            self._way = None
        elif callable(progress):
            self._way = _Call(progress)
        elif progress == "auto":
            self._way = _shown()
        else:
            raise ValueError(f'progress: write "auto", None or a function, not {progress!r}')

    def hear(self, heard: Heard, seen: Optional[Seen]) -> None:
        """Takes messages, and how far the sweep is."""
        for is_warning, text in heard:
            if is_warning:
                warnings.warn(text.removeprefix("warning: "), SweepWarning, stacklevel=3)
            else:
                _LOGGER.info(text)
        if seen is not None and self._way is not None:
            progress = Progress(*seen)
            if progress != self._last:
                self._last = progress
                self._way.show(self._name, progress)

    def end(self) -> None:
        """Takes back what was shown."""
        if self._way is not None:
            self._way.end()
