//! The gradient of all bidders at once, on nodes of bids that they share.

mod cells;
mod meeting;
mod nodes;
mod panels;

use meeting::Meeting;
use panels::{Panel, Panels};

use super::group::{Group, Moments};
use super::rivals::Product;
use crate::auction::{Bidder, Payment, Prior, Strategy};
use crate::numeric::quadrature::{Grade, MAX_ORDER};
use crate::numeric::simd::{Instance, run};

/// How fine the panels are: the error is about 1e-12.
struct Orders {
    /// The relative error aimed at on a panel.
    error: f64,
    /// The widest panels, in the argument of the logistic function.
    widest: f64,
    /// The most nodes for the logistic density, and for a density of values that is not constant.
    logistic_most: usize,
    density_most: usize,
    /// Nodes on panels at the ends of supports, where a density is smooth.
    ends: usize,
    /// The same where it may be like a root of the distance.
    roots: usize,
}

const ORDERS: Orders =
    Orders { error: 1e-12, widest: 10.0, logistic_most: 32, density_most: 18, ends: 14, roots: 32 };

/// Beyond this argument the logistic function is 0 or 1.
pub(super) const CUT: f64 = 30.0;

/// Panels that hold less, of the argument and of every bidder's support, are left out.
const NOTHING: f64 = 1e-13;

/// Bidders of some priors and classes.
#[derive(Clone, Debug)]
pub(super) struct Together {
    /// The different ones, and which of them each bidder is of.
    kinds: Vec<Group>,
    of_bidder: Vec<usize>,
    pub payment: Payment,
    pub instance: Instance,
}

/// Bidders of one kind who play alike.
pub(super) struct Player<'a> {
    pub kind: &'a Group,
    pub count: u32,
    /// The bids at [`Group::ends`].
    pub bids: Vec<f64>,
}

impl Together {
    pub fn new(bidders: &[Bidder], payment: Payment) -> Self {
        let mut known: Vec<(&Prior, Strategy)> = Vec::new();
        let of_bidder = bidders.iter().map(|bidder| {
            let kind = (&bidder.prior, bidder.strategy);
            known.iter().position(|other| *other == kind).unwrap_or_else(|| {
                known.push(kind);
                known.len() - 1
            })
        });
        let of_bidder = of_bidder.collect();
        let kinds =
            known.into_iter().map(|(prior, strategy)| Group::new(prior, strategy, 1, payment)).collect();
        Together { kinds, of_bidder, payment, instance: Instance::current() }
    }

    /// The kind of each bidder.
    pub fn kinds(&self) -> impl Iterator<Item = &Group> {
        self.of_bidder.iter().map(|kind| &self.kinds[*kind])
    }

    /// The derivatives of each bidder's expected utility in its own parameters; of one bidder only, where one
    /// is `asked` for. `None` where the auction is so steep that panels would be too many.
    pub fn gradients(
        &self,
        parameters: &[Vec<f64>],
        asked: Option<usize>,
        beta: f64,
    ) -> Option<Vec<Vec<f64>>> {
        assert_eq!(parameters.len(), self.of_bidder.len(), "parameters and bidders");
        let mut players: Vec<Player> = Vec::new();
        let mut firsts: Vec<usize> = Vec::new();
        let of_bidder: Vec<usize> = (0..parameters.len())
            .map(|bidder| {
                let alike = |first: &usize| {
                    self.of_bidder[*first] == self.of_bidder[bidder]
                        && parameters[*first] == parameters[bidder]
                };
                let known = firsts.iter().position(alike);
                if let Some(player) = known {
                    players[player].count += 1;
                    return player;
                }
                let kind = &self.kinds[self.of_bidder[bidder]];
                players.push(Player { kind, count: 1, bids: kind.bids(&parameters[bidder]) });
                firsts.push(bidder);
                firsts.len() - 1
            })
            .collect();
        let one = asked.map(|bidder| of_bidder[bidder]);
        let found = gradients(&players, self.payment, one, beta, self.instance)?;
        let bidders = asked.map_or(0..parameters.len(), |bidder| bidder..bidder + 1);
        Some(bidders.map(|bidder| found[of_bidder[bidder]].clone()).collect())
    }
}

/// For each player the derivatives of the expected utility of one of its bidders in its own parameters; none
/// but the one that is `asked` for need be right. `None` where the auction is so steep that panels would be
/// too many.
pub(super) fn gradients(
    players: &[Player],
    payment: Payment,
    asked: Option<usize>,
    beta: f64,
    instance: Instance,
) -> Option<Vec<Vec<f64>>> {
    // What a search stepped to, out of all bounds, has no panels to integrate over.
    if !players.iter().flat_map(|player| &player.bids).all(|bid| bid.is_finite()) {
        return Some(players.iter().map(|player| vec![f64::NAN; player.kind.parameters()]).collect());
    }
    let panels = Panels::new(players, beta);
    let moments = if beta == f64::INFINITY {
        unsmoothed(players, &panels, payment, asked)
    } else if panels.are_too_steep() {
        return None;
    } else {
        smoothed(players, &panels, payment, asked, beta, instance)
    };
    let gradient =
        |(player, moments): (&Player, &Moments)| player.kind.less_always(player.kind.gradient(moments));
    Some(players.iter().zip(&moments).map(gradient).collect())
}

/// The moments of the derivative of the smoothed utility in the bid.
fn smoothed(
    players: &[Player],
    panels: &Panels,
    payment: Payment,
    asked: Option<usize>,
    beta: f64,
    instance: Instance,
) -> Vec<Moments> {
    let mut meeting = Meeting::new(players.len(), asked);
    let mut segments: Vec<usize> = Vec::new();
    let mut starts: Vec<usize> = Vec::new();
    let mut one = vec![(0.0, 0.0); players.len()];
    let mut product = Product::new(players.iter().map(|player| player.count));
    panels.visit(players, |panel| {
        let width = beta * (panel.stop - panel.start);
        if width <= NOTHING && panel.most_moved(players) <= NOTHING {
            return;
        }
        starts.push(meeting.len());
        segments.extend_from_slice(panel.segments);
        let pieces = if panel.is_beyond { 1.0 } else { (width / ORDERS.widest).ceil().max(1.0) };
        // Poles of s lie pi i away.
        let distance = std::f64::consts::PI * pieces / width;
        let logistic = if panel.is_beyond { 2 } else { nodes(distance, ORDERS.logistic_most) };
        let (grade, order) = panel.rule(players, logistic, pieces);
        let mut lines = panel.lines(players);
        for piece in 0..pieces as usize {
            for (t, weight) in grade.points(order) {
                let share = (piece as f64 + t) / pieces;
                let weight = weight / pieces;
                meeting.push(beta, panel.start + share * (panel.stop - panel.start));
                for (i, line) in lines.iter_mut().enumerate() {
                    let (value, below, mass) = line.at(share);
                    one[i] = (below, mass);
                    meeting.push_own(i, value, weight * mass);
                }
                product.visit(&one, |i, _, density| meeting.push_rivals(i, weight * density));
            }
        }
    });
    starts.push(meeting.len());
    meeting.pad();
    let chances = run(instance, &meeting);
    // The same of weights times the bids: what the price that depends on the others' bids rises by.
    let met = (payment.other != 0.0).then(|| run(instance, &meeting.by_bid()));
    let mut moments: Vec<Moments> = players.iter().map(|player| player.kind.moments()).collect();
    for (i, moments) in moments.iter_mut().enumerate().filter(|(i, _)| asked.is_none_or(|one| one == *i)) {
        for (ends, segments) in starts.windows(2).zip(segments.chunks(players.len())) {
            for node in ends[0]..ends[1] {
                let (value, mass) = meeting.own(i, node);
                if mass > 0.0 {
                    let (win, density) = chances.at(i, node);
                    let price = payment.own * meeting.bid(node);
                    let mut part = mass * ((value - price) * beta * density - payment.own * win);
                    if let Some(met) = &met {
                        part -= mass * payment.other * beta * met.at(i, node).1;
                    }
                    players[i].kind.add(moments, segments[i], value, part);
                }
            }
        }
    }
    moments
}

/// The gradient in the true auction.
fn unsmoothed(players: &[Player], panels: &Panels, payment: Payment, asked: Option<usize>) -> Vec<Moments> {
    let mut moments: Vec<Moments> = players.iter().map(|player| player.kind.moments()).collect();
    let mut one = vec![(0.0, 0.0); players.len()];
    let mut masses = vec![(0.0, 0.0); players.len()];
    let mut product = Product::new(players.iter().map(|player| player.count));
    panels.visit(players, |panel| {
        let rise = panel.stop - panel.start;
        let (grade, order) = panel.rule(players, 2, 1.0);
        if rise <= 0.0 {
            // Those who bid this have no lower bids of this kind beside them: all others' bids up to here
            // count as lower.
            for (i, moments) in moments.iter_mut().enumerate() {
                if panel.to[i] > panel.from[i] && asked.is_none_or(|one| one == i) {
                    let (win, density) = panel.law_at_atom(players, i);
                    let mut line = panel.line(players, i);
                    for (t, weight) in grade.points(order) {
                        let (value, _, mass) = line.at(t);
                        let margin = payment.margin(value, panel.start, panel.start);
                        let part = weight * mass * (margin * density - payment.own * win);
                        players[i].kind.add(moments, panel.segments[i], value, part);
                    }
                }
            }
            return;
        }
        let mut lines = panel.lines(players);
        for (t, weight) in grade.points(order) {
            let bid = panel.start + t * rise;
            for (i, line) in lines.iter_mut().enumerate() {
                let (value, below, mass) = line.at(t);
                one[i] = (below, mass / rise);
                masses[i] = (value, weight * mass);
            }
            product.visit(&one, |i, win, density| {
                let (value, mass) = masses[i];
                if mass > 0.0 && asked.is_none_or(|one| one == i) {
                    let margin = payment.margin(value, bid, bid);
                    let part = mass * (margin * density - payment.own * win);
                    players[i].kind.add(&mut moments[i], panel.segments[i], value, part);
                }
            });
        }
    });
    moments
}

/// Nodes on a panel for a function with poles at a distance, in panel widths, above and below the panel's
/// middle: an error falls like rho^(-2 n) (Trefethen 2013, theorem 19.3).
fn nodes(distance: f64, most: usize) -> usize {
    let halves = (2.0 * distance).min(NO_POLE);
    let rho = halves + (halves * halves + 1.0).sqrt();
    let square = rho * rho;
    let (mut nodes, mut error) = (2, 1.0 / (square * square));
    while error > ORDERS.error && nodes < most {
        nodes += 1;
        error /= square;
    }
    nodes
}

/// In spreads of most values, how far off poles of densities are taken to be.
const SMOOTH: f64 = 0.5;

/// Poles further off are as good as none.
const NO_POLE: f64 = 1e9;

impl Panel<'_> {
    /// The largest part of a support that is passed.
    fn most_moved(&self, players: &[Player]) -> f64 {
        (0..players.len()).map(|i| self.moved(players, i)).fold(0.0, f64::max)
    }

    fn moved(&self, players: &[Player], i: usize) -> f64 {
        let table = &players[i].kind.table;
        (self.to[i] - self.from[i]) / (table.high - table.low)
    }

    /// The rule for each of so many pieces, on which the logistic function needs some nodes.
    fn rule(&self, players: &[Player], logistic: usize, pieces: f64) -> (Grade, usize) {
        let bidders: u32 = players.iter().map(|player| player.count).sum();
        let moving = || (0..players.len()).filter(|i| self.to[*i] > self.from[*i]);
        // The product of distribution functions is as good as a polynomial of a low degree where each changes
        // little.
        let change: f64 = moving().map(|i| self.moved(players, i) * f64::from(players[i].count)).sum();
        let degree = f64::from(bidders) * (change / pieces).min(1.0);
        let degree = (degree.ceil() as usize + 3).min(bidders as usize);
        let more = degree.div_ceil(2);
        let mut order = logistic + more;
        let mut grade = Grade::Even;
        for i in moving() {
            let table = &players[i].kind.table;
            if table.is_even() {
                continue;
            }
            let distance = SMOOTH * table.spread * pieces / (self.to[i] - self.from[i]);
            order = order.max(nodes(distance, ORDERS.density_most) + more);
            let near = table.ends_near(self.from[i], self.to[i]);
            if near {
                order = order.max(ORDERS.ends + more);
            }
            if table.is_analytic() {
                continue;
            }
            if near {
                grade = grade.max(table.grade);
                // Nodes that crowd towards the ends are half as close in the middle.
                order = order.max(ORDERS.roots + more).max(2 * logistic);
            } else {
                // A pole beyond an end of the panel has the ellipse of one further off above the middle.
                let length = (self.to[i] - self.from[i]) / pieces;
                let beyond = (self.from[i] - table.low).min(table.high - self.to[i]);
                let distance = (beyond * (beyond + length)).sqrt() / length;
                order = order.max(nodes(distance, ORDERS.density_most) + more);
            }
        }
        (grade, order.min(MAX_ORDER))
    }
}
