"""What the tests share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SWEEP = {
    "name": "small",
    "fixed": {"epochs": 60, "batch": 16},
    "axes": {"beta": [10, 50], "bidders": [2, 3]},
    "seeds": {"replicates": 9},
    "measure": {"trajectories": {"replicates": 2, "every": 10}},
}

# A sweep that takes long enough to be interrupted, in many groups.
LONG = {
    "name": "long",
    "fixed": {"epochs": 4000, "batch": 128},
    "axes": {"beta": [10, 20, 30, 40, 50]},
    "seeds": {"replicates": 4000},
}


@pytest.fixture
def sweep():
    import bidsweep

    return bidsweep.Sweep(SWEEP)


def program(*arguments, cwd, **options):
    """The command line of the package."""
    command = [sys.executable, "-m", "bidsweep", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, **options)


def native():
    """The program that cargo builds, where a test is told of it."""
    path = os.environ.get("BIDSWEEP_PROGRAM")
    if not path:
        pytest.skip("BIDSWEEP_PROGRAM names no program to compare with")
    return Path(path)
