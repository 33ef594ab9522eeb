//! A bidder's problem on a grid of values and bids.

use super::error::ProgramError;

/// The masses of a bidder's values may miss 1 by this.
const MASS_ERROR: f64 = 1e-9;

/// A cell of a bidder's values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueCell {
    /// The probability of a value in it, > 0.
    pub mass: f64,
    /// The mean of the values in it.
    pub value: f64,
}

/// A bid that a bidder may place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridBid {
    /// The bid, >= 0.
    pub bid: f64,
    /// The probability W to win with it.
    pub win: f64,
}

/// What the own bids of a bidder do in a cell of values, as means over it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnCell {
    /// The bid.
    pub bid: f64,
    /// The probability to win.
    pub win: f64,
    /// What is paid, 0 where the bid does not win.
    pub payment: f64,
    /// The utility.
    pub gain: f64,
}

/// What a bidder faces: finitely many values and bids.
#[derive(Clone, Debug, PartialEq)]
pub struct BidderProblem {
    cells: Vec<ValueCell>,
    bids: Vec<GridBid>,
    own: Vec<OwnCell>,
    /// What each bid pays on average, where that is not the bid times the probability to win with it.
    pays: Option<Vec<f64>>,
}

impl BidderProblem {
    /// The problem of these cells and bids.
    ///
    /// # Errors
    /// [`ProgramError::Problem`] where there is no cell or no bid, a number is not finite, a mass is not
    /// positive, masses do not add up to 1, values or bids do not rise from 0 or more on, or the W fall or
    /// leave \[0, 1\].
    pub fn new(cells: Vec<ValueCell>, bids: Vec<GridBid>) -> Result<Self, ProgramError> {
        let error = |what: String| Err(ProgramError::Problem(what));
        if cells.is_empty() || bids.is_empty() {
            return error(format!("{} value cells and {} bids", cells.len(), bids.len()));
        }
        if let Some(cell) = cells.iter().find(|cell| !(cell.mass > 0.0 && cell.mass.is_finite())) {
            return error(format!("the mass {} at the value {} is not positive", cell.mass, cell.value));
        }
        let total: f64 = cells.iter().map(|cell| cell.mass).sum();
        if (total - 1.0).abs() > MASS_ERROR {
            return error(format!("the masses of the values add up to {total}, not to 1"));
        }
        let rises = |numbers: Vec<f64>| {
            numbers[0] >= 0.0
                && numbers.is_sorted_by(|a, b| a < b)
                && numbers[numbers.len() - 1] < f64::INFINITY
        };
        if !rises(cells.iter().map(|cell| cell.value).collect()) {
            return error("the values do not rise from 0 or more on".into());
        }
        if !rises(bids.iter().map(|bid| bid.bid).collect()) {
            return error("the bids do not rise from 0 or more on".into());
        }
        if !(bids.iter().all(|bid| (0.0..=1.0).contains(&bid.win))
            && bids.is_sorted_by(|a, b| a.win <= b.win))
        {
            return error("the probabilities to win do not rise from 0 or more to 1 or less".into());
        }
        Ok(BidderProblem { cells, bids, own: Vec::new(), pays: None })
    }

    /// The same where every cell may also bid as the bidder does, one of these a cell: no best response is
    /// worse than the own bids then, however coarse the grid.
    ///
    /// # Errors
    /// [`ProgramError::Problem`] where there is not one a cell, or a number is not finite.
    pub fn with_own(self, own: Vec<OwnCell>) -> Result<Self, ProgramError> {
        let told =
            |cell: &OwnCell| [cell.bid, cell.win, cell.payment, cell.gain].iter().all(|x| x.is_finite());
        if own.len() != self.cells.len() || !own.iter().all(told) {
            return Err(ProgramError::Problem(format!(
                "{} own bids that are finite for {} value cells",
                own.iter().filter(|cell| told(cell)).count(),
                self.cells.len()
            )));
        }
        Ok(BidderProblem { own, ..self })
    }

    /// The same problem under another rule than the first price: what each bid pays on average.
    pub(super) fn paying(self, pays: Vec<f64>) -> Self {
        BidderProblem { pays: Some(pays), ..self }
    }

    /// What a bid, by its number, pays on average, where that is not the bid times the probability to win.
    pub(super) fn pays(&self, bid: usize) -> Option<f64> {
        self.pays.as_ref().map(|pays| pays[bid])
    }

    /// The own bids, one a cell; none where they are no part of the problem.
    pub fn own(&self) -> &[OwnCell] {
        &self.own
    }

    /// The cells of values, rising.
    pub fn cells(&self) -> &[ValueCell] {
        &self.cells
    }

    /// The bids, rising.
    pub fn bids(&self) -> &[GridBid] {
        &self.bids
    }
}
