//! `bidsweep schema`: the JSON Schema of sweep files.

use std::io::Write;

use super::{Exit, Failure};
use crate::sweep::json_schema;

pub(super) fn schema(out: &mut impl Write) -> Result<Exit, Failure> {
    writeln!(out, "{:#}", json_schema())?;
    Ok(Exit::Done)
}
