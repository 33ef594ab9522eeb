//! The axes of a sweep, over all its grids, and where each cell stands on them.

use crate::sweep::{Grid, Plan};

/// The axes of a sweep that has more than one value of each.
pub(in crate::report) struct Axes {
    axes: Vec<Axis>,
    /// The place of each cell along each axis; `None` where its grid has not the axis.
    places: Vec<Vec<Option<usize>>>,
}

/// An axis: a key, the keys of a zip, or the blocks of the sweep.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Axis {
    /// The key, the zip's name, or `block`.
    pub(in crate::report) name: String,
    /// The keys: one, or those of a zip; none of blocks.
    pub(in crate::report) keys: Vec<String>,
    /// Its values, in the order in which the cells first have them.
    pub(in crate::report) values: Vec<AxisValue>,
}

/// A value of an axis.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct AxisValue {
    /// As labels of cells write it; of a zip the words of all keys.
    pub(in crate::report) text: String,
    /// The word of each key.
    pub(in crate::report) words: Vec<String>,
    /// As a number, infinity too; `None` of a word, and of a zip of several keys.
    pub(in crate::report) number: Option<f64>,
}

/// What the axis of a sweep's blocks is called.
const BLOCKS: &str = "block";

impl Axis {
    /// Whether all values are numbers.
    pub(in crate::report) fn is_numeric(&self) -> bool {
        self.values.iter().all(|value| value.number.is_some())
    }

    /// A value in few words: of a zip the word of its first key, where that alone tells all values apart.
    pub(in crate::report) fn short(&self, place: usize) -> &str {
        let value = &self.values[place];
        let mut words: Vec<Option<&String>> = self.values.iter().map(|value| value.words.first()).collect();
        words.sort_unstable();
        let tells = words.windows(2).all(|pair| pair[0] != pair[1]);
        if tells { value.words.first().unwrap_or(&value.text) } else { &value.text }
    }

    /// The place of a value, which is added where it is new.
    fn place(&mut self, words: Vec<String>) -> usize {
        let text = words.join(" ");
        self.values.iter().position(|value| value.text == text).unwrap_or_else(|| {
            let number = if self.keys.len() == 1 { text.parse().ok() } else { None };
            self.values.push(AxisValue { text, words, number });
            self.values.len() - 1
        })
    }
}

impl Axes {
    /// The axes along which the cells at these positions of a plan differ.
    pub(super) fn of(plan: &Plan, positions: &[usize]) -> Self {
        let grids = plan.grids();
        let mut axes: Vec<Axis> = Vec::new();
        let blocks = (grids.len() > 1).then(|| place_of(&mut axes, BLOCKS, Vec::new()));
        // Of each grid, the axes here and the places there, found once: a sweep may have a million cells.
        let known: Vec<Vec<(usize, Vec<usize>)>> =
            grids.iter().map(|grid| places_of(grid, &mut axes)).collect();
        let mut places = Vec::with_capacity(positions.len());
        for &position in positions {
            let (grid, digits) = plan.coordinates(position);
            let mut row = vec![None; axes.len()];
            for ((axis, values), digit) in known[grid].iter().zip(digits) {
                row[*axis] = Some(values[digit]);
            }
            if let Some(axis) = blocks {
                let label = grids[grid].label().map_or_else(|| format!("grid {}", grid + 1), String::from);
                row[axis] = Some(axes[axis].place(vec![label]));
            }
            places.push(row);
        }
        let mut axes = Axes { axes, places };
        axes.drop_constant();
        axes
    }

    /// Leaves out axes that have one value, and those along which the cells do not differ. An axis of several
    /// values stays where the cells that are there have one of them: a reader must know which.
    fn drop_constant(&mut self) {
        let varies = |axis: usize| {
            let mut places = self.places.iter().map(|row| row[axis]);
            let first = places.next();
            places.any(|place| Some(place) != first) || self.axes[axis].values.len() > 1
        };
        let kept: Vec<usize> = (0..self.axes.len()).filter(|&axis| varies(axis)).collect();
        for row in &mut self.places {
            *row = kept.iter().map(|&axis| row[axis]).collect();
        }
        self.axes = kept.iter().map(|&axis| self.axes[axis].clone()).collect();
    }

    /// The axes, the slowest first.
    pub(in crate::report) fn all(&self) -> &[Axis] {
        &self.axes
    }

    /// The index of an axis by name or by one of its keys.
    pub(in crate::report) fn find(&self, name: &str) -> Option<usize> {
        let has = |axis: &Axis| axis.name == name || axis.keys.iter().any(|key| key == name);
        self.axes.iter().position(has)
    }

    /// The place of a cell along an axis; `None` where its grid has not the axis.
    pub(in crate::report) fn place(&self, cell: usize, axis: usize) -> Option<usize> {
        self.places[cell][axis]
    }

    /// The value of a cell along an axis.
    pub(in crate::report) fn value(&self, cell: usize, axis: usize) -> Option<&AxisValue> {
        self.place(cell, axis).map(|place| &self.axes[axis].values[place])
    }

    /// Cells that agree along all axes but some, in order: one group a combination of the others' values,
    /// with the places along all axes of its first cell.
    pub(in crate::report) fn groups(&self, but: &[usize]) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for (cell, row) in self.places.iter().enumerate() {
            let key: Vec<Option<usize>> =
                (0..row.len()).map(|a| row[a].filter(|_| !but.contains(&a))).collect();
            let group = *known.entry(key).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[group].push(cell);
        }
        groups
    }
}

/// The index of an axis by name, which is added where it is new.
fn place_of(axes: &mut Vec<Axis>, name: &str, keys: Vec<String>) -> usize {
    axes.iter().position(|axis| axis.name == name).unwrap_or_else(|| {
        axes.push(Axis { name: name.to_owned(), keys, values: Vec::new() });
        axes.len() - 1
    })
}

/// For each axis of a grid, the index here, and the place here of each value there.
fn places_of(grid: &Grid, axes: &mut Vec<Axis>) -> Vec<(usize, Vec<usize>)> {
    let found = grid.axes().iter().map(|axis| {
        let keys: Vec<String> = axis.values().map(|(key, _)| key.to_owned()).collect();
        let values = axis.values().next().map_or(0, |(_, values)| values.len());
        let at = place_of(axes, axis.name(), keys);
        (at, (0..values).map(|place| axes[at].place(axis.words(place).collect())).collect())
    });
    found.collect()
}
