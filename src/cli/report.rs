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
                let paths: Vec<String> =
                    dirs.iter().map(|dir| path_between(folder, &dir.join("report"))).collect();
                made.push((folder.clone(), study(&reports, &paths)?));
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

/// The link from a folder to another: relative where both stand below one that both name, else as given.
fn path_between(from: &Path, to: &Path) -> String {
    let [from_parts, to_parts]: [Vec<_>; 2] = [from, to].map(|path| path.components().collect());
    let shared = from_parts.iter().zip(&to_parts).take_while(|(a, b)| a == b).count();
    if shared == 0 && (from.is_absolute() || to.is_absolute()) {
        return format!("{}/", to.display());
    }
    let up = std::iter::repeat_n("..".to_owned(), from_parts.len() - shared);
    let down = to_parts[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/") + "/"
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
