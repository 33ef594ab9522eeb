import json
import math
import time
import timeit

import bidsweep as bs
import numpy
import pytest
from conftest import program


def test_equilibria_are_those_of_closed_forms():
    two = bs.nash(bidders=2, beta=50)
    assert two.bne()[0].multiplier == 0.5 and abs(two.smoothed()[0].multiplier - 0.480467) < 1e-6
    assert two.utilities == [pytest.approx(1 / 6)] * 2 and two.revenue == pytest.approx(1 / 3)
    assert two.bids([0.5, 2.0])[0] == pytest.approx(0.25) and math.isnan(two.bids([0.5, 2.0])[1])
    assert two.inverse_bids([0.25]) == [pytest.approx(0.5)] and two.certificate < 1e-9
    assert len(two.eigenvalues) == 2 and all(value.real < 0 for value in two.eigenvalues)
    # Kaplan and Zamir: U[0, 1] against U[0, 2]; the highest bid is 2/3.
    unequal = bs.nash(["uniform:0:1", "uniform:0:2"])
    assert unequal.top_bid == pytest.approx(2 / 3) and unequal.smoothed()[0].reason == "no beta is given"
    assert "<td>" in unequal._repr_html_() and "bids 0 to 0.666667" in repr(unequal)
    with pytest.raises(IndexError, match="bidders count from 1"):
        unequal.bids([0.5], bidder=0)
    with pytest.raises(IndexError, match="there are 2 bidders"):
        unequal.bids([0.5], bidder=3)


def test_what_bids_are_worth_is_what_the_program_says(tmp_path):
    ours = bs.evaluate([0.48, 0.5], beta=50)
    told = program("evaluate", "--bidders", 2, "--multiplier", 0.48, "--multiplier", 0.5, "--beta", 50, "--format", "json", cwd=tmp_path)
    theirs = json.loads(told.stdout)
    assert (ours.revenue, ours.efficiency, ours.welfare) == tuple(theirs[key] for key in ("revenue", "efficiency", "welfare"))
    assert ours.nash_conv == theirs["nash_conv"]
    frame = ours.table().to_polars()
    for row, bidder in zip(frame.rows(named=True), theirs["bidders"]):
        for name, number in bidder.items():
            assert row[name] == number, name
    assert ours.utilities == [bidder["utility"] for bidder in theirs["bidders"]]
    assert ours.epsilon_interim == [bidder["epsilon_interim"] for bidder in theirs["bidders"]]


def test_bids_may_be_points_or_a_table():
    line = [(0.0, 0.0), (1.0, 0.48)]
    lines = bs.evaluate(0.48)
    points = bs.evaluate(bids=[line, line])
    table = bs.evaluate(bids={"bidder": [1, 1, 2, 2], "value": [1, 0, 0, 1], "bid": [0.48, 0, 0, 0.48]})
    assert points.utilities == table.utilities == [pytest.approx(lines.utilities[0], abs=1e-12)] * 2
    three = bs.evaluate(numpy.array([2 / 3] * 3), priors="uniform:0:1", bidders=3)
    assert max(three.epsilon_ex_ante) < 1e-9
    for arguments, text in [
        ({"multipliers": [1.5]}, "1.5 is no multiplier"),
        ({"multipliers": [0.5], "bidders": 1}, "give 2 to 64 bidders"),
        ({"multipliers": [0.5] * 3, "bidders": 2}, "bids of 3 for 2 bidders"),
        ({"multipliers": [0.5], "priors": ["unifrm"]}, "the prior 'unifrm' is none|the prior \"unifrm\" is none"),
        ({}, "give either multipliers or bids"),
        ({"bids": {"bidder": [1, 3], "value": [0, 0], "bid": [0, 0]}}, "number them from 1"),
    ]:
        with pytest.raises(ValueError, match=text):
            bs.evaluate(**arguments)


def test_an_evaluation_of_two_uniform_lines_takes_microseconds():
    bids = [0.48, 0.5]
    # Time of the processor: others may want it too.
    took = timeit.repeat(lambda: bs.evaluate(bids).utilities, timer=time.process_time, number=2000, repeat=20)
    best = min(took) / 2000
    assert best < 5e-6, f"{best * 1e6:.2f} us"


def test_runs_in_memory_are_those_of_the_sweep(sweep, tmp_path):
    arrays = bs.train(sweep, cell=3, every=10)
    frame = sweep.run(tmp_path, progress=None, report=False).bidders.to_polars()
    of_cell = frame.filter(frame["label"] == sweep.labels[3]).sort("replicate", "bidder")
    for name, column in [("last_iterate", "multiplier_last_iterate"), ("tail_mean", "multiplier_tail_mean")]:
        assert arrays[name].shape == (9, 3)
        assert arrays[name].ravel().tolist() == of_cell[column].to_list()
    assert arrays["trajectory"].shape == (9, 7, 3) and arrays["epochs"].tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert (arrays["trajectory"][:, -1] == arrays["last_iterate"]).all() and numpy.isnan(arrays["diverged"]).all()
    two = bs.train({"epochs": 500, "beta": 50}, replicates=20)
    assert abs(two["tail_mean"].mean() - 0.4805) < 0.01 and two["tail_mean"].flags.writeable
    with pytest.raises(IndexError, match="the sweep has 4 cells"):
        bs.train(sweep, cell=4)
    with pytest.raises(ValueError, match="replicates: the sweep has 9"):
        bs.train(sweep, replicates=10)
