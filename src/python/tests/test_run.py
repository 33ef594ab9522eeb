import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import bidsweep as bs
import pytest
from conftest import LONG, SWEEP, native, program

TABLES = ["cells", "cell_bidders", "summaries", "runs", "bidders", "trajectories", "bid_functions"]


def tables(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_tables_are_byte_for_byte_those_of_the_program(sweep, tmp_path):
    (tmp_path / "small.toml").write_text(sweep.text)
    result = sweep.run(tmp_path / "python", threads=2, progress=None)
    assert result.complete and result.trained == sweep.runs and result.failed == 0
    subprocess.run([native(), "run", "small.toml", "-o", "native"], cwd=tmp_path, check=True, capture_output=True)
    ours, theirs = tables(result.folder), tables(tmp_path / "native" / "small")
    assert sorted(ours) == sorted(f"{name}.parquet" for name in TABLES) and ours == theirs
    pages = [folder / "report/index.html" for folder in (result.folder, tmp_path / "native/small")]
    assert pages[0].read_bytes() == pages[1].read_bytes()
    # And those of the program that comes with the package.
    again = program("run", "small.toml", "-o", "package", cwd=tmp_path)
    assert again.returncode == 0 and tables(tmp_path / "package" / "small") == theirs


def test_what_is_missing_is_trained_and_nothing_else(sweep, tmp_path):
    part = sweep.run(tmp_path, limit=10, progress=None)
    assert (part.trained, part.missing, part.complete) == (10, 26, False)
    with pytest.raises(bs.Refused, match="26 runs are missing"):
        part.bidders
    rest = sweep.run(tmp_path, progress=None)
    assert (rest.trained, rest.missing) == (26, 0)
    before = tables(rest.folder)
    assert sweep.run(tmp_path, progress=None).trained == 0 and tables(rest.folder) == before
    assert len(rest.bidders) == 90 and len(rest.runs) == 36


def test_results_are_tables_words_and_figures(sweep, tmp_path):
    result = sweep.run(tmp_path, progress=None)
    assert result.cells.path == tmp_path / "small/cells.parquet"
    assert result.summary().startswith("small  36 runs, 4 cells x 9") and result.findings
    assert result.figures and all(figure._repr_svg_().startswith("<svg") for figure in result.figures.values())
    shown = result._repr_html_()
    assert shown.startswith("<pre>small  36 runs") and shown.count("<svg") == len(result.figures)
    assert bs.open(result.folder).complete and result.manifest["counts"]["ok"] == 36
    page = bs.report(result.folder)
    assert page == tmp_path / "small/report/index.html" and page.exists()
    assert bs.report(result.folder, out=tmp_path / "other").read_bytes() == page.read_bytes()
    with pytest.raises(ValueError, match="there is no table 'cell'; there are cells, "):
        result.table("cell")
    with pytest.raises(bs.Refused, match="no manifest.json"):
        bs.open(tmp_path)


def test_a_folder_of_another_sweep_is_refused(sweep, tmp_path):
    sweep.run(tmp_path, progress=None, report=False)
    fewer = bs.Sweep({**SWEEP, "axes": {"beta": [10], "bidders": [2, 3]}})
    with pytest.raises(bs.Refused, match="18 finished runs that the sweep no longer has: run it with prune=True"):
        fewer.run(tmp_path, progress=None)
    assert fewer.run(tmp_path, progress=None, prune=True).complete
    with pytest.raises(bs.Refused, match="root"):
        bs.Sweep({**SWEEP, "seeds": {"root": 7, "replicates": 9}}).run(tmp_path, progress=None)


def test_a_damaged_table_is_told(sweep, tmp_path):
    result = sweep.run(tmp_path, progress=None, report=False)
    result.runs.path.write_bytes(b"PAR1")
    with pytest.raises(bs.StoreError, match="runs.parquet is damaged"):
        result.runs.to_polars()


def test_other_threads_go_on_and_progress_is_told(tmp_path):
    sweep = bs.Sweep({**LONG, "seeds": {"replicates": 100}})
    turns, told = [0], []
    over = threading.Event()

    def turn():
        while not over.wait(0.005):
            turns[0] += 1

    other = threading.Thread(target=turn)
    other.start()
    start = time.monotonic()
    sweep.run(tmp_path, progress=told.append, tables="never")
    took = time.monotonic() - start
    over.set()
    other.join()
    assert turns[0] > 20 * took, f"{turns[0]} turns in {took} s"
    assert told[-1].done == told[-1].total == sweep.runs
    assert all(a.done <= b.done for a, b in zip(told, told[1:])) and "runs" in str(told[-1])


def test_an_error_of_who_is_told_stops_the_sweep_and_keeps_what_is_finished(tmp_path):
    sweep = bs.Sweep(LONG)

    def enough(progress):
        if progress.done >= 64:
            raise RuntimeError("enough")

    start = time.monotonic()
    with pytest.raises(RuntimeError, match="enough"):
        sweep.run(tmp_path, progress=enough, tables="never")
    assert time.monotonic() - start < 60
    kept = sweep.run(tmp_path, progress=None, limit=0)
    assert kept.trained == 0 and 64 <= sweep.runs - kept.missing < sweep.runs


def test_control_c_keeps_finished_runs(tmp_path):
    code = f"""
import bidsweep as bs
sweep = bs.Sweep({LONG!r})
def told(progress):
    if progress.done:
        print(progress.done, flush=True)
try:
    sweep.run({str(tmp_path)!r}, progress=told)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    out, _ = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "interrupted" and process.returncode == 0
    assert time.monotonic() - start < 10
    assert bs.open(tmp_path / "long").missing < bs.Sweep(LONG).runs


def test_a_folder_in_use_is_told(tmp_path):
    code = f"import bidsweep as bs; bs.Sweep({LONG!r}).run({str(tmp_path)!r}, progress=lambda p: print(p, flush=True))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        with pytest.raises(bs.FolderInUse, match="is in use by"):
            bs.Sweep(LONG).run(tmp_path, progress=None)
    finally:
        process.kill()
        process.communicate()


def worth(multiplier):
    return bs.evaluate([multiplier] * 2).utilities[0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore")
def test_a_forked_process_is_refused_and_a_spawned_one_works():
    worth(0.5)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            worth(0.5)
            text = "it worked"
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        os.write(write, text.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as told:
        text = told.read()
    assert text.startswith("RuntimeError: this process was forked") and "spawn" in text
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(worth, [0.5, 0.4]) == [worth(0.5), worth(0.4)]


def test_arguments_that_do_not_fit_are_told(sweep, tmp_path):
    for arguments, text in [
        ({"tables": "maybe"}, "tables: write one of end, always, never"),
        ({"progress": "bar"}, 'progress: write "auto", None or a function'),
        ({"threads": 0}, "0 threads train nothing"),
        ({"time_limit": -1.0}, "time_limit: give seconds"),
    ]:
        with pytest.raises(ValueError, match=text):
            sweep.run(tmp_path, **{"progress": None, **arguments})


def test_a_line_of_progress_is_written_on_a_terminal(tmp_path):
    """In a terminal of its own: a line that is written over, and gone at the end."""
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    code = f"import bidsweep as bs; bs.Sweep({{**{LONG!r}, 'seeds': {{'replicates': 200}}}}).run({str(tmp_path)!r}, tables='never')"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=child, stdout=child)
    os.close(child)
    seen = b""
    while True:
        try:
            data = os.read(parent, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
    os.close(parent)
    assert process.wait() == 0
    assert b"\rlong: " in seen and b"/1000 runs" in seen and b"\n" not in seen
