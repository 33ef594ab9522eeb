//! What a bidder gains by best responses, at every value and in expectation.

use super::climb::{climb, vertex};
use super::hull::{Arc, HullReplies};
use super::own::{Beside, Own, OwnBids};
use super::rule::{Seen, integrate};
use crate::auction::BidFunction;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::rivals::Rivals;
use crate::law::wins::Wins;
use crate::numeric::cancel;

/// Nanoseconds of the gain at a value, about.
const A_VALUE: u64 = 500;

/// What a panel's integral may be off where all F are lines, in units of the highest value.
const ERROR_OF_LINES: f64 = 1e-14;

/// The same where some F are tables, in units of the mean value.
const ERROR: f64 = 1e-11;

/// A panel of a singular density is integrated over the logarithm of the distance to the singular end, if it
/// reaches that many times as far from it with its far end as with its near one.
const GROWTH: f64 = 4.0;

/// F rises at least so much from one mark of a prior at which panels end to the next.
const BETWEEN_MARKS: f64 = 0.02;

/// Values that differ by no more than this part of the highest are one.
const AGREE: f64 = 4.0 * f64::EPSILON;

/// And by no more than this part of the support, where that is hardly wider than rounding.
const AGREE_PART: f64 = 1e-3;

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
    /// The bids at which a rival's law is steep.
    steep: Vec<f64>,
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
    /// The places whose mass it stands for. They reach beyond its values where others agree with these, so
    /// that the panels of a support hold all its mass, whatever the rounding of values.
    places: (Share, Share),
    /// Whether they do reach beyond.
    wider: bool,
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
        rivals.steep_bids(&mut self.steep);
        self.find_breaks(marginal, rivals, best);
        self.find_panels(marginal, best);
        self.peaks.clear();
        let bidder = Bidder { marginal, rivals, best, own: &self.own, bids: &self.bids };
        let error = error_of_panels(marginal, rivals);
        let mut gain = Gain { expected: 0.0, most: f64::NEG_INFINITY, at: marginal.low };
        for (number, panel) in self.panels.iter().enumerate() {
            let peaks = &mut self.peaks;
            let show = |seen: &[Seen]| look(&bidder, panel, number, seen, &mut gain, peaks);
            let expected = integrate(error, |t| bidder.node(panel, number, t), show);
            gain.expected += expected;
        }
        climb_all(&bidder, &self.panels, &mut self.peaks, &mut gain);
        // A mean is at most the most: what it is above is rounding.
        gain.expected = gain.expected.min(gain.most);
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
        // Each half of the support is integrated from its own end, where that is singular.
        let halved = marginal.reaches().iter().any(Option::is_some);
        for mark in marginal.marks_between(Share::LOW, Share::HIGH) {
            let cdf = marginal.at(mark.share, Part::Cdf).0;
            let middle = halved && (mark.share.from_low - 0.5).abs() <= f64::EPSILON;
            if mark.slack == 0.0 || middle || cdf - below >= BETWEEN_MARKS {
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
        // Where the mass begins that no panel holds yet.
        let mut place = Share::LOW;
        // Values that agree but for rounding are one, whose bid is that of the last.
        let slack = (AGREE * marginal.high).min(AGREE_PART * marginal.width());
        let agree = |one: f64, next: f64| next - one <= slack;
        // Values whose density is constant have no mass to speak of next to an end.
        let even = marginal.line(Share::LOW).is_some();
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
                    let support = (marginal.low, marginal.high);
                    let beside = Beside::of(&piece, (own.start, bid), support, &self.steep);
                    let beside = beside.filter(|_| !even);
                    self.bids.push(OwnBids { from: own.start, to: bid, flat: piece.flat, beside });
                }
                own.start = bid;
            }
            if apart {
                let (values, places) = ((from, value), (place, marginal.share(value)));
                self.panels.push(Panel {
                    values,
                    places,
                    wider: place != marginal.share(from),
                    arc: best.arcs()[arc],
                    scale: scale(marginal, values, places),
                });
                place = places.1;
            }
            from = value;
        }
        // The mass of the last values that agree.
        if let Some(last) = self.panels.last_mut().filter(|last| last.places.1 != Share::HIGH) {
            (last.places.1, last.wider) = (Share::HIGH, true);
            last.scale = scale(marginal, last.values, last.places);
        }
    }
}

/// The error of the quadrature of each panel.
fn error_of_panels(marginal: &Marginal, rivals: &Rivals) -> f64 {
    let lines = rivals.are_lines() && marginal.line(Share::LOW).is_some();
    if lines { ERROR_OF_LINES * marginal.high } else { ERROR * marginal.mean }
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
            Scale::Line(_) | Scale::Value if panel.wider => {
                let (first, last) = panel.places;
                let rise = first.rise_to(last);
                let share = Share {
                    from_low: t.mul_add(rise, first.from_low),
                    from_high: (1.0 - t).mul_add(rise, last.from_high),
                };
                (at_end(t * (to - from) + from), share, rise)
            }
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
            // A table may fall below 0 by its error.
            _ => (gain, mass * self.marginal.at(share, Part::Density).1.max(0.0)),
        }
    }

    #[inline]
    fn gain(&self, panel: &Panel, number: usize, t: f64) -> (f64, Share, f64) {
        cancel::check(A_VALUE);
        let (value, share, mass) = self.value(panel, t);
        let utility = |bids: &OwnBids| bids.utility(self.rivals, panel.values, t, (value, share));
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

/// How to integrate over some values, whose mass is that between two places.
fn scale(marginal: &Marginal, (from, to): (f64, f64), (near, far): (Share, Share)) -> Scale {
    let middle = marginal.share(0.5 * (from + to));
    if let Some((_, _, density)) = marginal.line(middle) {
        return Scale::Line(density);
    }
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
