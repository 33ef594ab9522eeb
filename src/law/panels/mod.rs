//! Integrals over the bids of several bidders at once.

mod graded;
mod local;
mod node;

pub use graded::GROWTH;
use graded::{NOWHERE, for_graded, nearer};
use local::{Local, Panel, Place, Rising};
use node::Room;
pub use node::{At, Node};

use super::bid_curve::BidCurve;
use super::marginal::{Marginal, Part, Share};
use crate::numeric::quadrature::GaussLegendre;

/// Nodes of the rule of a panel in which every F is smooth.
const ORDER: usize = 10;

/// What is integrated, so that rules are as cheap as they may be.
#[derive(Clone, Copy, Debug)]
pub enum Integrand {
    /// A value or bid times a mass times F of others: of at most so many bidders together.
    Product(usize),
    /// A mass times any smooth function of the value.
    Smooth,
    /// The same of a product of a mass and F of others: of so many bidders together.
    SmoothProduct(usize),
}

/// All nodes, with all bidders of the curves, from a bid up at which a product of all F but one may be above
/// 0, up to the highest bid of those whose mass is asked for. F here is the law of a bidder's bid.
///
/// Panels end where a bid function has a knot or a support an end: between, every phi is linear. They are cut
/// at the marks of the priors, and graded towards singular ends, in the panel's own coordinate t from 0 to 1,
/// in which even segments all but flat have room. Where bids do not rise at all, a bid is an atom, and the
/// priority of those who tie there is evenly random: with t for it, all who tie have the F that rises
/// linearly in t over the atom.
pub fn walk(curves: &[BidCurve], integrand: Integrand, from: f64, visit: &mut impl FnMut(Node)) {
    let mut walk = Walk {
        curves,
        integrand,
        next: vec![0; curves.len()],
        locals: vec![Local::Below; curves.len()],
        room: Room::new(curves),
        cuts: Vec::new(),
    };
    walk.run(from, visit);
}

struct Walk<'a, 'c> {
    curves: &'c [BidCurve<'a>],
    integrand: Integrand,
    /// The segment of each curve.
    next: Vec<usize>,
    locals: Vec<Local<'a>>,
    room: Room,
    /// Places where the panel is cut, and how near to another each may be left out.
    cuts: Vec<(Place, f64)>,
}

impl Walk<'_, '_> {
    fn run(&mut self, from: f64, visit: &mut impl FnMut(Node)) {
        let mut bid = from;
        for (next, curve) in self.next.iter_mut().zip(self.curves) {
            while curve.points[*next + 1..].first().is_some_and(|end| end.0 <= bid)
                && curve.points[*next].0 < bid
            {
                *next += 1;
            }
        }
        loop {
            self.ties(bid, visit);
            // Nobody bids higher whose mass matters.
            let over = |(curve, next): (&BidCurve, &usize)| {
                curve.part == Part::Cdf || next + 1 == curve.points.len()
            };
            if self.curves.iter().zip(&self.next).all(over) {
                return;
            }
            let ends = self.curves.iter().zip(&self.next).filter_map(|(curve, &next)| {
                let begins = curve.points[next].0;
                if begins > bid { Some(begins) } else { curve.points.get(next + 1).map(|end| end.0) }
            });
            let end = ends.fold(f64::INFINITY, f64::min);
            if end == f64::INFINITY {
                return;
            }
            self.panel(bid, end, visit);
            for (next, curve) in self.next.iter_mut().zip(self.curves) {
                let begun = curve.points[*next].0 < end;
                if begun && curve.points.get(*next + 1).is_some_and(|point| point.0 == end) {
                    *next += 1;
                }
            }
            bid = end;
        }
    }

    /// The nodes of those who all bid one bid.
    fn ties(&mut self, bid: f64, visit: &mut impl FnMut(Node)) {
        let mut atoms: Vec<(usize, Atom)> = Vec::new();
        for (i, curve) in self.curves.iter().enumerate() {
            let first = self.next[i];
            let flat = curve.points[first..].iter().take_while(|point| point.0 == bid).count();
            if flat > 1 {
                let last = first + flat - 1;
                let mut atom = Atom::new(curve.marginal, curve.points[first].1, curve.points[last].1);
                atom.mean = curve.atom_value(first).unwrap_or(atom.mean);
                atoms.push((i, atom));
                self.next[i] = last;
            }
        }
        if atoms.is_empty() {
            return;
        }
        for (i, curve) in self.curves.iter().enumerate() {
            let next = self.next[i];
            let cdf = if curve.points[next].0 > bid {
                0.0
            } else if next + 1 == curve.points.len() {
                1.0
            } else {
                curve.marginal.at(curve.place(next, bid), Part::Cdf).0
            };
            self.room.at[i] = At { cdf, mass: 0.0, value: 0.0 };
        }
        let factors = match self.integrand {
            Integrand::Product(factors) | Integrand::SmoothProduct(factors) => factors,
            Integrand::Smooth => 1,
        };
        for (t, weight) in GaussLegendre::of_order(factors.div_ceil(2)).points(0.0, 1.0) {
            for (i, atom) in &atoms {
                self.room.at[*i] =
                    At { cdf: atom.mass.mul_add(t, atom.below), mass: weight * atom.mass, value: atom.mean };
            }
            visit(Node { bid, bidders: self.room.bidders() });
        }
    }

    fn panel(&mut self, from: f64, to: f64, visit: &mut impl FnMut(Node)) {
        let (mut rises, mut surely_lose) = (false, 0);
        // The last bidder, and whether all its curves begin higher.
        let mut last = (None, false);
        for ((local, curve), &next) in self.locals.iter_mut().zip(self.curves).zip(&self.next) {
            if last.0 != Some(curve.bidder) {
                surely_lose += u32::from(last.1);
                last = (Some(curve.bidder), curve.part != Part::Density);
            }
            let begins = curve.points[next].0 > from;
            last.1 &= begins;
            *local = if begins {
                Local::Below
            } else if next + 1 == curve.points.len() {
                Local::Above
            } else {
                let (start, end) = (curve.place(next, from), curve.place(next, to));
                rises = true;
                let rise = start.rise_to(end);
                Local::Rising(Rising {
                    marginal: curve.marginal,
                    part: curve.part,
                    start,
                    end,
                    rise,
                    line: None,
                })
            };
        }
        surely_lose += u32::from(last.1);
        // Where the G of two bidders are 0, so is every product of all but one.
        if !rises || surely_lose > 1 {
            return;
        }
        self.cut();
        let mut first = Place { t: 0.0, rest: 1.0 };
        for k in 0..self.cuts.len() {
            let last = self.cuts[k].0;
            self.cut_panel((from, to), first, last, visit);
            first = last;
        }
    }

    /// Finds the places up to which the panel is cut, rising; the last is its end.
    fn cut(&mut self) {
        self.cuts.clear();
        for local in &self.locals {
            let Local::Rising(Rising { marginal, start, end, rise, .. }) = local else { continue };
            for mark in marginal.marks_between(*start, *end) {
                let (t, rest) = (start.rise_to(mark.share) / rise, mark.share.rise_to(*end) / rise);
                let place = if t < 0.5 { Place { t, rest: 1.0 - t } } else { Place { t: 1.0 - rest, rest } };
                self.cuts.push((place, mark.slack / rise));
            }
        }
        self.cuts.retain(|(place, _)| place.t > 0.0 && place.rest > 0.0);
        let key = |place: Place| if place.t < 0.5 { (false, place.t) } else { (true, -place.rest) };
        self.cuts.sort_by(|(one, _), (other, _)| {
            let ((side, place), (other_side, other_place)) = (key(*one), key(*other));
            side.cmp(&other_side).then(place.total_cmp(&other_place))
        });
        let mut last = Place { t: 0.0, rest: 1.0 };
        self.cuts.retain(|&(place, slack)| {
            let kept = last.width_to(place) > slack;
            if kept {
                last = place;
            }
            kept
        });
        self.cuts.push((Place { t: 1.0, rest: 0.0 }, 0.0));
    }

    /// The nodes of a panel between marks.
    fn cut_panel(&mut self, bids: (f64, f64), first: Place, last: Place, visit: &mut impl FnMut(Node)) {
        let width = first.width_to(last);
        let middle = first.moved(0.5 * width);
        let (mut rising, mut smooth, mut distance) = (0, false, f64::INFINITY);
        // The nearest singular places, and the least reaches.
        let (mut left, mut right) = (NOWHERE, NOWHERE);
        for local in &mut self.locals {
            let Local::Rising(local) = local else { continue };
            rising += 1;
            local.line = local.marginal.line(local.share(middle));
            match local.line {
                Some(_) => {
                    let (below, slope) = local.at(local.share(first));
                    distance = distance.min(below / (slope * width));
                }
                None => smooth = true,
            }
            left = nearer(left, local.singular(first)[0]);
            right = nearer(right, local.singular(last)[1]);
        }
        let panel = Panel { curves: &self.locals, bids };
        let rule = match self.integrand {
            Integrand::Product(factors) if !smooth => {
                GaussLegendre::for_linear_factors(rising.min(factors), distance.max(0.0))
            }
            _ => GaussLegendre::of_order(ORDER),
        };
        let room = &mut self.room;
        let graded = |(distance, reach): (f64, f64)| {
            distance + width > GROWTH * distance && distance + width > GROWTH * reach
        };
        match (graded(left), graded(right)) {
            (false, false) => {
                for (t, weight) in rule.points(0.0, width) {
                    let place = Place { t: first.t + t, rest: last.rest + (width - t) };
                    panel.node(place, weight, room, visit);
                }
            }
            (true, to_right) => {
                let part = if to_right { 0.5 * width } else { width };
                for_graded(left, part, rule, |t, weight| {
                    panel.node(Place { t: first.t + t, rest: last.rest + (width - t) }, weight, room, visit);
                });
                if to_right {
                    for_graded(right, part, rule, |rest, weight| {
                        let place = Place { t: first.t + (width - rest), rest: last.rest + rest };
                        panel.node(place, weight, room, visit);
                    });
                }
            }
            (false, true) => for_graded(right, width, rule, |rest, weight| {
                let place = Place { t: first.t + (width - rest), rest: last.rest + rest };
                panel.node(place, weight, room, visit);
            }),
        }
    }
}

/// The values that all bid one bid.
pub struct Atom {
    /// F below them.
    below: f64,
    pub mass: f64,
    /// Their mean.
    pub mean: f64,
}

impl Atom {
    /// Of the values from one place to another.
    pub fn new(marginal: &Marginal, from: Share, to: Share) -> Self {
        let (mut mass, mut moment) = (0.0, 0.0);
        let curve = BidCurve::through(marginal, Part::Density, vec![(0.0, from), (1.0, to)]);
        walk(&[curve], Integrand::Product(1), 0.0, &mut |node| {
            let At { mass: part, value, .. } = node.bidders[0];
            mass += part;
            moment += part * value;
        });
        let cdf = |share: Share| match share {
            Share::LOW => 0.0,
            Share::HIGH => 1.0,
            inside => marginal.at(inside, Part::Cdf).0,
        };
        let below = cdf(from);
        // Not the sum of the parts, which is less accurate: the probability of being among many who tie is a
        // power.
        Atom { below, mass: cdf(to) - below, mean: if mass > 0.0 { moment / mass } else { 0.0 } }
    }
}
