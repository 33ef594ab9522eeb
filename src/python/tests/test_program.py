import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bidsweep._toml import to_toml
from conftest import LONG, native, program

CALLS = [
    [],
    ["--help"],
    ["--version"],
    ["list", "settings"],
    ["list", "columns"],
    ["schema"],
    ["run", "nowhere.toml"],
    ["rn"],
    ["nash", "--bidders", "2", "--beta", "50", "--format", "json"],
    ["evaluate", "--bidders", "2", "--multiplier", "0.48", "--beta", "50"],
    ["completions", "bash"],
]


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_the_program_is_the_one_of_cargo_argument_for_argument(arguments, tmp_path):
    theirs = subprocess.run([native(), *arguments], cwd=tmp_path, capture_output=True, text=True)
    ours = program(*arguments, cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)


def test_the_script_is_the_module(tmp_path):
    script = Path(sys.executable).parent / "bidsweep"
    told = subprocess.run([script, "list", "learners"], cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == 0 and told.stdout == program("list", "learners", cwd=tmp_path).stdout


def test_control_c_ends_the_program_as_it_does_the_one_of_cargo(tmp_path):
    (tmp_path / "long.toml").write_text(to_toml({"schema": 1, **LONG}))
    command = [sys.executable, "-m", "bidsweep", "run", "long.toml", "--progress", "json"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert process.stderr.readline().startswith("{")
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 75 and time.monotonic() - start < 10


def test_a_script_for_slurm_calls_the_package(tmp_path):
    (tmp_path / "long.toml").write_text(to_toml({"schema": 1, **LONG}))
    told = program("slurm", "long.toml", "--shards", 2, "--cpus", 2, cwd=tmp_path)
    assert told.returncode == 0 and f"bidsweep=({sys.executable} -m bidsweep)\n" in told.stdout
