//! How near to equilibrium the mean profile of a cell is in utility.

use super::context::{CellBidderContext, CellContext};
use super::{CellBidderMeasure, CellBidderOf, CellMeasure, CellOf};
use crate::measure::Column;
use crate::measure::lp::{LpResponse, lp_reason};

const fn number(
    name: &'static str,
    doc: &'static str,
    of: fn(&CellBidderContext) -> Option<f64>,
) -> CellBidderMeasure {
    CellBidderMeasure { column: Column { name, doc }, of: CellBidderOf::Number(of) }
}

pub(super) const BIDDER: &[CellBidderMeasure] = &[
    number("utility", "ex-ante utility in the true auction, mean profile", |bidder| {
        Some(bidder.response?.utility)
    }),
    number("best_response_utility", "u_BR = E max_b (v - b) W(b) against the mean profile", |bidder| {
        Some(bidder.response?.best_response_utility)
    }),
    number("epsilon_ex_ante", "u_BR - utility, mean profile", |bidder| {
        Some(bidder.response?.epsilon_ex_ante)
    }),
    number("epsilon_ex_ante_upper", "certified upper bound on it", |bidder| bidder.upper),
    number("epsilon_interim", "largest gain over the values of the support, mean profile", |bidder| {
        Some(bidder.response?.epsilon_interim)
    }),
    number("epsilon_relative", "1 - utility / u_BR, mean profile", |bidder| {
        let response = bidder.response?;
        let best = response.best_response_utility;
        (best > 0.0).then(|| response.epsilon_ex_ante / best)
    }),
    number("epsilon_class", "gain of the best reply within the strategy class, mean profile", |bidder| {
        bidder.epsilon_class
    }),
    number(
        "utility_smoothed",
        "ex-ante utility in the smoothed auction, mean profile, last beta",
        |bidder| Some(bidder.smoothed?.utility),
    ),
    number(
        "epsilon_smoothed",
        "gain of the best reply b(v) >= 0 in the smoothed auction, mean profile",
        |bidder| Some(bidder.smoothed?.epsilon),
    ),
    number(
        "epsilon_smoothed_class",
        "the same within the strategy class: the one of the four that is 0 at the smoothed equilibrium",
        |bidder| Some(bidder.smoothed?.class.epsilon),
    ),
    number("epsilon_lp", "gain of the best response by linear program on a grid, mean profile", |bidder| {
        lp(bidder).map(LpResponse::epsilon)
    }),
    number("epsilon_lp_bound", "the dual's bound on epsilon_lp", |bidder| {
        lp(bidder).map(LpResponse::epsilon_bound)
    }),
    number(
        "best_response_utility_lp_constrained",
        "utility of the best response that keeps the constraint, mean profile",
        |bidder| lp(bidder)?.constrained.map(|(utility, _)| utility),
    ),
    number(
        "epsilon_lp_constrained",
        "its gain, below 0 where the mean profile does not keep the constraint",
        |bidder| lp(bidder)?.epsilon_constrained(),
    ),
    number(
        "lp_constraint_multiplier",
        "the constraint's multiplier (dual value): utility per unit by which it is loosened",
        |bidder| lp(bidder)?.constrained.map(|(_, multiplier)| multiplier),
    ),
    CellBidderMeasure {
        column: Column {
            name: "lp_reason",
            doc: "why a linear program that was asked for has no solution, or none under the constraint",
        },
        of: CellBidderOf::Text(|bidder| lp_reason(bidder.lp?).map(str::to_owned)),
    },
];

fn lp<'a>(bidder: &'a CellBidderContext) -> Option<&'a LpResponse> {
    bidder.lp?.as_ref().ok()
}

const fn most_of(name: &'static str, doc: &'static str, of: fn(&CellContext) -> Option<f64>) -> CellMeasure {
    CellMeasure { column: Column { name, doc }, of: CellOf::Number(of) }
}

pub(super) const CELL: &[CellMeasure] = &[
    most_of("nash_conv", "sum over bidders of epsilon_ex_ante, mean profile", |cell| {
        cell.bidders().map(|bidder| Some(bidder.response?.epsilon_ex_ante)).sum()
    }),
    most_of("epsilon_ex_ante", "largest epsilon_ex_ante of the bidders, mean profile", |cell| {
        most(cell, |bidder| Some(bidder.response?.epsilon_ex_ante))
    }),
    most_of("epsilon_interim", "largest epsilon_interim of the bidders, mean profile", |cell| {
        most(cell, |bidder| Some(bidder.response?.epsilon_interim))
    }),
    most_of("epsilon_class", "largest epsilon_class of the bidders, mean profile", |cell| {
        most(cell, |bidder| bidder.epsilon_class)
    }),
    most_of("epsilon_smoothed", "largest epsilon_smoothed of the bidders, mean profile", |cell| {
        most(cell, |bidder| Some(bidder.smoothed?.epsilon))
    }),
    most_of(
        "epsilon_smoothed_class",
        "largest epsilon_smoothed_class of the bidders, mean profile",
        |cell| most(cell, |bidder| Some(bidder.smoothed?.class.epsilon)),
    ),
    most_of(
        "epsilon_lp",
        "largest epsilon_lp of the bidders, mean profile; null where one has none",
        |cell| most(cell, |bidder| lp(bidder).map(LpResponse::epsilon)),
    ),
    most_of(
        "epsilon_lp_constrained",
        "largest epsilon_lp_constrained of the bidders, mean profile; null where one has none",
        |cell| most(cell, |bidder| lp(bidder)?.epsilon_constrained()),
    ),
];

/// The largest number of the bidders; `None` where one has none.
fn most(cell: &CellContext, of: impl Fn(&CellBidderContext) -> Option<f64>) -> Option<f64> {
    cell.bidders().try_fold(f64::NEG_INFINITY, |most, bidder| Some(most.max(of(&bidder)?)))
}
