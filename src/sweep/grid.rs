//! The lazy grid: a mixed-radix number for a cell, its first digit slowest.

use std::sync::Arc;

use super::choice::Choice;
use super::draft::Draft;
use super::problem::Place;
use super::settings::settings;

/// A value and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub choice: Choice,
    pub place: Place,
}

/// The values of one key along an axis.
#[derive(Debug)]
pub(super) struct Column {
    /// Index into [`settings`].
    pub setting: usize,
    pub values: Vec<Placed>,
    /// The range that makes them; `None` of a list.
    pub range: Option<String>,
}

/// An axis of a grid: one key and its values, or the keys of a `[zip.NAME]`, which move together.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The name of the zip.
    pub(super) name: Option<String>,
    /// Columns of equal length.
    pub(super) columns: Vec<Arc<Column>>,
}

/// The values of a key along an axis, as a sweep file writes them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Written<'a> {
    /// A range, such as `{ from = 10, to = 200, step = 10 }`.
    Range(&'a str),
    /// One by one.
    List(Vec<String>),
}

/// A setting that all cells of a grid share.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    /// Index into [`settings`].
    pub setting: usize,
    pub value: Placed,
}

/// A Cartesian product of axes over fixed settings.
#[derive(Debug)]
pub struct Grid {
    /// The block's label.
    pub(super) label: Option<String>,
    /// Where the block begins; the file for the main grid.
    pub(super) place: Place,
    pub(super) fixed: Vec<Fixed>,
    pub(super) axes: Vec<Axis>,
    /// Settings some value of which could not be read; they say nothing about the others.
    pub(super) broken: Vec<usize>,
    /// Cells between neighbours along an axis, one an axis.
    strides: Vec<usize>,
}

impl Column {
    fn key(&self) -> &str {
        settings()[self.setting].key.as_str()
    }

    /// The values as a sweep file writes them.
    fn written(&self) -> Vec<String> {
        self.values.iter().map(|value| value.choice.toml()).collect()
    }
}

impl Axis {
    /// The name of the zip, if it is one.
    pub fn zip(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Each key with its values as a sweep file writes them.
    pub fn values(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        self.columns.iter().map(|column| (column.key(), column.written()))
    }

    /// Each key with what a sweep file writes for its values: a range, or the list of them.
    pub fn written(&self) -> impl Iterator<Item = (&str, Written<'_>)> {
        self.columns.iter().map(|column| {
            let written = match &column.range {
                Some(range) => Written::Range(range),
                None => Written::List(column.written()),
            };
            (column.key(), written)
        })
    }

    /// What it is called: the zip's name, or its key.
    pub fn name(&self) -> &str {
        self.zip().unwrap_or_else(|| settings()[self.columns[0].setting].key.as_str())
    }

    /// The words of a place along it, as in labels of cells: one a key.
    pub fn words(&self, place: usize) -> impl Iterator<Item = String> {
        self.columns.iter().map(move |column| column.values[place].choice.to_string())
    }

    pub(super) fn len(&self) -> usize {
        self.columns[0].values.len()
    }
}

impl Grid {
    pub(super) fn new(
        label: Option<String>,
        place: Place,
        fixed: Vec<Fixed>,
        axes: Vec<Axis>,
        broken: Vec<usize>,
    ) -> Self {
        let mut strides = vec![1; axes.len()];
        for axis in (1..axes.len()).rev() {
            strides[axis - 1] = strides[axis] * axes[axis].len();
        }
        Grid { label, place, fixed, axes, broken, strides }
    }

    /// The block's label, if it is one and has it.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The settings that its cells share: keys, and values as a sweep file writes them.
    pub fn fixed(&self) -> impl Iterator<Item = (&str, String)> {
        self.fixed.iter().map(|fixed| (settings()[fixed.setting].key.as_str(), fixed.value.choice.toml()))
    }

    /// The axes, the slowest first.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Number of cells before any is excluded.
    pub fn size(&self) -> usize {
        self.axes.iter().map(Axis::len).product()
    }

    /// The place along an axis of the cell at an index.
    pub(super) fn digit(&self, axis: usize, index: usize) -> usize {
        index / self.strides[axis] % self.axes[axis].len()
    }

    /// The values along the axes of the cell at an index, with their settings.
    pub(super) fn varied(&self, index: usize) -> impl Iterator<Item = (usize, &Placed)> {
        self.axes.iter().enumerate().flat_map(move |(axis, columns)| {
            let digit = self.digit(axis, index);
            columns.columns.iter().map(move |column| (column.setting, &column.values[digit]))
        })
    }

    /// The choices of the cell at an index.
    pub(super) fn draft(&self, index: usize) -> Draft<'_> {
        let mut draft = Draft::new();
        let fixed = self.fixed.iter().map(|fixed| (fixed.setting, &fixed.value));
        for (setting, value) in fixed.chain(self.varied(index)) {
            draft.choose(setting, &value.choice);
        }
        draft
    }

    /// The value of a setting in the cell at an index, where the grid gives one.
    pub(super) fn given(&self, setting: usize, index: usize) -> Option<&Placed> {
        let fixed = self.fixed.iter().map(|fixed| (fixed.setting, &fixed.value));
        fixed.chain(self.varied(index)).find(|(other, _)| *other == setting).map(|(_, value)| value)
    }

    /// The axis along which a setting varies, and its values there.
    pub(super) fn axis_of(&self, setting: usize) -> Option<(usize, &Column)> {
        let columns = self
            .axes
            .iter()
            .enumerate()
            .flat_map(|(axis, a)| a.columns.iter().map(move |c| (axis, c.as_ref())));
        columns.into_iter().find(|(_, column)| column.setting == setting)
    }

    /// Every choice of a setting that the grid gives, fixed or along an axis.
    pub(super) fn choices(&self, setting: usize) -> impl Iterator<Item = &Choice> {
        let fixed =
            self.fixed.iter().filter(move |fixed| fixed.setting == setting).map(|fixed| &fixed.value.choice);
        let varied = self.axis_of(setting).into_iter().flat_map(|(_, column)| &column.values);
        fixed.chain(varied.map(|value| &value.choice))
    }

    /// `label beta=50 bidders=2`.
    pub(super) fn cell_label(&self, index: usize) -> String {
        let varied = self
            .varied(index)
            .map(|(setting, value)| format!("{}={}", settings()[setting].key, value.choice));
        self.label.iter().cloned().chain(varied).collect::<Vec<_>>().join(" ")
    }

    /// A cell in messages.
    pub(super) fn name(&self, index: usize) -> String {
        format!("\"{}\"", self.cell_label(index))
    }
}
