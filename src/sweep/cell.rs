//! One point of the grid, and its name.

use std::fmt;
use std::str::FromStr;

use crate::train::Settings;

/// One point of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The place in the plan, from 0.
    pub position: usize,
    /// The identity.
    pub id: CellId,
    /// The values of the axes, `beta=50 bidders=2`, after the block's label if it has one; the sweep's
    /// name where there is neither.
    pub label: String,
    /// The name of the population, where one was named.
    pub population: Option<String>,
    /// What the cell's runs are trained with.
    pub settings: Settings,
}

/// A 64-bit name of a cell: the first 8 bytes of a BLAKE3 hash over what training uses, written as 16 hex
/// digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId(pub u64);

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What is not a cell id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a cell id: write its 16 hex digits, such as 00f3a1b2c4d5e6f7")]
pub struct NotACellId(String);

impl FromStr for CellId {
    type Err = NotACellId;

    fn from_str(text: &str) -> Result<Self, NotACellId> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        id.map(CellId).ok_or_else(|| NotACellId(text.to_owned()))
    }
}
