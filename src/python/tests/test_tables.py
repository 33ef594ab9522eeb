import bidsweep as bs
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    from conftest import SWEEP

    return bs.Sweep(SWEEP).run(tmp_path_factory.mktemp("tables"), progress=None, report=False)


def test_what_is_handed_on_is_what_the_file_holds(result):
    for name in ("cells", "bidders", "runs", "trajectories"):
        table = result.table(name)
        read = pyarrow.parquet.read_table(table.path)
        ours = table.to_arrow()
        assert ours.column_names == read.column_names == table.columns
        assert ours.equals(read.cast(ours.schema)), name
        assert len(table) == read.num_rows


def test_pandas_and_polars_take_tables(result):
    frame, other = result.bidders.to_pandas(), result.bidders.to_polars()
    assert isinstance(frame, pandas.DataFrame) and isinstance(other, polars.DataFrame)
    assert list(frame["utility"]) == other["utility"].to_list() and frame.shape == other.shape
    assert frame["batch"].tolist() == [16] * 90
    # Settings of other learners are missing, not 0.
    assert other["mwu_arms"].null_count() == 90


def test_columns_are_chosen_in_order_and_told(result):
    chosen = result.bidders.select("utility", "cell_id")
    assert chosen.to_polars().columns == ["utility", "cell_id"] == chosen.columns
    utility = chosen.schema[0]
    assert (utility.type, utility.unit) == ("float", "value") and utility.doc
    with pytest.raises(KeyError, match="there is no column 'utilty'; there are cell_id, "):
        result.bidders.select("utilty")
    assert repr(result.bidders).endswith("bidders.parquet: 90 rows, " + f"{len(result.bidders.columns)} columns>")
    assert result.bidders._repr_html_().count("<tr>") == 11


def test_a_stream_is_read_once_and_may_be_dropped_unread(result):
    capsule = result.bidders.__arrow_c_stream__()
    del capsule
    reader = pyarrow.RecordBatchReader.from_stream(result.bidders)
    assert sum(batch.num_rows for batch in reader) == 90
