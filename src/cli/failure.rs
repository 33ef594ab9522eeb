//! Why the program ends otherwise than well, and with which exit code.

use std::io;
use std::process::ExitCode;

use crate::engine::EngineError;
use crate::execute::ExecuteError;
use crate::store::StoreError;
use crate::sweep::SweepError;

/// The exit codes of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// Input, output, or an internal error.
    Failed = 1,
    /// Wrong usage, or an invalid sweep file.
    Usage = 2,
    /// Finished, but some runs failed.
    SomeFailed = 3,
    /// A check failed.
    CheckFailed = 4,
    /// Stopped early by a signal or a limit; run again to continue.
    Stopped = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Store(error) => Failure::Store(error),
            ExecuteError::Engine(error) => Failure::Engine(error),
            ExecuteError::Sweep(error) => Failure::Sweep(error),
            ExecuteError::Refused(why) => Failure::Refused(why),
            ExecuteError::Surplus(why) => Failure::Refused(format!(
                "{why}: run with --prune to delete them, or give the sweep another name or --out"
            )),
            ExecuteError::NoSweep(why) => Failure::Usage(why),
            ExecuteError::Threads(why) => Failure::Usage(format!("{why}, or give --threads N")),
        }
    }
}

/// What ends a verb early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The sweep file is not valid.
    #[error("{0}")]
    Sweep(#[from] SweepError),
    /// A folder cannot be read or written.
    #[error("error: {0}")]
    Store(#[from] StoreError),
    /// The engine was stopped.
    #[error("error: {0}")]
    Engine(#[from] EngineError),
    /// Stdout cannot be written.
    #[error("error: cannot write to stdout: {0}")]
    Output(#[from] io::Error),
    /// The folder is not what the command needs.
    #[error("error: {0}")]
    Refused(String),
    /// The arguments do not fit together, or name what is not there.
    #[error("error: {0}")]
    Usage(String),
}

impl Failure {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Sweep(_) | Failure::Usage(_) => Exit::Usage,
            Failure::Store(_) | Failure::Engine(_) | Failure::Output(_) | Failure::Refused(_) => Exit::Failed,
        }
    }

    /// Whether nobody reads stdout any more: the reader has seen enough.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What came of printing where the exit code says more than that: no failure where nobody reads any more.
pub(super) fn unless_closed(printed: Result<(), Failure>) -> Result<(), Failure> {
    match printed {
        Err(failure) if failure.is_closed_pipe() => Ok(()),
        printed => printed,
    }
}
