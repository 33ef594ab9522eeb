//! Two bidders with uniform priors on any supports.

use super::InverseBids;
use super::grid::{DEPTH, places};
use crate::auction::prior::Uniform;
use crate::law::groups::Groups;

pub(super) const COMMON_LOW: &str = "closed form of two uniform priors from one lowest value";
pub(super) const ANY_SUPPORTS: &str = "closed form of two uniform priors";

/// The equilibrium of U\[l_1, h_1\] and U\[l_2, h_2\].
///
/// With b_low = (l_1 + l_2) / 2, x = b - b_low, d_i = b_low - l_i, X = top - b_low and V_i = h_i - l_i:
///
/// ```text
/// X = (h_1 - b_low) (h_2 - b_low) / ((h_1 - b_low) + (h_2 - b_low)),
/// (phi_1 - b) (phi_2 - b) = x^2,
/// phi_i(b) = l_i + d_i^2 / (d_i - x + C_i d_i^2 x e^(-d_i / x)),    C_i from phi_i(top) = h_i,
/// l_1 = l_2 = l:    phi_i(b) = l + 2 x / (1 + K_i x^2),    K_i = (2 X / V_i - 1) / X^2.
/// ```
///
/// The two forms are one, and the first cancels where d_i is small beside x. With r = d_i / x, R = d_i / X
/// and k(u) = (1 - (1 - u) e^u) / u^2, which is 1/2 at 0, for any d_i and to full relative accuracy:
///
/// ```text
/// phi_i - l_i = x e^(r - R) / (e^-R (k(r) - (x / X)^2 k(R)) + (x / X)^2 X / V_i),
/// phi_i - b = (k(-r) + (1 + r) e^-r c) (phi_i - l_i) e^-r,    c = (x / X)^2 (k(R) - e^R X / V_i).
/// ```
///
/// The bidder with the lower l never wins with a value below b_low, and bids such a value itself.
///
/// References: Griesmer, Levitan and Shubik 1967, "Toward a study of bidding processes, part IV" (one lowest
/// value); Plum 1992; Kaplan and Zamir 2012, "Asymmetric first-price auctions with uniform distributions:
/// analytic solutions to the general case" (any supports; derived anew here).
///
/// # Errors
/// Where the bidder with the higher values shuts the other out.
pub(super) fn solve(groups: &Groups, priors: [&Uniform; 2]) -> Result<(InverseBids, &'static str), String> {
    let [one, two] = priors;
    // Half the distance of the lower ends, which their mean would round.
    let half = 0.5 * (two.low() - one.low());
    let low = one.low() + half;
    // h_i - low, from the nearer of the two lower ends.
    let above = [(one.high() - one.low()) - half, (two.high() - two.low()) + half];
    let least_above = above[0].min(above[1]);
    if least_above <= 0.0 {
        return Err(format!(
            "no value up to {} of one bidder can win against the other's lowest bids, from {low} up: the other shuts it \
             out, and no equilibrium of rising bids is unique",
            low + least_above
        ));
    }
    // In units of the lesser, so that products neither overflow nor vanish.
    let width = least_above / (1.0 + least_above / above[0].max(above[1]));
    let bidders = [OneOfTwo::new(one, half, width), OneOfTwo::new(two, -half, width)];
    let (nodes, points) = nodes(&bidders);
    let mut logs = [Vec::with_capacity(nodes.len()), Vec::with_capacity(nodes.len())];
    let mut gaps = logs.clone();
    for (&s, points) in nodes.iter().zip(&points) {
        // Of two gaps whose product is known the larger is the more accurate one.
        let x = width * libm::exp(s);
        let larger = usize::from(points[1].gap > points[0].gap);
        for (i, point) in points.iter().enumerate() {
            let gap = if i == larger { point.gap } else { x * (x / points[larger].gap) };
            // Close to F = 1 the distance to the highest value has the digits that F has lost.
            let missing = (above[i] - x - gap) / bidders[i].values;
            let log = if bidders[i].d > 0.0 && missing < 0.5 { libm::log1p(-missing) } else { point.log };
            logs[i].push(log.min(0.0));
            gaps[i].push(gap);
        }
    }
    let top = low + width;
    let curves = InverseBids::in_equilibrium(groups, (low, top), nodes, logs.to_vec(), &gaps)?;
    Ok((curves, if half == 0.0 { COMMON_LOW } else { ANY_SUPPORTS }))
}

/// The most that ln F rises between neighbouring nodes.
const MOST_RISE: f64 = 0.25;

/// Where ln F is below this there is no mass to be counted.
const WEIGHTLESS: f64 = -45.0;

/// How often an interval between nodes is halved at most; no one is asked for more than a few dozen times.
const MOST_HALVINGS: u32 = 200;

/// Nodes that follow both curves also where F rises from nothing to 1 while bids hardly do: where one bidder
/// all but shuts the other out, or has far higher values.
fn nodes(bidders: &[OneOfTwo; 2]) -> (Vec<f64>, Vec<[Point; 2]>) {
    let points = |s: f64| bidders.each_ref().map(|bidder| bidder.at(s));
    let places = places(DEPTH);
    let (mut nodes, mut found) = (vec![places[0]], vec![points(places[0])]);
    for &place in &places[1..] {
        let mut from = (nodes[nodes.len() - 1], found[found.len() - 1]);
        // Ends of intervals that are still to be followed, the nearest last.
        let mut waiting = vec![((place, points(place)), 0)];
        while let Some((to, halvings)) = waiting.pop() {
            let steep = |g: usize| to.1[g].log > WEIGHTLESS && to.1[g].log - from.1[g].log > MOST_RISE;
            let middle = 0.5 * (from.0 + to.0);
            let inside = from.0 < middle && middle < to.0;
            if halvings < MOST_HALVINGS && inside && (steep(0) || steep(1)) {
                waiting.push((to, halvings + 1));
                waiting.push(((middle, points(middle)), halvings + 1));
            } else {
                nodes.push(to.0);
                found.push(to.1);
                from = to;
            }
        }
    }
    (nodes, found)
}

/// ln F of two bidders with uniform priors, the one with the lower values first, and ln(b - low), where
/// both ln F add up to -`depth`: their lowest values lie at `distance` below the lowest bid and above it,
/// and their values spread over `values`.
pub(super) fn two_uniform(distance: f64, values: [f64; 2], depth: f64) -> ([f64; 2], f64) {
    let above = [values[0] - distance, values[1] + distance];
    let width = above[0].min(above[1]) / (1.0 + above[0].min(above[1]) / above[0].max(above[1]));
    let bidders =
        [(values[0], distance), (values[1], -distance)].map(|(values, d)| OneOfTwo { values, d, width });
    let logs = |s: f64| bidders.each_ref().map(|bidder| bidder.at(s).log.min(0.0));
    // In ln(-s) and for all depths that any game has.
    let (mut near, mut far) = (f64::MIN_POSITIVE, LOWEST);
    for _ in 0..HALVINGS {
        let middle = if near * 4.0 < far { (near * far).sqrt() } else { 0.5 * (near + far) };
        if logs(-middle).iter().sum::<f64>() > -depth { near = middle } else { far = middle }
    }
    let s = -0.5 * (near + far);
    (logs(s), libm::log(width) + s)
}

/// s below which no bids are asked for, negative.
const LOWEST: f64 = 300.0;

/// Halvings that find s to rounding.
const HALVINGS: usize = 80;

/// One of the two bidders.
struct OneOfTwo {
    values: f64,
    /// Positive for the bidder with the lower values.
    d: f64,
    width: f64,
}

/// A point of a curve.
#[derive(Clone, Copy)]
struct Point {
    /// ln F(phi).
    log: f64,
    /// phi - b.
    gap: f64,
}

impl OneOfTwo {
    fn new(prior: &Uniform, d: f64, width: f64) -> Self {
        OneOfTwo { values: prior.high() - prior.low(), d, width }
    }

    fn at(&self, s: f64) -> Point {
        let OneOfTwo { values, d, width } = *self;
        let share = libm::exp(s);
        let x = width * share;
        if d == 0.0 {
            // k(0) is 1/2.
            let below = (share * share).mul_add(width / values, -0.5 * libm::expm1(2.0 * s));
            let excess = x / below;
            return Point { log: libm::log(excess / values), gap: excess - x };
        }
        let (r, top) = (d / x, d / width);
        // r - R.
        let apart = top * libm::expm1(-s);
        // With r > 0 everything is divided by e^(r - R), which grows without a bound.
        let damping = if d > 0.0 { libm::exp(-apart) } else { 1.0 };
        let below = damping.mul_add(share * share * width / values, difference(r, top, s));
        if d > 0.0 {
            let c = share * share * damping * (damped(top) - width / values);
            return Point { log: libm::log(x / values / below), gap: x * ((1.0 + r) * c + k(-r)) / below };
        }
        let ln_excess = libm::log(x / below) + apart;
        Point { log: ln_excess - libm::log(values), gap: (libm::exp(ln_excess) - d) - x }
    }
}

/// e^-R (k(r) - (x / X)^2 k(R)), all over e^(r - R) where r > 0, at s = ln(x / X): no difference of like
/// numbers.
fn difference(r: f64, top: f64, s: f64) -> f64 {
    let apart = top * libm::expm1(-s);
    if r.abs() <= 1.0 {
        // r^n - R^n, and n!.
        let (mut sum, mut apart_n, mut top_n, mut factorial) = (0.0, 0.0, 1.0, 1.0);
        for n in 1..TERMS {
            apart_n = r.mul_add(apart_n, apart * top_n);
            top_n *= top;
            factorial *= f64::from(n);
            sum += apart_n / (factorial * f64::from(n + 2));
        }
        return libm::exp(-r.max(top)) * (sum - libm::expm1(2.0 * s) * k(top));
    }
    // From (r / d)^2 times the integral of u e^u.
    let (fallen, whole) = (libm::exp(-apart.abs()), -libm::expm1(-apart.abs()));
    let integral = match (r > 0.0, apart.abs() > 1.0) {
        (true, true) => (r - 1.0) - (top - 1.0) * fallen,
        (true, false) => apart.mul_add(fallen, (r - 1.0) * whole),
        (false, true) => (1.0 - top) - (1.0 - r) * fallen,
        (false, false) => (1.0 - r).mul_add(whole, apart),
    };
    integral / r / r
}

/// Terms of the series of k, for arguments from -1 to 1: the next is below 1e-17 of the sum.
const TERMS: u32 = 18;

/// k(u) = (1 - (1 - u) e^u) / u^2 = sum_n u^n / (n! (n + 2)), for u up to 1.
fn k(u: f64) -> f64 {
    if u < -1.0 {
        return (1.0 - (1.0 - u) * libm::exp(u)) / u / u;
    }
    let (mut sum, mut term) = (0.0, 1.0);
    for n in 0..TERMS {
        sum += term / f64::from(n + 2);
        term *= u / f64::from(n + 1);
    }
    sum
}

/// e^-u k(u) = (u - 1 + e^-u) / u^2, for u >= 0.
fn damped(u: f64) -> f64 {
    if u > 1.0 { (u - 1.0 + libm::exp(-u)) / u / u } else { libm::exp(-u) * k(u) }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::auction::games::game;
    use crate::equilibrium::{BNE_ERROR, bne};

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    }

    #[test]
    fn curves_are_those_of_many_digits_whatever_the_gap_and_the_scale() {
        let reference: Value =
            serde_json::from_str(include_str!("../../../tests/reference/kaplan_zamir.json")).unwrap();
        let shares = numbers(&reference["shares"]);
        let games = reference["games"].as_array().unwrap();
        assert!(games.len() >= 80);
        for known in games {
            let supports: Vec<(f64, f64)> = (0..2)
                .map(|i| numbers(&known["supports"][i]))
                .map(|support| (support[0], support[1]))
                .collect();
            let number = |key: &str| known[key].as_f64().unwrap();
            let (low, top, width) = (number("low"), number("top"), number("width"));
            let highest = supports[0].1.max(supports[1].1);
            for swapped in [false, true] {
                let order = if swapped { [1, 0] } else { [0, 1] };
                let found = bne(&game(&order.map(|i| supports[i]))).unwrap();
                let rounding = 8.0 * f64::EPSILON * highest;
                assert!((found.low_bid() - low).abs() <= rounding, "{supports:?}");
                assert!((found.top_bid() - top).abs() <= rounding, "{supports:?}");
                for (bidder, &i) in order.iter().enumerate() {
                    let (own_low, own_high) = supports[i];
                    let bid = known["bids_of_middle_values"][i].as_f64().unwrap();
                    let value = 0.5 * (own_low.max(low) + own_high);
                    let error = (found.bid(bidder, value) - bid).abs();
                    assert!(error <= BNE_ERROR * width + rounding, "{supports:?}, {i}: {error:e} in a bid");
                    let values = numbers(&known["inverse_bids_above_low"][i]);
                    for (share, above) in shares.iter().zip(values) {
                        let bid = share.mul_add(width, low);
                        let value = found.inverse_bid(bidder, bid);
                        // What rounding of the bid moves the value by, at most: the other's gap is x^2 over
                        // the own.
                        let (x, gap) = (share * width, above - share * width);
                        let steepness = 1.0 + (x + gap) / (x * (x / gap)).max(f64::MIN_POSITIVE);
                        let most = BNE_ERROR * (above + own_low.min(width)) + rounding * steepness;
                        let error = (value - low - above).abs();
                        assert!(error <= most, "{supports:?}, {i}, {share}: {error:e} above {most:e}");
                    }
                    let utility = known["utilities"][i].as_f64().unwrap();
                    let error = (found.utility(bidder) - utility).abs();
                    assert!(
                        error <= 1e-8 * utility.max(1e-6 * highest),
                        "{supports:?}, {i}: {} for {utility}",
                        found.utility(bidder)
                    );
                }
            }
        }
    }
}
