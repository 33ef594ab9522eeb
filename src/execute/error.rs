//! What ends a sweep otherwise than its runs do.

use crate::engine::EngineError;
use crate::store::StoreError;
use crate::sweep::SweepError;

/// Why a sweep could not be trained or told.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// A folder cannot be read or written, or is in use.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine was stopped.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The sweep file that a folder keeps is not valid.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The folder is not what the sweep needs.
    #[error("{0}")]
    Refused(String),
    /// The folder holds runs that the sweep no longer has. The caller says how to ask for their removal.
    #[error("{0}")]
    Surplus(String),
    /// What was named is no folder of a sweep.
    #[error("{0}")]
    NoSweep(String),
    /// A variable of the environment has no number of threads. The caller says how to give one otherwise.
    #[error("{0}")]
    Threads(String),
}
