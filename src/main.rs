//! The command line: `bidsweep help` says what each verb does.

use std::process::ExitCode;

fn main() -> ExitCode {
    bidsweep::cli::main()
}
