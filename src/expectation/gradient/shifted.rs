//! The gradient against rivals whose bids are all higher by one shift, panels ending where any bid function
//! bends.

use super::group::{Group, Moments};
use super::linear::PANEL_ENDS;
use super::rivals::{Bids, inverse, power, times};
use super::smoothed::Accuracy;
use crate::auction::Payment;
use crate::numeric::quadrature::Grade;

/// What a bidder of a group meets.
#[derive(Clone, Copy)]
pub struct Rivals<'a> {
    pub groups: &'a [Group],
    pub group: usize,
    pub bids: &'a Bids,
}

/// The gradient in the true auction, for a bidder who plays `own`, but for what is paid always.
pub fn unsmoothed(rivals: Rivals, own: &[f64], payment: Payment, accuracy: Accuracy) -> Vec<f64> {
    let Rivals { groups, group, .. } = rivals;
    let mut moments = groups[group].moments();
    shifted(rivals, own, payment, accuracy, (0.0, 1.0), &mut moments);
    groups[group].gradient(&moments)
}

/// The gradient in an auction so little smoothed that the logistic variable is integrated last.
pub fn nearly_unsmoothed(
    rivals: Rivals,
    own: &[f64],
    payment: Payment,
    beta: f64,
    accuracy: Accuracy,
) -> Vec<f64> {
    let Rivals { groups, group, bids } = rivals;
    let mut moments = groups[group].moments();
    let (floor, top) = bids.floor_and_top(groups, group);
    let mut ends = PANEL_ENDS.to_vec();
    let (low, high) = (own[0], own[own.len() - 1]);
    for bid in [floor, top] {
        ends.extend([low, high].map(|own| beta * (own - bid)));
    }
    ends.retain(|xi| xi.abs() <= PANEL_ENDS[PANEL_ENDS.len() - 1]);
    ends.sort_by(f64::total_cmp);
    for pair in ends.windows(2).filter(|pair| pair[1] > pair[0]) {
        for (t, weight) in Grade::Even.points(accuracy.outer) {
            let xi = t.mul_add(pair[1] - pair[0], pair[0]);
            let decay = libm::exp(-xi.abs());
            let tail = decay / (1.0 + decay);
            let weight = weight * (pair[1] - pair[0]) * tail * (1.0 - tail);
            shifted(rivals, own, payment, accuracy, (xi / beta, weight), &mut moments);
        }
    }
    groups[group].gradient(&moments)
}

/// Adds the integral over own values against rivals' bids higher by a shift, times a weight.
fn shifted(
    Rivals { groups, group, bids }: Rivals,
    own: &[f64],
    payment: Payment,
    accuracy: Accuracy,
    (shift, weight): (f64, f64),
    moments: &mut Moments,
) {
    let me = &groups[group];
    let counts = |i: usize| groups[i].count - u32::from(i == group);
    let rivals: Vec<usize> = (0..groups.len()).filter(|i| counts(*i) > 0).collect();
    let bidders: u32 = rivals.iter().map(|i| counts(*i)).sum();
    let exact = (bidders as usize + 2).div_ceil(2).min(24);
    let mut bends = bids.bends.iter().filter(|bend| counts(bend.1) > 0).peekable();
    let mut passed = vec![0; groups.len()];
    // Value at the panel's start, its rise over the panel, and its rise per bid.
    let mut lines = vec![(0.0, 0.0, 0.0); groups.len()];
    let table = &me.table;
    for (e, (values, own)) in me.ends.windows(2).zip(own.windows(2)).enumerate() {
        let rise = own[1] - own[0];
        let mut from = own[0];
        let mut start = values[0];
        loop {
            while let Some(bend) = bends.next_if(|bend| bend.0 + shift <= from) {
                passed[bend.1] = bend.2 + 1;
            }
            let to = bends.peek().map_or(own[1], |bend| own[1].min(bend.0 + shift));
            let done = to >= own[1];
            let stop = if done {
                values[1]
            } else {
                ((to - own[0]) / rise).mul_add(values[1] - values[0], values[0]).max(start).min(values[1])
            };
            let mut grade = table.grade;
            for &i in &rivals {
                let (ends, bids) = (&groups[i].ends, &bids.of_group[i]);
                let at = |bid: f64| inverse(ends, bids, passed[i], bid - shift);
                let value = at(from);
                let inside = 0 < passed[i] && passed[i] < ends.len();
                let per_bid = if inside {
                    let k = passed[i];
                    (ends[k] - ends[k - 1]) / (bids[k] - bids[k - 1])
                } else {
                    0.0
                };
                lines[i] = (value, at(to) - value, per_bid);
                grade = grade.max(groups[i].table.grade);
            }
            // Where one rival always bids higher nothing can be won.
            if stop > start && rivals.iter().all(|&i| passed[i] > 0) {
                let order = if grade == Grade::Even { exact } else { accuracy.inner.max(exact) };
                for (t, part) in grade.points(order) {
                    let value = t.mul_add(stop - start, start);
                    let bid = t.mul_add(to - from, from);
                    let mut law = (1.0, 0.0);
                    for &i in &rivals {
                        let (value, rise, per_bid) = lines[i];
                        let (below, density) = groups[i].table.at(t.mul_add(rise, value));
                        let density = if per_bid > 0.0 { density * per_bid } else { 0.0 };
                        law = times(law, power((below, density), counts(i)));
                    }
                    let part = part * (stop - start) * table.density(value);
                    me.add(
                        moments,
                        me.segments[e],
                        value,
                        weight
                            * part
                            * (payment
                                .margin(value, bid, bid - shift)
                                .mul_add(law.1, -(payment.own * law.0))),
                    );
                }
            }
            (from, start) = (to, stop);
            if done {
                break;
            }
        }
    }
}
