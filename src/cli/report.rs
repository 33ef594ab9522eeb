//! `bidsweep report`: pictures, tables and one page of finished sweeps.

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::input::Machine;
use super::output::counted;
use super::target::Target;
use super::{Console, Exit, Failure};
use crate::engine::{Stop, at_most, pool};
use crate::report::{Owner, Report, ReportFile, check_report, study, write_report};
use crate::store::Folder;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folders of sweeps, such as out/week4; of several, one page of all is made too
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Where the report of one sweep goes, in place of its own folder, or the page of several, in place of
    /// `report` beside theirs
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing: exit with code 4 where a report is not that of its tables
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    machine: Machine,
}

/// More threads than this have nothing to draw.
const FIGURES: u64 = 64;

/// The files of one report, and where they stand.
struct Made {
    folder: PathBuf,
    files: Vec<ReportFile>,
    owner: Owner,
}

pub(super) fn report(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let dirs = sweeps(&args.dirs);
    let read = |dir: &&Path| {
        let Target { folder, plan, manifest } = Target::with_tables(dir, console)?;
        Ok::<_, Failure>((folder.clone(), Report::read(folder, Arc::new(plan), manifest)?))
    };
    let (folders, reports): (Vec<Folder>, Vec<Report>) =
        dirs.iter().map(read).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let together = together(args, &dirs)?;
    let made = pool(at_most(args.machine.threads()?, FIGURES), &Stop::after(None))?.install(
        || -> Result<Vec<Made>, Failure> {
            let mut made = Vec::new();
            for (folder, report) in folders.iter().zip(&reports) {
                let (folder, owner) = match (&args.out, &together) {
                    (Some(out), None) => (out.clone(), Owner::User),
                    _ => (folder.report(), Owner::Sweep),
                };
                made.push(Made { folder, files: report.files()?, owner });
            }
            if let Some(folder) = &together {
                let links: Vec<String> =
                    dirs.iter().map(|dir| link(folder, &dir.join("report"))).collect::<Result<_, _>>()?;
                made.push(Made {
                    folder: folder.clone(),
                    files: study(&reports, &links)?,
                    owner: Owner::User,
                });
            }
            Ok(made)
        },
    )?;
    if args.check {
        return check(&made, out);
    }
    for (report, Made { files, owner, .. }) in reports.iter().zip(&made) {
        for problem in report.undrawn(files) {
            console.warn(format_args!("{problem}"));
        }
        // A folder that one may only read keeps the table that it has.
        if *owner == Owner::Sweep
            && let Some(problem) = report.write_contrasts()?
        {
            console.warn(format_args!("warning: no contrasts: {problem}"));
        }
    }
    for Made { folder, files, owner } in &made {
        write_report(folder, files, *owner)?;
        writeln!(out, "{}", folder.join("index.html").display())?;
    }
    Ok(Exit::Done)
}

/// The folders that hold sweeps, each once. `out/*` names the page of an earlier report too, which is none.
fn sweeps(dirs: &[PathBuf]) -> Vec<&Path> {
    let is_page = |dir: &&PathBuf| {
        dir.file_name().is_some_and(|name| name == "report")
            && dir.join("index.html").is_file()
            && !Folder::new(dir.as_path()).manifest().exists()
    };
    let mut known = Vec::new();
    let mut is_new = |dir: &&Path| {
        let place = dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf());
        let new = !known.contains(&place);
        known.push(place);
        new
    };
    let named: Vec<&Path> = dirs.iter().map(PathBuf::as_path).filter(|dir| is_new(dir)).collect();
    let sweeps: Vec<&Path> = named.iter().copied().filter(|dir| !is_page(&&dir.to_path_buf())).collect();
    // A page alone is told as what it is not.
    if sweeps.is_empty() { named } else { sweeps }
}

/// Where the page of several sweeps goes; `None` of one.
fn together(args: &Args, dirs: &[&Path]) -> Result<Option<PathBuf>, Failure> {
    let [first, _, ..] = dirs else { return Ok(None) };
    let folder = match &args.out {
        Some(out) => out.clone(),
        None => {
            let first = absolute(first)?;
            let beside = first.parent().unwrap_or(Path::new("/")).join("report");
            // As short as it was named, where it was.
            match std::env::current_dir().ok().and_then(|here| beside.strip_prefix(here).ok()) {
                Some(below) => below.to_owned(),
                None => beside,
            }
        }
    };
    let place = absolute(&folder)?;
    for dir in dirs {
        let sweep = absolute(dir)?;
        if place == sweep || place == sweep.join("report") {
            return Err(Failure::Usage(format!(
                "the page of several sweeps would stand where the report of {} does: give another folder with --out",
                dir.display()
            )));
        }
    }
    Ok(Some(folder))
}

/// A path from the root, without `.` and `..`, and through links where it is there.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let whole = std::path::absolute(path)
        .map_err(|error| Failure::Refused(format!("cannot tell where {} is: {error}", path.display())))?;
    if let Ok(there) = whole.canonicalize() {
        return Ok(there);
    }
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    // The part that is there may go through links.
    let there = plain.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    Ok(match there {
        Some((above, there)) => there.join(plain.strip_prefix(above).unwrap_or(Path::new(""))),
        None => plain,
    })
}

/// The link from a page in a folder to another folder, as a URL.
fn link(from: &Path, to: &Path) -> Result<String, Failure> {
    let (from, to) = (absolute(from)?, absolute(to)?);
    let [from_parts, to_parts]: [Vec<_>; 2] = [&from, &to].map(|path| path.components().collect());
    let shared = from_parts.iter().zip(&to_parts).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from_parts.len() - shared);
    let down = to_parts[shared..].iter().map(|part| percent_encoded(&part.as_os_str().to_string_lossy()));
    Ok(up.chain(down).collect::<Vec<_>>().join("/") + "/")
}

/// A name as a part of a URL's path: bytes other than unreserved ones in per cent (RFC 3986, 2.1 and 2.3).
fn percent_encoded(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(byte).collect()
}

fn check(made: &[Made], out: &mut impl Write) -> Result<Exit, Failure> {
    let mut wrong = Vec::new();
    for Made { folder, files, owner } in made {
        wrong.extend(check_report(folder, files, *owner)?);
    }
    for line in &wrong {
        writeln!(out, "{line}")?;
    }
    if wrong.is_empty() {
        let files: usize = made.iter().map(|made| made.files.len()).sum();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_and_encoded() {
        let told = |from: &str, to: &str| link(Path::new(from), Path::new(to)).unwrap();
        assert_eq!(told("/a/out/report", "/a/out/week4/report"), "../week4/report/");
        assert_eq!(told("/a/q", "/a/b c/#1?%20/report"), "../b%20c/%231%3F%2520/report/");
        assert_eq!(told("/a/b/../q", "/a/out/./x"), "../out/x/");
        let here = std::env::current_dir().unwrap();
        let name = percent_encoded(&here.file_name().unwrap().to_string_lossy());
        assert_eq!(told("../q", "grid/report"), format!("../{name}/grid/report/"));
    }
}
