//! A best response on a grid, solved and proved.

use super::constraint::Constraint;
use super::error::ProgramError;
use super::generation::generate;
use super::hull::lower_hull;
use super::problem::{BidderProblem, GridBid, OwnCell, ValueCell};
use super::solver::{Column, Coupling, Row, dual, mean};

/// The most value cells of a program without or with a constraint on one sum: with [`MOST_BIDS`] it takes
/// about a second.
pub const MOST_CELLS: usize = 512;

/// The most value cells of a program with [`Constraint::Lipschitz`], whose time rises with the third power of
/// them: with 256 bids it takes one or two seconds.
pub const MOST_LIPSCHITZ_CELLS: usize = 128;

/// The most bids of a program.
pub const MOST_BIDS: usize = 4096;

/// The most by which a dual bound may exceed its utility, in units of the highest value or bid.
pub const DUALITY_GAP: f64 = 1e-9;

/// A program's optimum.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The expected utility, in the unit of the values.
    pub utility: f64,
    /// What no strategy on the grid exceeds: the dual's value, at most [`DUALITY_GAP`] above the utility.
    pub bound: f64,
    /// The mean bid of each value cell.
    pub bids: Vec<f64>,
}

/// A program's optimum under a [`Constraint`].
#[derive(Clone, Debug, PartialEq)]
pub struct ConstrainedOptimum {
    /// The optimum.
    pub optimum: Optimum,
    /// The constraint's dual value, >= 0 and 0 where it does not bind: how fast the utility rises as the
    /// budget rises, as 0 rises in sum x (rho b - v) W <= 0, as the slope L rises, or as the win rate falls;
    /// with several slopes at a kink one of these.
    pub multiplier: f64,
}

/// A best response on a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgramResponse {
    /// Without a constraint.
    pub plain: Optimum,
    /// With the constraint, if there is one.
    pub constrained: Option<ConstrainedOptimum>,
    /// What no response exceeds, on whatever grid, without a constraint; where the problem is discretised
    /// from one that is not on a grid.
    pub upper: Option<f64>,
}

/// A bidder's best response on a grid, by linear program, without and with a constraint.
///
/// All but the Lipschitz constraint are linear in the W_l and the payments b_l W_l of the bids that are used,
/// with one sign for all values, and so is the objective: only bids at corners of the lower convex hull of
/// the points (W_l, b_l W_l) can be needed, the same for all values, and no others become variables. With the
/// Lipschitz constraint they are, of each cell of values, the corners of the upper hull of the points (b_l,
/// (v_k - b_l) W_l).
///
/// The program starts from a few of these and grows by the bids that its dual values favour. The solver tells
/// no dual values: they come from complementary slackness with its optimum, those of the Lipschitz constraint
/// from the dual program over the bids that are used and their neighbours. The bound is the dual function of
/// the whole grid there, so that its gap to the utility proves both.
///
/// ```
/// use bidsweep::response::{BidderProblem, Constraint, GridBid, ValueCell, solve_program};
///
/// // Values 1/2 and 1, against a rival whose bid is uniform on [0, 1/2].
/// let cells = [0.5, 1.0].map(|value| ValueCell { mass: 0.5, value }).to_vec();
/// let bids = (0..=8).map(|l| GridBid { bid: l as f64 / 16.0, win: l as f64 / 8.0 }).collect();
/// let problem = BidderProblem::new(cells, bids)?;
///
/// let response = solve_program(&problem, Some(Constraint::Budget(0.125)))?;
/// assert_eq!(response.plain.utility, 0.5 * (0.25 * 0.5 + 0.5 * 1.0));
/// assert_eq!(response.plain.bids, [0.25, 0.5]);
/// assert!(response.constrained.unwrap().multiplier > 0.0);
/// # Ok::<(), bidsweep::response::ProgramError>(())
/// ```
///
/// # Errors
/// [`ProgramError`], but [`ProgramError::Problem`].
pub fn solve_program(
    problem: &BidderProblem,
    constraint: Option<Constraint>,
) -> Result<ProgramResponse, ProgramError> {
    let constraint = constraint.map(Constraint::checked).transpose().map_err(ProgramError::Constraint)?;
    let most_cells =
        if let Some(Constraint::Lipschitz(_)) = constraint { MOST_LIPSCHITZ_CELLS } else { MOST_CELLS };
    guard("value cells", problem.cells().len(), most_cells)?;
    guard("bids", problem.bids().len(), MOST_BIDS)?;
    let plain = Program::new(problem, None)?.solve()?.optimum;
    let constrained = match constraint {
        None => None,
        Some(_) => Some(Program::new(problem, constraint)?.solve()?),
    };
    Ok(ProgramResponse { plain, constrained, upper: None })
}

fn guard(what: &'static str, count: usize, most: usize) -> Result<(), ProgramError> {
    if count <= most { Ok(()) } else { Err(ProgramError::TooLarge { what, count, most }) }
}

/// A problem as a program, in a unit in which values and bids are at most 1.
struct Program<'p> {
    problem: &'p BidderProblem,
    constraint: Option<Constraint>,
    /// A power of two, so that the program of a problem in twice the unit is the same, bit for bit.
    unit: f64,
    coupling: Coupling,
    /// Whether strategies reach the limit of the sum, but no less: then each cell has a bid of least weight,
    /// as with a budget of 0.
    at_limit: bool,
}

/// By this a limit may be beyond what strategies reach, and is taken for what they reach.
const REACH_ERROR: f64 = 1e-12;

impl<'p> Program<'p> {
    /// # Errors
    /// [`ProgramError::Infeasible`].
    fn new(problem: &'p BidderProblem, constraint: Option<Constraint>) -> Result<Self, ProgramError> {
        let (cells, bids) = (problem.cells(), problem.bids());
        let highest = cells[cells.len() - 1].value.max(bids[bids.len() - 1].bid);
        let unit = libm::ldexp(1.0, libm::frexp(highest).1);
        let coupling = match constraint {
            None => Coupling::Free,
            Some(Constraint::Budget(budget)) => Coupling::Sum(budget / unit),
            Some(Constraint::ReturnOnSpend(_)) => Coupling::Sum(0.0),
            Some(Constraint::WinRate(rate)) => Coupling::Sum(-rate),
            Some(Constraint::Lipschitz(slope)) => {
                // No two bids are 2 units apart.
                let limit = |pair: &[ValueCell]| (slope * (pair[1].value - pair[0].value) / unit).min(2.0);
                Coupling::Steps(cells.windows(2).map(limit).collect())
            }
        };
        let mut program = Program { problem, constraint, unit, coupling, at_limit: false };
        if let (Coupling::Sum(limit), Some(constraint)) = (&program.coupling, constraint) {
            let least: f64 = program.every_bid().iter().map(least_weight).sum();
            if least > limit + REACH_ERROR {
                return Err(ProgramError::Infeasible {
                    constraint,
                    reason: unreached(constraint, least, unit),
                });
            }
            let limit = *limit;
            program.coupling = Coupling::Sum(limit.max(least));
            program.at_limit = limit <= least;
        }
        Ok(program)
    }

    fn solve(&self) -> Result<ConstrainedOptimum, ProgramError> {
        if self.at_limit {
            return Ok(self.lightest());
        }
        let corners = self.corners();
        let solution = generate(&corners, &self.coupling)?;
        let used = || corners.iter().zip(&solution.strategy);
        let utility: f64 = used().map(|(row, used)| row.mass * mean(row, used, |column| column.gain)).sum();
        let bound = dual(&corners, &self.coupling, &solution.multipliers, |k, price| self.most(k, price));
        if (bound - utility).abs() > DUALITY_GAP || bound.is_nan() {
            let gap = (bound - utility) * self.unit;
            return Err(ProgramError::Solver(format!("its dual bound is {gap} from the utility it found")));
        }
        let mean_bid =
            |(k, row): (usize, &Row)| mean(row, &solution.strategy[k], |column| self.bid(k, column));
        let bids = corners.iter().enumerate().map(mean_bid).collect();
        Ok(ConstrainedOptimum {
            optimum: Optimum { utility: utility * self.unit, bound: bound * self.unit, bids },
            multiplier: self.multiplier(&solution.multipliers),
        })
    }

    /// The optimum where every cell has to bid what weighs least: of these columns the best. A strategy that
    /// keeps the limit uses no others, so that the utility is its own bound; the multiplier is the least at
    /// which none of the others would be better.
    fn lightest(&self) -> ConstrainedOptimum {
        let (mut utility, mut multiplier) = (0.0, 0.0_f64);
        let mut bids = Vec::with_capacity(self.problem.cells().len());
        for (k, row) in self.every_bid().iter().enumerate() {
            let least = row.columns.iter().map(|column| column.weight).fold(f64::INFINITY, f64::min);
            let lightest = row.columns.iter().filter(|column| column.weight <= least);
            let Some(best) = lightest.max_by(|a, b| a.gain.total_cmp(&b.gain)) else { continue };
            for other in row.columns.iter().filter(|column| column.weight > least) {
                multiplier = multiplier.max((other.gain - best.gain) / (other.weight - least));
            }
            utility += row.mass * best.gain;
            bids.push(self.bid(k, best));
        }
        let utility = utility * self.unit;
        ConstrainedOptimum {
            optimum: Optimum { utility, bound: utility, bids },
            multiplier: self.multiplier(&[multiplier]),
        }
    }

    /// The bid of a column of a cell.
    fn bid(&self, cell: usize, column: &Column) -> f64 {
        match self.problem.bids().get(column.bid) {
            Some(at) => at.bid,
            None => self.problem.own()[cell].bid,
        }
    }

    /// The multiplier in the unit of the problem.
    fn multiplier(&self, multipliers: &[f64]) -> f64 {
        match self.constraint {
            None => 0.0,
            Some(Constraint::Budget(_)) => multipliers[0],
            Some(Constraint::ReturnOnSpend(rho)) => multipliers[0] / rho.max(1.0),
            Some(Constraint::WinRate(_)) => multipliers[0] * self.unit,
            Some(Constraint::Lipschitz(_)) => {
                let steps = self.problem.cells().windows(2).map(|pair| pair[1].value - pair[0].value);
                steps.zip(multipliers).map(|(step, d)| step * d.abs()).sum()
            }
        }
    }

    /// Each cell with some of the bids, and the own ones behind them.
    fn rows(&self, kept: impl Fn(&ValueCell) -> Vec<usize>) -> Vec<Row> {
        let row = |(k, cell): (usize, &ValueCell)| {
            let columns = kept(cell).into_iter().map(|bid| self.column(cell, bid));
            Row { mass: cell.mass, columns: columns.chain(self.own_column(k)).collect() }
        };
        self.problem.cells().iter().enumerate().map(row).collect()
    }

    /// The most of a cell, of gain less a price times weight over all bids.
    fn most(&self, cell: usize, price: f64) -> f64 {
        let at = &self.problem.cells()[cell];
        let columns = (0..self.problem.bids().len()).map(|bid| self.column(at, bid));
        let net = columns.chain(self.own_column(cell)).map(|column| column.gain - price * column.weight);
        net.fold(f64::NEG_INFINITY, f64::max)
    }

    /// Each cell with all bids.
    fn every_bid(&self) -> Vec<Row> {
        self.rows(|_| (0..self.problem.bids().len()).collect())
    }

    /// The own bids in a cell as one column, whose number is one past those of the bids.
    fn own_column(&self, cell: usize) -> Option<Column> {
        let OwnCell { bid, win, payment, gain } = *self.problem.own().get(cell)?;
        let (payment, gain) = (payment / self.unit, gain / self.unit);
        let weight = match self.constraint {
            None => 0.0,
            Some(Constraint::Budget(_)) => payment,
            Some(Constraint::ReturnOnSpend(rho)) => {
                let most = rho.max(1.0);
                rho / most * payment - (gain + payment) / most
            }
            Some(Constraint::Lipschitz(_)) => bid / self.unit,
            Some(Constraint::WinRate(_)) => -win,
        };
        Some(Column { bid: self.problem.bids().len(), gain, weight })
    }

    fn column(&self, cell: &ValueCell, bid: usize) -> Column {
        let GridBid { bid: height, win } = self.problem.bids()[bid];
        let (value, height) = (cell.value / self.unit, height / self.unit);
        let paid = self.problem.pays(bid).map(|paid| paid / self.unit);
        let weight = match self.constraint {
            None => 0.0,
            Some(Constraint::Budget(_)) => paid.unwrap_or(height * win),
            // A number above 1 is taken into the multiplier.
            Some(Constraint::ReturnOnSpend(rho)) => {
                let most = rho.max(1.0);
                match paid {
                    None => (rho / most * height - value / most) * win,
                    Some(paid) => rho / most * paid - value / most * win,
                }
            }
            Some(Constraint::Lipschitz(_)) => height,
            Some(Constraint::WinRate(_)) => -win,
        };
        let gain = paid.map_or((value - height) * win, |paid| value * win - paid);
        Column { bid, gain, weight }
    }

    /// Each cell with the bids that can be needed.
    fn corners(&self) -> Vec<Row> {
        let bids = self.problem.bids();
        if let Coupling::Steps(_) = self.coupling {
            let mut rows = self.every_bid();
            for row in &mut rows {
                row.columns.sort_by(|a, b| a.weight.total_cmp(&b.weight));
                let points: Vec<_> = row.columns.iter().map(|at| (at.weight, -at.gain)).collect();
                row.columns = lower_hull(&points).into_iter().map(|k| row.columns[k]).collect();
            }
            return rows;
        }
        let pays = |(k, at): (usize, &GridBid)| self.problem.pays(k).unwrap_or(at.bid * at.win);
        let points: Vec<_> = bids.iter().enumerate().map(|(k, at)| (at.win, pays((k, at)))).collect();
        let corners = lower_hull(&points);
        self.rows(|_| corners.clone())
    }
}

fn least_weight(row: &Row) -> f64 {
    row.mass * row.columns.iter().map(|column| column.weight).fold(f64::INFINITY, f64::min)
}

/// What strategies reach, for the least sum of weights.
fn unreached(constraint: Constraint, least: f64, unit: f64) -> String {
    match constraint {
        Constraint::WinRate(_) => format!("the highest bid wins with probability {}", -least),
        Constraint::ReturnOnSpend(_) => "every bid pays too much for what it wins".into(),
        _ => format!("the least payment is {}", least * unit),
    }
}
