//! What a bidder gains by best responses, at every value and in expectation.

use super::hull::{Arc, HullReplies};
use super::own::{Own, OwnBids};
use super::replies::BestReplies;
use super::rule::{Seen, integrate};
use crate::auction::BidFunction;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::rivals::Rivals;
use crate::law::wins::Wins;

/// What a panel's integral may be off where all F are lines, in units of the highest value.
const ERROR_OF_LINES: f64 = 1e-14;

/// The same where some F are tables.
const ERROR: f64 = 1e-11;

/// A panel of a singular density is integrated over the logarithm of the distance to the singular end, if it
/// reaches that many times as far from it with its far end as with its near one.
const GROWTH: f64 = 4.0;

/// F rises at least so much from one mark of a prior at which panels end to the next.
const BETWEEN_MARKS: f64 = 0.02;

/// Steps to the value of the greatest gain.
const MOST_STEPS: usize = 30;

/// How exact the value of the greatest gain is, in units of a panel: the gain there is flat.
const EXACT: f64 = 1e-9;

/// The gain of a bidder over the own bids, from the best.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gain {
    /// Its expectation.
    pub expected: f64,
    /// The most over all values.
    pub most: f64,
    /// The value of the most.
    pub at: f64,
}

/// Room for the pieces of one bidder after another.
#[derive(Debug, Default)]
pub(super) struct Gains {
    /// The functions that the bidder plays: one, or those of a mixture.
    own: Vec<Own>,
    breaks: Vec<Break>,
    panels: Vec<Panel>,
    /// The own bids on each panel: as many in a row as there are functions.
    bids: Vec<OwnBids>,
    peaks: Vec<Peak>,
}

/// A value at which panels end.
#[derive(Clone, Copy, Debug)]
struct Break {
    value: f64,
    /// Where the own bid there is a knot or a bend of W: which function bids it, and the bid.
    exact: Option<(usize, f64)>,
}

/// Values from one to another, between which the best bid, the own bids and the density are smooth.
#[derive(Clone, Copy, Debug)]
struct Panel {
    values: (f64, f64),
    arc: Arc,
    scale: Scale,
}

/// What a panel's places are even in, and the mass of a unit of it, where that is constant.
#[derive(Clone, Copy, Debug)]
enum Scale {
    /// The value; the density is constant.
    Line(f64),
    /// The value.
    Value,
    /// ln of the share from low: its ends.
    AboveLow(f64, f64),
    /// ln of the share from high, falling: its ends.
    BelowHigh(f64, f64),
}

/// Places around a greatest gain, and what the middle one is by a parabola.
#[derive(Clone, Copy, Debug)]
struct Peak {
    panel: usize,
    places: [f64; 3],
    gains: [f64; 3],
    estimate: f64,
}

/// One bidder, on some panels.
struct Bidder<'a> {
    marginal: &'a Marginal,
    rivals: &'a Rivals<'a>,
    best: &'a HullReplies,
    own: &'a [Own],
    bids: &'a [OwnBids],
}

impl Gains {
    /// The gain of the bidder of a marginal who bids so, over the mean of what a mixture earns.
    pub fn gain(
        &mut self,
        marginal: &Marginal,
        bids: &BidFunction,
        rivals: &Rivals,
        best: &HullReplies,
    ) -> Gain {
        match bids.table() {
            Some(table) => {
                self.own.resize_with(1, Own::default);
                self.own[0].set_table(table, rivals);
            }
            None => self.own.resize_with(bids.components().count(), Own::default),
        }
        for (own, component) in self.own.iter_mut().zip(bids.components()) {
            own.set(component, (marginal.low, marginal.high), rivals);
        }
        self.find_breaks(marginal, rivals, best);
        self.find_panels(marginal, best);
        self.peaks.clear();
        let bidder = Bidder { marginal, rivals, best, own: &self.own, bids: &self.bids };
        let lines = rivals.are_lines() && marginal.line(Share::LOW).is_some();
        let error = marginal.high * if lines { ERROR_OF_LINES } else { ERROR };
        let mut gain = Gain { expected: 0.0, most: f64::NEG_INFINITY, at: marginal.low };
        for (number, panel) in self.panels.iter().enumerate() {
            let peaks = &mut self.peaks;
            let show = |seen: &[Seen]| look(&bidder, panel, number, seen, &mut gain, peaks);
            let expected = integrate(error, |t| bidder.node(panel, number, t), show);
            gain.expected += expected;
        }
        climb_all(&bidder, &self.panels, &mut self.peaks, &mut gain);
        gain
    }

    fn find_breaks(&mut self, marginal: &Marginal, rivals: &Rivals, best: &HullReplies) {
        let breaks = &mut self.breaks;
        breaks.clear();
        breaks.extend(best.arcs().iter().map(|arc| Break { value: arc.from, exact: None }));
        for (function, own) in self.own.iter().enumerate() {
            for piece in &own.pieces {
                breaks.push(Break { value: piece.from.0, exact: Some((function, piece.from.1)) });
                if piece.flat.is_none() {
                    let bends = rivals.bends();
                    let first = bends.partition_point(|bend| *bend <= piece.from.1);
                    for &bend in bends[first..].iter().take_while(|bend| **bend < piece.to.1) {
                        breaks.push(Break { value: piece.value(bend), exact: Some((function, bend)) });
                    }
                }
            }
        }
        let mut below = 0.0;
        for mark in marginal.marks_between(Share::LOW, Share::HIGH) {
            let cdf = marginal.at(mark.share, Part::Cdf).0;
            if mark.slack == 0.0 || cdf - below >= BETWEEN_MARKS {
                below = cdf;
                breaks.push(Break { value: marginal.value(mark.share), exact: None });
            }
        }
        breaks.retain(|at| marginal.low < at.value && at.value < marginal.high);
        breaks.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
        for (function, own) in self.own.iter().enumerate() {
            let (value, bid) = own.pieces[own.pieces.len() - 1].to;
            breaks.push(Break { value, exact: Some((function, bid)) });
        }
    }

    fn find_panels(&mut self, marginal: &Marginal, best: &HullReplies) {
        self.panels.clear();
        self.bids.clear();
        let mixed = self.own.len() > 1;
        let mut arc = 0;
        let mut from = self.own[0].pieces[0].from.0;
        // Values that agree but for rounding are one, whose bid is that of the last.
        let agree = |one: f64, next: f64| next - one <= 4.0 * f64::EPSILON * marginal.high;
        for (number, &Break { value, exact }) in self.breaks.iter().enumerate() {
            let middle = 0.5 * (from + value);
            while best.arcs()[arc].to <= middle && arc + 1 < best.arcs().len() {
                arc += 1;
            }
            let apart = !agree(from, value);
            for (function, own) in self.own.iter_mut().enumerate() {
                while own.pieces[own.piece].to.0 <= middle && own.piece + 1 < own.pieces.len() {
                    own.piece += 1;
                }
                let piece = own.pieces[own.piece];
                let told = |at: &Break| at.exact.filter(|(other, _)| *other == function).map(|(_, bid)| bid);
                let bid = match exact {
                    Some((other, bid)) if other == function => bid,
                    // The values of several functions agree: each has its own exact bid.
                    _ if mixed && !apart => own.start,
                    _ if mixed => {
                        let same = self.breaks[number + 1..].iter().take_while(|at| agree(value, at.value));
                        same.filter_map(told).next().unwrap_or_else(|| piece.bid(value))
                    }
                    _ => piece.bid(value),
                };
                if apart {
                    self.bids.push(OwnBids { from: own.start, to: bid, flat: piece.flat });
                }
                own.start = bid;
            }
            if apart {
                self.panels.push(Panel {
                    values: (from, value),
                    arc: best.arcs()[arc],
                    scale: scale(marginal, from, value),
                });
            }
            from = value;
        }
    }
}

/// Finds the greatest gains between nodes, where they may exceed those at nodes.
fn climb_all(bidder: &Bidder, panels: &[Panel], peaks: &mut [Peak], gain: &mut Gain) {
    peaks.sort_unstable_by(|a, b| b.estimate.total_cmp(&a.estimate));
    for peak in peaks {
        let rise = peak.estimate - peak.gains[1].max(peak.gains[0]).max(peak.gains[2]);
        if peak.estimate + rise <= gain.most {
            continue;
        }
        let panel = &panels[peak.panel];
        let (place, most) = climb(peak.places, peak.gains, |t| bidder.gain(panel, peak.panel, t).0);
        if most > gain.most {
            (gain.most, gain.at) = (most, bidder.value(panel, place).0);
        }
    }
}

impl Bidder<'_> {
    /// The value at a place of a panel, its share, and the mass of a unit of the place, all but the density.
    #[inline]
    fn value(&self, panel: &Panel, t: f64) -> (f64, Share, f64) {
        let (from, to) = panel.values;
        // Beyond its reach a singular end has no mass, but it is a value.
        let at_end = |value: f64| {
            if t == 0.0 {
                from
            } else if t == 1.0 {
                to
            } else {
                value.clamp(from, to)
            }
        };
        match panel.scale {
            Scale::Line(_) | Scale::Value => {
                let value = at_end(t * (to - from) + from);
                let share =
                    if matches!(panel.scale, Scale::Value) { self.marginal.share(value) } else { Share::LOW };
                (value, share, (to - from) / self.marginal.width())
            }
            Scale::AboveLow(bottom, top) => {
                let z = libm::exp(t.mul_add(top - bottom, bottom));
                let share = Share::above_low(z);
                (at_end(self.marginal.value(share)), share, (top - bottom) * z)
            }
            Scale::BelowHigh(bottom, top) => {
                let z = libm::exp(t.mul_add(top - bottom, bottom));
                let share = Share::below_high(z);
                (at_end(self.marginal.value(share)), share, (bottom - top) * z)
            }
        }
    }

    /// The gain at a place, and the mass of a unit of the place.
    #[inline]
    fn node(&self, panel: &Panel, number: usize, t: f64) -> (f64, f64) {
        let (gain, share, mass) = self.gain(panel, number, t);
        match panel.scale {
            Scale::Line(density) => (gain, mass * density),
            _ => (gain, mass * self.marginal.at(share, Part::Density).1),
        }
    }

    #[inline]
    fn gain(&self, panel: &Panel, number: usize, t: f64) -> (f64, Share, f64) {
        let (value, share, mass) = self.value(panel, t);
        let utility = |bids: &OwnBids| bids.utility(self.rivals, panel.values, t, value);
        let count = self.own.len();
        let own = match &self.bids[number * count..][..count] {
            [bids] => utility(bids),
            all => all.iter().zip(self.own).map(|(bids, own)| own.weight * utility(bids)).sum(),
        };
        let best = self.best.reply(self.rivals, panel.arc, value).utility;
        // The own bids are among those the best is of.
        ((best - own).max(0.0), share, mass)
    }
}

/// How to integrate from a value to another.
fn scale(marginal: &Marginal, from: f64, to: f64) -> Scale {
    let middle = marginal.share(0.5 * (from + to));
    if let Some((_, _, density)) = marginal.line(middle) {
        return Scale::Line(density);
    }
    let (near, far) = (marginal.share(from), marginal.share(to));
    match marginal.reaches() {
        [Some(reach), _] if middle.from_low < 0.5 && far.from_low > GROWTH * near.from_low.max(reach) => {
            Scale::AboveLow(libm::log(near.from_low.max(reach)), libm::log(far.from_low))
        }
        [_, Some(reach)] if middle.from_low >= 0.5 && near.from_high > GROWTH * far.from_high.max(reach) => {
            Scale::BelowHigh(libm::log(near.from_high), libm::log(far.from_high.max(reach)))
        }
        _ => Scale::Value,
    }
}

/// Takes note of the greatest gain among nodes, and of where it may be greater between them.
fn look(
    bidder: &Bidder,
    panel: &Panel,
    number: usize,
    seen: &[Seen],
    gain: &mut Gain,
    peaks: &mut Vec<Peak>,
) {
    let mut k = 0;
    for (j, node) in seen.iter().enumerate() {
        if node.y > seen[k].y {
            k = j;
        }
    }
    if seen[k].y > gain.most {
        (gain.most, gain.at) = (seen[k].y, bidder.value(panel, seen[k].place).0);
    }
    let middle = k.clamp(1, seen.len() - 2);
    let three = [seen[middle - 1], seen[middle], seen[middle + 1]];
    let (places, gains) = (three.map(|node| node.place), three.map(|node| node.y));
    let Some((place, estimate)) = vertex(places, gains) else { return };
    if places[0] < place && place < places[2] && estimate > gain.most {
        peaks.push(Peak { panel: number, places, gains, estimate });
    }
}

/// Where the parabola through three points is greatest, and its value there.
fn vertex(x: [f64; 3], y: [f64; 3]) -> Option<(f64, f64)> {
    let (left, right) = ((y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1]));
    let curvature = (right - left) / (x[2] - x[0]);
    if curvature >= 0.0 {
        return None;
    }
    let slope = left + curvature * (x[1] - x[0]);
    let step = -0.5 * slope / curvature;
    Some((x[1] + step, y[1] + 0.5 * slope * step))
}

/// The greatest value of a function near three points, and where, by parabolas.
fn climb(mut x: [f64; 3], mut y: [f64; 3], f: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut best = (x[1], y[1]);
    for (place, value) in [(x[0], y[0]), (x[2], y[2])] {
        if value > best.1 {
            best = (place, value);
        }
    }
    for step in 0..MOST_STEPS {
        let place = match vertex(x, y) {
            // Every fourth step is one that surely shrinks the longer side.
            Some((place, _)) if step % 4 < 3 && x[0] < place && place < x[2] && place != x[1] => place,
            _ if x[1] - x[0] > x[2] - x[1] => 0.5 * (x[0] + x[1]),
            _ => 0.5 * (x[1] + x[2]),
        };
        let value = f(place);
        let near = (place - best.0).abs() <= EXACT;
        if value > best.1 {
            best = (place, value);
        }
        if near || x[2] - x[0] <= EXACT {
            break;
        }
        // Keeps the three around the greatest.
        let (lower, upper) =
            if place < x[1] { ((place, value), (x[1], y[1])) } else { ((x[1], y[1]), (place, value)) };
        if lower.1 > upper.1 {
            (x, y) = ([x[0], lower.0, upper.0], [y[0], lower.1, upper.1]);
        } else {
            (x, y) = ([lower.0, upper.0, x[2]], [lower.1, upper.1, y[2]]);
        }
    }
    best
}
