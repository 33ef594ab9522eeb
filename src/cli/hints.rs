//! What to write in the place of arguments that there are not.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::sweep::settings;

/// Verbs of other programs, and what to write instead.
const VERBS: &[(&[&str], &str)] = &[
    (&["plot", "draw", "figures", "figure", "html"], "`bidsweep report DIR` draws every figure"),
    (&["train", "start", "exec", "sweep"], "`bidsweep run FILE` trains a sweep"),
    (&["resume", "continue", "restart"], "`bidsweep run FILE` continues what is there"),
    (&["check", "validate", "lint", "dry-run"], "`bidsweep plan FILE` checks a sweep file"),
    (&["summary", "summarize", "summarise", "results", "print"], "`bidsweep show DIR` tells the results"),
    (&["compare"], "`bidsweep diff DIR DIR` compares two sweeps"),
    (&["bne", "equilibrium", "solve"], "`bidsweep nash` finds equilibria"),
    (&["shard", "shards", "array"], SHARDS),
    (
        &["submit", "sbatch", "pbs", "lsf", "sge"],
        "`bidsweep slurm FILE --shards N` prints a script for sbatch",
    ),
    (&["join", "gather", "collect", "combine"], "`bidsweep merge DIR` joins the shards of a sweep"),
];

const SHARDS: &str =
    "`bidsweep run FILE --shard I/N` trains the Ith of N shards, and `bidsweep merge DIR` joins them";

/// Options of other programs, and what to write instead.
const OPTIONS: &[(&[&str], &str)] = &[
    (&["shards", "nodes", "array", "part"], SHARDS),
    (
        &["jobs", "cores", "cpus", "workers", "n-jobs", "num-workers"],
        "the number of threads is `--threads N`",
    ),
    (
        &["output", "output-dir", "outdir", "out-dir", "dir", "results"],
        "the folder of the sweeps' folders is `--out DIR`",
    ),
    (&["resume", "continue"], "`bidsweep run` always continues what is there"),
    (&["force", "overwrite"], "to train anew, give the sweep another name or --out, or delete its folder"),
    (&["timeout", "max-time", "walltime", "time"], "the time limit is `--time-limit TIME`, such as 55m"),
    (&["seed"], "the seed is `root`, under [seeds] of the sweep file"),
    (&["seeds", "replicates"], "`replicates` stands under [seeds] of the sweep file"),
];

fn found(words: &[(&[&'static str], &'static str)], word: &str) -> Option<&'static str> {
    words.iter().find(|(words, _)| words.contains(&word)).map(|(_, instead)| *instead)
}

/// Puts what to write instead into an error of clap's, where something is known.
pub(super) fn add_to(error: &mut clap::Error) {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.trim_start_matches('-').to_owned()),
        _ => None,
    };
    let hint = if let Some(verb) = word(ContextKind::InvalidSubcommand) {
        found(VERBS, &verb).map(str::to_owned)
    } else if let Some(option) =
        word(ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::UnknownArgument)
    {
        let option = option.split(['=', ' ']).next().unwrap_or_default();
        let is_setting = |entry: &crate::sweep::SettingEntry| entry.key == option.replace('-', "_");
        found(OPTIONS, option).map(str::to_owned).or_else(|| {
            settings().iter().find(|entry| is_setting(entry)).map(|setting| {
                format!(
                    "settings stand in the sweep file; `--set {}=VALUE` overrides a fixed one",
                    setting.key
                )
            })
        })
    } else {
        None
    };
    if let Some(hint) = hint {
        for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        {
            error.remove(kind);
        }
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(hint)]));
    }
}

/// A time with its unit.
pub(super) fn time(text: &str) -> Result<std::time::Duration, String> {
    let is_bare = !text.is_empty() && text.trim().parse::<f64>().is_ok();
    if is_bare {
        let text = text.trim();
        return Err(format!("say the unit: {text}s, {text}m or {text}h"));
    }
    humantime::parse_duration(text).map_err(|error| format!("{error}; write 90s, 55m or 2h 30m"))
}
