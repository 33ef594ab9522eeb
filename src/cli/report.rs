//! `bidsweep report`: pictures, tables and one page of finished sweeps.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::input::Machine;
use super::output::counted;
use super::target::Target;
use super::{Console, Exit, Failure};
use crate::engine::pool;
use crate::report::{Report, ReportFile, check_report, study, write_report};
use crate::store::Folder;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folders of sweeps, such as out/week4; of several, one page of all is made too
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Where the page of several sweeps goes, in place of `report` beside their folders
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing: exit with code 4 where a report is not that of its tables
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    machine: Machine,
}

pub(super) fn report(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let dirs = sweeps(&args.dirs);
    let read = |dir: &&Path| {
        let Target { folder, plan, manifest } = Target::open(dir, console)?;
        Ok::<_, Failure>((folder.clone(), Report::read(folder, Arc::new(plan), manifest)?))
    };
    let (folders, reports): (Vec<Folder>, Vec<Report>) =
        dirs.iter().map(read).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let together = match (&args.out, &dirs[..]) {
        (Some(out), _) => Some(out.clone()),
        (None, [first, _, ..]) => Some(first.parent().unwrap_or(Path::new("")).join("report")),
        (None, _) => None,
    };
    let made =
        pool(args.machine.threads())?.install(|| -> Result<Vec<(PathBuf, Vec<ReportFile>)>, Failure> {
            let mut made = Vec::new();
            for (folder, report) in folders.iter().zip(&reports) {
                made.push((folder.report(), report.files()?));
            }
            if let Some(folder) = &together {
                made.push((folder.clone(), study(&reports, folder)?));
            }
            Ok(made)
        })?;
    if args.check {
        return check(&made, out);
    }
    for (folder, files) in &made {
        write_report(folder, files)?;
        writeln!(out, "{}", folder.join("index.html").display())?;
    }
    Ok(Exit::Done)
}

/// The folders that hold sweeps. `out/*` names the page of an earlier report too, which is none.
fn sweeps(dirs: &[PathBuf]) -> Vec<&Path> {
    let is_page = |dir: &&PathBuf| {
        dir.file_name().is_some_and(|name| name == "report")
            && dir.join("index.html").is_file()
            && !Folder::new(dir.as_path()).manifest().exists()
    };
    let sweeps: Vec<&Path> = dirs.iter().filter(|dir| !is_page(dir)).map(PathBuf::as_path).collect();
    // A page alone is told as what it is not.
    if sweeps.is_empty() { dirs.iter().map(PathBuf::as_path).collect() } else { sweeps }
}

fn check(made: &[(PathBuf, Vec<ReportFile>)], out: &mut impl Write) -> Result<Exit, Failure> {
    let mut wrong = Vec::new();
    for (folder, files) in made {
        wrong.extend(check_report(folder, files)?);
    }
    for line in &wrong {
        writeln!(out, "{line}")?;
    }
    if wrong.is_empty() {
        let files: usize = made.iter().map(|(_, files)| files.len()).sum();
        writeln!(out, "{}: as the tables say", counted(files as u64, "file"))?;
        return Ok(Exit::Done);
    }
    writeln!(
        out,
        "{}: make the report again with `bidsweep report`",
        counted(wrong.len() as u64, "difference")
    )?;
    Ok(Exit::CheckFailed)
}
