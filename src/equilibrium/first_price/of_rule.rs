//! Equilibria of other rules that follow from first-price ones, of bidders who share a prior.
//!
//! With G = F^(N - 1) and rising bids, what a value v pays on average is the same under every rule here,
//!
//! ```text
//! int_low^v x dG(x) = b(v) G(v),    b the bid at the first price.
//! ```
//!
//! So all-pay bids are b G. A mixture's winner pays (2 - a) b + (a - 1) E\[b(y) | y < v\], and the derivative
//! of that is the first-order condition of the first price against (N - 1) / (2 - a) rivals.
//!
//! References: Krishna 2010, Propositions 3.1 and 2.2; the mixture is this project's derivation.

use super::inverse_bids::InverseBids;
use crate::auction::Payment;
use crate::law::groups::Groups;
use crate::numeric::quadrature::GaussLegendre;

/// Nodes of the rule between neighbouring nodes of the curves.
const ORDER: usize = 3;

/// The groups in which the one group faces as many rivals as it takes for the first price to have a mixture's
/// bids.
pub(super) fn as_of_first_price(groups: &Groups, payment: Payment) -> Groups {
    let rivals = (groups.counts[0] - 1.0) / payment.own;
    Groups { counts: vec![1.0 + rivals], ..groups.clone() }
}

/// E\[b v\] of all-pay bids, b F^(N - 1) with the inverse bids of the first price; what is below their first
/// node is nothing beside it.
pub(super) fn all_pay_bid_values(groups: &Groups, curves: &InverseBids) -> f64 {
    let (rivals, start) = (groups.counts[0] - 1.0, groups.priors[0].support().0);
    let mut sum = 0.0;
    for_nodes(curves, |weight, s, log, slope| {
        let value = start + groups.quantiles[0].excess(log);
        sum += weight * (curves.low + curves.rise(s)) * value * libm::exp((rivals + 1.0) * log) * slope;
    });
    sum
}

/// A bound on what a deviation from a mixture's bids gains: with the groups of [`as_of_first_price`], whose
/// rivals are k, and N - 1 true rivals,
///
/// ```text
/// int own F^(N - 1) |(phi - b) k dl/db - 1| db.
/// ```
pub(super) fn most_gain(groups: &Groups, curves: &InverseBids, payment: Payment) -> f64 {
    let effective = groups.counts[0] - 1.0;
    let (rivals, start) = (effective * payment.own, groups.priors[0].support().0);
    let mut sum = 0.0;
    for_nodes(curves, |weight, s, log, slope| {
        let rise = curves.rise(s);
        let gap = groups.quantiles[0].excess(log) - (curves.low - start) - rise;
        // A curve that falls is no inverse bid function.
        let residual = if slope < 0.0 { f64::INFINITY } else { gap * effective * slope - rise };
        sum += weight * payment.own * libm::exp(rivals * log) * residual.abs();
    });
    // Below the first node the integrand is at most what can be won there.
    let bottom = curves.log(0, curves.first());
    let most = groups.quantiles[0].excess(bottom) + curves.rise(curves.first());
    sum + libm::exp(rivals * bottom) * most
}

/// Shows weight, place, l and dl/ds of every node of a rule along the curve of the one group.
fn for_nodes(curves: &InverseBids, mut show: impl FnMut(f64, f64, f64, f64)) {
    let rule = GaussLegendre::of_order(ORDER);
    for (segment, from, to) in curves.segments() {
        for (s, weight) in rule.points(from, to) {
            let (log, slope) = curves.at(0, segment, s);
            show(weight, s, log.min(0.0), slope);
        }
    }
}
