"""pandas, polars and DuckDB read every table of out/week4 alike, columns say what they hold, the least and largest numbers
are known, and the README's queries run."""

import math
import os
import pathlib
import re
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = ["cells", "cell_bidders", "summaries", "runs", "bidders", "trajectories", "bid_functions"]


def check_table(path):
    schema = pyarrow.parquet.read_schema(path)
    allowed = {"int64", "double", "string"}
    assert {str(field.type) for field in schema} <= allowed, f"{path}: {schema}"
    metadata = pyarrow.parquet.read_metadata(path).metadata
    assert b"bidsweep.plan_hash" in metadata and b'name = "week4"' in metadata[b"bidsweep.sweep"], metadata.keys()

    by_pandas = pandas.read_parquet(path)
    by_polars = polars.read_parquet(path)
    by_duckdb = duckdb.sql(f"from '{path}'")
    columns = schema.names
    assert list(by_pandas.columns) == by_polars.columns == by_duckdb.columns == columns
    count = len(by_pandas)
    assert count == by_polars.height == len(by_duckdb) > 0, path
    for field in schema:
        nulls = by_polars[field.name].null_count()
        assert nulls == by_pandas[field.name].isna().sum(), f"{path}: {field.name}"
        query = f'select count(*) from by_duckdb where "{field.name}" is null'
        assert nulls == duckdb.sql(query).fetchall()[0][0], f"{path}: {field.name}"
        if str(field.type) == "double":
            assert not by_polars[field.name].is_nan().any(), f"{path}: {field.name} has NaN"
            means = [by_pandas[field.name].mean(), by_polars[field.name].mean()]
            if nulls < count:
                assert math.isclose(*means, rel_tol=1e-12, abs_tol=1e-300), f"{path}: {field.name}: {means}"


def check_fields(path):
    """Every column says what it holds, and those of numbers in which unit."""
    for field in pyarrow.parquet.read_schema(path):
        told = field.metadata or {}
        assert told.get(b"doc"), f"{path}: {field.name} does not say what it holds"
        if str(field.type) != "string":
            assert told.get(b"unit"), f"{path}: {field.name} has no unit"


def check_statistics(path):
    """The least and the largest number of every column that has any."""
    file = pyarrow.parquet.ParquetFile(path)
    for group in range(file.metadata.num_row_groups):
        rows = file.read_row_group(group)
        for place in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(place)
            numbers = [x for x in rows.column(place).to_pylist() if x is not None]
            statistics = column.statistics
            assert statistics.null_count == rows.num_rows - len(numbers), f"{path}: {column.path_in_schema}"
            assert statistics.has_min_max == bool(numbers), f"{path}: {column.path_in_schema}"
            if numbers:
                ends = (statistics.min, statistics.max)
                assert ends == (min(numbers), max(numbers)), f"{path}: {column.path_in_schema}: {ends}"


def check_folder(whole, cut):
    """A table of many rows is a folder of files: every library reads it as it reads the one file."""
    assert len(list(pathlib.Path(cut).iterdir())) > 1, cut
    expected = polars.read_parquet(whole)
    assert polars.read_parquet(cut).equals(expected), cut
    assert polars.from_pandas(pandas.read_parquet(cut)).fill_nan(None).equals(
        polars.from_pandas(pandas.read_parquet(whole)).fill_nan(None)
    ), cut
    assert duckdb.sql(f"from '{cut}/*.parquet'").pl().equals(expected), cut


def run_readme_queries():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.S)
    libraries = {line.split()[1] for block in blocks for line in block.splitlines() if line.startswith("import")}
    assert {"pandas", "duckdb"} <= libraries, libraries
    for block in blocks:
        print(block)
        exec(compile(block, "README.md", "exec"), {})


if __name__ == "__main__":
    os.chdir(ROOT)
    for table in TABLES:
        path = f"out/week4/{table}.parquet"
        check_table(path)
        check_fields(path)
        check_statistics(path)
    folders = [table for table in TABLES if pathlib.Path(sys.argv[1], f"{table}.parquet").is_dir()]
    assert {"runs", "bidders", "trajectories"} <= set(folders), folders
    for table in folders:
        check_folder(f"out/week4/{table}.parquet", f"{sys.argv[1]}/{table}.parquet")
    run_readme_queries()
    print(f"{len(TABLES)} tables read alike by pandas, polars and DuckDB, {len(folders)} as folders too")
