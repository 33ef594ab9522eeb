//! The command line: one file a verb. Results go to stdout, all else to stderr.

mod again;
mod bids;
mod completions;
mod diff;
mod evaluate;
mod failure;
mod game;
mod hints;
mod input;
mod list;
mod memory;
mod merge;
mod nash;
mod output;
mod plan;
mod report;
mod run;
mod schema;
mod shard;
mod show;
mod slurm;
mod stand;
mod status;
mod summary;
mod target;
mod verify;
mod version;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand, ValueEnum};

pub use failure::{Exit, Failure};
use output::Seen;

use crate::data::visible_lines;
use crate::execute::Listener;
use crate::numeric::simd::Instance;
use crate::sweep::Problems;

/// Train auction learners over a grid of settings, and say where they end up.
#[derive(Debug, Parser)]
#[command(name = "bidsweep", version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// Say less on stderr; twice to say only errors
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    quiet: u8,
    /// Say more
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Colour messages; auto colours them on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 input, output or internal; 2 usage or an invalid sweep file; 3 finished, but some runs failed; \
4 a check failed; 75 stopped early, run again to continue; 130 interrupted twice.";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Expand and check sweep files; count runs, estimate time and bytes
    Plan(plan::Args),
    /// Train what is missing, then write tables and a summary
    Run(run::Args),
    /// Say what is done, failed and missing
    Status(status::Args),
    /// Show what a sweep says, or a cell or a run of it: settings, seed, measures
    Show(show::Args),
    /// Join the shards of a sweep: check that nothing is missing, then write tables, report and summary
    #[command(after_long_help = merge::AFTER_HELP)]
    Merge(merge::Args),
    /// Make pictures, tables and one page of finished sweeps
    Report(report::Args),
    /// Say what differs between two finished sweeps
    Diff(diff::Args),
    /// Train a sample of runs again, make the tables again, and compare bit for bit
    Verify(verify::Args),
    /// The reference equilibria of bidders with given priors, with certificate
    Nash(nash::Args),
    /// Utilities and every epsilon of given bids
    Evaluate(evaluate::Args),
    /// List settings, learners, priors, measures, columns and verdicts, by topic
    List(list::Args),
    /// Print a script for Slurm that trains a sweep in shards and joins them
    #[command(after_long_help = slurm::AFTER_HELP)]
    Slurm(slurm::Args),
    /// Print the JSON Schema of sweep files, for editors
    Schema,
    /// Print a shell's completion script
    Completions(completions::Args),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Human,
    /// For scripts.
    Json,
}

/// How results are printed that make a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// For people.
    #[default]
    Human,
    /// For spreadsheets and data frames.
    Csv,
    /// For scripts.
    Json,
}

/// What every verb is told.
#[derive(Clone, Copy, Debug)]
struct Console {
    /// 0: warnings and notes; 1: warnings; 2: only errors.
    quiet: u8,
    verbose: bool,
    /// Whether messages on stderr are coloured.
    colour: bool,
    /// Whether results on stdout are coloured.
    colours_results: bool,
}

impl Console {
    /// Tells the user something of interest.
    fn note(&self, text: impl std::fmt::Display) {
        if self.quiet == 0 {
            tell(text);
        }
    }

    /// Tells the user something of interest to few.
    fn detail(&self, text: impl std::fmt::Display) {
        if self.verbose {
            tell(text);
        }
    }

    /// Warns the user.
    fn warn(&self, text: impl std::fmt::Display) {
        if self.quiet < 2 {
            tell(text);
        }
    }

    /// Tells what keeps the user from what was asked for, however quiet the user wants it.
    fn fail(&self, text: impl std::fmt::Display) {
        tell(format_args!("error: {text}"));
    }

    /// Warns the user of what is odd about a sweep file.
    fn warn_of(&self, problems: &Problems) {
        if self.quiet < 2 {
            tell_rendered(&problems.render(self.colour));
        }
    }
}

impl Listener for Console {
    fn note(&self, text: &str) {
        Console::note(self, text);
    }

    fn warn(&self, text: &str) {
        Console::warn(self, text);
    }
}

/// A line on stderr, which may hold a user's words: what steers a terminal is made visible.
fn tell(text: impl std::fmt::Display) {
    tell_rendered(&visible_lines(&text.to_string()));
}

/// A line on stderr whose colours are our own. Where nobody reads it any more, there is nobody to tell of
/// that either.
fn tell_rendered(text: &str) {
    _ = writeln!(io::stderr(), "{text}");
}

/// Tells of a failure.
fn tell_failure(failure: &Failure, colour: bool) {
    match failure {
        Failure::Sweep(error) => tell_rendered(&error.problems.render(colour)),
        other => tell(other),
    }
}

/// Whether an argument asks for more, told by hand as `--version` ends the parsing.
fn is_verbose(arg: &str) -> bool {
    arg == "--verbose" || (arg.starts_with('-') && !arg.starts_with("--") && arg.contains('v'))
}

/// How the program is called.
#[derive(Clone, Debug)]
pub struct Call {
    /// What to begin a command line with that calls it again: the path of the program, or that of an
    /// interpreter and its arguments.
    pub program: Vec<OsString>,
    /// The arguments that follow.
    pub arguments: Vec<OsString>,
}

impl Call {
    /// The call of this process.
    pub fn this() -> Self {
        let mut arguments = std::env::args_os();
        let named = arguments.next().unwrap_or_default();
        let program = std::env::current_exe().map_or(named, PathBuf::into_os_string);
        Call { program: vec![program], arguments: arguments.collect() }
    }
}

/// The program: from its call to its exit code. It handles signals for the rest of the process, where the
/// verb can be stopped.
pub fn main(call: &Call) -> Exit {
    let arguments = std::iter::once("bidsweep".into()).chain(call.arguments.iter().cloned());
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(mut error) => {
            hints::add_to(&mut error);
            // Help and version are asked for; the rest is wrong usage.
            let mut printed = error.print();
            if error.kind() == ErrorKind::DisplayVersion
                && call.arguments.iter().any(|arg| arg.to_str().is_some_and(is_verbose))
            {
                printed = printed.and_then(|()| version::print_details(&mut io::stdout()));
            }
            if error.use_stderr() {
                return Exit::Usage;
            }
            let printed = printed.and_then(|()| io::stdout().flush()).map_err(Failure::from);
            return match failure::unless_closed(printed) {
                Ok(()) => Exit::Done,
                Err(failure) => {
                    tell(&failure);
                    failure.exit()
                }
            };
        }
    };
    let colours = |is_terminal: bool| match cli.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|text| text.is_empty()),
    };
    let colour = colours(io::stderr().is_terminal());
    let colours_results = colours(io::stdout().is_terminal());
    let console = Console { quiet: cli.quiet, verbose: cli.verbose, colour, colours_results };
    let mut out = Seen::new(io::stdout().lock(), colours_results);
    if let Err(message) = Instance::chosen() {
        let failure = Failure::Usage(message);
        tell_failure(&failure, colour);
        return failure.exit();
    }
    let ended = match cli.verb {
        Verb::Plan(args) => plan::plan(&args, &console, &mut out),
        Verb::Run(args) => run::run(&args, &console, &mut out),
        Verb::Status(args) => status::status(&args, &console, &mut out),
        Verb::Show(args) => show::show(&args, &console, &mut out),
        Verb::Merge(args) => merge::merge(&args, &console, &mut out),
        Verb::Report(args) => report::report(&args, &console, &mut out),
        Verb::Diff(args) => diff::diff(&args, &console, &mut out),
        Verb::Verify(args) => verify::verify(&args, &console, &mut out),
        Verb::Nash(args) => nash::nash(&args, &console, &mut out),
        Verb::Evaluate(args) => evaluate::evaluate(&args, &console, &mut out),
        Verb::List(args) => list::list(&args, &mut out),
        Verb::Slurm(args) => slurm::slurm(&args, &call.program, &console, &mut out),
        Verb::Schema => schema::schema(&mut out),
        Verb::Completions(args) => completions::completions(&args, &mut out),
    };
    let flushed = failure::unless_closed(out.flush().map_err(Failure::from));
    match ended.and_then(|exit| flushed.map(|()| exit)) {
        Ok(exit) => exit,
        Err(failure) if failure.is_closed_pipe() => Exit::Done,
        Err(failure) => {
            tell_failure(&failure, colour);
            failure.exit()
        }
    }
}
