//! What verbs about sweep files are given: the files, and the machine to run them on.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::{Console, Failure};
use crate::execute::threads_of_environment;
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
        match self.threads {
            Some(threads) => Ok(threads),
            None => Ok(threads_of_environment()?),
        }
    }
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
