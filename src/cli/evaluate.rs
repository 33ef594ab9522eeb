//! `bidsweep evaluate`: utilities and every epsilon of a given profile.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::bids;
use super::game::{Game, GameArgs};
use super::output::{columns, number};
use super::{Console, Exit, Failure, TableFormat};
use crate::auction::{Population, Profile, Strategy};
use crate::data::visible;
use crate::expectation::Evaluator;
use crate::measure::{Asked, Assessment, LpGrid, assessed_columns, assessed_numbers};
use crate::numeric::digits::shortest;
use crate::response::{Constraint, MOST_BIDS, MOST_CELLS};

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    game: GameArgs,
    /// Bids b = W v: W once a bidder, or once for all
    #[arg(long = "multiplier", value_name = "W", value_parser = multiplier, allow_negative_numbers = true)]
    multipliers: Vec<f64>,
    /// Bids of a CSV file with columns bidder, value, bid, linear between, and weight for mixtures; instead
    /// of --multiplier
    #[arg(long, value_name = "FILE", conflicts_with = "multipliers")]
    bids: Option<PathBuf>,
    /// What the columns of --bids are called, such as bidder=id,value=v,bid=b
    #[arg(long, value_name = "COLUMN=NAME,..", requires = "bids")]
    columns: Option<bids::Columns>,
    /// Take the bids of --bids as observed with noise: the nearest rising bid function, by least squares,
    /// stands for them; values may repeat
    #[arg(long, requires = "bids")]
    isotonic: bool,
    /// What couples the values of the linear program: budget=B, return_on_spend=R, lipschitz=L or win_rate=Q
    #[arg(long, value_name = "NAME=NUMBER", value_parser = Constraint::parse)]
    constraint: Option<Constraint>,
    /// Value cells of the linear program
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(i64).range(2..=MOST_CELLS as i64))]
    lp_values: i64,
    /// Bids of the linear program
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(i64).range(2..=(MOST_BIDS / 2) as i64))]
    lp_bids: i64,
    /// Exit with code 3 where a linear program has no solution
    #[arg(long)]
    strict: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: TableFormat,
}

const AFTER_HELP: &str = "\
Utilities are ex ante, in the unit of the values. epsilon_ex_ante is what a bidder gains by its best response over all bid \
functions in the true auction, epsilon_ex_ante_upper a certified bound on it, epsilon_interim the largest gain at any value, \
epsilon_class the gain within the strategy class (lines, unless a sweep file says otherwise), below 0 where the given bids \
are better than all of the class, epsilon_lp that by linear program on a grid that has the given bids too, and \
epsilon_lp_upper a bound on the gain on whatever grid, finer with more --lp-values and --lp-bids. epsilon_smoothed and \
epsilon_smoothed_class are the same in the auction where b wins against m with probability sigmoid(beta (b - m)); they need --beta. With --constraint the linear program is solved once more under it: \
epsilon_lp_constrained is below 0 where the given bids do not keep it. What does not exist is null in JSON, empty in CSV and - \
for people, with the reason beside it.

A file of bids may have its rows in any order; beyond a bidder's first and last value the nearer bid is taken, with a warning, as \
there is one for bids above their values. Falling bids, unknown bidders and missing ones are errors with their line.

With a column weight a bidder may play a mixture: which of several bid functions it bids is drawn in every \
auction, whatever its value. Then a bidder's rows are read in the order of the file, and another function \
begins where the value does not rise or the weight changes; the weights of a bidder's functions add up to \
1. Utilities are means over what is drawn, and epsilons what a bidder gains over its mean.";

fn multiplier(text: &str) -> Result<f64, String> {
    let multiplier = text.parse().ok().filter(|w: &f64| (0.0..=1.0).contains(w));
    multiplier.ok_or_else(|| "write a number from 0 to 1".into())
}

pub(super) fn evaluate(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let games = args.game.games(console)?;
    let mut unsolved = 0;
    let answers = (0..games.len()).map(|place| {
        let game = games.at(place);
        let (profile, warnings) = args.profile(&game.population)?;
        warnings.iter().for_each(|warning| console.warn(format_args!("warning: {warning}")));
        let answer = Answer::new(game, &profile, args);
        unsolved +=
            (0..answer.bidders()).filter(|&bidder| answer.assessment.lp_reason(bidder).is_some()).count();
        Ok::<Answer, Failure>(answer)
    });
    match args.format {
        TableFormat::Human => {
            for (i, answer) in answers.enumerate() {
                if i > 0 {
                    writeln!(out)?;
                }
                answer?.print(out)?;
            }
        }
        TableFormat::Json => {
            for answer in answers {
                writeln!(out, "{}", answer?.json())?;
            }
        }
        TableFormat::Csv => print_csv(answers, games.are_cells(), out)?,
    }
    if unsolved > 0 && args.strict {
        console.warn(format_args!("{unsolved} linear programs have no solution"));
        return Ok(Exit::SomeFailed);
    }
    Ok(Exit::Done)
}

impl Args {
    /// The profile to evaluate, and what a user should know of it.
    fn profile(&self, population: &Population) -> Result<(Profile, Vec<String>), Failure> {
        let n = population.len();
        if let Some(file) = &self.bids {
            let reading =
                bids::Reading { columns: self.columns.clone().unwrap_or_default(), isotonic: self.isotonic };
            return bids::read(file, population, &reading);
        }
        let multipliers = match &self.multipliers[..] {
            [] => {
                return Err(Failure::Usage(
                    "no bids: write --multiplier once a bidder or once for all, such as --multiplier 0.48, or give a \
                     file with --bids"
                        .into(),
                ));
            }
            [one] => vec![*one; n],
            all if all.len() == n => all.to_vec(),
            all => {
                return Err(Failure::Usage(format!(
                    "{} multipliers for {n} bidders: write --multiplier once a bidder, or once for all",
                    all.len()
                )));
            }
        };
        Ok((Profile::linear(multipliers), Vec::new()))
    }
}

/// What is told of one profile.
struct Answer {
    game: Game,
    constraint: Option<Constraint>,
    assessment: Assessment,
    /// Shape \[bidder\]\[column of [`assessed_columns`]\].
    numbers: Vec<Vec<Option<f64>>>,
}

/// The columns of CSV before and after [`assessed_columns`].
const LEADING: [&str; 2] = ["bidder", "prior"];
const TRAILING: [&str; 6] = ["epsilon_lp_upper", "lp_reason", "nash_conv", "revenue", "welfare", "beta"];

impl Answer {
    fn new(game: Game, profile: &Profile, args: &Args) -> Self {
        let evaluator = Evaluator::new(&game.population);
        let grid =
            LpGrid { values: args.lp_values as u32, bids: args.lp_bids as u32, constraint: args.constraint };
        let asked = Asked { class: true, smoothed: true, tight: true, lp: Some(grid) };
        let assessment = Assessment::of(&evaluator, profile, game.beta, &asked);
        let numbers = assessment.bidders().map(|bidder| assessed_numbers(&bidder)).collect();
        Answer { constraint: args.constraint, assessment, numbers, game }
    }

    /// Number of bidders.
    fn bidders(&self) -> usize {
        self.numbers.len()
    }

    /// What the linear program says that no response gains more than, on whatever grid.
    fn lp_upper(&self, bidder: usize) -> Option<f64> {
        self.assessment.bidder(bidder).lp.map(|lp| lp.epsilon_upper)
    }

    fn nash_conv(&self) -> f64 {
        self.assessment.responses.iter().map(|response| response.epsilon_ex_ante).sum()
    }

    /// Why nothing is told of the smoothed auction.
    fn smoothed_reason(&self) -> Option<&'static str> {
        match self.game.beta {
            None => Some("no beta is given: write, say, --beta 50"),
            Some(f64::INFINITY) => Some("with beta = inf the smoothed auction is the true one"),
            Some(_) if self.assessment.smoothed.is_none() => Some(
                "beta times the highest value is above 10^6, where the smoothed auction is all but the true one",
            ),
            Some(_) => None,
        }
    }

    fn json(&self) -> Value {
        let bidder = |i: usize| {
            let mut told = Map::new();
            told.insert("prior".into(), json!(self.game.population.bidders[i].prior.to_string()));
            let numbers = assessed_columns().iter().zip(&self.numbers[i]);
            told.extend(numbers.map(|(column, number)| (column.name.clone(), json!(number))));
            told.insert("epsilon_lp_upper".into(), json!(self.lp_upper(i)));
            told.insert("lp_reason".into(), json!(self.assessment.lp_reason(i)));
            Value::Object(told)
        };
        let finite = |x: f64| x.is_finite().then_some(x);
        let mut answer = json!({
            "beta": self.game.beta.map(|beta| if beta.is_finite() { json!(beta) } else { json!("inf") }),
            "nash_conv": finite(self.nash_conv()),
            "revenue": finite(self.assessment.evaluation.revenue),
            "welfare": finite(self.assessment.evaluation.welfare),
            "efficiency": finite(self.assessment.evaluation.efficiency),
            "constraint": self.constraint.map(|kept| json!({ kept.name(): kept.number() })),
            "smoothed_reason": self.smoothed_reason(),
            "bidders": (0..self.bidders()).map(bidder).collect::<Vec<_>>(),
        });
        if let Some(cell) = &self.game.cell {
            answer["cell_id"] = json!(cell.id.to_string());
            answer["label"] = json!(cell.label);
        }
        answer
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        if let Some(cell) = &self.game.cell {
            writeln!(out, "{}\n", format!("cell {} {}", cell.id, visible(&cell.label)).trim_end())?;
        }
        // A row a number, as there are more of them than bidders of most games.
        let n = self.bidders();
        let strategies = self.game.population.bidders.iter().map(|bidder| bidder.strategy);
        if strategies.clone().any(|strategy| strategy != Strategy::Linear) {
            let names: Vec<&str> = strategies.map(Strategy::name).collect();
            writeln!(out, "strategy classes: {}\n", names.join(", "))?;
        }
        let mut rows = vec![vec!["bidder".to_owned()], vec!["prior".to_owned()]];
        for (i, bidder) in self.game.population.bidders.iter().enumerate() {
            rows[0].push((i + 1).to_string());
            rows[1].push(bidder.prior.to_string());
        }
        for (place, column) in assessed_columns().iter().enumerate() {
            if column.name.contains("constrain") && self.constraint.is_none() {
                continue;
            }
            let text = |numbers: &Vec<Option<f64>>| numbers[place].map_or_else(|| "-".into(), rounded);
            rows.push(std::iter::once(column.name.clone()).chain(self.numbers.iter().map(text)).collect());
        }
        let uppers = (0..n).map(|i| self.lp_upper(i).map_or_else(|| "-".into(), rounded));
        rows.push(std::iter::once("epsilon_lp_upper".to_owned()).chain(uppers).collect());
        columns(out, &rows, 1)?;
        let totals =
            [self.nash_conv(), self.assessment.evaluation.revenue, self.assessment.evaluation.efficiency]
                .map(rounded);
        writeln!(out, "\nnash_conv {}, revenue {}, efficiency {}", totals[0], totals[1], totals[2])?;
        if let Some(reason) = self.smoothed_reason() {
            writeln!(out, "nothing of the smoothed auction: {reason}")?;
        }
        for i in 0..n {
            if let Some(reason) = self.assessment.lp_reason(i) {
                writeln!(out, "no linear program of bidder {}: {reason}", i + 1)?;
            }
        }
        Ok(())
    }
}

/// Six digits that tell, in powers of ten where a number is small.
fn rounded(x: f64) -> String {
    match x.abs() {
        size if size >= 1e-3 => format!("{x:.6}"),
        _ => number(x, 5),
    }
}

fn print_csv(
    answers: impl Iterator<Item = Result<Answer, Failure>>,
    of_cells: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(out);
    let cell_columns: &[&str] = if of_cells { &["cell_id", "label"] } else { &[] };
    let names = assessed_columns().iter().map(|column| &column.name[..]);
    let header = LEADING.iter().copied().chain(names).chain(TRAILING);
    writer.write_record(cell_columns.iter().copied().chain(header)).map_err(super::output::unwritten)?;
    let text = |x: Option<f64>| x.map(shortest).unwrap_or_default();
    for answer in answers {
        let answer = answer?;
        for i in 0..answer.bidders() {
            let mut record: Vec<String> = Vec::new();
            if let Some(cell) = &answer.game.cell {
                record.extend([cell.id.to_string(), cell.label.clone()]);
            }
            record.extend([(i + 1).to_string(), answer.game.population.bidders[i].prior.to_string()]);
            record.extend(answer.numbers[i].iter().map(|number| text(*number)));
            record.push(text(answer.lp_upper(i)));
            record.push(answer.assessment.lp_reason(i).unwrap_or_default().to_owned());
            let totals = [
                answer.nash_conv(),
                answer.assessment.evaluation.revenue,
                answer.assessment.evaluation.welfare,
            ];
            record.extend(totals.map(|x| text(Some(x).filter(|x| x.is_finite()))));
            record.push(answer.game.beta.map(|beta| beta.to_string()).unwrap_or_default());
            writer.write_record(record).map_err(super::output::unwritten)?;
        }
    }
    writer.flush()?;
    Ok(())
}
