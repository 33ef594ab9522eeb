//! The lowest bid that can win.

use super::game::{Bottom, Game, Smoothed};
use super::smooth::{Smooth, SmoothAbove};
use super::tail::PowerTail;
use crate::auction::Prior;
use crate::law::groups::Groups;
use crate::numeric::roots::root;

/// Parts that the bids between the lowest values are cut into, and as many of the probability, between which
/// the best is sought.
const PARTS: u32 = 400;

/// How close to the upper end of a part its density is taken, as a share of it.
const INSIDE: f64 = 1e-9;

impl<'a> Game<'a> {
    /// The game itself.
    ///
    /// # Errors
    /// Where there is no method, or no equilibrium of rising bids.
    pub(super) fn new(groups: &'a Groups) -> Result<Self, String> {
        let lows: Vec<f64> = groups.priors.iter().map(|prior| prior.support().0).collect();
        let tails: Vec<PowerTail> = groups.quantiles.iter().map(PowerTail::new).collect();
        let kinked = |g: usize| !groups.priors[g].kinks().is_empty();
        let mut smooth: Vec<Option<Smoothed>> = (0..groups.len())
            .map(|g| kinked(g).then(|| Smoothed::Whole(Smooth::new(&groups.quantiles[g], &tails[g]))))
            .collect();
        let Some(other) = lows.iter().position(|low| *low != lows[0]) else {
            // The prior whose lowest values are the lowest: on the way from it the lowest bids rise, which
            // is the easier.
            let lower = |a: &usize, b: &usize| tails[*a].slope.total_cmp(&tails[*b].slope);
            let common = (0..groups.len()).max_by(lower).unwrap_or(0);
            return Ok(Game {
                groups,
                bottom: Bottom::Powers,
                shifts: vec![0.0; groups.len()],
                common,
                tails,
                smooth,
                way: 0.0,
            });
        };
        if groups.counts != [1.0, 1.0] {
            return Err(format!(
                "no method for more than two bidders whose supports begin at different values, {} and {}",
                lows[0], lows[other]
            ));
        }
        let (weak, strong) = if lows[0] < lows[1] { (0, 1) } else { (1, 0) };
        let low = lowest_bid(&groups.priors[weak], lows[strong])?;
        let (log, distance) = (groups.priors[weak].ln_cdf(low), lows[strong] - low);
        if kinked(weak) {
            let excess = |l: f64| groups.quantiles[weak].excess(l) + (lows[weak] - low);
            smooth[weak] = Some(Smoothed::Above(SmoothAbove::new(log, distance, excess)));
        }
        let bottom = Bottom::Indifferent {
            weak,
            log,
            distance,
            values: groups.priors[strong].support().1 - lows[strong],
        };
        let shifts = lows.iter().map(|own| own - low).collect();
        Ok(Game { groups, bottom, shifts, common: 0, tails, smooth, way: 0.0 })
    }

    /// The lowest bid that can win.
    pub(super) fn low(&self) -> f64 {
        match self.bottom {
            Bottom::Powers => self.groups.priors[0].support().0,
            Bottom::Indifferent { weak, distance, .. } => self.groups.priors[1 - weak].support().0 - distance,
        }
    }
}

/// The bid b with which a bidder of the value `value` gains most where the other bids its values: the
/// greatest maximum of (value - b) F(b).
///
/// With the stronger bidder's lowest value for `value` it is the lowest bid that can win: below it the weaker
/// bidder's values win nothing and may bid anything up to themselves; that they bid themselves is the
/// choice of Kaplan and Zamir 2012, and the only one that survives small doubts about the other's support.
///
/// References: Maskin and Riley 2000, "Asymmetric auctions"; Lebrun 2006, "Uniqueness of the equilibrium in
/// first-price auctions".
///
/// # Errors
/// Where the best is to outbid every value.
fn lowest_bid(prior: &Prior, value: f64) -> Result<f64, String> {
    let (low, high) = prior.support();
    let end = value.min(high);
    let mut ends: Vec<f64> =
        (0..=PARTS).map(|k| (end - low).mul_add(f64::from(k) / f64::from(PARTS), low).min(end)).collect();
    ends.extend((1..PARTS).map(|k| prior.quantile(f64::from(k) / f64::from(PARTS))));
    ends.extend(prior.kinks());
    ends.retain(|bid| (low..=end).contains(bid));
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut bids = ends.clone();
    for pair in ends.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let last = INSIDE.mul_add(from - to, to);
        let rises = |bid: f64| (value - bid) * prior.pdf(bid.min(last)) - prior.cdf(bid);
        if rises(from) > 0.0 && rises(to) < 0.0 {
            bids.extend(root(from, to, rises));
        }
    }
    let gain = |bid: &f64| libm::log(value - bid) + prior.ln_cdf(*bid);
    let best = bids.iter().copied().filter(|bid| *bid < value).max_by(|a, b| gain(a).total_cmp(&gain(b)));
    match best {
        Some(bid) if bid > low && bid < high => Ok(bid),
        _ => Err(format!(
            "no value up to {high} of one bidder can win against the other's lowest bids: the other shuts it out, and \
             no equilibrium of rising bids is unique"
        )),
    }
}
