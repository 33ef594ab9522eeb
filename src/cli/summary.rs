//! What `run` prints once the tables are written, and `show` of a folder: the answer on one screen; where
//! more is asked for, the long tables too, of where the learners of each cell ended, how near that is to
//! equilibrium, how they move, and what the sweep says along its axes.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::output::{PLAIN, RED, YELLOW, columns, counted, power, screen_width};
use super::{Console, Failure, Format};
use crate::data::visible;
use crate::measure::still_moves;
use crate::report::{Findings, Report, ScreenLine, SummaryLine, Tone, summary};
use crate::store::Folder;
use crate::sweep::Plan;

/// The most cells whose lines are printed for people.
const PRINTED_CELLS: usize = 60;

/// Prints what the tables of a folder say, and writes the findings; the number of lines whose linear program
/// has no solution. `page` is the report's page, where there is one.
pub(super) fn print_summary(
    plan: &Plan,
    folder: &Folder,
    report: &Report,
    page: Option<&Path>,
    format: Format,
    console: &Console,
    out: &mut impl Write,
) -> Result<u64, Failure> {
    let mut unsolved = 0;
    let mut printed: Vec<SummaryLine> = Vec::new();
    for (cell, lines) in summary(folder)?.enumerate() {
        let lines = lines?;
        unsolved += lines.iter().filter(|line| line.lp_reason.is_some()).count() as u64;
        if format == Format::Json {
            lines.iter().try_for_each(|line| print_json(out, line))?;
        } else if cell < PRINTED_CELLS {
            printed.extend(lines);
        }
    }
    if format == Format::Json {
        return Ok(unsolved);
    }
    let screen = report.screen(screen_width(), console.verbose, page, unsolved);
    if !console.verbose {
        print_screen(&screen, console, out)?;
        return Ok(unsolved);
    }
    // The long tables stand before the line that says where all is.
    let (last, rest) = screen.split_last().expect("it ends with a line");
    print_screen(rest, console, out)?;
    print_biases(plan, &printed, out)?;
    print_epsilons(&printed, out)?;
    print_findings(report.findings(), out)?;
    writeln!(out)?;
    print_screen(std::slice::from_ref(last), console, out)?;
    Ok(unsolved)
}

/// Writes lines, with colours where they are wanted.
fn print_screen(lines: &[ScreenLine], console: &Console, out: &mut impl Write) -> io::Result<()> {
    for line in lines {
        for (tone, text) in &line.spans {
            match tone {
                Tone::Undecided if console.colours_results => write!(out, "{YELLOW}{text}{PLAIN}")?,
                Tone::Failed if console.colours_results => write!(out, "{RED}{text}{PLAIN}")?,
                _ => write!(out, "{text}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn print_json(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let line = serde_json::to_string(line).map_err(io::Error::from)?;
    writeln!(out, "{line}")
}

/// Multipliers beside their references, and the parts of the bias.
fn print_biases(plan: &Plan, lines: &[SummaryLine], out: &mut impl Write) -> io::Result<()> {
    let rarely: Vec<&Rarely> =
        RARELY.iter().filter(|part| lines.iter().any(|line| (part.multiplier)(line).is_some())).collect();
    let mut header = vec!["cell", "runs", "multiplier", "95 %", "BNE", "smoothed"];
    header.extend(rarely.iter().map(|part| part.reference));
    header.extend(["bias", "class", "smoothing"]);
    header.extend(rarely.iter().map(|part| part.part));
    header.extend(["learning", "BNE L2"]);
    let header = header.into_iter().map(String::from).collect();
    let rows = lines.iter().map(|line| biases(plan, line, &rarely));
    columns(out, &std::iter::once(header).chain(rows).collect::<Vec<_>>(), 1)?;
    let hidden = plan.len().saturating_sub(PRINTED_CELLS) as u64;
    if hidden > 0 {
        writeln!(out, "... and {} in cells.parquet", counted(hidden, "more cell"))?;
    }
    let parts = std::iter::once("smoothing").chain(rarely.iter().map(|part| part.part));
    let parts = parts.collect::<Vec<_>>().join(" or ");
    writeln!(
        out,
        "\nbias = multiplier - BNE = class + {parts} + learning; BNE L2 = sqrt(E (bid - BNE bid)^2)"
    )?;
    // Without a class or a smoothed equilibrium the bias of runs that ended well has no parts.
    let lacks = |line: &SummaryLine| line.class_bias.is_none() || line.learning_bias.is_none();
    if lines.iter().any(|line| line.multiplier.is_some() && lacks(line)) {
        writeln!(out, "-: bne_reason, class_reason and smoothed_reason in cell_bidders.parquet say why")?;
    }
    Ok(())
}

fn label(line: &SummaryLine) -> String {
    match line.bidder {
        Some(bidder) => format!("{} bidder {bidder}", line.label),
        None => line.label.clone(),
    }
}

/// A reference that only some learners have, and the part of their bias that leads there: two columns that
/// stand where some line has the reference.
struct Rarely {
    reference: &'static str,
    part: &'static str,
    multiplier: fn(&SummaryLine) -> Option<f64>,
    bias: fn(&SummaryLine) -> Option<f64>,
}

const RARELY: [Rarely; 2] = [
    Rarely {
        reference: "perturbed",
        part: "perturbation",
        multiplier: |line| line.perturbed_multiplier,
        bias: |line| line.perturbation_bias,
    },
    Rarely {
        reference: "on grid",
        part: "grid",
        multiplier: |line| line.grid_multiplier,
        bias: |line| line.grid_bias,
    },
];

fn biases(plan: &Plan, line: &SummaryLine, rarely: &[&Rarely]) -> Vec<String> {
    let number = |x: Option<f64>, signed: bool| match x {
        Some(x) if signed => format!("{x:+.6}"),
        Some(x) => format!("{x:.6}"),
        None => "-".into(),
    };
    let mut row = vec![
        label(line),
        match (line.replicates - line.diverged - line.failed, plan.replicates()) {
            (ok, all) if ok == i64::from(all) => ok.to_string(),
            (ok, all) => format!("{ok}/{all}"),
        },
        number(line.multiplier, false),
        line.multiplier_ci95.map_or_else(|| "-".into(), |ci95| format!("±{ci95:.6}")),
        number(line.bne_multiplier, false),
        number(line.smoothed_multiplier, false),
    ];
    row.extend(rarely.iter().map(|part| number((part.multiplier)(line), false)));
    row.extend([line.bias, line.class_bias, line.smoothing_bias].map(|part| number(part, true)));
    row.extend(rarely.iter().map(|part| number((part.bias)(line), true)));
    // What training that is not over has left so far is no bias of learning.
    let learning = if still_moves(line.movement.as_deref(), line.destination_reason.as_deref()) {
        "moving".to_owned()
    } else {
        number(line.learning_bias, true)
    };
    row.extend([learning, number(line.bne_l2, false)]);
    row
}

/// What bidders gain by deviating, and the verdicts.
fn print_epsilons(lines: &[SummaryLine], out: &mut impl Write) -> io::Result<()> {
    let header =
        ["cell", "epsilon", "epsilon/best", "epsilon interim", "epsilon class", "destination", "movement"];
    let mut rows = vec![header.map(String::from).to_vec()];
    let number = |x: Option<f64>| x.map_or_else(|| "-".into(), power);
    for line in lines {
        let numbers = [line.epsilon_ex_ante, line.epsilon_relative, line.epsilon_interim, line.epsilon_class];
        let verdicts = [&line.destination, &line.movement];
        let mut row = vec![label(line)];
        row.extend(numbers.map(number));
        row.extend(verdicts.map(|verdict| verdict.clone().unwrap_or_else(|| "-".into())));
        rows.push(row);
    }
    writeln!(out)?;
    columns(out, &rows, 1)?;
    writeln!(
        out,
        "\nepsilon = gain of a bidder's best response in the true auction, ex ante: over all bid functions, as part of the best \
         response's\nutility, at the value where it gains most, within the strategy class; means over runs"
    )
}

/// What the sweep says along its axes; nothing where it has none of them.
fn print_findings(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    let within =
        |label: &str| if label.is_empty() { String::new() } else { format!(" ({})", visible(label)) };
    for of in &findings.batch_slopes {
        let noise =
            of.noise_slope.map_or_else(String::new, |slope| format!("; noise would have {slope:+.1}"));
        writeln!(
            out,
            "variance over the tail ~ batch^{:+.3} ±{:.3}{}{noise}, a cycle 0",
            of.slope,
            of.slope_ci95,
            within(&of.label)
        )?;
    }
    for of in &findings.best_betas {
        let (from, to) = of.interval;
        let range = if from == to {
            String::new()
        } else {
            format!("; {from} to {to} differ by no more than chance")
        };
        writeln!(
            out,
            "least {} at beta {}: {:.6}{range}{}",
            of.measure,
            of.beta,
            of.least,
            within(&of.label)
        )?;
    }
    for of in &findings.learning_rate_zero {
        writeln!(
            out,
            "learning bias at learning rate 0: {:+.6} ±{:.6}{}",
            of.learning_bias,
            of.learning_bias_ci95,
            within(&of.label)
        )?;
    }
    if let Some(rotation) = &findings.rotation {
        writeln!(
            out,
            "rotation: {} of {} go round one way, at a false discovery rate of {:.0} % over the sweep{}",
            rotation.cells.len(),
            counted(rotation.tested as u64, "cell"),
            100.0 * rotation.rate,
            rotation.cells.iter().map(|label| format!("\n  {}", visible(label))).collect::<String>()
        )?;
    }
    Ok(())
}
