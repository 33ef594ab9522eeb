//! The batches of an epoch in the order in which they are drawn: who looks ahead, and who learns.

use std::ops::Range;

use super::{Profiles, Settings, Updates};
use crate::learner::{Feedback, Look};

/// One batch of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// The bidders whose sums it counts for.
    pub(super) summed: Range<usize>,
    /// The stream that it is drawn from, from where that stood before the epoch: the same profiles whenever
    /// it is drawn again. Those of looks that are followed on fresh profiles come after the others.
    pub(super) stream: usize,
    /// Whether what the bidders play, or one believes of them, may be another than in the batch before.
    pub(super) begins: bool,
    /// Who moves after it.
    pub(super) then: Move,
}

/// What bidders do after a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// They wait for batches of others.
    Wait,
    /// Those who do look ahead.
    Look(Range<usize>),
    /// They learn.
    Learn(Range<usize>),
}

/// The streams that batches are drawn from unless a look is followed on fresh profiles.
pub(super) fn main_streams(settings: &Settings) -> usize {
    if settings.profiles == Profiles::Own { settings.bidders.len() } else { 1 }
}

/// The batches of an epoch.
///
/// Those who learn at once look ahead at once, and learn where all of them look; in a game of several kinds
/// of learners the others stay where they are.
pub(super) fn passes(settings: &Settings) -> Vec<Pass> {
    let bidders = settings.bidders.len();
    let looks: Vec<Option<Look>> = settings.bidders.iter().map(|bidder| bidder.learner.look()).collect();
    let main = |bidder: usize| if settings.profiles == Profiles::Own { bidder } else { 0 };
    let ahead = |bidder: usize| match looks[bidder] {
        Some(Look::Fresh) => main_streams(settings) + main(bidder),
        Some(Look::Same) | None => main(bidder),
    };
    let at_once = if settings.updates == Updates::Sequential { 1 } else { bidders };
    let believe = settings.bidders.iter().any(|bidder| bidder.learner.feedback() == Feedback::Beliefs);
    let mut passes = Vec::new();
    for first in (0..bidders).step_by(at_once) {
        let movers = first..first + at_once;
        let lookers: Vec<usize> = movers.clone().filter(|&bidder| looks[bidder].is_some()).collect();
        let learners: Vec<usize> = movers.clone().collect();
        if !lookers.is_empty() {
            passes.extend(batches(believe, &movers, &lookers, main, Move::Look(movers.clone())));
        }
        passes.extend(batches(believe, &movers, &learners, ahead, Move::Learn(movers.clone())));
    }
    passes
}

/// The batches for some of the movers: one where all have it from one stream, else one for each, as where
/// each has beliefs of its own and they stand `apart`.
fn batches(
    apart: bool,
    movers: &Range<usize>,
    some: &[usize],
    stream: impl Fn(usize) -> usize,
    then: Move,
) -> Vec<Pass> {
    let together = !apart && some.len() > 1 && some.iter().all(|&bidder| stream(bidder) == stream(some[0]));
    let summed =
        if together { Vec::from([movers.clone()]) } else { some.iter().map(|&k| k..k + 1).collect() };
    let last = summed.len() - 1;
    let batch = |(place, summed): (usize, Range<usize>)| Pass {
        // All have it from the stream of some.
        stream: stream(if together { some[0] } else { summed.start }),
        summed,
        begins: place == 0 || apart,
        then: if place == last { then.clone() } else { Move::Wait },
    };
    summed.into_iter().enumerate().map(batch).collect()
}

/// Win probabilities that an epoch computes, one a bidder and sample of the batches that count for it; and
/// the profiles that are drawn for each.
pub(super) fn cost(settings: &Settings) -> (f64, f64) {
    let passes = passes(settings);
    let bidders = settings.bidders.len();
    let computed: usize = passes.iter().map(|pass| pass.summed.len()).sum();
    (computed as f64, (passes.len() * bidders) as f64 / computed as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::{Mechanism, Prior, Strategy};
    use crate::learner::{Extragradient, Learner, Sgd};
    use crate::train::{Batch, Beta, BidderSettings, Initial, Precision, Rate};

    const SGD: Learner = Learner::Sgd(Sgd { momentum: 0.0 });
    const SAME: Learner = Learner::Extragradient(Extragradient { fresh: false });
    const FRESH: Learner = Learner::Extragradient(Extragradient { fresh: true });

    /// The batches of some learners' epoch, as stream, first and last bidder, and what follows.
    fn told(learners: &[Learner], updates: Updates, profiles: Profiles) -> String {
        let bidder = |&learner: &Learner| BidderSettings {
            prior: Prior::STANDARD,
            strategy: Strategy::Linear,
            learner,
            learning_rate: Rate::Fixed(0.1),
            initial: Initial::Theta(0.0),
        };
        let settings = Settings {
            mechanism: Mechanism::FirstPrice,
            bidders: learners.iter().map(bidder).collect(),
            beta: Beta::Fixed(50.0),
            batch: Batch::Profiles(1),
            profiles,
            epochs: 1,
            updates,
            precision: Precision::F64,
        };
        let pass = |pass: Pass| {
            let Pass { summed, stream, begins, then } = pass;
            let then = match then {
                Move::Wait => String::new(),
                Move::Look(movers) => format!(" look {movers:?}"),
                Move::Learn(movers) => format!(" learn {movers:?}"),
            };
            format!("{}{stream}: {summed:?}{then}", if begins { "begin " } else { "" })
        };
        passes(&settings).into_iter().map(pass).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn all_who_look_do_so_before_any_learns_where_all_move_at_once() {
        let (at_once, shared) = (Updates::Simultaneous, Profiles::Shared);
        assert_eq!(told(&[SGD; 3], at_once, shared), "begin 0: 0..3 learn 0..3");
        assert_eq!(told(&[SAME; 2], at_once, shared), "begin 0: 0..2 look 0..2, begin 0: 0..2 learn 0..2");
        assert_eq!(told(&[FRESH; 2], at_once, shared), "begin 0: 0..2 look 0..2, begin 1: 0..2 learn 0..2");
        let mixed = "begin 0: 1..2 look 0..2, begin 0: 0..1, 1: 1..2 learn 0..2";
        assert_eq!(told(&[SGD, FRESH], at_once, shared), mixed);
        let own = "begin 1: 1..2 look 0..2, begin 0: 0..1, 1: 1..2 learn 0..2";
        assert_eq!(told(&[SGD, SAME], at_once, Profiles::Own), own);
        let fresh = "begin 0: 0..1, 1: 1..2 look 0..2, begin 2: 0..1, 3: 1..2 learn 0..2";
        assert_eq!(told(&[FRESH; 2], Updates::SharedGraph, Profiles::Own), fresh);
    }

    #[test]
    fn one_by_one_each_looks_and_learns_in_its_turn() {
        let found = told(&[SGD, FRESH], Updates::Sequential, Profiles::Shared);
        assert_eq!(found, "begin 0: 0..1 learn 0..1, begin 0: 1..2 look 1..2, begin 1: 1..2 learn 1..2");
        let found = told(&[SAME; 2], Updates::Sequential, Profiles::Own);
        let (first, second) = (
            "begin 0: 0..1 look 0..1, begin 0: 0..1 learn 0..1",
            "begin 1: 1..2 look 1..2, begin 1: 1..2 learn 1..2",
        );
        assert_eq!(found, format!("{first}, {second}"));
    }
}
