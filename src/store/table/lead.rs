//! The columns that every table starts with, and their values for a cell.

use crate::store::batch::{Appended, Column, Value};
use crate::sweep::{Cell, Plan, Scalar, SettingColumn, setting_columns};

/// `cell_id`, `label`, the given indices, then every setting.
pub(super) fn columns(indices: &[&str]) -> Vec<Column> {
    let mut columns = names().to_vec();
    columns.extend(indices.iter().map(|name| index(name)));
    columns.extend(setting_columns().iter().map(|setting| {
        let column = Column::repeating(&setting.name, setting.kind).says(&setting.doc);
        match setting.unit {
            Some(unit) => column.counted_in(unit),
            None => column,
        }
    }));
    columns
}

/// `cell_id` and `label`.
pub(super) fn names() -> [Column; 2] {
    [
        Column::text("cell_id").says("the cell: 16 hex digits of a hash over all that its training uses"),
        Column::text("label").says(
            "the values of the sweep's axes, after the block's label; the sweep's name where there is neither",
        ),
    ]
}

fn index(name: &str) -> Column {
    let doc = match name {
        "replicate" => "the run's number in its cell, from 0",
        "bidder" => "the bidder's number, from 1",
        other => panic!("nothing is known of an index {other}"),
    };
    Column::integer(name).says(doc).counted_in("1")
}

/// What the rows of a cell start with.
pub(super) struct Lead {
    pub(super) cell: Cell,
    id: String,
    settings: Vec<Scalar>,
    /// The settings of each bidder.
    bidders: Vec<Vec<Scalar>>,
}

impl Lead {
    /// That of the cell at a position.
    pub(super) fn of(plan: &Plan, settings: &[SettingColumn], position: usize) -> Self {
        let cell = plan.cell(position);
        let bidder = |index| settings.iter().map(|setting| setting.of_bidder(&cell, index)).collect();
        Lead {
            id: cell.id.to_string(),
            settings: settings.iter().map(|setting| setting.of_cell(&cell)).collect(),
            bidders: (0..cell.settings.bidders.len()).map(bidder).collect(),
            cell,
        }
    }

    /// What rows of runs of the cell start with; `indices` are those of each row.
    pub(super) fn append_cell(&self, rows: &mut Appended<'_>, indices: impl Iterator<Item = i64>) {
        self.name_values().into_iter().for_each(|name| rows.same(name));
        rows.each(indices.map(Value::Integer));
        self.settings.iter().for_each(|setting| rows.same(setting.into()));
    }

    /// What rows of bidders start with: of each its other index, and its bidder, which counts from 0; the
    /// table counts from 1.
    pub(super) fn append_bidders(&self, rows: &mut Appended<'_>, indices: &[(i64, usize)]) {
        self.name_values().into_iter().for_each(|name| rows.same(name));
        rows.each(indices.iter().map(|&(index, _)| Value::Integer(index)));
        rows.each(indices.iter().map(|&(_, bidder)| Value::Integer(bidder as i64 + 1)));
        for (place, setting) in self.bidders[0].iter().enumerate() {
            match self.bidders.iter().all(|bidder| bidder[place] == *setting) {
                true => rows.same(setting.into()),
                false => {
                    rows.each(indices.iter().map(|&(_, bidder)| Value::from(&self.bidders[bidder][place])));
                }
            }
        }
    }

    /// Number of bidders.
    pub(super) fn bidders(&self) -> usize {
        self.bidders.len()
    }

    /// `cell_id` and `label`.
    pub(super) fn name_values(&self) -> [Value<'_>; 2] {
        [Value::Text(&self.id), Value::Text(&self.cell.label)]
    }

    /// What a row of the cell starts with, or one of a run.
    pub(super) fn of_cell<'a>(&'a self, indices: &[i64]) -> Vec<Value<'a>> {
        self.values(indices, &self.settings)
    }

    /// What a row of a bidder starts with. `bidder` counts from 0; the table counts from 1, after the other
    /// indices.
    pub(super) fn of_bidder<'a>(&'a self, indices: &[i64], bidder: usize) -> Vec<Value<'a>> {
        let indices = [indices, &[bidder as i64 + 1]].concat();
        self.values(&indices, &self.bidders[bidder])
    }

    fn values<'a>(&'a self, indices: &[i64], settings: &'a [Scalar]) -> Vec<Value<'a>> {
        let mut values = self.name_values().to_vec();
        values.extend(indices.iter().map(|&index| Value::Integer(index)));
        values.extend(settings.iter().map(Value::from));
        values
    }
}
