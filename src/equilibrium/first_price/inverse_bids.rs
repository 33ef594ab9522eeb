//! Inverse bid functions as curves of the log-quantile, whatever they were made by.

use crate::law::groups::Groups;
use crate::numeric::roots::root;

/// Rising inverse bid functions of groups of bidders, from `low` to `top`.
///
/// With s = ln((b - low) / (top - low)) <= 0, each group has l(s) = ln F(phi(b)) at the nodes and dl/ds
/// there, and a cubic between (Hermite). In s the curves are nearly straight towards the bottom, where phi -
/// low falls like a power of b - low; below the first node they are taken for straight.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InverseBids {
    pub low: f64,
    pub top: f64,
    /// Rising, the last is 0.
    nodes: Vec<f64>,
    curves: Vec<Curve>,
}

#[derive(Clone, Debug, PartialEq)]
struct Curve {
    logs: Vec<f64>,
    slopes: Vec<f64>,
}

/// A rise of l that may be but rounding: ln F close to F = 1 is no better than F.
const ROUNDED: f64 = 1e-12;

/// A cubic rises between its ends where its slopes there are at most so many times that of the line.
///
/// References: Fritsch and Carlson 1980, "Monotone piecewise cubic interpolation".
const STEEPEST: f64 = 3.0;

impl Curve {
    /// Where l rises by no more than rounding does, a cubic through it would fall at times: it is made as
    /// flat as it takes. There is no mass in such an interval.
    fn rise_despite_rounding(&mut self, nodes: &[f64]) {
        let Curve { logs, slopes } = self;
        for k in (0..nodes.len() - 1).rev() {
            if (logs[k + 1] - logs[k]).abs() > ROUNDED {
                continue;
            }
            logs[k] = logs[k].min(logs[k + 1]);
            let most = STEEPEST * (logs[k + 1] - logs[k]) / (nodes[k + 1] - nodes[k]);
            slopes[k] = slopes[k].min(most);
            slopes[k + 1] = slopes[k + 1].min(most);
        }
    }
}

/// One interval between nodes, and the curves' coefficients do not change in it.
#[derive(Clone, Copy)]
pub(super) struct Segment(usize);

impl InverseBids {
    /// The curves through `logs` at the nodes, given what the values there are above the bids, `gaps` = phi -
    /// b (both: group, node), that satisfy every bidder's first-order condition,
    ///
    /// ```text
    /// dl_i/db = 1/(N-1) sum_j 1/(phi_j - b) - 1/(phi_i - b),
    /// ```
    ///
    /// or a reason where one does not rise. References: Lebrun 1999; Bajari 2001 for the form that is solved
    /// for dl_i.
    pub fn in_equilibrium(
        groups: &Groups,
        (low, top): (f64, f64),
        nodes: Vec<f64>,
        logs: Vec<Vec<f64>>,
        gaps: &[Vec<f64>],
    ) -> Result<Self, String> {
        let mut slopes = vec![Vec::with_capacity(nodes.len()); groups.len()];
        for (k, &s) in nodes.iter().enumerate() {
            let rise = (top - low) * libm::exp(s);
            let inverse_gaps: Vec<f64> = gaps.iter().map(|gaps| 1.0 / gaps[k]).collect();
            for (g, inverse_gap) in inverse_gaps.iter().enumerate() {
                let rivals = groups.total_of_rivals(g, &inverse_gaps);
                let own = (groups.bidders() - 2.0) * inverse_gap;
                if !(*inverse_gap > 0.0 && own <= (1.0 + SLACK) * rivals) {
                    return Err(drops_out(groups, g));
                }
                slopes[g].push((rise * (rivals - own) / (groups.bidders() - 1.0)).max(0.0));
            }
        }
        let curves = logs
            .into_iter()
            .zip(slopes)
            .map(|(logs, slopes)| {
                let mut curve = Curve { logs, slopes };
                curve.rise_despite_rounding(&nodes);
                curve
            })
            .collect();
        Ok(InverseBids { low, top, nodes, curves })
    }

    pub fn segments(&self) -> impl Iterator<Item = (Segment, f64, f64)> + '_ {
        self.nodes.windows(2).enumerate().map(|(k, ends)| (Segment(k), ends[0], ends[1]))
    }

    /// The lowest node.
    pub fn first(&self) -> f64 {
        self.nodes[0]
    }

    /// dl/ds of a group at the lowest node and below.
    pub fn bottom_slope(&self, group: usize) -> f64 {
        self.curves[group].slopes[0]
    }

    /// b - low at s.
    pub fn rise(&self, s: f64) -> f64 {
        (self.top - self.low) * libm::exp(s)
    }

    /// The place of a bid above low, up to the top.
    pub fn place(&self, bid: f64) -> f64 {
        let (width, below) = (self.top - self.low, self.top - bid);
        // Close to the top the logarithm of the ratio would lose what the difference still has.
        if below < 0.5 * width { libm::log1p(-below / width) } else { libm::log((bid - self.low) / width) }
    }

    /// l and dl/ds of a group at a place in a segment.
    pub fn at(&self, group: usize, Segment(k): Segment, s: f64) -> (f64, f64) {
        let Curve { logs, slopes } = &self.curves[group];
        let h = self.nodes[k + 1] - self.nodes[k];
        let t = (s - self.nodes[k]) / h;
        let (d0, d1) = (h * slopes[k], h * slopes[k + 1]);
        let rise = logs[k + 1] - logs[k];
        // l_k + t (d0 + t (c2 + t c3)).
        let (c2, c3) = (3.0 * rise - 2.0 * d0 - d1, d0 + d1 - 2.0 * rise);
        (logs[k] + t * (d0 + t * (c2 + t * c3)), (d0 + t * (2.0 * c2 + t * 3.0 * c3)) / h)
    }

    /// The segment that a place is in, or none below the lowest node.
    pub fn segment_of(&self, s: f64) -> Option<Segment> {
        let k = self.nodes.partition_point(|&node| node <= s).clamp(1, self.nodes.len() - 1) - 1;
        (s >= self.first()).then_some(Segment(k))
    }

    /// l and dl/ds of a group at any place s <= 0, in the segment that it is in.
    pub fn at_any(&self, group: usize, segment: Option<Segment>, s: f64) -> (f64, f64) {
        let Some(segment) = segment else {
            let Curve { logs, slopes } = &self.curves[group];
            return (slopes[0].mul_add(s - self.first(), logs[0]), slopes[0]);
        };
        self.at(group, segment, s)
    }

    /// l of a group at any place s <= 0.
    pub fn log(&self, group: usize, s: f64) -> f64 {
        self.at_any(group, self.segment_of(s), s).0
    }

    /// The place at which a group's curve passes l <= 0.
    pub fn place_of_log(&self, group: usize, l: f64) -> f64 {
        let Curve { logs, slopes } = &self.curves[group];
        if l < logs[0] {
            return self.first() + (l - logs[0]) / slopes[0];
        }
        let k = logs.partition_point(|&log| log <= l).clamp(1, logs.len() - 1) - 1;
        let (from, to) = (self.nodes[k], self.nodes[k + 1]);
        root(from, to, |s| self.at(group, Segment(k), s).0 - l).unwrap_or(to)
    }

    /// The same curves with every bid multiplied, which is an equilibrium no more.
    #[cfg(test)]
    pub fn scaled(&self, factor: f64) -> Self {
        InverseBids { low: factor * self.low, top: factor * self.top, ..self.clone() }
    }
}

/// Whether every bidder's first-order condition holds with a curve that rises at a top bid of low + `width`.
pub(super) fn rises_at_the_top(groups: &Groups, width: f64) -> Result<(), String> {
    let inverse_gaps: Vec<f64> =
        groups.quantiles.iter().map(|quantile| 1.0 / (quantile.excess(0.0) - width)).collect();
    let mean = groups.total(&inverse_gaps) / (groups.bidders() - 1.0);
    match inverse_gaps.iter().position(|inverse_gap| *inverse_gap > mean) {
        Some(group) => Err(drops_out(groups, group)),
        None => Ok(()),
    }
}

/// Why there is no equilibrium where a group's curve falls.
fn drops_out(groups: &Groups, group: usize) -> String {
    let bidder = 1 + groups.of_bidder.iter().take_while(|other| **other != group).count();
    format!(
        "no equilibrium in which all bid up to one top bid: bidder {bidder}, with prior {}, would drop out below it",
        groups.priors[group]
    )
}

/// How far below 0 a slope may be by rounding, in units of what the rivals add to it.
const SLACK: f64 = 1e-9;
