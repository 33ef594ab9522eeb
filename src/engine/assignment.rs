//! Which shard sees to which runs: a function of the plan and the number of shards, so that shards which know
//! nothing of each other agree.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

use super::alike::cells_by_shape;
use crate::numeric::simd::LANES;
use crate::store::Shard;
use crate::sweep::{Cell, Plan};

/// Into how many pieces the work of a shard is cut at least: what one of them is off by is little of the
/// whole.
const PIECES_A_SHARD: f64 = 16.0;

/// The owner of a cell that is cut.
const CUT: u32 = u32::MAX;

/// The runs of a plan, divided among shards.
///
/// Whole cells go to a shard where that can be; cells dearer than a sixteenth of a shard's work are cut at
/// multiples of eight replicates, which are trained side by side. Cells of one shape that draw alike stay
/// together in pieces of about a sixteenth. The pieces, dearest first, each go to the shard that has least.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The shard of each cell, from 0, by the cell's position.
    owners: Vec<u32>,
    /// The pieces of the cells that are cut, in order: the eight that each ends before, and its shard.
    cut: BTreeMap<usize, Vec<(usize, u32)>>,
    /// The work of each shard.
    loads: Vec<f64>,
}

/// What goes to a shard together.
enum Piece {
    /// Cells, by their position.
    Cells(Vec<u32>),
    /// Some eights of replicates of a cell.
    Eights(usize, Range<usize>),
}

impl Assignment {
    /// Divides a plan among so many shards, by the `cost` of some replicates of a cell, in any unit.
    pub fn new(plan: &Plan, shards: u32, cost: impl Fn(&Cell, Range<u32>) -> f64) -> Self {
        let positions: Vec<u32> = cells_by_shape(plan, |_| true).concat();
        let of_cell = |&position: &u32| cost(&plan.cell(position as usize), 0..plan.replicates());
        let costs: Vec<f64> = positions.iter().map(of_cell).collect();
        let most = costs.iter().sum::<f64>() / (PIECES_A_SHARD * f64::from(shards));
        let mut pieces = Vec::new();
        let mut together = (0.0, Vec::new());
        for (&position, &whole) in positions.iter().zip(&costs) {
            if whole > most && plan.replicates() > LANES as u32 {
                pieces.extend(cut(plan, &plan.cell(position as usize), most, &cost));
                continue;
            }
            if together.0 + whole > most && !together.1.is_empty() {
                let (cost, cells) = std::mem::take(&mut together);
                pieces.push((cost, Piece::Cells(cells)));
            }
            together.0 += whole;
            together.1.push(position);
        }
        pieces.push((together.0, Piece::Cells(together.1)));
        // Equal pieces stay in the order of the plan.
        pieces.sort_by(|(a, _), (b, _)| b.total_cmp(a));

        let mut loads = vec![0.0; shards as usize];
        let mut lightest: BinaryHeap<_> = (0..shards).map(|shard| Reverse((Load(0.0), shard))).collect();
        let mut owners = vec![CUT; plan.len()];
        let mut cut: BTreeMap<usize, Vec<(usize, u32)>> = BTreeMap::new();
        for (cost, piece) in pieces {
            let Reverse((_, shard)) = lightest.pop().expect("there is a shard");
            match piece {
                Piece::Cells(cells) => cells.into_iter().for_each(|cell| owners[cell as usize] = shard),
                Piece::Eights(cell, eights) => cut.entry(cell).or_default().push((eights.end, shard)),
            }
            let load = &mut loads[shard as usize];
            *load += cost;
            lightest.push(Reverse((Load(*load), shard)));
        }
        cut.values_mut().for_each(|pieces| pieces.sort_unstable());
        Assignment { owners, cut, loads }
    }

    /// Into how many shards the plan is divided.
    pub fn shards(&self) -> u32 {
        self.loads.len() as u32
    }

    /// The shard that sees to a run, given by its cell's position and its replicate.
    pub fn shard_of(&self, position: usize, replicate: u32) -> Shard {
        let owner = match self.owners[position] {
            CUT => {
                let pieces = &self.cut[&position];
                let eight = replicate as usize / LANES;
                pieces[pieces.partition_point(|(end, _)| *end <= eight)].1
            }
            owner => owner,
        };
        Shard::new(owner + 1, self.shards())
    }

    /// Number of runs that a shard sees to.
    pub fn runs(&self, plan: &Plan, shard: Shard) -> u64 {
        let own = |owner: u32| owner + 1 == shard.index();
        let whole = self.owners.iter().filter(|&&owner| owner != CUT && own(owner)).count() as u64;
        let replicates = u64::from(plan.replicates());
        let upto = |eight: usize| ((eight * LANES) as u64).min(replicates);
        let of_cell = |pieces: &Vec<(usize, u32)>| {
            let starts = std::iter::once(0).chain(pieces.iter().map(|(end, _)| *end));
            let pieces = starts.zip(pieces).filter(|(_, (_, owner))| own(*owner));
            pieces.map(|(start, (end, _))| upto(*end) - upto(start)).sum::<u64>()
        };
        whole * replicates + self.cut.values().map(of_cell).sum::<u64>()
    }

    /// By how much the work of the busiest shard is more than the mean, as a share of that.
    pub fn imbalance(&self) -> f64 {
        let most = self.loads.iter().fold(0.0, |most: f64, load| most.max(*load));
        most / self.mean() - 1.0
    }

    /// The work of a shard on average.
    pub fn mean(&self) -> f64 {
        self.loads.iter().sum::<f64>() / self.loads.len() as f64
    }

    /// The work of the busiest shard.
    pub fn most(&self) -> f64 {
        (1.0 + self.imbalance()) * self.mean()
    }
}

/// The work of a shard so far, in order.
#[derive(PartialEq)]
struct Load(f64);

impl Eq for Load {}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Load {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Into how many eights so many replicates fall; the last may have fewer.
fn eights_of(replicates: u32) -> usize {
    (replicates as usize).div_ceil(LANES)
}

/// A cell in pieces of eights that cost at most so much, or are a single eight.
///
/// The cost of more replicates is not less, so that the end of a piece is found by halving: a cell may have
/// a million eights.
fn cut(plan: &Plan, cell: &Cell, most: f64, cost: &impl Fn(&Cell, Range<u32>) -> f64) -> Vec<(f64, Piece)> {
    let of_eights = |eights: &Range<usize>| {
        let [first, end] = [eights.start, eights.end].map(|eight| (eight * LANES) as u32);
        cost(cell, first..end.min(plan.replicates()))
    };
    let all = eights_of(plan.replicates());
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < all {
        // What is known to go into the piece, and what is known to be too much.
        let (mut fits, mut length) = (1, 2);
        while start + length <= all && of_eights(&(start..start + length)) <= most {
            (fits, length) = (length, 2 * length);
        }
        let mut too_many = length.min(all - start + 1);
        while too_many - fits > 1 {
            let middle = fits + (too_many - fits) / 2;
            match of_eights(&(start..start + middle)) <= most {
                true => fits = middle,
                false => too_many = middle,
            }
        }
        let eights = start..start + fits;
        start = eights.end;
        pieces.push((of_eights(&eights), Piece::Eights(cell.position, eights)));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Plans of cells that differ in length, shape and draws.
    fn plan(epochs: u32, cells: u32, replicates: u32) -> Plan {
        let text = format!(
            "schema = 1\nname = \"x\"\nfixed.epochs = {epochs}\naxes.bidders = [2, 3, 10]\n\
             axes.batch = [16, 128, 1024]\naxes.beta = {{ from = 10, to = {}, step = 10 }}\n\
             seeds = {{ replicates = {replicates} }}",
            10 * cells
        );
        Plan::parse(&text, "x.toml", &[]).unwrap()
    }

    /// Work that falls on the first replicates, too.
    fn cost(cell: &Cell, replicates: Range<u32>) -> f64 {
        let first = replicates.clone().filter(|replicate| *replicate < 3).count();
        f64::from(replicates.end - replicates.start) * cell.settings.work() + first as f64 * 1e6
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Each run has one shard, of any number of shards: those that are numbered within it.
        #[test]
        fn shards_divide_any_plan(shards in 1u32..=300, cells in 1u32..20, replicates in 1u32..40) {
            let plan = plan(100, cells, replicates);
            let assignment = Assignment::new(&plan, shards, cost);
            prop_assert_eq!(&assignment, &Assignment::new(&plan, shards, cost));
            let mut loads = vec![0.0; shards as usize];
            let mut runs = vec![0; shards as usize];
            for cell in plan.cells() {
                for replicate in 0..replicates {
                    let shard = assignment.shard_of(cell.position, replicate);
                    prop_assert!(shard.count() == shards && (1..=shards).contains(&shard.index()));
                    // Eights stay together.
                    let eight = replicate / LANES as u32 * LANES as u32;
                    prop_assert_eq!(shard, assignment.shard_of(cell.position, eight));
                    loads[shard.index() as usize - 1] += cost(&cell, replicate..replicate + 1);
                    runs[shard.index() as usize - 1] += 1;
                }
            }
            let counted = (1..=shards).map(|index| assignment.runs(&plan, Shard::new(index, shards)));
            prop_assert!(counted.eq(runs));
            let total: f64 = loads.iter().sum();
            let most = loads.iter().fold(0.0, |most: f64, load| most.max(*load));
            let mean = total / f64::from(shards);
            prop_assert!((assignment.mean() / mean - 1.0).abs() < 1e-9);
            prop_assert!((assignment.most() / most - 1.0).abs() < 1e-9);
        }

        /// However different the cells are, while there are enough eights to choose from.
        #[test]
        fn no_shard_has_a_tenth_more_than_the_mean(shards in 1u32..=300, cells in 20u32..40) {
            let plan = plan(1000, cells, 400);
            let imbalance = Assignment::new(&plan, shards, cost).imbalance();
            prop_assert!((0.0..0.1).contains(&imbalance), "{imbalance}");
        }
    }

    #[test]
    fn cells_stay_whole_where_no_one_is_dear() {
        let plan = plan(100, 100, 20);
        let assignment =
            Assignment::new(&plan, 4, |_, replicates| f64::from(replicates.end - replicates.start));
        assert!(assignment.cut.is_empty() && assignment.imbalance() < 0.02, "{}", assignment.imbalance());
    }
}
