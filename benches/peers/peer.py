"""What the Python peers share: the command line, the study's constants, the timing and the line that each prints."""

import argparse
import importlib.metadata
import json
import platform
import statistics
import time

BATCH = 128
BETA = 50.0
INITIAL_THETA = 0.9
LEARNING_RATE = 0.01
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def arguments(**tuning):
    """The command line. `tuning` names the peer's own options with their defaults, for trying others by hand."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="accepted for all peers alike; there is no other form")
    parser.add_argument("--n", type=int, default=2, help="bidders")
    parser.add_argument("--precision", choices=["f32", "f64"], default="f32")
    parser.add_argument("--runs", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="how often the whole job is timed")
    for option, default in tuning.items():
        parser.add_argument(f"--{option}", type=type(default), default=default)
    arguments = parser.parse_args()
    arguments.dtype = {"f32": "float32", "f64": "float64"}[arguments.precision]
    return arguments


def blocks(runs, most):
    """Sizes of the fewest near-equal blocks of at most `most` runs."""
    count = -(-runs // most)
    return [runs // count + (block < runs % count) for block in range(count)]


def measure(program, arguments, packages, set_up, train):
    """Calls `set_up`, then times `train`, which returns the multipliers at the last epoch as [runs][bidders]."""
    start = time.perf_counter()
    set_up()
    set_up_seconds = time.perf_counter() - start
    seconds = []
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        multipliers = train()
        seconds.append(time.perf_counter() - start)
    means = [statistics.fmean(float(w) for w in run) for run in multipliers]
    assert len(means) == arguments.runs, f"{len(means)} runs instead of {arguments.runs}"
    line = {
        "program": program,
        "n": arguments.n,
        "runs": arguments.runs,
        "epochs": arguments.epochs,
        "batch": BATCH,
        "threads": arguments.threads,
        "dtype": arguments.precision,
        "seconds": seconds,
        "set_up_seconds": set_up_seconds,
        "mean_multiplier": statistics.fmean(means),
        "sd_multiplier": statistics.stdev(means) if len(means) > 1 else None,
        "versions": {"python": platform.python_version()}
        | {package: importlib.metadata.version(package) for package in packages},
    }
    print(json.dumps(line))
