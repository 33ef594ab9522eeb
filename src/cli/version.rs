//! `bidsweep --version --verbose`: what results depend on, and what they don't.

use std::io::{self, Write};

use crate::numeric::simd::Instance;
use crate::store::GIT_COMMIT;
use crate::sweep::RESULTS_VERSION;

/// Prints what stands below the version.
pub(super) fn print_details(out: &mut impl Write) -> io::Result<()> {
    let names: Vec<_> = Instance::available().into_iter().map(Instance::name).collect();
    let instance = match Instance::chosen() {
        Ok(instance) => instance.name().to_owned(),
        Err(message) => format!("none: {message}"),
    };
    writeln!(out, "commit: {}", GIT_COMMIT.unwrap_or("unknown"))?;
    writeln!(out, "results version: {RESULTS_VERSION}")?;
    writeln!(out, "instruction set: {instance}")?;
    writeln!(
        out,
        "instruction sets of this processor: {} ({} forces one)",
        names.join(", "),
        Instance::VARIABLE
    )
}
