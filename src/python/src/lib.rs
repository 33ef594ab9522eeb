//! The engine for Python: the module `bidsweep._bidsweep`, which the package `bidsweep` makes pleasant.
//!
//! Names, defaults and types stand in `bidsweep/`; here is what needs the engine. Work that may take long is
//! done on a thread of its own without the interpreter, see [`work`].

mod errors;
mod fork;
mod game;
mod lead;
mod program;
mod sweep;
mod table;
mod train;
mod work;

use pyo3::prelude::*;

/// The engine of the package `bidsweep`.
#[pymodule]
mod _bidsweep {
    #[pymodule_export]
    use super::game::{Evaluation, Nash, evaluate, nash};
    #[pymodule_export]
    use super::lead::{lead, learners};
    #[pymodule_export]
    use super::program::main;
    #[pymodule_export]
    use super::sweep::{Plan, draw, open, run, screen};
    #[pymodule_export]
    use super::table::{Table, table_files};
    #[pymodule_export]
    use super::train::train;

    /// The version of the engine.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
