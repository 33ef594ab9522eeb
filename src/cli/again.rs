//! The tables of a folder made again from its parts, and what differs.

use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::Failure;
use super::output::counted;
use crate::measure::{Column, RunRow, bidder_columns, run_columns};
use crate::report::Report;
use crate::store::{Folder, Manifest, Row, Scan, Table, TableName, table_files, write_tables};
use crate::sweep::{Plan, Scalar};

/// Differences between what is stored and what is made again: the first of them in words, and how many.
#[derive(Debug, Default)]
pub(super) struct Differences {
    told: Vec<String>,
    count: u64,
}

impl Differences {
    /// How many are told.
    const TOLD: usize = 20;

    pub(super) fn push(&mut self, difference: impl FnOnce() -> String) {
        if self.told.len() < Self::TOLD {
            self.told.push(difference());
        }
        self.count += 1;
    }

    pub(super) fn told(&self) -> &[String] {
        &self.told
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

/// A folder for a while, gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let path = std::env::temp_dir().join(format!("bidsweep-{}-{now}", std::process::id()));
        #[cfg_attr(not(unix), allow(unused_mut))]
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        // It must not be there before: nobody else writes to it.
        builder.create(&path).map_err(|error| {
            Failure::Refused(format!(
                "cannot make the folder {} for tables that are made again: {error}; set TMPDIR to another place",
                path.display()
            ))
        })?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is in the folder for what need not stay.
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes every table of a folder, and what the sweep says along its axes, again from the runs that a scan
/// found, and compares bit for bit; the number of tables.
pub(super) fn compare_tables(
    folder: &Folder,
    plan: &Arc<Plan>,
    manifest: &Manifest,
    scan: &Scan,
    differences: &mut Differences,
) -> Result<u64, Failure> {
    let scratch = Scratch::new()?;
    let again = Folder::new(&scratch.0);
    write_tables(&again, plan, scan)?;
    let report = Report::read(again.clone(), plan.clone(), manifest.clone())?;
    report.write_contrasts()?;
    again.write_findings(&format!("{:#}\n", json!(report.findings())))?;
    let mut tables = 0;
    for name in TableName::ALL {
        let paths = [folder.table(name), again.table(name)];
        match [&paths[0], &paths[1]].map(|path| table_files(path).iter().all(|file| is_there(file))) {
            [false, false] => continue,
            [true, true] => compare_table(name, &paths, differences)?,
            [false, true] => differences.push(|| format!("{} is missing", name.file())),
            [true, false] => {
                differences.push(|| format!("{} is there, and has no rows to hold", name.file()))
            }
        }
        tables += 1;
    }
    if is_there(&folder.findings()) && !are_alike(&folder.findings(), &again.findings())? {
        differences.push(|| "findings.json is not what the tables say".to_owned());
    }
    Ok(tables)
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether two tables hold the same bytes, in the same files.
fn are_tables_alike(a: &Path, b: &Path) -> Result<bool, Failure> {
    let [a, b] = [a, b].map(table_files);
    if a.len() != b.len() {
        return Ok(false);
    }
    for (a, b) in a.iter().zip(&b) {
        if !are_alike(a, b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two files hold the same bytes.
fn are_alike(a: &Path, b: &Path) -> Result<bool, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::Refused(format!("cannot read {} and {}: {error}", a.display(), b.display()))
    };
    let [mut first, mut second] =
        [fs::File::open(a).map_err(unreadable)?, fs::File::open(b).map_err(unreadable)?];
    let lengths = [&first, &second].map(|file| file.metadata().map(|metadata| metadata.len()));
    if let [Ok(first), Ok(second)] = lengths
        && first != second
    {
        return Ok(false);
    }
    let mut buffers = [vec![0; 1 << 16], vec![0; 1 << 16]];
    loop {
        let read = match first.read(&mut buffers[0]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.map_err(unreadable)?,
        };
        if read == 0 {
            return Ok(true);
        }
        match second.read_exact(&mut buffers[1][..read]) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            read => read.map_err(unreadable)?,
        }
        if buffers[0][..read] != buffers[1][..read] {
            return Ok(false);
        }
    }
}

/// Compares a table as it is stored with the one made again, row by row.
fn compare_table(
    name: TableName,
    [stored, again]: &[PathBuf; 2],
    differences: &mut Differences,
) -> Result<(), Failure> {
    // Another version of the program may have written other bytes of the same rows.
    if are_tables_alike(stored, again)? {
        return Ok(());
    }
    let file = name.file();
    let [stored, again] = [Table::open(stored)?, Table::open(again)?];
    let hash = |table: &Table| table.footer("bidsweep.plan_hash").unwrap_or("none").to_owned();
    if hash(&stored) != hash(&again) {
        differences.push(|| format!("{file}: plan {}, but the folder's is {}", hash(&stored), hash(&again)));
    }
    if stored.rows() != again.rows() {
        let rows = counted(stored.rows(), "row");
        differences.push(|| format!("{file} has {rows}, and made again from the runs {}", again.rows()));
        return Ok(());
    }
    let columns = |table: &Table| table.columns().map(str::to_owned).collect::<Vec<_>>();
    let (here, made) = (columns(&stored), columns(&again));
    if here != made {
        differences.push(|| format!("{file} has other columns than this version makes"));
    }
    let both: Vec<&str> = made.iter().filter(|name| here.contains(name)).map(String::as_str).collect();
    for (stored, again) in stored.select(&both)?.zip(again.select(&both)?) {
        let (stored, again) = (stored?, again?);
        for ((column, stored), made) in both.iter().zip(stored.values()).zip(again.values()) {
            if !are_same_bits(stored, made) {
                differences.push(|| {
                    format!("{file}, {}: {column} is {}, stored {}", who(&again), told(made), told(stored))
                });
            }
        }
    }
    Ok(())
}

/// Whose row it is, as far as the table tells.
fn who(row: &Row) -> String {
    let text = |column: &str| match row.get(column) {
        Some(Scalar::Text(text)) => Some(text.clone()),
        Some(Scalar::Integer(integer)) => Some(integer.to_string()),
        _ => None,
    };
    let mut who = text("cell_id").unwrap_or_default();
    if let Some(replicate) = text("replicate") {
        who += &format!(":{replicate}");
    }
    for column in ["bidder", "epoch", "value", "arm", "measure"] {
        if let Some(text) = text(column) {
            who += &format!(" {column} {text}");
        }
    }
    who
}

/// A number with all its digits.
pub(super) fn told_number(number: Option<f64>) -> String {
    number.map_or_else(|| "null".to_owned(), |number| format!("{number:?}"))
}

/// A value with all its digits.
pub(super) fn told(value: &Scalar) -> String {
    match value {
        Scalar::Null => told_number(None),
        Scalar::Integer(integer) => integer.to_string(),
        Scalar::Number(number) => told_number(Some(*number)),
        Scalar::Text(text) => format!("{text:?}"),
    }
}

fn are_same_bits(a: &Scalar, b: &Scalar) -> bool {
    match (a, b) {
        (Scalar::Number(a), Scalar::Number(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// Compares two runs, the parameters, mixtures and trajectories among it.
pub(super) fn compare_runs(run: &str, again: &RunRow, stored: &RunRow, differences: &mut Differences) {
    if again.status != stored.status {
        differences
            .push(|| format!("{run}: status is {}, stored {}", again.status.name(), stored.status.name()));
    }
    if again.message != stored.message {
        let [again, stored] = [again, stored].map(|row| row.message.as_deref().unwrap_or("none"));
        differences.push(|| format!("{run}: message is {again:?}, stored {stored:?}"));
    }
    let bits = |number: Option<f64>| number.map(f64::to_bits);
    let mut numbers = |who: &str, columns: &[Column], again: &[Option<f64>], stored: &[Option<f64>]| {
        for (column, (again, stored)) in columns.iter().zip(again.iter().zip(stored)) {
            if bits(*again) != bits(*stored) {
                let [again, stored] = [again, stored].map(|number| told_number(*number));
                differences.push(|| format!("{run}{who}: {} is {again}, stored {stored}", column.name));
            }
        }
    };
    numbers("", run_columns(), &again.values, &stored.values);
    for (bidder, (again, stored)) in (1..).zip(again.bidders.iter().zip(&stored.bidders)) {
        numbers(&format!(" bidder {bidder}"), bidder_columns(), again, stored);
    }
    // What is not finite is stored as missing.
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || !(a.is_finite() || b.is_finite());
    let same_list =
        |a: &Vec<f64>, b: &Vec<f64>| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(*a, *b));
    for (name, again, stored) in [
        ("parameters", &again.parameters, &stored.parameters),
        ("mixtures", &again.mixtures, &stored.mixtures),
        ("quantiles", &again.quantiles, &stored.quantiles),
    ] {
        if again.len() != stored.len() || !again.iter().zip(stored).all(|(a, b)| same_list(a, b)) {
            differences.push(|| format!("{run}: the {name} differ from the stored ones"));
        }
    }
    let same_path = match (&again.trajectory, &stored.trajectory) {
        (Some(a), Some(b)) => a.dim() == b.dim() && a.iter().zip(b).all(|(a, b)| same(*a, *b)),
        (None, None) => true,
        _ => false,
    };
    if !same_path {
        differences.push(|| format!("{run}: the trajectory differs from the stored one"));
    }
}
