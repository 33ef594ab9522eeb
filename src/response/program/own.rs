//! What the own bids of a bidder do in cells of its values.

use super::discretise::cell;
use super::problem::{OwnCell, ValueCell};
use crate::auction::strategy::TableBids;
use crate::auction::{BidFunction, Profile};
use crate::expectation::Evaluator;
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::panels::{Integrand, walk};
use crate::law::rivals::{BidLaws, Rivals};
use crate::law::terms::{Offer, PaidTerms, Terms};
use crate::law::wins::Wins;
use crate::response::class::TrueAuction;

/// The means over each cell of values, of a mixture over what is drawn too.
pub(super) fn own_cells(
    evaluator: &Evaluator,
    profile: &Profile,
    bidder: usize,
    (laws, rivals): (&BidLaws, &Rivals),
    cells: &[ValueCell],
    edges: &[f64],
) -> Vec<OwnCell> {
    let own = &profile.bids[bidder];
    let marginal = evaluator.marginal(bidder);
    if let Some(table) = own.table() {
        let offer = |bid: f64| {
            let win = rivals.flat(bid);
            Offer { bid, win, pay: bid * win }
        };
        let bins = bins(table, offer, |weight, Offer { bid, win, .. }| weight * (bid * win));
        let ends = || edges.windows(2).zip(cells);
        return ends()
            .map(|(ends, all)| of_bins(&bins, ends, all, |from, to| cell(marginal, from, to)))
            .collect();
    }
    // Many functions of a mixture meet as many of each rival: W is the same for all, and a table.
    let auction = own.pure().is_none().then(|| TrueAuction::new(evaluator, profile, laws, bidder));
    let table = auction.as_ref().and_then(TrueAuction::tabulated);
    let curves = evaluator.curves(profile, 0.0, Part::Cdf);
    let mut curves: Vec<BidCurve> = curves.filter(|curve| curve.bidder != bidder).collect();
    let count = curves.len();
    let mut all = vec![OwnCell::default(); cells.len()];
    for (weight, bids) in own.components() {
        for piece in pieces(BidCurve::new(marginal, bids, 0.0, Part::Density)) {
            if piece.lowest() == piece.top() {
                flat_cells(&piece, weight, rivals, edges, &mut all);
                continue;
            }
            let mut add = |value, [bid, win, paid, gain]: [f64; 4]| {
                let told = &mut all[cell_of(edges, value)];
                told.bid += weight * bid;
                told.win += weight * win;
                told.payment += weight * paid;
                told.gain += weight * gain;
            };
            let piece = BidCurve { bidder, ..cut(piece, edges) };
            if let Some(table) = &table {
                cells_of_table(piece, table, add);
                continue;
            }
            curves.push(piece);
            rising_cells(&curves, profile.bids.len(), rivals.bends()[0], &mut add);
            curves.truncate(count);
        }
    }
    for (told, cell) in all.iter_mut().zip(cells) {
        for sum in [&mut told.bid, &mut told.win, &mut told.payment, &mut told.gain] {
            *sum /= cell.mass;
        }
    }
    all
}

/// The parts of a curve that rise, and those that bid one bid, in their order.
fn pieces(curve: BidCurve) -> Vec<BidCurve> {
    let mut pieces: Vec<Vec<(f64, Share)>> = Vec::new();
    let mut was_flat = None;
    for pair in curve.points.windows(2) {
        let is_flat = pair[0].0 == pair[1].0;
        if was_flat != Some(is_flat) {
            pieces.push(vec![pair[0]]);
        }
        was_flat = Some(is_flat);
        pieces.last_mut().expect("the piece of its first point").push(pair[1]);
    }
    pieces.into_iter().map(|points| BidCurve::through(curve.marginal, curve.part, points)).collect()
}

/// A curve that rises with points where cells end.
fn cut<'a>(curve: BidCurve<'a>, edges: &[f64]) -> BidCurve<'a> {
    let mut points = vec![curve.points[0]];
    let mut edges = edges.iter().map(|&edge| curve.marginal.share(edge)).peekable();
    for pair in curve.points.windows(2) {
        let ((from, first), (to, last)) = (pair[0], pair[1]);
        while let Some(edge) = edges.next_if(|edge| edge.rise_to(last) > 0.0) {
            let bid = (first.rise_to(edge) / first.rise_to(last)).mul_add(to - from, from);
            let (before, place) = points[points.len() - 1];
            // Next to a point the bid may be one with it.
            if place.rise_to(edge) > 0.0 && before < bid && bid < to {
                points.push((bid, edge));
            }
        }
        points.push(pair[1]);
    }
    BidCurve::through(curve.marginal, curve.part, points)
}

fn cell_of(edges: &[f64], value: f64) -> usize {
    edges[1..edges.len() - 1].partition_point(|edge| *edge <= value)
}

/// Adds what the values of a flat piece do, who all tie with the rivals who bid the same.
fn flat_cells(piece: &BidCurve, weight: f64, rivals: &Rivals, edges: &[f64], all: &mut [OwnCell]) {
    let marginal = piece.marginal;
    let bid = piece.lowest();
    let win = rivals.flat(bid);
    let (from, to) = (piece.points[0].1, piece.points[piece.points.len() - 1].1);
    for (told, ends) in all.iter_mut().zip(edges.windows(2)) {
        let (low, high) = (marginal.value(from).max(ends[0]), marginal.value(to).min(ends[1]));
        if low < high {
            let ValueCell { mass, value } = cell(marginal, low, high);
            let share = weight * mass;
            told.bid += share * bid;
            told.win += share * win;
            told.payment += share * win * bid;
            told.gain += share * win * (value - bid);
        }
    }
}

/// Shows the value of each node of the last curve, and what it adds to the sums of bid, win, payment and
/// gain, against the curves before it; of all `bidders`, none wins below the floor.
fn rising_cells(curves: &[BidCurve], bidders: usize, floor: f64, mut add: impl FnMut(f64, [f64; 4])) {
    let own = &curves[curves.len() - 1];
    walk(std::slice::from_ref(own), Integrand::Smooth, own.lowest(), &mut |node| {
        add(node.bidders[0].value, [node.bidders[0].mass * node.bid, 0.0, 0.0, 0.0]);
    });
    walk(curves, Integrand::Product(bidders), own.lowest().max(floor), &mut |node| {
        let Some((own, rivals)) = node.bidders.split_last() else { return };
        if own.mass > 0.0 {
            let won = own.mass * rivals.iter().map(|at| at.cdf).product::<f64>();
            add(own.value, [0.0, won, won * node.bid, won * (own.value - node.bid)]);
        }
    });
}

/// The same with W from a table.
fn cells_of_table(piece: BidCurve, wins: &impl Wins, mut add: impl FnMut(f64, [f64; 4])) {
    let lowest = piece.lowest();
    let curves: Vec<BidCurve> = [piece].into_iter().chain(BidCurve::ruler(wins.bends())).collect();
    walk(&curves, Integrand::Smooth, lowest, &mut |node| {
        let own = node.bidders[0];
        let won = own.mass * wins.at(node.bid).0;
        add(own.value, [own.mass * node.bid, won, won * node.bid, won * (own.value - node.bid)]);
    });
}

/// The means over each cell under other rules than the first price, from a bidder's terms.
pub(super) fn own_cells_of_terms(
    marginal: &Marginal,
    own: &BidFunction,
    terms: &PaidTerms,
    cells: &[ValueCell],
    edges: &[f64],
) -> Vec<OwnCell> {
    if let Some(table) = own.table() {
        let bins = bins(table, |bid| terms.tied(bid), |weight, offer| terms.paid(weight, offer));
        let ends = edges.windows(2).zip(cells);
        return ends
            .map(|(ends, all)| of_bins(&bins, ends, all, |from, to| cell(marginal, from, to)))
            .collect();
    }
    let mut all = vec![OwnCell::default(); cells.len()];
    for (weight, bids) in own.components() {
        for piece in pieces(BidCurve::new(marginal, bids, 0.0, Part::Density)) {
            let (lowest, is_flat) = (piece.lowest(), piece.lowest() == piece.top());
            if is_flat {
                let Offer { bid, win, pay } = terms.tied(lowest);
                add_flat(&piece, weight, [bid, win, pay], edges, &mut all);
                continue;
            }
            let piece = cut(piece, edges);
            let curves: Vec<BidCurve> =
                [piece].into_iter().chain(BidCurve::ruler(Terms::bends(terms))).collect();
            walk(&curves, Integrand::Smooth, lowest, &mut |node| {
                let own = node.bidders[0];
                if own.mass > 0.0 {
                    let Offer { bid, win, pay } = terms.offer(node.bid);
                    let told = &mut all[cell_of(edges, own.value)];
                    let mass = weight * own.mass;
                    told.bid += mass * bid;
                    told.win += mass * win;
                    told.payment += mass * pay;
                    told.gain += mass * (own.value * win - pay);
                }
            });
        }
    }
    for (told, cell) in all.iter_mut().zip(cells) {
        for sum in [&mut told.bid, &mut told.win, &mut told.payment, &mut told.gain] {
            *sum /= cell.mass;
        }
    }
    all
}

/// Adds what the values of a flat piece do who all bid, win and pay the same.
fn add_flat(piece: &BidCurve, weight: f64, [bid, win, pay]: [f64; 3], edges: &[f64], all: &mut [OwnCell]) {
    let marginal = piece.marginal;
    let (from, to) = (piece.points[0].1, piece.points[piece.points.len() - 1].1);
    for (told, ends) in all.iter_mut().zip(edges.windows(2)) {
        let (low, high) = (marginal.value(from).max(ends[0]), marginal.value(to).min(ends[1]));
        if low < high {
            let ValueCell { mass, value } = cell(marginal, low, high);
            let share = weight * mass;
            told.bid += share * bid;
            told.win += share * win;
            told.payment += share * pay;
            told.gain += share * (value * win - pay);
        }
    }
}

/// A bin of a table: its ends, the mean bid, how often it wins, and what it pays then.
struct Bin {
    ends: (f64, f64),
    bid: f64,
    win: f64,
    payment: f64,
}

fn bins(table: &TableBids, offer: impl Fn(f64) -> Offer, paid: impl Fn(f64, Offer) -> f64) -> Vec<Bin> {
    let offers: Vec<Offer> = table.shape().grid().map(offer).collect();
    let bin = |(row, ends): (&[f64], &[f64])| {
        let sum = |part: &dyn Fn(f64, Offer) -> f64| -> f64 {
            row.iter().zip(&offers).map(|(weight, offer)| part(*weight, *offer)).sum()
        };
        Bin {
            ends: (ends[0], ends[1]),
            bid: sum(&|weight, offer| weight * offer.bid),
            win: sum(&|weight, offer| weight * offer.win),
            payment: sum(&paid),
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
