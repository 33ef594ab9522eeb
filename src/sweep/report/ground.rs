//! What values of `[report]` refer to.

use super::super::choice::Choice;
use super::super::grid::{Axis, Grid};
use super::super::settings::settings;

/// The sweep that a report is of.
#[derive(Debug, Default)]
pub(in crate::sweep) struct Ground {
    pub grids: Vec<Grid>,
    /// The names of the file's populations.
    pub populations: Vec<String>,
}

impl Ground {
    /// Whether all settings of all grids could be read, so that what is missing is missing in the file.
    pub(super) fn is_whole(&self) -> bool {
        !self.grids.is_empty() && self.grids.iter().all(|grid| grid.broken.is_empty())
    }

    /// The axes of all grids.
    pub(super) fn axes(&self) -> impl Iterator<Item = &Axis> {
        self.grids.iter().flat_map(Grid::axes)
    }

    /// The settings that vary along an axis or from one grid to another, those of axes first.
    pub(super) fn varied(&self) -> Vec<usize> {
        let columns = self.axes().flat_map(|axis| axis.columns.iter().map(|column| column.setting));
        let mut varied: Vec<usize> = columns.collect();
        varied.extend((0..settings().len()).filter(|&setting| self.choices(setting).len() > 1));
        let mut seen = vec![false; settings().len()];
        varied.retain(|&setting| !std::mem::replace(&mut seen[setting], true));
        varied
    }

    /// What the cells have of a setting, each once; a grid that says nothing has the default.
    pub(super) fn choices(&self, setting: usize) -> Vec<&Choice> {
        let mut choices = Vec::new();
        for grid in &self.grids {
            let mut given = grid.choices(setting).peekable();
            let usual = settings()[setting].usual.as_ref().filter(|_| given.peek().is_none());
            for choice in given.chain(usual) {
                if !choices.contains(&choice) {
                    choices.push(choice);
                }
            }
        }
        choices
    }
}
