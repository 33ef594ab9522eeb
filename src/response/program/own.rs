//! What the own bids of a bidder do in cells of its values.

use super::discretise::cell;
use super::problem::{OwnCell, ValueCell};
use crate::auction::Profile;
use crate::auction::strategy::TableBids;
use crate::expectation::Evaluator;
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::panels::{Integrand, walk};
use crate::law::rivals::Rivals;
use crate::law::wins::Wins;

/// The means over each cell of values, of a mixture over what is drawn too.
pub(super) fn own_cells(
    evaluator: &Evaluator,
    profile: &Profile,
    bidder: usize,
    rivals: &Rivals,
    cells: &[ValueCell],
    edges: &[f64],
) -> Vec<OwnCell> {
    let own = &profile.bids[bidder];
    let marginal = evaluator.marginal(bidder);
    if let Some(table) = own.table() {
        let bins = bins(table, rivals);
        let ends = || edges.windows(2).zip(cells);
        return ends()
            .map(|(ends, all)| of_bins(&bins, ends, all, |from, to| cell(marginal, from, to)))
            .collect();
    }
    let curves = evaluator.curves(profile, 0.0, Part::Cdf);
    let rival_curves: Vec<BidCurve> = curves.filter(|curve| curve.bidder != bidder).collect();
    let mut all = vec![OwnCell::default(); cells.len()];
    for (weight, bids) in own.components() {
        let curve = BidCurve::new(marginal, bids, 0.0, Part::Density);
        for ((told, cell), ends) in all.iter_mut().zip(cells).zip(edges.windows(2)) {
            let part = BidCurve { bidder, ..between(&curve, marginal, ends[0], ends[1]) };
            let here = of_curve(part, &rival_curves, profile.bids.len(), rivals.bends()[0]);
            let share = weight / cell.mass;
            told.bid += share * here.bid;
            told.win += share * here.win;
            told.payment += share * here.payment;
            told.gain += share * here.gain;
        }
    }
    all
}

/// The part of a curve between two values.
fn between<'a>(curve: &BidCurve<'a>, marginal: &'a Marginal, from: f64, to: f64) -> BidCurve<'a> {
    let (low, high) = (marginal.share(from), marginal.share(to));
    let bid_at = |share: Share| {
        let points = &curve.points;
        let inner = &points[1..points.len() - 1];
        let k = inner.partition_point(|point| point.1.rise_to(share) >= 0.0);
        let ((start, first), (end, last)) = (points[k], points[k + 1]);
        (first.rise_to(share) / first.rise_to(last)).clamp(0.0, 1.0).mul_add(end - start, start)
    };
    let mut points = vec![(bid_at(low), low)];
    let inside = |point: &&(f64, Share)| low.rise_to(point.1) > 0.0 && point.1.rise_to(high) > 0.0;
    points.extend(curve.points.iter().filter(inside));
    points.push((bid_at(high), high));
    // Rounding must not let bids fall.
    for k in 1..points.len() {
        points[k].0 = points[k].0.max(points[k - 1].0);
    }
    BidCurve::through(marginal, Part::Density, points)
}

/// Sums over the values of a curve, with its bids against those of the rivals of all `bidders`; ties are
/// broken evenly.
fn of_curve(own: BidCurve, rivals: &[BidCurve], bidders: usize, floor: f64) -> OwnCell {
    let mut sums = OwnCell::default();
    walk(std::slice::from_ref(&own), Integrand::Smooth, own.lowest(), &mut |node| {
        sums.bid += node.bidders[0].mass * node.bid;
    });
    let from = own.lowest().max(floor);
    let curves: Vec<BidCurve> = rivals.iter().cloned().chain([own]).collect();
    walk(&curves, Integrand::Product(bidders), from, &mut |node| {
        let Some((own, rivals)) = node.bidders.split_last() else { return };
        if own.mass > 0.0 {
            let won = own.mass * rivals.iter().map(|at| at.cdf).product::<f64>();
            sums.win += won;
            sums.payment += won * node.bid;
            sums.gain += won * (own.value - node.bid);
        }
    });
    sums
}

/// A bin of a table: its ends, the mean bid, how often it wins, and what it pays then.
struct Bin {
    ends: (f64, f64),
    bid: f64,
    win: f64,
    payment: f64,
}

fn bins(table: &TableBids, rivals: &Rivals) -> Vec<Bin> {
    let bids: Vec<(f64, f64)> = table.shape().grid().map(|bid| (bid, rivals.flat(bid))).collect();
    let bin = |(row, ends): (&[f64], &[f64])| {
        let sum = |number: &dyn Fn(f64, f64) -> f64| -> f64 {
            row.iter().zip(&bids).map(|(weight, (bid, win))| weight * number(*bid, *win)).sum()
        };
        Bin {
            ends: (ends[0], ends[1]),
            bid: sum(&|bid, _| bid),
            win: sum(&|_, win| win),
            payment: sum(&|bid, win| bid * win),
        }
    };
    table.rows().zip(table.edges().windows(2)).map(bin).collect()
}

/// The means over a cell, of all of whose values the bins are.
fn of_bins(bins: &[Bin], ends: &[f64], all: &ValueCell, values: impl Fn(f64, f64) -> ValueCell) -> OwnCell {
    let mut told = OwnCell::default();
    for bin in bins {
        let (from, to) = (bin.ends.0.max(ends[0]), bin.ends.1.min(ends[1]));
        if from >= to {
            continue;
        }
        let ValueCell { mass, value } = values(from, to);
        if mass > 0.0 {
            let share = mass / all.mass;
            told.bid += share * bin.bid;
            told.win += share * bin.win;
            told.payment += share * bin.payment;
            told.gain += share * (value * bin.win - bin.payment);
        }
    }
    told
}
