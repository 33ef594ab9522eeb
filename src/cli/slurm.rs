//! `bidsweep slurm`: print a script that trains a sweep in shards, and joins them.

use std::ffi::OsString;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;
use std::time::Duration;

use super::input::load;
use super::output::{counted, duration};
use super::{Console, Exit, Failure, hints};
use crate::engine::{Assignment, Calibration, cost_of, cost_of_joining, divide};
use crate::numeric::simd::LANES;
use crate::store::Shard;
use crate::sweep::Plan;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The sweep file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Into how many shards, elements of an array, to cut the sweep
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(Shard::MOST)))]
    shards: u32,
    /// Cores of each
    #[arg(long, value_name = "C", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    cpus: u32,
    /// Time of each, such as 2h 30m; by default by what the sweep costs
    #[arg(long, value_name = "TIME", value_parser = hints::time)]
    time: Option<Duration>,
    /// The partition
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// The account
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// The folder of the sweeps' folders, which all nodes see: results go to DIR/<name>
    #[arg(short, long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Override a fixed setting, or the name
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

pub(super) const AFTER_HELP: &str = "\
Nothing is submitted. Keep what is printed as a file, and `bash FILE` submits the shards and what joins them; `sbatch \
FILE` submits the shards alone, and `sbatch --array=7 FILE` one of them again. A shard that comes to its time limit \
keeps what it has and is queued again, as long as it gets on: after three time limits in which no run was done it fails. \
One that is cancelled keeps what it has too, and stays away; one that is killed loses the runs in flight.

Other schedulers need a line each, with `bidsweep merge DIR` after it. I counts from 1; N is always written out:
  PBS Pro             bidsweep run FILE --shard $PBS_ARRAY_INDEX/N
  Torque              bidsweep run FILE --shard $PBS_ARRAYID/N
  Grid Engine         bidsweep run FILE --shard $SGE_TASK_ID/N
  LSF                 bidsweep run FILE --shard $LSB_JOBINDEX/N
  Kubernetes          bidsweep run FILE --shard $((JOB_COMPLETION_INDEX + 1))/N      (an Indexed Job, N completions)
  AWS Batch           bidsweep run FILE --shard $((AWS_BATCH_JOB_ARRAY_INDEX + 1))/$AWS_BATCH_JOB_ARRAY_SIZE
  HyperQueue          hq submit --array 1-N --cpus 16 bidsweep run FILE --shard $HQ_TASK_ID/N --threads 16
  GNU parallel        parallel -j 1 bidsweep run FILE --shard {}/8 ::: {1..8}                (-j 1 on each machine)
  Ray, Dask           a task that runs the program with its number as I, and --threads as many as its cores
Machines without a common folder each have their own --out; copy the folders to one place, and join them there with \
`bidsweep merge DIR... --out DIR`.

A billion runs are a thousand shards of a million. On one core, of two bidders and without costly measures, a million \
runs of 2000 epochs of 128 take six minutes to train, and half a gigabyte of parts and as much of tables.";

/// Units of work that a core does in a second, roughly.
const A_SECOND: f64 = 1.8e9;

/// How much longer than expected a shard may take: nodes differ.
const SLACK: f64 = 1.5;

/// How much longer joining may take than on the machine on which costs were measured: it is not queued again.
const SLOWER: f64 = 3.0;

/// What a shard is given beside its work, at least.
const BESIDE: Duration = Duration::from_secs(10 * 60);

/// The least and the most time that a shard may be given.
const LEAST_TIME: Duration = Duration::from_secs(60);
const MOST_TIME: Duration = Duration::from_secs(365 * 86_400);

/// How long before its time is up a shard stops by itself, and how long before that Slurm says so; less where
/// the time is short.
const STOPS_BEFORE: Duration = Duration::from_secs(5 * 60);
const TOLD_BEFORE: Duration = Duration::from_secs(2 * 60);

/// Slurm's own bound of elements of an array.
const MOST_ELEMENTS: u32 = 1000;

/// By how much the busiest shard may have more to do than the mean before that is told.
const UNEVEN: f64 = 0.1;

pub(super) fn slurm(
    args: &Args,
    program: &[OsString],
    console: &Console,
    out: &mut impl Write,
) -> Result<Exit, Failure> {
    let plan = load(std::slice::from_ref(&args.file), &args.set, console)?.remove(0);
    let most = most_elements().unwrap_or(MOST_ELEMENTS);
    if args.shards > most {
        return Err(Failure::Usage(format!(
            "an array has at most {most} elements here: write --shards {most}, and more --cpus"
        )));
    }
    let eights = plan.len() as u64 * u64::from(plan.replicates()).div_ceil(LANES as u64);
    if u64::from(args.shards) > eights {
        return Err(Failure::Usage(format!(
            "{} of {} cannot keep {} shards busy, as eight replicates of a cell stay together: write --shards \
             {eights} at most",
            counted(plan.runs(), "run"),
            counted(plan.len() as u64, "cell"),
            args.shards
        )));
    }
    if let Some(time) = args.time.filter(|time| !(LEAST_TIME..=MOST_TIME).contains(time)) {
        return Err(Failure::Usage(format!(
            "--time {} is not from {} to {}: a shard stops some time before its time is up, and nobody has years",
            slurm_time(time),
            slurm_time(LEAST_TIME),
            slurm_time(MOST_TIME)
        )));
    }
    for (option, name) in [("partition", &args.partition), ("account", &args.account)] {
        let is_word =
            |name: &String| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
        if name.as_ref().is_some_and(|name| !is_word(name)) {
            return Err(Failure::Usage(format!("--{option} is one word: write its name as Slurm has it")));
        }
    }
    let assignment = divide(&plan, args.shards);
    if assignment.imbalance() > UNEVEN {
        console.warn(format_args!(
            "warning: the busiest shard has {:.0} % more to do than the mean: fewer shards divide the sweep more evenly",
            100.0 * assignment.imbalance()
        ));
    }
    let expected = expected(&plan, &assignment, args.cpus);
    console.note(format_args!(
        "about {} a shard on {}",
        duration(expected.as_secs_f64()),
        counted(args.cpus.into(), "core")
    ));
    let time = args.time.unwrap_or_else(|| whole_minutes(expected.mul_f64(SLACK) + BESIDE));
    write!(out, "{}", script(args, program, &plan, time)?)?;
    Ok(Exit::Done)
}

/// What the busiest shard takes on so many cores: its work, and the longest group, which one core does alone.
fn expected(plan: &Plan, assignment: &Assignment, cpus: u32) -> Duration {
    let eight = plan.replicates().min(LANES as u32);
    let longest = plan.cells().map(|cell| cost_of(plan, &cell, 0..eight)).fold(0.0, f64::max);
    Duration::from_secs_f64((assignment.most() / f64::from(cpus) + longest) / A_SECOND)
}

/// What element 0 is given to join the shards, however fast nodes are.
fn joining(plan: &Plan, cpus: u32) -> Duration {
    let threads = NonZeroUsize::try_from(cpus as usize).unwrap_or(NonZeroUsize::MIN);
    let seconds = cost_of_joining(plan, threads, &Calibration::MEASURED);
    whole_minutes(Duration::from_secs_f64(SLOWER * seconds) + BESIDE)
}

fn whole_minutes(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs().div_ceil(60) * 60)
}

/// The most elements of an array, where Slurm is there to tell.
fn most_elements() -> Option<u32> {
    let told = Command::new("scontrol").args(["show", "config"]).output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let size = told.lines().find_map(|line| line.strip_prefix("MaxArraySize")?.trim().strip_prefix('='))?;
    // The largest index is one less.
    size.trim().parse::<u32>().ok()?.checked_sub(1)
}

/// `02:00:00`, `1-12:00:00`: days, hours, minutes and seconds as Slurm reads them.
fn slurm_time(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days > 0 { format!("{days}-{clock}") } else { clock }
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn quoted_path(path: &Path) -> Result<String, Failure> {
    let path = absolute(path)?;
    let text = path.to_str().ok_or_else(|| {
        Failure::Usage(format!("{} is not UTF-8, as a script must be: rename it", path.display()))
    })?;
    Ok(quoted(text))
}

/// Words that call the program, as a shell reads them back.
fn quoted_words(words: &[OsString]) -> Result<String, Failure> {
    let quote = |word: &OsString| match word.to_str() {
        Some(word) => Ok(quoted(word)),
        None => Err(Failure::Usage(format!(
            "{} is not UTF-8, as a script must be: install the program elsewhere",
            word.display()
        ))),
    };
    Ok(words.iter().map(quote).collect::<Result<Vec<_>, Failure>>()?.join(" "))
}

/// The script.
fn script(args: &Args, program: &[OsString], plan: &Plan, time: Duration) -> Result<String, Failure> {
    let Args { shards, cpus, .. } = args;
    let name = plan.name();
    let program = quoted_words(program)?;
    let (file, out) = (quoted_path(&args.file)?, quoted_path(&args.out)?);
    let own = time - STOPS_BEFORE.min(time / 4);
    let told = TOLD_BEFORE.min(time / 8).as_secs();
    let set: String = args.set.iter().map(|set| format!(" --set {}", quoted(set))).collect();
    let asked: String = [("partition", &args.partition), ("account", &args.account)]
        .into_iter()
        .filter_map(|(option, value)| Some(format!("#SBATCH --{option}={}\n", value.as_ref()?)))
        .collect();
    Ok(format!(
        r#"#!/bin/bash
# Trains {name} in {shards} shards and joins them. `bash FILE` submits both; `sbatch FILE` submits the shards alone.
#SBATCH --job-name={name}
#SBATCH --array=1-{shards}
#SBATCH --cpus-per-task={cpus}
#SBATCH --time={}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@{told}
#SBATCH --output={name}.%a.log
{asked}set -u
bidsweep=({program})
file={file}
out={out}
shards={shards}  # not SLURM_ARRAY_TASK_COUNT, which is 1 where one element is submitted again

if [ -z "${{SLURM_ARRAY_TASK_ID:-}}" ]; then  # by hand: the shards, and after them element 0, which joins them
    array=$(sbatch --parsable "$0") || exit
    echo "Shards are job $array"
    exec sbatch --array=0 --time={} --dependency="afterany:${{array%%;*}}" --kill-on-invalid-dep=yes "$0"
fi
if [ "$SLURM_ARRAY_TASK_ID" = 0 ]; then
    exec "${{bidsweep[@]}}" merge "$out/{name}" --progress plain
fi

# USR1: the time is up soon. TERM: it is cancelled, or Slurm wants the node and queues it again by itself. Both are told
# on as USR1: Slurm may tell TERM to the program too, and a second TERM ends it at once.
child='' told=1 ended=''
trap 'told=1; [ -z "$child" ] || kill -USR1 "$child"' USR1
trap 'told=1 ended=1; [ -z "$child" ] || kill -USR1 "$child"' TERM
"${{bidsweep[@]}}" run "$file" --out "$out"{set} --shard "$SLURM_ARRAY_TASK_ID/$shards" \
    --time-limit {}s --progress plain & child=$!
while [ -n "$told" ]; do told=''; wait "$child"; code=$?; done  # a trap cuts a wait short
[ -z "$ended" ] || exit "$code"
case $code in
    75) scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID" ;;  # it got on: it goes on in two minutes
    3) exit 0 ;;  # some runs failed: a result
    *) exit "$code" ;;
esac
"#,
        slurm_time(time),
        slurm_time(joining(plan, *cpus)),
        own.as_secs(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_slurm_reads_them() {
        for (seconds, text) in [(90, "00:01:30"), (7200, "02:00:00"), (86_400 + 43_200, "1-12:00:00")] {
            assert_eq!(slurm_time(Duration::from_secs(seconds)), text);
        }
        assert_eq!(whole_minutes(Duration::from_millis(61_000)), Duration::from_secs(120));
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them_otherwise() {
        for (word, text) in [
            ("/a/b-1.toml", "/a/b-1.toml"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
            ("$x", "'$x'"),
        ] {
            assert_eq!(quoted(word), text);
        }
    }
}
