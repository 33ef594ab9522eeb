//! Panels of bids between which no bid function bends, and what is on them.

use super::{CUT, Player};
use crate::expectation::gradient::STEEP;
use crate::expectation::gradient::rivals::{inverse, power, times};
use crate::law::marginal::{CLOSE, ValueTable};

/// A bid at which a player's bid function bends, or at which panels end for another reason.
#[derive(Clone, Copy, Debug)]
struct Bend {
    bid: f64,
    /// None where it only ends a panel.
    end: Option<(usize, usize)>,
    /// Whether something bends or jumps here.
    sharp: bool,
    /// Whether a panel ends here.
    splits: bool,
}

/// All bends, rising, and between which bids anything happens by chance.
pub struct Panels {
    bends: Vec<Bend>,
    /// Below this, bids next to never win; above the second, next to always.
    reach: (f64, f64),
    floor: f64,
    too_steep: bool,
}

/// A panel of bids, over which all values are linear.
pub struct Panel<'a> {
    pub start: f64,
    pub stop: f64,
    /// The values at the start and at the stop, of each player.
    pub from: &'a [f64],
    pub to: &'a [f64],
    /// The segment that each player is in.
    pub segments: &'a [usize],
    /// Whether rivals' bids are as good as beaten here.
    pub is_beyond: bool,
    passed: &'a [usize],
    bends: &'a [Bend],
}

impl Panels {
    pub fn new(players: &[Player], beta: f64) -> Self {
        let rivals = |i: usize| {
            let others = (0..players.len()).filter(move |other| *other != i || players[i].count > 1);
            others
                .map(|other| (players[other].bids[0], players[other].bids[players[other].bids.len() - 1]))
                .fold((0.0, 0.0), |all: (f64, f64), one| (one.0.max(all.0), one.1.max(all.1)))
        };
        let (floor, top) = (0..players.len())
            .map(rivals)
            .fold((f64::INFINITY, f64::INFINITY), |all, one| (all.0.min(one.0), all.1.min(one.1)));
        let reach = CUT / beta;
        let reach = (floor - reach, top + reach);
        let mut bends: Vec<Bend> = Vec::new();
        let mut gap = f64::INFINITY;
        for (i, player) in players.iter().enumerate() {
            let table = &player.kind.table;
            let ends = player.bids.iter().zip(&player.kind.sharp).enumerate();
            bends.extend(ends.map(|(end, (bid, sharp))| Bend {
                bid: *bid,
                end: Some((i, end)),
                sharp: *sharp,
                splits: true,
            }));
            if !table.is_even() {
                let rise = player.bids[player.bids.len() - 1] - player.bids[0];
                gap = gap.min(CLOSE.of_spread * rise * table.spread / (table.high - table.low));
            }
        }
        bends.extend([reach.0, reach.1].map(|bid| Bend { bid, end: None, sharp: true, splits: true }));
        bends.sort_by(|a, b| a.bid.total_cmp(&b.bid).then(a.end.cmp(&b.end)));
        spread(&mut bends, gap);
        // An infinite steepness times no range is not a number, and not below.
        let too_steep = beta * (top - floor) >= STEEP;
        Panels { bends, reach, floor, too_steep }
    }

    /// Whether there would be too many in an auction of finite steepness.
    pub fn are_too_steep(&self) -> bool {
        self.too_steep
    }

    /// All panels on which anything happens.
    pub fn visit(&self, players: &[Player], mut visitor: impl FnMut(&Panel)) {
        let mut passed = vec![0; players.len()];
        let mut from: Vec<f64> = players.iter().map(|player| player.kind.table.low).collect();
        let mut to = from.clone();
        let mut segments = vec![0; players.len()];
        let mut start: Option<f64> = None;
        for (k, bend) in self.bends.iter().enumerate() {
            if !bend.splits {
                if let Some((player, end)) = bend.end {
                    passed[player] = end + 1;
                }
                continue;
            }
            if let Some(start) = start {
                for (i, to) in to.iter_mut().enumerate() {
                    let ends = &players[i].kind.ends;
                    *to = match bend.end {
                        Some((coming, end)) if coming == i => ends[end],
                        _ => inverse(ends, &players[i].bids, passed[i], bend.bid).max(from[i]),
                    };
                }
                // Many bids may be the floor itself.
                let can_win = bend.bid > self.reach.0 || (start == self.floor && bend.bid == self.floor);
                if can_win && (0..players.len()).any(|i| to[i] > from[i]) {
                    for (i, segment) in segments.iter_mut().enumerate() {
                        let last = players[i].kind.segments.len();
                        *segment = players[i].kind.segments[passed[i].clamp(1, last) - 1];
                    }
                    visitor(&Panel {
                        start,
                        stop: bend.bid,
                        from: &from,
                        to: &to,
                        segments: &segments,
                        is_beyond: start >= self.reach.1,
                        passed: &passed,
                        bends: &self.bends[k..],
                    });
                }
                from.copy_from_slice(&to);
            }
            start = Some(bend.bid);
            if let Some((player, end)) = bend.end {
                passed[player] = end + 1;
                from[player] = players[player].kind.ends[end];
            }
        }
    }
}

/// Leaves out ends of panels that are not sharp and nearer than a gap to one that is, or to the last kept.
fn spread(bends: &mut [Bend], gap: f64) {
    let mut next = f64::INFINITY;
    for bend in bends.iter_mut().rev() {
        if bend.sharp {
            next = bend.bid;
        }
        bend.splits = bend.sharp || next - bend.bid > gap;
    }
    let mut last = f64::NEG_INFINITY;
    for bend in bends {
        bend.splits = bend.sharp || (bend.splits && bend.bid - last > gap);
        if bend.splits {
            last = bend.bid;
        }
    }
}

impl Panel<'_> {
    /// F and f of every player along the panel.
    pub fn lines<'a>(&self, players: &'a [Player]) -> Vec<Along<'a>> {
        (0..players.len()).map(|i| self.line(players, i)).collect()
    }

    pub fn line<'a>(&self, players: &'a [Player], i: usize) -> Along<'a> {
        Along::new(&players[i].kind.table, self.from[i], self.to[i] - self.from[i])
    }

    /// The probability that all rivals of one of a player bid at most this, all of whose bids here count, and
    /// the density of the highest above.
    pub fn law_at_atom(&self, players: &[Player], me: usize) -> (f64, f64) {
        let mut law = (1.0, 0.0);
        for (i, player) in players.iter().enumerate() {
            let count = player.count - u32::from(i == me);
            let ends = &player.kind.ends;
            let here = self.bends.iter().take_while(|bend| bend.bid == self.stop);
            let last = here.filter_map(|bend| bend.end).filter(|end| end.0 == i).last();
            let passed = last.map_or(self.passed[i], |(_, end)| end + 1);
            let value = last.map_or(self.to[i], |(_, end)| ends[end]);
            let (below, density) = player.kind.table.at(value);
            let rise = if 0 < passed && passed < ends.len() {
                player.bids[passed] - player.bids[passed - 1]
            } else {
                0.0
            };
            let per_bid = if rise > 0.0 { (ends[passed] - ends[passed - 1]) / rise } else { 0.0 };
            let density = if per_bid > 0.0 { density * per_bid } else { 0.0 };
            law = times(law, power((below, density), count));
        }
        law
    }
}

/// F and f of a prior along values that rise evenly.
pub struct Along<'a> {
    table: &'a ValueTable,
    from: f64,
    rise: f64,
    /// Where F is a line: F at the start, and by how much it rises.
    line: Option<(f64, f64)>,
    hints: [usize; 2],
}

impl<'a> Along<'a> {
    fn new(table: &'a ValueTable, from: f64, rise: f64) -> Self {
        let line = if rise <= 0.0 {
            Some((table.at(from).0, 0.0))
        } else if table.is_even() {
            let below = table.at(from).0;
            Some((below, table.at(from + rise).0 - below))
        } else {
            None
        };
        Along { table, from, rise, line, hints: [0; 2] }
    }

    /// At a share of the way, not below the last asked for: the value, F, and f times the rise.
    #[inline]
    pub fn at(&mut self, share: f64) -> (f64, f64, f64) {
        let value = self.from + share * self.rise;
        if let Some((below, change)) = self.line {
            return (value, below + share * change, change);
        }
        let (below, density) = self.table.at_next(value, &mut self.hints);
        (value, below, density * self.rise)
    }
}
