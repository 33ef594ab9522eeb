//! A folder of its own for each test, in which the program runs.

use std::collections::BTreeMap;
use std::fs;
use std::io::PipeWriter;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use bidsweep::store::TableName;
use serde_json::Value;
use tempfile::TempDir;

/// Where schedulers tell an element of an array its number.
pub const ARRAY_IDS: [&str; 5] =
    ["SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "SGE_TASK_ID", "LSB_JOBINDEX"];

/// A sweep file, to be varied by struct update.
#[derive(Clone, Copy)]
pub struct Sweep {
    pub name: &'static str,
    /// Lines of `[fixed]`.
    pub fixed: &'static str,
    /// Lines of `[axes]`.
    pub axes: &'static str,
    pub root: u64,
    pub common: bool,
    pub replicates: u32,
    /// Lines of `[measure]`.
    pub measure: &'static str,
}

impl Sweep {
    /// Four cells of five runs, done in no time.
    pub const SHORT: Sweep = Sweep {
        name: "x",
        fixed: "epochs = 30\nbatch = 8",
        axes: "beta = [10, 50]\nbidders = [2, 3]",
        root: 7,
        common: true,
        replicates: 5,
        measure: "trajectories = { replicates = 2, every = 10 }",
    };

    /// Some seconds on one thread, whose runs take milliseconds.
    pub const LONG: Sweep = Sweep {
        fixed: "epochs = 8000\nbatch = 128",
        axes: "beta = [10, 25, 50]",
        replicates: 700,
        ..Sweep::SHORT
    };

    /// One run that nobody has the time to wait for.
    pub const ENDLESS: Sweep = Sweep {
        fixed: "epochs = 1000000000\nbatch = 1000",
        axes: "",
        replicates: 1,
        measure: "",
        ..Sweep::SHORT
    };

    fn text(&self) -> String {
        let Sweep { name, fixed, axes, root, common, replicates, measure } = self;
        format!(
            "schema = 1\nname = \"{name}\"\n\n[fixed]\n{fixed}\n\n[axes]\n{axes}\n\n\
             [seeds]\nroot = {root}\nreplicates = {replicates}\ncommon = {common}\n\n[measure]\n{measure}\n"
        )
    }

    /// Its tables after one run that nothing disturbs.
    pub fn undisturbed(&self) -> Tables {
        let sandbox = Sandbox::with(self);
        sandbox.run(&format!("run {}.toml", self.name)).exits(0);
        sandbox.tables(self.name)
    }
}

/// The bytes of the tables of a folder, by file name.
pub type Tables = BTreeMap<&'static str, Vec<u8>>;

/// Two folders hold the same bytes; the tables are too long to be printed.
#[track_caller]
pub fn assert_same_bytes(actual: &Tables, expected: &Tables) {
    assert!(actual.keys().eq(expected.keys()), "{:?}", actual.keys());
    for (name, bytes) in expected {
        assert!(actual[name] == *bytes, "{name} differs: {} and {} bytes", actual[name].len(), bytes.len());
    }
}

/// Where Rayon and schedulers say how many threads to use.
pub const THREADS: [&str; 6] =
    ["RAYON_NUM_THREADS", "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NCPUS", "NSLOTS", "LSB_DJOB_NUMPROC"];

/// A folder in which the program runs; gone when dropped.
pub struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    pub fn new() -> Self {
        Sandbox { dir: tempfile::tempdir().unwrap() }
    }

    /// One with a sweep file in it.
    pub fn with(sweep: &Sweep) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write(sweep);
        sandbox
    }

    /// Writes `NAME.toml`.
    pub fn write(&self, sweep: &Sweep) {
        fs::write(self.path(&format!("{}.toml", sweep.name)), sweep.text()).unwrap();
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// The program with arguments, divided by spaces, in this folder.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bidsweep"));
        command.args(arguments.split_whitespace()).current_dir(self.dir.path());
        for variable in THREADS.into_iter().chain(ARRAY_IDS) {
            command.env_remove(variable);
        }
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
        command
    }

    /// A shell script in this folder whose `"$@"` is the program with arguments.
    pub fn shell(&self, script: &str, arguments: &str) -> Command {
        let program = self.command(arguments);
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(program.get_program()).args(program.get_args());
        command.current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(&self, arguments: &str) -> Ended {
        Ended::from(self.command(arguments).output().unwrap())
    }

    /// Runs the program to its end, or kills it after a time.
    pub fn within(&self, arguments: &str, time: Duration) -> Ended {
        let script = format!("exec timeout -s KILL {} \"$@\"", time.as_secs());
        Ended::from(self.shell(&script, arguments).output().unwrap())
    }

    /// Starts the program; it is killed when dropped.
    pub fn start(&self, arguments: &str) -> Running {
        let mut command = self.command(arguments);
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// The tables of `out/NAME`.
    #[track_caller]
    pub fn tables(&self, name: &str) -> Tables {
        let folder = self.path("out").join(name);
        // A sweep that asks for no trajectories has no table of them.
        let there = TableName::ALL.into_iter().filter(|table| {
            let is_there = folder.join(table.file()).exists();
            assert!(is_there || table.is_optional(), "{}", table.file());
            is_there
        });
        there.map(|table| (table.file(), fs::read(folder.join(table.file())).unwrap())).collect()
    }

    /// The files among the parts of `out/NAME`, sorted; none where there is no folder.
    pub fn parts(&self, name: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path("out").join(name).join("parts")) else { return Vec::new() };
        let mut parts: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        // The holder of the folder may be writing one.
        parts.retain(|path| !path.to_str().unwrap().ends_with(".tmp"));
        parts.sort();
        parts
    }

    /// The number of finished runs that `status` counts in `out/NAME`; 0 before there is a manifest.
    #[track_caller]
    pub fn done(&self, name: &str) -> u64 {
        let status = self.run(&format!("status out/{name} --format json"));
        if status.code == Some(2) {
            assert!(status.stderr.contains("has no manifest.json"), "{}", status.stderr);
            return 0;
        }
        // 75 while runs are missing, and 3 where some failed.
        assert!([Some(0), Some(3), Some(75)].contains(&status.code), "{}", status.stderr);
        let status = status.json();
        // A process that has taken the folder may not have counted yet.
        if status["runs"].is_null() {
            return 0;
        }
        ["ok", "diverged", "failed"].map(|count| status[count].as_u64().unwrap()).iter().sum()
    }

    /// The id of the cell at a position.
    pub fn cell(&self, file: &str, position: usize) -> String {
        let plan = self.run(&format!("plan {file} --list --format json")).exits(0).json();
        plan["list"][position]["cell_id"].as_str().unwrap().to_owned()
    }
}

/// A program that runs.
pub struct Running(Child);

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

impl Running {
    /// Sends a signal by its name, such as INT.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} {}", self.0.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }

    /// Waits for the end. What it wrote must be short: nobody reads it meanwhile.
    pub fn ended(&mut self) -> Ended {
        let code = self.0.wait().unwrap().code();
        let read = |stream: &mut dyn std::io::Read| {
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        };
        let stdout = read(self.0.stdout.as_mut().unwrap());
        let stderr = read(self.0.stderr.as_mut().unwrap());
        Ended { code, stdout, stderr }
    }
}

/// How the program ended and what it said.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ended {
    /// It ended with this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// All that it said on stderr, with TIME for how long training took; `said` need not end its last line.
    #[track_caller]
    pub fn says(self, said: &str) -> Self {
        let lines: Vec<_> = self.stderr.lines().map(without_time).collect();
        assert_eq!(lines.join("\n"), said);
        self
    }

    /// It said nothing on stdout.
    #[track_caller]
    pub fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "");
        self
    }

    /// What it printed, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }
}

/// `... trained 5 runs in 0.3 s; ...` as `... trained 5 runs in TIME; ...`.
fn without_time(line: &str) -> String {
    let timed = line.split_once(": trained ").and_then(|_| line.split_once(" in "));
    match timed.and_then(|(before, after)| Some((before, after.split_once(" s")?))) {
        Some((before, (seconds, after))) if seconds.parse::<f64>().is_ok() => {
            format!("{before} in TIME{after}")
        }
        _ => line.to_owned(),
    }
}

/// Waits until something is the case, for at most two minutes.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(120), "waited in vain until {what}");
        sleep(Duration::from_millis(5));
    }
}

/// The end to write to of a pipe that nobody reads.
pub fn closed_pipe() -> PipeWriter {
    let (_, writer) = std::io::pipe().unwrap();
    writer
}

/// Changes a JSON file.
pub fn edit_json(path: &Path, edit: impl FnOnce(&mut Value)) {
    let mut json = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    edit(&mut json);
    fs::write(path, json.to_string()).unwrap();
}
