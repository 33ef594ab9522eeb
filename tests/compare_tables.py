"""Whether every value of tables of schema 1 stands in tables of schema 2: compare_tables.py OLD NEW, two output folders.

Both hold a folder a sweep, made by the two versions from the same sweep files. A column is compared value by value, bit
for bit, where it went; the exceptions that were meant are counted and named.
"""

import collections
import pathlib
import sys

import pyarrow.parquet

KEYS = {
    "cells": ["cell_id"],
    "cell_bidders": ["cell_id", "bidder"],
    "runs": ["cell_id", "replicate"],
    "bidders": ["cell_id", "replicate", "bidder"],
    "trajectories": ["cell_id", "replicate", "bidder", "epoch"],
    "bid_functions": ["cell_id", "bidder", "value"],
}
PARTS = ["mean", "sd", "ci95", "n"]
# Measures of the mean profile, which had no suffix.
MEAN_PROFILE = {
    "cells": "nash_conv epsilon_ex_ante epsilon_interim epsilon_class epsilon_smoothed epsilon_smoothed_class epsilon_lp "
    "epsilon_lp_constrained".split(),
    "cell_bidders": "utility best_response_utility epsilon_ex_ante epsilon_ex_ante_upper epsilon_interim epsilon_relative "
    "epsilon_class utility_smoothed epsilon_smoothed epsilon_smoothed_class epsilon_lp epsilon_lp_bound "
    "best_response_utility_lp_constrained epsilon_lp_constrained lp_constraint_multiplier".split(),
}
# What bidders' mean was in cells and is now their largest, as of every other epsilon.
NOW_LARGEST = ["epsilon_smoothed", "epsilon_smoothed_class", "epsilon_lp", "epsilon_lp_constrained"]


def read(folder, table):
    path = folder / f"{table}.parquet"
    return pyarrow.parquet.read_table(path).to_pydict() if path.exists() else None


def bits(value):
    return value.hex() if isinstance(value, float) else value


class Comparison:
    def __init__(self, old, new):
        self.old, self.new = old, new
        self.places = collections.Counter()
        self.exceptions = collections.Counter()
        self.failures = []
        rows = read(new, "summaries")
        self.summaries = {
            key: {part: rows[part][i] for part in ["mean", "sd", "low95", "high95", "n", "min", "max"]}
            for i, key in enumerate(zip(rows["cell_id"], rows["bidder"], rows["measure"]))
        }
        cells = read(new, "cells")
        self.ok = {
            cell: total - failed - diverged
            for cell, total, failed, diverged in zip(
                cells["cell_id"], cells["replicates"], cells["failed"], cells["diverged"]
            )
        }

    def tables(self):
        for table, keys in KEYS.items():
            old, new = read(self.old, table), read(self.new, table)
            if table == "trajectories" and not (old and old["cell_id"]):
                # Where nothing is asked, the older build recorded nothing.
                continue
            if new is None:
                rows = len(old["cell_id"])
                assert rows == 0, f"{table} has {rows} rows and is not there"
                self.exceptions[f"{table}.parquet, empty, is not there"] += 1
                continue
            key_of = lambda rows: list(zip(*(rows[key] for key in keys)))
            if key_of(old) != key_of(new):
                self.failures.append(f"{table}: other rows")
                continue
            for column, values in old.items():
                self.column(table, column, values, new, key_of(old))

    def column(self, table, column, values, new, keys):
        measure, _, part = column.rpartition("_")
        in_cells = table in ("cells", "cell_bidders")
        is_summary = in_cells and part in PARTS and f"{measure}_n" in self.summarised(table)
        if in_cells and column in MEAN_PROFILE[table]:
            self.same(table, column, values, new[f"{column}_mean_profile"], "of the mean profile")
        elif is_summary:
            self.summary(table, column, measure, part, values, new, keys)
        elif table == "bid_functions" and column == "bid_n":
            ok = [self.ok[key[0]] for key in keys]
            self.same(table, column, values, ok, "")
            self.exceptions["bid_functions.bid_n is replicates - failed - diverged, and left out"] += 1
        elif column == "label":
            filled = [old if old else name for old, name in zip(values, new[column])]
            if filled != values:
                self.exceptions["an empty label is the sweep's name"] += 1
                assert all(name == self.old.name for old, name in zip(values, new[column]) if not old)
            self.same(table, column, filled, new[column], "by the same name")
        elif column in new:
            self.same(table, column, values, new[column], "by the same name")
        else:
            self.failures.append(f"{table}.{column} is nowhere")

    def summarised(self, table):
        return [name for name in read_columns(self.old, table) if name.endswith("_n")]

    def summary(self, table, column, measure, part, values, new, keys):
        """In the long table, and where it is a main measure in the wide one too."""
        if table == "cells" and measure in NOW_LARGEST and any(value for value in values if part == "n"):
            self.exceptions[f"cells.{measure}: mean over bidders before, largest now"] += 1
            return
        for key, value in zip(keys, values):
            bidder = key[1] if table == "cell_bidders" else None
            row = self.summaries.get((key[0], bidder, measure))
            if row is None:
                if value not in (None, 0):
                    self.failures.append(f"{table}.{column} of {key}: {value} is not in summaries")
            elif part == "ci95" and value is None and row["low95"] is not None:
                self.exceptions["intervals with unequal sides, which have no half-width"] += 1
            elif part == "ci95":
                ends = (None, None) if value is None else (row["mean"] - value, row["mean"] + value)
                if (row["low95"], row["high95"]) != ends:
                    self.failures.append(f"{table}.{column} of {key}: {value} is not in summaries")
            elif bits(row[part]) != bits(value):
                self.failures.append(f"{table}.{column} of {key}: {value}, in summaries {row[part]}")
        self.places["in summaries"] += 1
        wide = measure if part == "mean" and measure.endswith("_mean") else column
        if wide in new and part == "n":
            told = [self.ok[key[0]] if count is None else count for key, count in zip(keys, new[wide])]
            self.same(table, column, values, told, "in the wide table, where some lack it")
        elif wide in new:
            self.same(table, column, values, new[wide], "in the wide table too")

    def same(self, table, column, old, new, place):
        if list(map(bits, old)) != list(map(bits, new)):
            pairs = [(a, b) for a, b in zip(old, new) if bits(a) != bits(b)]
            self.failures.append(f"{table}.{column}: {len(pairs)} values differ, such as {pairs[0]}")
        elif place:
            self.places[place] += 1


def read_columns(folder, table):
    return pyarrow.parquet.read_schema(folder / f"{table}.parquet").names


def main(old, new):
    failed = False
    for folder in sorted(path for path in pathlib.Path(old).iterdir() if path.is_dir()):
        comparison = Comparison(folder, pathlib.Path(new) / folder.name)
        comparison.tables()
        places = ", ".join(f"{count} {place}" for place, count in comparison.places.items())
        print(f"{folder.name}: columns found: {places}")
        for what, count in comparison.exceptions.items():
            print(f"  exception: {what} ({count})")
        for failure in comparison.failures[:20]:
            print(f"  FAILURE: {failure}")
        failed |= bool(comparison.failures)
    sys.exit(failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
