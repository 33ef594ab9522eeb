"""The command line: ``python -m bidsweep`` and the script ``bidsweep``, which take the same arguments."""

import signal
import sys

from . import _bidsweep


def main() -> int:
    """Runs the command line of this process; the exit code."""
    # As in the program of its own: what a verb does not handle ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _bidsweep.main([sys.executable, "-m", "bidsweep"], sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
