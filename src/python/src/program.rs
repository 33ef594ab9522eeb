//! The command line.

use std::ffi::OsString;

use bidsweep::cli;
use pyo3::prelude::*;

/// Runs the command line: its exit code. `program` calls it, as words of a command line.
#[pyfunction]
pub fn main(py: Python<'_>, program: Vec<OsString>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| cli::main(&cli::Call { program, arguments }) as u8)
}
