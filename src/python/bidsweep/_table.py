"""Tables: rows on disk or in memory, for whatever takes Arrow."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Sequence

from . import _bidsweep

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_SHOWN_ROWS = 10
_SHOWN_COLUMNS = 12


class Column(NamedTuple):
    """A column of a table."""

    name: str
    type: str
    """``int``, ``float`` or ``str``; all may be missing."""
    doc: str
    """What it holds."""
    unit: Optional[str]
    """What its numbers are counted in; None of texts."""


class Table:
    """A table. What it holds is handed on without a copy by ``__arrow_c_stream__``, which pandas, polars, pyarrow,
    DuckDB and others take: ``polars.DataFrame(table)``, ``pyarrow.table(table)``. Missing values are null."""

    def __init__(
        self, source: _bidsweep.Table, columns: Optional[Sequence[str]] = None, path: Optional[Path] = None
    ) -> None:
        self._source = source
        self._chosen = None if columns is None else list(columns)
        self._path = path

    @property
    def path(self) -> Optional[Path]:
        """The Parquet file; None of a table in memory."""
        return self._path

    @property
    def schema(self) -> list[Column]:
        """What each column holds."""
        columns = [Column(*column) for column in self._source.schema()]
        if self._chosen is None:
            return columns
        by_name = {column.name: column for column in columns}
        return [by_name[name] for name in self._chosen]

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.schema]

    def __len__(self) -> int:
        """The number of rows."""
        return self._source.rows()

    def select(self, *columns: str) -> Table:
        """The table with these columns alone, in this order: others are not read from disk."""
        known = self.columns
        for column in columns:
            if column not in known:
                raise KeyError(f"there is no column {column!r}; there are {', '.join(known)}")
        return Table(self._source, columns, self._path)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as an Arrow C stream. They come in the types they have, whatever is requested."""
        return self._source.capsule(self._chosen)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow table."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas data frame."""
        import pandas

        # Since pandas 3.
        from_arrow = getattr(pandas.DataFrame, "from_arrow", None)
        frame: pandas.DataFrame = self.to_arrow().to_pandas() if from_arrow is None else from_arrow(self)
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A polars data frame."""
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        where = "" if self._path is None else f" of {self._path}"
        return f"<Table{where}: {len(self)} rows, {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        names = self.columns
        shown = names[:_SHOWN_COLUMNS]
        rows = self._source.head(shown, _SHOWN_ROWS)
        head = "".join(f"<th>{html.escape(name)}</th>" for name in shown)
        body = "".join("<tr>" + "".join(f"<td>{_cell(x)}</td>" for x in row) + "</tr>" for row in rows)
        more = f"{len(self)} rows, {len(names)} columns"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{more}</p>"


def _cell(x: Any) -> str:
    if x is None:
        return ""
    return f"{x:.6g}" if isinstance(x, float) else html.escape(str(x))
