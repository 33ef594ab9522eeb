//! The command line: `bidsweep help` says what each verb does.

use std::process::ExitCode;

use bidsweep::cli;

fn main() -> ExitCode {
    cli::main(&cli::Call::this()).into()
}
