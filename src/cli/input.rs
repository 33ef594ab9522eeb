//! What verbs about sweep files are given: the files, and the machine to run them on.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::{Console, Failure};
use crate::sweep::Plan;

/// What the sweep runs on.
#[derive(Debug, clap::Args)]
pub(super) struct Machine {
    /// Threads; by default RAYON_NUM_THREADS, SLURM_CPUS_PER_TASK, or the cores that the process may use
    #[arg(short = 'j', long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Machine {
    pub(super) fn threads(&self) -> NonZeroUsize {
        let variable = |name| std::env::var(name).ok()?.parse().ok();
        self.threads
            .or_else(|| variable("RAYON_NUM_THREADS"))
            .or_else(|| variable("SLURM_CPUS_PER_TASK"))
            .or_else(|| std::thread::available_parallelism().ok())
            .unwrap_or(NonZeroUsize::MIN)
    }
}

/// Reads and checks sweep files, all of them before anything is done with the first.
pub(super) fn load(files: &[PathBuf], set: &[String], console: &Console) -> Result<Vec<Plan>, Failure> {
    let plans = files.iter().map(|file| Plan::load(file, set)).collect::<Result<Vec<_>, _>>()?;
    for (i, plan) in plans.iter().enumerate() {
        if !plan.warnings().is_empty() {
            console.warn(plan.warnings().render(console.colour));
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

/// The position of the only cell of a sweep file whose id starts so.
pub(super) fn cell_position(plan: &Plan, file: &Path, prefix: &str) -> Result<usize, Failure> {
    let starts = |&position: &usize| plan.id(position).to_string().starts_with(prefix);
    let mut found = (0..plan.len()).filter(starts);
    match (found.next(), found.next()) {
        (Some(position), None) => Ok(position),
        (None, _) => Err(Failure::Usage(format!(
            "no cell has an id that starts with {prefix:?}: `bidsweep plan --list {}` prints the ids",
            file.display()
        ))),
        (Some(_), Some(_)) => {
            Err(Failure::Usage(format!("several cells have ids that start with {prefix:?}: give more of it")))
        }
    }
}
