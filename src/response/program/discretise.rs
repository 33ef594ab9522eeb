//! A bidder's problem discretised, with a bound on what that loses.

use super::error::ProgramError;
use super::problem::{BidderProblem, GridBid, ValueCell};
use crate::auction::Prior;
use crate::law::marginal::Marginal;
use crate::law::panels::Atom;
use crate::law::terms::{PaidTerms, Terms};

/// A rise of W from a bend to the next number is a jump.
const JUMP: f64 = 1e-9;

/// By how much the bound on the exact problem is rounded upwards, in the unit of the highest value.
const ROUNDING: f64 = 1e-11;

/// The bids that a bidder faces.
#[derive(Clone, Copy, Debug)]
pub struct RivalBids<'a, W: Fn(f64) -> f64> {
    /// W(b), the probability to win with a bid b >= 0: it does not fall, and is 1 above `highest`.
    pub win: W,
    /// The highest bid of any rival.
    pub highest: f64,
    /// Bids at which W is not smooth, rising: they become bids of the grid.
    pub bends: &'a [f64],
}

/// How fine a bidder's problem is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Value cells of equal probability, 1 or more.
    pub cells: usize,
    /// Equally spaced bids, 2 or more.
    pub bids: usize,
}

/// A bidder's problem on a grid, and a bound on the exact one.
#[derive(Clone, Debug, PartialEq)]
pub struct Discretisation {
    /// The problem on the grid. A best response to it, with the bid of each cell for all values of the cell,
    /// is a strategy of the exact problem: its utility is at most that of an exact best response.
    pub problem: BidderProblem,
    /// The ends of its cells, rising: one more than cells.
    pub edges: Vec<f64>,
    /// What an exact best response does not exceed.
    pub upper: f64,
}

impl Discretisation {
    /// The problem of a bidder on `cells` value cells of equal probability and `bids` equally spaced bids,
    /// from the lowest that can win to the highest that can be useful; beside these it has the bid 0 and the
    /// bends between.
    ///
    /// With u(v) = max_b (v - b) W(b), which is convex, an exact best response has utility
    ///
    /// ```text
    /// E u(v) <= sum_k p_k [u(l_k) (h_k - v_k) + u(h_k) (v_k - l_k)] / (h_k - l_k)
    /// ```
    ///
    /// for cells from l_k to h_k with mean v_k (Edmundson 1956, Madansky 1959). At the ends of cells u is
    /// bounded by
    ///
    /// ```text
    /// (v - b) W(b) <= (v - b') W(b'')    for b' < b <= b'',
    /// ```
    ///
    /// on intervals that are halved until that is within (highest bid) / `bids`^2 of what some bid attains.
    ///
    /// # Errors
    /// [`ProgramError::Problem`] where there are less than one cell or two bids.
    pub fn new(
        prior: &Prior,
        grid: Grid,
        rivals: &RivalBids<impl Fn(f64) -> f64>,
    ) -> Result<Discretisation, ProgramError> {
        Discretisation::with(prior, &Marginal::new(prior), grid, rivals, None)
    }

    /// The same with the marginal of the prior, and under other rules than the first price with what a bid
    /// pays, P: the bound is v W(b'') - P(b') for b' < b <= b''.
    pub(super) fn with(
        prior: &Prior,
        marginal: &Marginal,
        Grid { cells, bids }: Grid,
        rivals: &RivalBids<impl Fn(f64) -> f64>,
        pays: Option<&PaidTerms>,
    ) -> Result<Discretisation, ProgramError> {
        if cells < 1 || bids < 2 {
            return Err(ProgramError::Problem(format!(
                "{cells} value cells and {bids} bids: write 1 and 2 or more"
            )));
        }
        let (low, high) = prior.support();
        let mut edges: Vec<f64> = vec![low];
        edges.extend((1..cells).map(|k| prior.quantile(k as f64 / cells as f64)));
        edges.push(high);
        edges.dedup_by(|a, b| a <= b);
        let mut cells: Vec<ValueCell> =
            edges.windows(2).map(|ends| cell(marginal, ends[0], ends[1])).collect();
        // Next to a steep end the means of two cells may be one to rounding: they are one cell.
        let mut k = 1;
        while k < cells.len() {
            let (last, next) = (cells[k - 1], cells[k]);
            if next.value > last.value {
                k += 1;
                continue;
            }
            cells[k - 1].mass += next.mass;
            cells.remove(k);
            edges.remove(k);
        }
        let top = rivals.highest.min(high);
        let tolerance = top / (bids * bids) as f64;
        let bids = grid(bids, top, rivals);

        let bounds: Vec<f64> = edges.iter().map(|&v| bound(v, &bids, &rivals.win, pays, tolerance)).collect();
        let chord = |((cell, ends), bounds): ((&ValueCell, &[f64]), &[f64])| {
            let share = (cell.value - ends[0]) / (ends[1] - ends[0]);
            cell.mass * share.mul_add(bounds[1] - bounds[0], bounds[0])
        };
        let upper: f64 = cells.iter().zip(edges.windows(2)).zip(bounds.windows(2)).map(chord).sum();
        // Outward, whatever rounding and tables of F may have lost.
        let upper = ROUNDING.mul_add(high, upper);
        let paid = pays.map(|terms| bids.iter().map(|at| terms.offer(at.bid).pay).collect());
        let problem = BidderProblem::new(cells, bids)?;
        Ok(Discretisation { problem: paid.into_iter().fold(problem, BidderProblem::paying), edges, upper })
    }

    /// A bound on how much more than `utility` an exact best response can gain, for the utility of a best
    /// response to the problem without constraints.
    pub fn error(&self, utility: f64) -> f64 {
        (self.upper - utility).max(0.0)
    }
}

/// The values from `low` to `high`, their mass and mean.
pub(super) fn cell(marginal: &Marginal, low: f64, high: f64) -> ValueCell {
    let Atom { mass, mean, .. } = Atom::new(marginal, marginal.share(low), marginal.share(high));
    ValueCell { mass, value: mean.clamp(low, high) }
}

/// The bids of a grid with `count` equally spaced ones.
fn grid(count: usize, top: f64, rivals: &RivalBids<impl Fn(f64) -> f64>) -> Vec<GridBid> {
    // No lower bid wins, and this may be the highest that does not.
    let idle = rivals.bends.iter().copied().filter(|&bend| bend < top && (rivals.win)(bend) <= 0.0);
    let start = idle.fold(0.0, f64::max);
    let last = (count - 1) as f64;
    let mut bids = vec![0.0];
    bids.extend(
        (0..count).map(|l| if l == count - 1 { top } else { (l as f64 / last).mul_add(top - start, start) }),
    );
    for &bend in rivals.bends.iter().filter(|bend| (start..=top).contains(*bend)) {
        bids.push(bend);
        if (rivals.win)(bend.next_up()) - (rivals.win)(bend) > JUMP {
            bids.push(bend.next_up());
        }
    }
    bids.sort_by(f64::total_cmp);
    bids.dedup_by(|a, b| a <= b);
    // W without the rounding by which it may fall.
    let mut highest: f64 = 0.0;
    let grid_bid = |bid| {
        highest = highest.max((rivals.win)(bid).min(1.0));
        GridBid { bid, win: highest }
    };
    bids.into_iter().map(grid_bid).collect()
}

/// A bound on max_b (v - b) W(b), or v W(b) - P(b), at most `tolerance` above it.
fn bound(
    v: f64,
    bids: &[GridBid],
    win: &impl Fn(f64) -> f64,
    pays: Option<&PaidTerms>,
    tolerance: f64,
) -> f64 {
    // What a value gets that wins as with one bid and pays as with another.
    let between = |paying: &GridBid, winning: &GridBid| match pays {
        None => (v - paying.bid) * winning.win,
        Some(terms) => v * winning.win - terms.offer(paying.bid).pay,
    };
    let gain = |at: &GridBid| between(at, at);
    let mut attained = bids.iter().map(gain).fold(0.0, f64::max);
    let mut open: Vec<(GridBid, GridBid)> = Vec::new();
    let mut highest = attained;
    for pair in bids.windows(2).rev() {
        open.push((pair[0], pair[1]));
        while let Some(ends) = open.pop() {
            let (from, to) = ends;
            let most = between(&from, &to);
            let middle = 0.5 * (from.bid + to.bid);
            if most <= attained + tolerance || middle <= from.bid || middle >= to.bid {
                highest = highest.max(most);
                continue;
            }
            let middle = GridBid { bid: middle, win: win(middle).clamp(from.win, to.win) };
            attained = attained.max(gain(&middle));
            open.extend([(from, middle), (middle, to)]);
        }
    }
    highest.max(attained)
}
