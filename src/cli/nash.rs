//! `bidsweep nash`: the reference equilibria of a population, with certificate.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Value, json};

use super::game::{Game, GameArgs};
use super::output::{columns, counted, number, unwritten};
use super::{Console, Exit, Failure, TableFormat};
use crate::auction::Population;
use crate::data::visible;
use crate::equilibrium::{BidderReferences, Bne, Reference, References, shared_references};
use crate::numeric::digits::shortest;

/// The most parts between the lowest and the highest bid.
const MOST_POINTS: i64 = 100_000;

/// Why there is no smoothed equilibrium without a steepness.
const NO_BETA: &str = "no beta is given: write, say, --beta 50";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    game: GameArgs,
    /// Tell the inverse bids at the K-1 bids that cut the way from the lowest to the highest bid in K equal
    /// parts
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(i64).range(1..=MOST_POINTS), allow_negative_numbers = true)]
    points: i64,
    /// Tell the bids at these values
    #[arg(long, value_name = "V,V,...", value_delimiter = ',', value_parser = value, allow_negative_numbers = true)]
    values: Vec<f64>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: TableFormat,
}

const AFTER_HELP: &str = "\
The Bayes-Nash equilibrium is that of the auction; its certificate is the most that a bidder with any value gains by any \
deviation, in the unit of the values. The class equilibrium is that of bidders who are confined to bids b = w v, the smoothed \
equilibrium the same where b wins against m with probability sigmoid(beta (b - m)); it needs --beta. What does not exist \
is null in JSON, empty in CSV and - for people, with a reason beside it.

CSV has one row a bidder and point (cell_id and label first, of a sweep file): value and bid at the bids of --points, then \
at those of --values, and what the bidder and the game have else; one row without value and bid where there is no point.";

fn value(text: &str) -> Result<f64, String> {
    let value = text.trim().parse().ok().filter(|value: &f64| value.is_finite());
    value.ok_or_else(|| "write values with commas between, such as 0.25,0.5,0.75".into())
}

pub(super) fn nash(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let games = args.game.games(console)?;
    let answers = (0..games.len()).map(|place| {
        let game = games.at(place);
        let references = solve(&game);
        Answer { game, references, parts: args.points, values: &args.values }
    });
    match args.format {
        TableFormat::Human => {
            for (i, answer) in answers.enumerate() {
                if i > 0 {
                    writeln!(out)?;
                }
                answer.print(out)?;
            }
        }
        TableFormat::Json => {
            for answer in answers {
                writeln!(out, "{}", answer.json())?;
            }
        }
        TableFormat::Csv => print_csv(answers, games.are_cells(), out)?,
    }
    Ok(Exit::Done)
}

/// The references of a game; without a steepness, none of the smoothed auction.
fn solve(game: &Game) -> Arc<References> {
    let found = shared_references(&game.population, game.beta.unwrap_or(f64::INFINITY));
    if game.beta.is_some() {
        return found;
    }
    let mut found = References::clone(&found);
    found.eigenvalues.clear();
    for bidder in &mut found.bidders {
        let reason = Some(NO_BETA.into());
        bidder.smoothed = Reference { multiplier: None, bids: None, method: None, error: None, reason };
    }
    Arc::new(found)
}

/// What is told of one game.
struct Answer<'a> {
    game: Game,
    references: Arc<References>,
    /// Equal parts between the lowest and the highest bid.
    parts: i64,
    values: &'a [f64],
}

impl Answer<'_> {
    /// The bids that cut the way from the lowest to the highest bid in equal parts.
    fn bids(&self, bne: &Bne) -> Vec<f64> {
        let width = bne.top_bid() - bne.low_bid();
        let share = |k: i64| k as f64 / self.parts as f64;
        (1..self.parts).map(|k| width.mul_add(share(k), bne.low_bid())).collect()
    }

    fn inverse_bids(&self, bne: &Bne, bidder: usize) -> Vec<f64> {
        self.bids(bne).into_iter().map(|bid| bne.inverse_bid(bidder, bid)).collect()
    }

    /// The bids at the values; none at one that the bidder cannot have.
    fn bids_at_values(&self, bne: &Bne, bidder: usize) -> Vec<Option<f64>> {
        let (low, high) = self.game.population.bidders[bidder].prior.support();
        let bid = |&value: &f64| (low..=high).contains(&value).then(|| bne.bid(bidder, value));
        self.values.iter().map(bid).collect()
    }

    fn prior(&self, bidder: usize) -> String {
        self.game.population.bidders[bidder].prior.to_string()
    }

    /// Why there is no Bayes-Nash equilibrium.
    fn reason(&self) -> Option<&str> {
        self.references.bidders[0].bne.reason.as_deref()
    }

    /// Why there are no eigenvalues.
    fn jacobian_reason(&self) -> Option<&'static str> {
        if !self.references.eigenvalues.is_empty() {
            None
        } else if self.references.bidders.iter().any(|bidder| bidder.smoothed.multiplier.is_none()) {
            Some("there is no smoothed equilibrium")
        } else if self.game.beta == Some(f64::INFINITY) {
            Some("the gradient of the true auction has kinks: give a finite beta")
        } else {
            Some("the eigenvalues were not found")
        }
    }

    fn json(&self) -> Value {
        let bne = self.references.bne.as_ref();
        let bidder = |bidder: usize| {
            let own = &self.references.bidders[bidder];
            json!({
                "prior": self.prior(bidder),
                "inverse_bids": bne.map(|bne| self.inverse_bids(bne, bidder)),
                "bids_at_values": bne.map(|bne| self.bids_at_values(bne, bidder)),
                "utility": own.utility_bne,
                "bne_multiplier": own.bne.multiplier,
                "class_multiplier": own.class.multiplier,
                "class_reason": own.class.reason,
                "smoothed_multiplier": own.smoothed.multiplier,
                "smoothed_reason": own.smoothed.reason,
            })
        };
        let eigenvalues = &self.references.eigenvalues;
        let mut answer = json!({
            "beta": self.game.beta.map(|beta| if beta.is_finite() { json!(beta) } else { json!("inf") }),
            "method": bne.map(Bne::method),
            "certificate": bne.map(|bne| bne.certificate().upper),
            "low_bid": bne.map(Bne::low_bid),
            "top_bid": bne.map(Bne::top_bid),
            "revenue": bne.map(Bne::revenue),
            "reason": self.reason(),
            "bids": bne.map(|bne| self.bids(bne)),
            "values": self.values,
            "jacobian_eigenvalues": (!eigenvalues.is_empty()).then_some(eigenvalues),
            "jacobian_reason": self.jacobian_reason(),
            "bidders": (0..self.game.population.len()).map(bidder).collect::<Vec<_>>(),
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
        let groups = alike(&self.game.population);
        match &self.references.bne {
            Some(bne) => {
                writeln!(out, "Bayes-Nash equilibrium by {}", bne.method())?;
                let [low, top, revenue] = [bne.low_bid(), bne.top_bid(), bne.revenue()].map(rounded);
                writeln!(out, "  bids from {low} to {top}, revenue {revenue}")?;
                let gain = bne.certificate().upper;
                writeln!(out, "  certificate: no deviation gains more than {gain:.1e}")?;
            }
            None => writeln!(out, "no Bayes-Nash equilibrium: {}", self.reason().unwrap_or_default())?,
        }
        let header =
            ["bidder", "prior", "utility", "bne_multiplier", "class_multiplier", "smoothed_multiplier"];
        let mut rows = vec![header.map(String::from).to_vec()];
        for group in &groups {
            let own = &self.references.bidders[group[0]];
            let numbers =
                [own.utility_bne, own.bne.multiplier, own.class.multiplier, own.smoothed.multiplier];
            let lead = [numbered(group), self.prior(group[0])];
            rows.push(lead.into_iter().chain(numbers.map(or_dash)).collect());
        }
        writeln!(out)?;
        columns(out, &rows, 2)?;
        let reasons = |pick: fn(&BidderReferences) -> &Reference| {
            let references = groups.iter().map(|group| pick(&self.references.bidders[group[0]]));
            let mut reasons: Vec<&str> =
                references.filter_map(|reference| reference.reason.as_deref()).collect();
            reasons.dedup();
            reasons
        };
        for (name, reasons) in
            [("class", reasons(|own| &own.class)), ("smoothed", reasons(|own| &own.smoothed))]
        {
            for reason in reasons {
                writeln!(out, "no {name} equilibrium: {reason}")?;
            }
        }
        if let Some(bne) = &self.references.bne {
            let bids = self.bids(bne);
            let inverse_bids =
                groups.iter().map(|group| self.inverse_bids(bne, group[0]).into_iter().map(Some));
            self.print_table(out, "bid", "value", &groups, &bids, inverse_bids)?;
            let bids_at_values = groups.iter().map(|group| self.bids_at_values(bne, group[0]).into_iter());
            self.print_table(out, "value", "bid", &groups, self.values, bids_at_values)?;
        }
        if !self.references.eigenvalues.is_empty() {
            let listed = eigenvalues(&self.references.eigenvalues).join(", ");
            writeln!(out, "\neigenvalues of the Jacobian at the smoothed equilibrium: {listed}")?;
        } else if self.references.bidders.iter().all(|bidder| bidder.smoothed.multiplier.is_some()) {
            writeln!(
                out,
                "\nno eigenvalues of the Jacobian: {}",
                self.jacobian_reason().unwrap_or_default()
            )?;
        }
        Ok(())
    }

    /// A function of every group of bidders, in a column each; nothing where it is told at no point.
    fn print_table(
        &self,
        out: &mut impl Write,
        title: &str,
        what: &str,
        groups: &[Vec<usize>],
        at: &[f64],
        told: impl Iterator<Item = impl Iterator<Item = Option<f64>>>,
    ) -> io::Result<()> {
        if at.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<Vec<String>> = vec![vec![title.into()]];
        rows.extend(at.iter().map(|x| vec![rounded(*x)]));
        for (group, column) in groups.iter().zip(told) {
            let noun = if group.len() == 1 { "bidder" } else { "bidders" };
            rows[0].push(format!("{what} of {noun} {}", numbered(group)));
            rows[1..].iter_mut().zip(column).for_each(|(row, x)| row.push(or_dash(x)));
        }
        writeln!(out)?;
        columns(out, &rows, 0)
    }
}

/// The columns of CSV that name the cell of a sweep.
const CELL_COLUMNS: [&str; 2] = ["cell_id", "label"];

/// The columns of CSV.
const COLUMNS: [&str; 17] = [
    "bidder",
    "prior",
    "value",
    "bid",
    "utility",
    "bne_multiplier",
    "class_multiplier",
    "smoothed_multiplier",
    "low_bid",
    "top_bid",
    "revenue",
    "certificate",
    "method",
    "reason",
    "class_reason",
    "smoothed_reason",
    "beta",
];

fn print_csv<'a>(
    answers: impl Iterator<Item = Answer<'a>>,
    of_cells: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let cell_columns: &[&str] = if of_cells { &CELL_COLUMNS } else { &[] };
    writer.write_record(cell_columns.iter().chain(&COLUMNS)).map_err(unwritten)?;
    for answer in answers {
        for record in answer.records() {
            writer.write_record(record).map_err(unwritten)?;
        }
    }
    writer.flush()
}

impl Answer<'_> {
    /// The rows of CSV.
    fn records(&self) -> Vec<Vec<String>> {
        let bne = self.references.bne.as_ref();
        let text = |x: Option<f64>| x.map(shortest).unwrap_or_default();
        let cell: Vec<String> =
            self.game.cell.iter().flat_map(|cell| [cell.id.to_string(), cell.label.clone()]).collect();
        let mut records = Vec::new();
        for (bidder, own) in self.references.bidders.iter().enumerate() {
            let mut points: Vec<(Option<f64>, Option<f64>)> = Vec::new();
            if let Some(bne) = bne {
                let inverse_bids = self.inverse_bids(bne, bidder).into_iter().map(Some);
                points.extend(inverse_bids.zip(self.bids(bne).into_iter().map(Some)));
            }
            let bids =
                bne.map_or_else(|| vec![None; self.values.len()], |bne| self.bids_at_values(bne, bidder));
            points.extend(self.values.iter().copied().map(Some).zip(bids));
            if points.is_empty() {
                points.push((None, None));
            }
            let lead = [cell.clone(), vec![(bidder + 1).to_string(), self.prior(bidder)]].concat();
            let multipliers = [&own.bne, &own.class, &own.smoothed].map(|reference| reference.multiplier);
            let of_game =
                bne.map(|bne| [bne.low_bid(), bne.top_bid(), bne.revenue(), bne.certificate().upper]);
            let numbers = [own.utility_bne].into_iter().chain(multipliers).map(text);
            let numbers = numbers.chain(of_game.map_or([None; 4], |numbers| numbers.map(Some)).map(text));
            let reasons = [&own.bne, &own.class, &own.smoothed].map(|reference| reference.reason.as_deref());
            let texts = [bne.map(Bne::method)].into_iter().chain(reasons);
            let texts = texts.map(|text| text.unwrap_or_default().to_owned());
            let rest: Vec<String> = numbers.chain(texts).chain([text(self.game.beta)]).collect();
            for (value, bid) in points {
                records.push([&lead[..], &[text(value), text(bid)], &rest].concat());
            }
        }
        records
    }
}

/// The bidders of one prior and strategy, who have the same references, in the order of their first.
fn alike(population: &Population) -> Vec<Vec<usize>> {
    let bidders = &population.bidders;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for bidder in 0..bidders.len() {
        match groups.iter_mut().find(|group| bidders[group[0]] == bidders[bidder]) {
            Some(group) => group.push(bidder),
            None => groups.push(vec![bidder]),
        }
    }
    groups
}

/// Bidders as people count them, such as `1-3, 5`.
fn numbered(group: &[usize]) -> String {
    let run = |run: &[usize]| match run {
        [first, .., last] => format!("{}-{}", first + 1, last + 1),
        _ => (run[0] + 1).to_string(),
    };
    group.chunk_by(|a, b| a + 1 == *b).map(run).collect::<Vec<_>>().join(", ")
}

/// Eigenvalues as people write them; equal neighbours stand once.
fn eigenvalues(values: &[(f64, f64)]) -> Vec<String> {
    let told = |same: &[(f64, f64)]| {
        let (re, im) = same[0];
        let sign = if im < 0.0 { '-' } else { '+' };
        let imaginary = if im == 0.0 { String::new() } else { format!(" {sign} {} i", rounded(im.abs())) };
        let times = if same.len() == 1 {
            String::new()
        } else {
            format!(" ({})", counted(same.len() as u64, "time"))
        };
        format!("{}{imaginary}{times}", rounded(re))
    };
    values.chunk_by(|a, b| a == b).map(told).collect()
}

/// Nine digits, about as many as are right.
fn rounded(x: f64) -> String {
    number(x, 9)
}

fn or_dash(x: Option<f64>) -> String {
    x.map_or_else(|| "-".into(), rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bidders_alike_are_told_together() {
        assert_eq!(numbered(&[3]), "4");
        assert_eq!(numbered(&[0, 1, 2, 4, 6, 7]), "1-3, 5, 7-8");
    }

    #[test]
    fn eigenvalues_are_told_with_their_multiplicity() {
        let values = [(-0.25, 0.5), (-0.25, -0.5), (-1.0, 0.0), (-1.0, 0.0)];
        assert_eq!(eigenvalues(&values), ["-0.25 + 0.5 i", "-0.25 - 0.5 i", "-1 (2 times)"]);
    }

    #[test]
    fn numbers_are_rounded_to_nine_digits() {
        assert_eq!(
            [2.0 / 3.0, 0.5, 0.0, 1e-9 / 3.0].map(rounded),
            ["0.666666667", "0.5", "0", "3.33333333e-10"]
        );
    }
}
