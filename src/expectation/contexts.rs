//! How often every bid of a table wins against other tables, over lanes.
//!
//! A table of bidder j bids b_m with the probability g_j(m), the mean of its bins' as they are equally
//! probable. With G_j(b-) the probability of a lower bid than b, ties broken evenly, and t for the own
//! priority among those who tie, a bid b of bidder i wins with probability
//!
//! W_i(b) = int_0^1 prod_(j not i) (G_j(b-) + t g_j(b)) dt,
//!
//! whatever the value, and bid m pays W_i(b_m) (v_j - b_m) on average in bin j, v_j the bin's mean value.

use std::ops::Range;

use crate::auction::strategy::TableShape;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::simd::Float;

/// What is known of a game on tables before their probabilities are.
#[derive(Clone, Debug)]
pub struct TableWins {
    shapes: Vec<TableShape>,
    /// For the bids of bidder i among those of j, shape \[i\]\[j\]\[bid\].
    places: Vec<Vec<Vec<Place>>>,
    /// Nodes and weights of the integral.
    nodes: Vec<(f64, f64)>,
}

/// Where a bid stands in a grid.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Bids of the grid that are lower.
    below: usize,
    /// Whether it is one of the grid.
    ties: bool,
}

/// Laws of bids, one a bidder.
#[derive(Clone, Debug)]
pub struct TableLaws<R> {
    /// g_j(m), shape \[bidder\]\[bid\].
    shares: Vec<Vec<R>>,
    /// Their sums below each bid, and below none: shape \[bidder\]\[bid + 1\].
    below: Vec<Vec<R>>,
}

impl TableWins {
    /// The game of tables of these shapes, 2 or more.
    pub fn new(shapes: &[TableShape]) -> Self {
        let place = |bid: f64, grid: &[f64]| {
            let below = grid.partition_point(|other| *other < bid);
            Place { below, ties: grid.get(below) == Some(&bid) }
        };
        let grids: Vec<Vec<f64>> = shapes.iter().map(|shape| shape.grid().collect()).collect();
        let of_pair = |own: &Vec<f64>, other: &Vec<f64>| own.iter().map(|bid| place(*bid, other)).collect();
        TableWins {
            shapes: shapes.to_vec(),
            places: grids.iter().map(|own| grids.iter().map(|other| of_pair(own, other)).collect()).collect(),
            nodes: GaussLegendre::of_order(shapes.len().div_ceil(2)).points(0.0, 1.0).collect(),
        }
    }

    /// Room for the laws of lanes.
    pub fn laws<R: Float>(&self) -> TableLaws<R> {
        let zeros = |more: usize| {
            self.shapes.iter().map(|shape| vec![R::splat(0.0); shape.bids + more]).collect::<Vec<_>>()
        };
        TableLaws { shares: zeros(0), below: zeros(1) }
    }

    /// Takes a bidder's table, shape \[bin\]\[bid\].
    #[inline(always)]
    pub fn take<R: Float>(&self, bidder: usize, table: &[R], laws: &mut TableLaws<R>) {
        let TableShape { bins, bids, .. } = self.shapes[bidder];
        let (shares, below) = (&mut laws.shares[bidder][..bids], &mut laws.below[bidder][..=bids]);
        shares.fill(R::splat(0.0));
        for row in table.chunks_exact(bids) {
            for (sum, &share) in shares.iter_mut().zip(row) {
                *sum = *sum + share;
            }
        }
        let per_bin = R::splat(1.0 / bins as f64);
        let mut sum = R::splat(0.0);
        for (share, below) in shares.iter_mut().zip(&mut *below) {
            *share = *share * per_bin;
            *below = sum;
            sum = sum + *share;
        }
        below[bids] = sum;
    }

    /// W_i of some bidders i at all of their bids, shape \[bidder\]\[bid\].
    #[inline(always)]
    pub fn find<R: Float>(&self, laws: &TableLaws<R>, wanted: Range<usize>, wins: &mut [Vec<R>]) {
        for i in wanted {
            for (m, wins) in wins[i].iter_mut().enumerate() {
                let mut sum = R::splat(0.0);
                for &(t, weight) in &self.nodes {
                    let mut product = R::splat(weight);
                    for (j, places) in self.places[i].iter().enumerate() {
                        if j == i {
                            continue;
                        }
                        let Place { below, ties } = places[m];
                        let mut law = laws.below[j][below];
                        if ties {
                            law = laws.shares[j][below].mul_add(R::splat(t), law);
                        }
                        product = product * law;
                    }
                    sum = sum + product;
                }
                *wins = sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::simd::{Instance, Kernel, Real, Simd, run};

    /// Some probabilities.
    fn table(shape: TableShape, bidder: usize) -> Vec<f64> {
        let weight = |k: usize| 1.1 + libm::sin((5 * k + 3 * bidder) as f64);
        let all: Vec<f64> = (0..shape.probabilities()).map(weight).collect();
        let row = |row: &[f64]| row.iter().map(|w| w / row.iter().sum::<f64>()).collect::<Vec<f64>>();
        all.chunks(shape.bids).flat_map(row).collect()
    }

    struct Find<'a>(&'a [TableShape], &'a [Vec<f64>]);

    impl Kernel for Find<'_> {
        type Output = Vec<Vec<f64>>;

        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            let game = TableWins::new(self.0);
            let mut laws = game.laws::<S::Real>();
            for (bidder, table) in self.1.iter().enumerate() {
                let table: Vec<S::Real> = table.iter().map(|x| S::Real::splat(*x)).collect();
                game.take(bidder, &table, &mut laws);
            }
            let mut wins: Vec<Vec<S::Real>> =
                self.0.iter().map(|shape| vec![S::Real::splat(0.0); shape.bids]).collect();
            game.find(&laws, 0..self.0.len(), &mut wins);
            wins.iter().map(|row| row.iter().map(|x| x.to_array()[5]).collect()).collect()
        }
    }

    /// Every profile of bins and bids of the rivals, one by one.
    fn enumerated(shapes: &[TableShape], tables: &[Vec<f64>], own: usize, bid: f64) -> f64 {
        let mut outcomes = vec![(1.0, f64::NEG_INFINITY, 0_usize)];
        for (j, shape) in shapes.iter().enumerate().filter(|(j, _)| *j != own) {
            let with = |(chance, highest, tied): (f64, f64, usize)| {
                (0..shape.probabilities()).map(move |k| {
                    let (chance, bid) =
                        (chance * tables[j][k] / shape.bins as f64, shape.bid(k % shape.bids));
                    match bid {
                        bid if bid > highest => (chance, bid, 1),
                        bid if bid == highest => (chance, bid, tied + 1),
                        _ => (chance, highest, tied),
                    }
                })
            };
            outcomes = outcomes.into_iter().flat_map(with).collect();
        }
        let share = |(chance, highest, tied): (f64, f64, usize)| match bid {
            bid if bid > highest => chance,
            bid if bid == highest => chance / (tied as f64 + 1.0),
            _ => 0.0,
        };
        outcomes.into_iter().map(share).sum()
    }

    #[test]
    fn chances_are_those_of_all_profiles() {
        let alike = TableShape::new(2, 4, 1.0);
        for shapes in [
            vec![alike; 2],
            vec![alike; 4],
            vec![alike, TableShape::new(3, 7, 1.0), TableShape::new(1, 3, 0.7)],
            vec![TableShape::new(2, 2, 0.4), TableShape::new(1, 5, 0.8)],
        ] {
            let tables: Vec<Vec<f64>> =
                shapes.iter().enumerate().map(|(j, shape)| table(*shape, j)).collect();
            let wins = run(Instance::best(), Find(&shapes, &tables));
            for (i, shape) in shapes.iter().enumerate() {
                for (m, found) in wins[i].iter().enumerate() {
                    let expected = enumerated(&shapes, &tables, i, shape.bid(m));
                    assert!((found - expected).abs() < 1e-14, "bidder {i}, bid {m}: {found} for {expected}");
                }
            }
        }
    }
}
