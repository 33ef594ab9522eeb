//! The games that a verb is asked about: bidders of the command line, or cells of a sweep file.

use std::path::PathBuf;

use super::input::{cell_position, load};
use super::{Console, Failure};
use crate::auction::prior::bidders;
use crate::auction::{MAX_BIDDERS, MIN_BIDDERS, Mechanism, Population, Prior};
use crate::sweep::{Cell, Plan};

/// What names the games.
#[derive(Debug, clap::Args)]
pub(super) struct GameArgs {
    /// A sweep file whose cells are the games, instead of --prior, --bidders and --beta
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// One cell of the sweep file: its id or the start of it; else every cell
    #[arg(long, value_name = "ID")]
    cell: Option<String>,
    /// Override a fixed setting of the sweep file
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// A bidder's prior, such as uniform:0:1 or beta:2:5, once a bidder; 3xuniform:0:2 for three such bidders
    #[arg(long = "prior", value_name = "SPEC", value_parser = bidders)]
    priors: Vec<(usize, Prior)>,
    /// N bidders of the one --prior, or of uniform:0:1
    #[arg(long, value_name = "N")]
    bidders: Option<usize>,
    /// The auction's rule: first-price, second-price, all-pay, or mixture:A with A between 1 and 2; the first
    /// price where left out
    #[arg(long, value_name = "RULE")]
    mechanism: Option<Mechanism>,
    /// Steepness of the smoothed auction, per unit of bid; inf for the true auction
    #[arg(long, value_name = "B", value_parser = steepness, allow_negative_numbers = true)]
    beta: Option<f64>,
}

/// A game: who bids, at which steepness if one is given, and the cell of a sweep that it is of.
#[derive(Debug)]
pub(super) struct Game {
    pub(super) cell: Option<Cell>,
    pub(super) population: Population,
    pub(super) beta: Option<f64>,
}

/// Some games; those of a sweep are made one by one, as there may be millions.
pub(super) enum Games {
    /// That of the command line.
    Told(Population, Option<f64>),
    /// The cells at these positions of a plan.
    Cells(Box<Plan>, Vec<usize>),
}

impl Games {
    /// Whether they are cells of a sweep.
    pub(super) fn are_cells(&self) -> bool {
        matches!(self, Games::Cells(..))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Games::Told(..) => 1,
            Games::Cells(_, positions) => positions.len(),
        }
    }

    /// The game at a place.
    pub(super) fn at(&self, place: usize) -> Game {
        match self {
            Games::Told(population, beta) => Game { cell: None, population: population.clone(), beta: *beta },
            Games::Cells(plan, positions) => {
                let cell = plan.cell(positions[place]);
                let (population, beta) = (cell.settings.population(), cell.settings.beta.last());
                Game { cell: Some(cell), population, beta: Some(beta) }
            }
        }
    }
}

impl GameArgs {
    /// The games that the arguments name.
    pub(super) fn games(&self, console: &Console) -> Result<Games, Failure> {
        let Some(file) = &self.file else {
            let told = self.told().map_err(Failure::Usage)?;
            for (_, prior) in &self.priors {
                if let Prior::Empirical(law) = prior
                    && let Some(note) = law.note()
                {
                    console.warn(format_args!("warning: {note}"));
                }
            }
            return Ok(told);
        };
        let refused = |message: &str| Err(Failure::Usage(message.into()));
        if !self.priors.is_empty() || self.bidders.is_some() {
            return refused(
                "the bidders come from the sweep file or from --prior and --bidders, not from both: leave out one",
            );
        }
        if self.beta.is_some() {
            return refused(
                "the cells of a sweep file have their own beta: leave out --beta, or write --set beta=50",
            );
        }
        if self.mechanism.is_some() {
            return refused(
                "the cells of a sweep file have their own mechanism: leave out --mechanism, or write --set \
                 'mechanism=\"second-price\"'",
            );
        }
        let plan = load(std::slice::from_ref(file), &self.set, console)?.remove(0);
        let positions = match &self.cell {
            Some(prefix) => vec![cell_position(&plan, file, prefix)?],
            None => (0..plan.len()).collect(),
        };
        Ok(Games::Cells(Box::new(plan), positions))
    }

    /// The game of the command line, or what to write instead.
    fn told(&self) -> Result<Games, String> {
        if let Some(flag) = match (&self.cell, &self.set[..]) {
            (Some(_), _) => Some("--cell"),
            (None, [_, ..]) => Some("--set"),
            (None, []) => None,
        } {
            return Err(format!("{flag} is about a sweep file: give one, or leave out {flag}"));
        }
        let priors: Vec<Prior> = match (&self.priors[..], self.bidders) {
            ([], None) => {
                return Err("no bidders: write --prior once a bidder, such as --prior uniform:0:1 --prior \
                            uniform:0:2, or --bidders 3, or give a sweep file"
                    .into());
            }
            (priors, None) => priors.iter().flat_map(|(count, prior)| vec![prior.clone(); *count]).collect(),
            ([], Some(count)) => vec![Prior::STANDARD; count.min(MAX_BIDDERS + 1)],
            ([(1, prior)], Some(count)) => vec![prior.clone(); count.min(MAX_BIDDERS + 1)],
            (_, Some(count)) => {
                return Err(format!(
                    "--bidders {count} is for bidders of one prior: write --prior once and without a count, or \
                     leave out --bidders"
                ));
            }
        };
        let count = self.bidders.unwrap_or(priors.len());
        if !(MIN_BIDDERS..=MAX_BIDDERS).contains(&count) {
            let told = if count == 1 { "1 bidder is".into() } else { format!("{count} bidders are") };
            return Err(format!(
                "{told} not {MIN_BIDDERS} to {MAX_BIDDERS}: write --prior once a bidder, or --bidders with a number \
                 from {MIN_BIDDERS} to {MAX_BIDDERS}"
            ));
        }
        let mut population = Population::symmetric(count, Prior::STANDARD);
        population.mechanism = self.mechanism.unwrap_or_default();
        population.bidders.iter_mut().zip(priors).for_each(|(bidder, prior)| bidder.prior = prior);
        Ok(Games::Told(population, self.beta))
    }
}

fn steepness(text: &str) -> Result<f64, String> {
    let beta = text.parse().ok().filter(|&beta: &f64| beta > 0.0);
    beta.ok_or_else(|| "write a number above 0, or inf for the true auction".into())
}
