//! Processes by name: who writes to a folder, and whether it is gone.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::host::host_name;

/// A process: the name of its machine and its number there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The machine.
    pub host: String,
    /// Its number there.
    pub number: u32,
}

impl Process {
    /// This one, on a machine of this name.
    pub fn on(host: &str) -> Self {
        Process { host: host.to_owned(), number: std::process::id() }
    }

    /// This one.
    pub(crate) fn current() -> &'static Process {
        static CURRENT: OnceLock<Process> = OnceLock::new();
        CURRENT.get_or_init(|| Process::on(&host_name()))
    }

    /// Whether it is known to be gone: it was of this `host`, which no longer has it. Of other machines
    /// nothing is known.
    pub(crate) fn is_gone(&self, host: &str) -> bool {
        let proc = Path::new("/proc");
        self.host == host && proc.join("self").exists() && !proc.join(self.number.to_string()).exists()
    }
}

impl fmt::Display for Process {
    /// `process 123 on host name`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on host {}", self.number, self.host)
    }
}

/// What is not a process in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no process is written like this")]
pub struct NotAProcess;

impl FromStr for Process {
    type Err = NotAProcess;

    fn from_str(text: &str) -> Result<Self, NotAProcess> {
        let words = text.strip_prefix("process ").and_then(|rest| rest.split_once(" on host "));
        let (number, host) = words.ok_or(NotAProcess)?;
        Ok(Process { host: host.to_owned(), number: number.parse().map_err(|_| NotAProcess)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_reads_back_and_is_gone_only_where_that_is_known() {
        let own = Process::current();
        assert_eq!(own.to_string().parse().as_ref(), Ok(own));
        assert!(!own.is_gone(&own.host));
        // Process numbers end far below this one.
        let dead = Process { number: u32::MAX, ..own.clone() };
        assert!(dead.is_gone(&own.host) && !dead.is_gone("elsewhere"));
        for text in ["", "process x on host y", "process 1", "7 on host y"] {
            assert_eq!(text.parse::<Process>(), Err(NotAProcess), "{text:?}");
        }
    }
}
