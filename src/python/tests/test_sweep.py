import bidsweep as bs
import numpy
import pytest
from bidsweep._toml import to_toml
from conftest import SWEEP

TEXT = """
schema = 1
name = "small"
fixed = { epochs = 60, batch = 16 }
axes = { beta = [10, 50], bidders = [2, 3] }
seeds.replicates = 9
measure.trajectories = { replicates = 2, every = 10 }
"""


def test_dictionary_text_and_file_are_one_sweep(sweep, tmp_path):
    (tmp_path / "x.toml").write_text(TEXT)
    text, file = bs.Sweep.from_toml(TEXT), bs.Sweep(tmp_path / "x.toml")
    assert sweep._plan.hash == text._plan.hash == file._plan.hash
    assert (sweep.name, sweep.cells, sweep.replicates, sweep.runs) == ("small", 4, 9, 36)
    assert sweep.labels == [f"beta={beta} bidders={n}" for beta in (10, 50) for n in (2, 3)]
    assert sweep.question is None and repr(sweep) == "<Sweep small: 4 cells x 9 replicates>"
    assert bs.Sweep(SWEEP, set={"epochs": 61})._plan.hash != sweep._plan.hash
    assert bs.Sweep(SWEEP, set={"name": "other"}).name == "other"


def test_all_that_python_says_of_numbers_and_texts_is_told_as_it_is():
    text = to_toml(
        {
            "question": 'Is "it"\n a\u00a0line?',
            "fixed": {"beta": float("inf"), "learning_rate": 1e-05, "initial": numpy.float64(0.71)},
            "axes": {"mwu.arms": numpy.array([21, 51]), "bidders": range(2, 4), "x": (True, 1e16, {"a": 2})},
            "empty": {},
        }
    )
    import sys

    if sys.version_info >= (3, 11):
        import tomllib

        back = tomllib.loads(text)
        assert back["question"] == 'Is "it"\n a\u00a0line?'
        assert back["fixed"] == {"beta": float("inf"), "learning_rate": 1e-05, "initial": 0.71}
        assert back["axes"] == {"mwu.arms": [21, 51], "bidders": [2, 3], "x": [True, 1e16, {"a": 2}]}
        assert back["empty"] == {}
    assert '"mwu.arms" = [21, 51]' in text and "inf" in text
    with pytest.raises(TypeError, match="axes.beta.1.: a sweep holds numbers, texts, lists and tables, not NoneType"):
        to_toml({"axes": {"beta": [10, None]}})


def test_every_problem_is_told_with_its_place():
    with pytest.raises(bs.SweepError) as raised:
        bs.Sweep.from_toml('schema = 1\nname = "x"\nfixed = { epoch = 5 }\naxes.beta = [10, 10]\n')
    told = raised.value.problems
    assert [(problem.line, problem.column) for problem in told] == [(3, 11), (4, 18)]
    assert "epoch" in told[0].message and "epochs" in told[0].help
    assert "<text>:3:11" in str(raised.value) and isinstance(raised.value, ValueError)
    with pytest.raises(bs.SweepError, match="cannot be read") as raised:
        bs.Sweep("nowhere.toml")
    assert raised.value.problems[0].line is None
    # Of a dictionary too: the text is told.
    with pytest.raises(bs.SweepError, match="<dict>:5:1"):
        bs.Sweep({"fixed": {"learning_rat": 0.1}})


def test_what_is_odd_is_a_warning():
    with pytest.warns(bs.SweepWarning, match="no cell has `beta = 30`"):
        bs.Sweep({"axes": {"beta": [10, 20]}, "fixed": {"epochs": 5}, "exclude": [{"beta": 30}]})


def test_the_plan_is_a_table(sweep):
    frame = sweep.plan().to_pandas()
    assert list(frame["label"]) == sweep.labels and frame["cell_id"].is_unique
    assert list(frame["beta"]) == [10, 10, 50, 50] and set(frame["epochs"]) == {60}
    assert sweep.plan().select("beta", "label").columns == ["beta", "label"]
    assert "<th>cell_id</th>" in sweep.plan()._repr_html_() and "beta=10" in sweep._repr_html_()
