//! Lines of uniform priors: between highest bids H is a polynomial, whose integrals over values are known.

use std::ops::Range;

use super::point::NARROW;
use super::{FAST, PANEL_ENDS};
use crate::auction::Bidder;
use crate::numeric::elementary::exp;
use crate::numeric::quadrature::Grade;
use crate::numeric::simd::{Float, Instance, Kernel, LANES, Real, Simd, run};

/// The gradient of linear bidders with uniform priors.
#[derive(Clone, Debug)]
pub struct UniformGradient {
    supports: Vec<(f64, f64)>,
    outer: Vec<(f64, f64)>,
    pub instance: Instance,
}

impl UniformGradient {
    /// For the priors of bidders, all of them uniform.
    pub fn new(bidders: &[Bidder]) -> Self {
        UniformGradient {
            supports: bidders.iter().map(|bidder| bidder.prior.support()).collect(),
            outer: Grade::Even.points(FAST.uniform).collect(),
            instance: Instance::current(),
        }
    }

    /// The derivative of each bidder's expected utility in the own multiplier, at multipliers in (0, 1), one
    /// a bidder; of one bidder only, where one is `asked` for.
    pub fn gradients(&self, multipliers: &[Vec<f64>], asked: Option<usize>, beta: f64) -> Vec<f64> {
        assert_eq!(multipliers.len(), self.supports.len(), "multipliers and bidders");
        let mut lines: Vec<Line> = Vec::new();
        let of_bidder: Vec<usize> = (self.supports.iter().zip(multipliers))
            .map(|(&(low, high), multiplier)| {
                let multiplier = multiplier[0];
                let alike = |line: &Line| (line.low, line.high, line.multiplier) == (low, high, multiplier);
                let known = lines.iter().position(alike).unwrap_or_else(|| {
                    lines.push(Line { low, high, multiplier, count: 0 });
                    lines.len() - 1
                });
                lines[known].count += 1;
                known
            })
            .collect();
        let one = asked.map(|bidder| of_bidder[bidder]);
        let wanted = one.map_or(0..lines.len(), |line| line..line + 1);
        let outer = &self.outer;
        let found = run(self.instance, Lines { lines: &lines, asked: wanted.clone(), beta, outer });
        let bidders = asked.map_or(0..multipliers.len(), |bidder| bidder..bidder + 1);
        bidders.map(|bidder| found[of_bidder[bidder] - wanted.start]).collect()
    }
}

/// Bidders of one uniform prior and one multiplier.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// The support of values.
    low: f64,
    high: f64,
    multiplier: f64,
    count: u32,
}

/// The derivatives of the expected utility of one bidder of each of some lines in its multiplier.
///
/// It is the formula of [`super::LinearGradient`], with the same panels and nodes of the logistic variable.
/// At each, H is the product of (m - low bid of j) / (high bid of j - low bid of j) over the rivals j whose
/// highest bid is above m: with z the height of m above the highest low bid, a polynomial in z without
/// negative coefficients c_r. Over a piece of bids from A to B, own bids rise from a by B - A, and
///
/// ```text
/// int x^k ((1 - x) A + x B)^r dx = k! r! / (k + r + 1)! sum_(p + q = r) (q + 1) .. (q + k) A^p B^q,
/// ```
///
/// for k = 0, 1, 2 by recursion over r. All terms are of one sign: nothing cancels, however narrow a bidder's
/// bids are.
struct Lines<'a> {
    lines: &'a [Line],
    /// The lines whose gradient is asked for.
    asked: Range<usize>,
    beta: f64,
    /// Nodes and weights of a panel of the logistic variable, on \[0, 1\].
    outer: &'a [(f64, f64)],
}

/// H between two neighbouring ends of pieces, as heights above the floor.
struct Piece {
    from: f64,
    to: f64,
    /// The heights that z = 1 stands for.
    scale: f64,
    /// Where its coefficients start.
    start: usize,
    coefficients: usize,
}

/// The pieces of H of a bidder's rivals, rising.
#[derive(Default)]
struct Pieces {
    floor: f64,
    pieces: Vec<Piece>,
    /// c_r, c_r / (r + 1) and c_r / ((r + 1) (r + 2)).
    coefficients: Vec<[f64; 3]>,
}

/// The integrals of H b and of h b^2 over a piece where own bids b rise by a width from a, as a d q_0 + d^2
/// q_1 and as a^2 d r_0 + a d^2 r_1 + d^3 r_2.
#[derive(Clone, Copy)]
struct Moments<F> {
    q: [F; 2],
    r: [F; 3],
}

impl Pieces {
    /// Of the rivals of a bidder of line `me`.
    fn take(&mut self, lines: &[Line], me: usize) {
        let rivals = lines.iter().enumerate().map(|(j, line)| (line, line.count - u32::from(j == me)));
        let rivals: Vec<(f64, f64, u32)> = rivals
            .filter(|(_, count)| *count > 0)
            .map(|(line, count)| (line.multiplier * line.low, line.multiplier * line.high, count))
            .collect();
        let floor = rivals.iter().map(|rival| rival.0).fold(0.0, f64::max);
        let mut falling: Vec<(f64, f64, u32)> = rivals.into_iter().filter(|rival| rival.1 > floor).collect();
        falling.sort_by(|a, b| b.1.total_cmp(&a.1));
        self.floor = floor;
        self.pieces.clear();
        self.coefficients.clear();
        let mut product = vec![1.0];
        let top = falling.first().map_or(0.0, |rival| rival.1 - floor);
        self.push(&product, (top, f64::INFINITY), 1.0);
        let mut scale = top;
        let mut waiting = &falling[..];
        while let Some(&(_, top, _)) = waiting.first() {
            let to = top - floor;
            let shrunk = to / scale;
            let mut power = 1.0;
            for c in &mut product {
                *c *= power;
                power *= shrunk;
            }
            scale = to;
            let here = waiting.iter().take_while(|rival| rival.1 == top).count();
            for &(low, high, count) in &waiting[..here] {
                let (constant, slope) = ((floor - low) / (high - low), scale / (high - low));
                for _ in 0..count {
                    product.push(0.0);
                    for r in (1..product.len()).rev() {
                        product[r] = constant * product[r] + slope * product[r - 1];
                    }
                    product[0] *= constant;
                }
            }
            waiting = &waiting[here..];
            let from = waiting.first().map_or(0.0, |rival| rival.1 - floor);
            self.push(&product, (from, to), scale);
        }
        self.pieces.reverse();
    }

    fn push(&mut self, product: &[f64], (from, to): (f64, f64), scale: f64) {
        let start = self.coefficients.len();
        self.pieces.push(Piece { from, to, scale, start, coefficients: product.len() });
        self.coefficients.extend(product.iter().enumerate().map(|(r, c)| {
            let (one, two) = (r as f64 + 1.0, r as f64 + 2.0);
            [*c, c / one, c / (one * two)]
        }));
    }

    /// The piece of a height.
    fn at(&self, height: f64) -> usize {
        self.pieces.partition_point(|piece| piece.from <= height).max(1) - 1
    }

    /// Over heights of a piece.
    #[inline(always)]
    fn moments<F: Float>(&self, piece: &Piece, from: F, to: F) -> Moments<F> {
        let per_scale = F::splat(1.0 / piece.scale);
        let (a, b) = (from * per_scale, to * per_scale);
        let coefficients = &self.coefficients[piece.start..][..piece.coefficients];
        let zero = F::splat(0.0);
        let (mut q, mut r) = ([zero; 2], [zero; 3]);
        // B^r, and the three sums.
        let (mut power, mut sums) = (F::splat(1.0), [F::splat(1.0), F::splat(1.0), F::splat(2.0)]);
        let mut up = 2.0;
        for (here, next) in coefficients.iter().zip(&coefficients[1..]) {
            for k in 0..2 {
                q[k] = sums[k].mul_add(F::splat(here[k + 1]), q[k]);
            }
            for k in 0..3 {
                r[k] = sums[k].mul_add(F::splat(next[k]), r[k]);
            }
            power = power * b;
            let rising = [1.0, up, up * (up + 1.0)];
            for k in 0..3 {
                sums[k] = sums[k].mul_add(a, power * F::splat(rising[k]));
            }
            up += 1.0;
        }
        let last = coefficients[coefficients.len() - 1];
        for k in 0..2 {
            q[k] = sums[k].mul_add(F::splat(last[k + 1]), q[k]);
        }
        Moments { q, r: [r[0] * per_scale, r[1] * (per_scale + per_scale), r[2] * per_scale] }
    }
}

impl<F: Float> Moments<F> {
    /// Both integrals, over own values that rise by a width, added to others.
    #[inline(always)]
    fn integrals(self, from: F, width: F, [win, density]: [F; 2]) -> [F; 2] {
        let wins = width.mul_add(self.q[1], from * self.q[0]);
        let densities = width.mul_add(width.mul_add(self.r[2], from * self.r[1]), from * from * self.r[0]);
        [width.mul_add(wins, win), width.mul_add(densities, density)]
    }
}

impl<R: Real> Moments<R> {
    #[inline(always)]
    fn of_first_lane(self) -> Moments<f64> {
        Moments { q: self.q.map(|x| x.to_array()[0]), r: self.r.map(|x| x.to_array()[0]) }
    }
}

impl Moments<f64> {
    #[inline(always)]
    fn splat<F: Float>(&self) -> Moments<F> {
        let [q0, q1] = self.q;
        let [r0, r1, r2] = self.r;
        Moments { q: [F::splat(q0), F::splat(q1)], r: [F::splat(r0), F::splat(r1), F::splat(r2)] }
    }
}

impl Kernel for Lines<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Vec<f64> {
        let mut scratch = Scratch::default();
        let mut gradients = Vec::with_capacity(self.asked.len());
        for me in self.asked.clone() {
            gradients.push(self.gradient::<S>(me, &mut scratch));
        }
        gradients
    }
}

/// What is kept from one bidder to the next: memory.
#[derive(Default)]
struct Scratch {
    pieces: Pieces,
    /// The moments of whole pieces.
    whole: Vec<Moments<f64>>,
    panels: Vec<f64>,
}

impl Lines<'_> {
    #[inline(always)]
    fn gradient<S: Simd>(&self, me: usize, scratch: &mut Scratch) -> f64 {
        let splat = <S::Real as Float>::splat;
        let (zero, one) = (splat(0.0), splat(1.0));
        let own = &self.lines[me];
        let Scratch { pieces, whole, panels } = scratch;
        pieces.take(self.lines, me);
        whole.clear();
        for piece in &pieces.pieces[..pieces.pieces.len() - 1] {
            let moments = pieces.moments(piece, splat(piece.from), splat(piece.to));
            whole.push(moments.of_first_lane());
        }
        if self.beta == f64::INFINITY {
            if own.multiplier * own.high <= pieces.floor {
                return 0.0;
            }
            return inner_integral::<S>(own, pieces, whole, zero, 0.0).to_array()[0];
        }
        breakpoints(own, pieces, self.beta, panels);
        let mut sum = zero;
        for ends in panels.windows(2) {
            let width = ends[1] - ends[0];
            let middle = 0.5 * (ends[0] + ends[1]) / self.beta;
            for nodes in self.outer.chunks(LANES) {
                let (mut places, mut weights) = ([0.5; LANES], [0.0; LANES]);
                for (lane, node) in nodes.iter().enumerate() {
                    (places[lane], weights[lane]) = *node;
                }
                let xi = splat(ends[0]) + splat(width) * S::Real::from_array(places);
                let decay = exp(xi.min(zero - xi));
                let tail = decay / (one + decay);
                let weight = S::Real::from_array(weights) * splat(width) * tail * (one - tail);
                let inner = inner_integral::<S>(own, pieces, whole, xi / splat(self.beta), middle);
                sum = weight.mul_add(inner, sum);
            }
        }
        sum.to_array().iter().sum()
    }
}

/// Where panels of the logistic variable end.
fn breakpoints(own: &Line, pieces: &Pieces, beta: f64, panels: &mut Vec<f64>) {
    let [least, .., most] = PANEL_ENDS;
    // Above this the own highest bid meets bids below the floor only.
    let most = most.min(beta * (own.multiplier * own.high - pieces.floor));
    panels.clear();
    panels.extend(PANEL_ENDS);
    for piece in &pieces.pieces {
        let top = pieces.floor + piece.from;
        panels.extend([own.low, own.high].map(|value| beta * (own.multiplier * value - top)));
    }
    panels.retain(|xi| (least..=most).contains(xi));
    panels.sort_by(f64::total_cmp);
    panels.dedup_by(|next, last| *next - *last < NARROW);
}

/// int f(v) { -v H(w v - shift) + (1 - w) v^2 h(w v - shift) } dv at shifts around `middle`, between which no
/// own bid passes the end of a piece.
#[inline(always)]
fn inner_integral<S: Simd>(
    own: &Line,
    pieces: &Pieces,
    whole: &[Moments<f64>],
    shift: S::Real,
    middle: f64,
) -> S::Real {
    let splat = <S::Real as Float>::splat;
    let (low, high) = (own.multiplier * own.low, own.multiplier * own.high);
    let per_bid = splat(1.0 / own.multiplier);
    // Own bids are so much above what they meet, counted from the floor.
    let above = splat(pieces.floor) + shift;
    let to = splat(high) - above;
    let last = pieces.at(high - middle - pieces.floor);
    let mut sums = [splat(0.0); 2];
    let mut done = 0;
    if low - middle > pieces.floor {
        let from = splat(low) - above;
        let first = pieces.at(low - middle - pieces.floor);
        let piece = &pieces.pieces[first];
        let (end, width) = if first < last {
            (splat(piece.to), (splat(piece.to) - from) * per_bid)
        } else {
            (to, splat(own.high - own.low))
        };
        sums = pieces.moments(piece, from, end).integrals(splat(own.low), width, sums);
        done = first + 1;
    }
    if done <= last {
        for (piece, moments) in pieces.pieces[done..last].iter().zip(&whole[done..last]) {
            let from = (splat(piece.from) + above) * per_bid;
            let width = splat(piece.to - piece.from) * per_bid;
            sums = moments.splat().integrals(from, width, sums);
        }
        let piece = &pieces.pieces[last];
        let from = (splat(piece.from) + above) * per_bid;
        let width = (to - splat(piece.from)) * per_bid;
        sums = pieces.moments(piece, splat(piece.from), to).integrals(from, width, sums);
    }
    let [win, density] = sums;
    let scale = 1.0 / (own.high - own.low);
    density.mul_add(splat((1.0 - own.multiplier) * scale), splat(-scale) * win)
}
