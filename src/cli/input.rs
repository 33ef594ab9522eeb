//! What verbs about sweep files are given: the files, and the machine to run them on.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::output::counted;
use super::{Console, Failure};
use crate::engine::at_most;
use crate::sweep::Plan;

/// What the sweep runs on.
#[derive(Debug, clap::Args)]
pub(super) struct Machine {
    /// Threads; by default RAYON_NUM_THREADS, what the scheduler gives (SLURM_CPUS_PER_TASK,
    /// SLURM_CPUS_ON_NODE, NCPUS of PBS, NSLOTS of Grid Engine, LSB_DJOB_NUMPROC of LSF), or the cores that
    /// the process may use
    #[arg(short = 'j', long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Machine {
    /// How many threads are asked for. The engine starts no more of them than there is work for.
    pub(super) fn threads(&self) -> Result<NonZeroUsize, Failure> {
        if let Some(threads) = self.threads {
            return Ok(threads);
        }
        for name in VARIABLES {
            if let Some(threads) = threads_in(name)? {
                return Ok(threads);
            }
        }
        Ok(processors())
    }

    /// As [`Machine::threads`], with a warning where the threads that `work` is divided among are more than
    /// run at a time.
    pub(super) fn threads_for(&self, work: u64, console: &Console) -> Result<NonZeroUsize, Failure> {
        let (threads, processors) = (self.threads()?, processors());
        let started = at_most(threads, work);
        if started > processors {
            console.warn(format_args!(
                "warning: {started} threads share {}: more of them make nothing faster",
                counted(processors.get() as u64, "processor")
            ));
        }
        Ok(threads)
    }
}

/// Where schedulers and Rayon say how many threads to use, the first that does counts.
const VARIABLES: [&str; 6] =
    ["RAYON_NUM_THREADS", "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NCPUS", "NSLOTS", "LSB_DJOB_NUMPROC"];

/// The number of threads in a variable; none where it is not set, empty, or 0, which is Rayon's word for all.
fn threads_in(name: &str) -> Result<Option<NonZeroUsize>, Failure> {
    let Some(text) = std::env::var_os(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    match text.to_str().and_then(|text| text.trim().parse::<usize>().ok()) {
        Some(count) => Ok(NonZeroUsize::new(count)),
        None => Err(Failure::Usage(format!(
            "{name} is {text:?}, and that is no number of threads: set it to a number, or give --threads N"
        ))),
    }
}

/// The processors that this process may use.
fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Reads and checks sweep files, all of them before anything is done with the first.
pub(super) fn load(files: &[PathBuf], set: &[String], console: &Console) -> Result<Vec<Plan>, Failure> {
    let plans = files.iter().map(|file| Plan::load(file, set)).collect::<Result<Vec<_>, _>>()?;
    for (i, plan) in plans.iter().enumerate() {
        if !plan.warnings().is_empty() {
            console.warn_of(plan.warnings());
        }
        if plans[..i].iter().any(|earlier| earlier.name() == plan.name()) {
            return Err(Failure::Usage(format!(
                "two of the sweep files are named {:?}, and would share a folder: run them one after the other \
                 with different --out",
                plan.name()
            )));
        }
    }
    Ok(plans)
}

/// The position of the cell with this label or words of it, such as `beta=50`, or whose id starts so; `file`
/// is the sweep file or folder that it is looked for in.
pub(super) fn cell_position(plan: &Plan, file: &Path, word: &str) -> Result<usize, Failure> {
    let labelled = |wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..plan.len()).filter(|&position| wanted(&plan.cell(position).label)).take(MOST_TOLD + 1).collect()
    };
    let is_id = word.bytes().all(|b| b.is_ascii_hexdigit());
    let mut found: Vec<usize> = match is_id {
        true => (0..plan.len()).filter(|&position| plan.id(position).to_string().starts_with(word)).collect(),
        false => Vec::new(),
    };
    if found.is_empty() {
        found = labelled(&|label| label == word);
    }
    if found.is_empty() {
        let words: Vec<&str> = word.split_whitespace().collect();
        found = labelled(&|label| {
            let of_label: Vec<&str> = label.split_whitespace().collect();
            !words.is_empty() && words.iter().all(|word| of_label.contains(word))
        });
    }
    match found[..] {
        [position] => Ok(position),
        [] => Err(Failure::Usage(format!(
            "no cell has an id that starts with {word:?}, or a label with it: `bidsweep plan --list {}` lists ids and \
             labels",
            file.display()
        ))),
        _ => {
            let mut text = format!("several cells go by {word:?}: write more of an id or label:");
            for &position in found.iter().take(MOST_TOLD) {
                text += &format!("\n  {} {}", plan.id(position), plan.cell(position).label);
            }
            if found.len() > MOST_TOLD {
                text += "\n  ...";
            }
            Err(Failure::Usage(text))
        }
    }
}

/// The most cells that are told where several go by one name.
const MOST_TOLD: usize = 5;
