import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = Path(__file__).parent.parent / "pyproject.toml"

EXAMPLE = '''
from pathlib import Path

import bidsweep as bs
import numpy
from numpy.typing import NDArray


def told(progress: bs.Progress) -> None:
    print(progress.done, progress.seconds_left)


sweep = bs.Sweep({"axes": {"beta": [10, 50]}}, set={"epochs": 10})
result = sweep.run(Path("out"), progress=told, limit=3)
frame = result.bidders.select("utility").to_pandas()
names: list[str] = result.cells.to_polars().columns
units: list[str | None] = [column.unit for column in result.runs.schema]
page: Path = bs.report(result.folder)
certificate: float | None = bs.nash(["uniform:0:1"] * 2, beta=50).certificate
utilities: list[float] = bs.evaluate([0.5, 0.5]).utilities
arrays: dict[str, NDArray[numpy.float64]] = bs.train({"epochs": 10})
try:
    bs.Sweep("x.toml")
except bs.SweepError as error:
    lines: list[int | None] = [problem.line for problem in error.problems]
'''


def mypy(*arguments, cwd):
    pytest.importorskip("mypy")
    told = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def test_an_example_is_typed_strictly(tmp_path):
    (tmp_path / "example.py").write_text(EXAMPLE)
    mypy("mypy", "--strict", "example.py", cwd=tmp_path)


def test_a_wrong_example_is_found(tmp_path):
    (tmp_path / "example.py").write_text("import bidsweep as bs\nbs.Sweep(3).run(thread=2)\n")
    with pytest.raises(AssertionError, match="(?s)call-arg.*arg-type"):
        mypy("mypy", "--strict", "example.py", cwd=tmp_path)


def test_the_package_is_typed_strictly_and_its_stubs_are_those_of_the_engine(tmp_path):
    mypy("mypy", "--config-file", CONFIG, "-p", "bidsweep", cwd=tmp_path)
    mypy("mypy.stubtest", "bidsweep._bidsweep", cwd=tmp_path)
