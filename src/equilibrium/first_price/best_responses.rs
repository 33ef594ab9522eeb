//! Best responses to an equilibrium from the inverse bids that it was found as: the independent check of what
//! [`bne`](super::bne) finds and of its certificates.

use super::Bne;
use super::rivals::{Own, Rivals};
use crate::expectation::Evaluator;
use crate::law::wins::Wins;
use crate::response::free::{BestResponse, CELLS, Ceiling, HullReplies};

/// The best responses of every bidder to the others: what is gained over the equilibrium's bids measures
/// their error.
///
/// # Panics
/// Where the equilibrium is of another number of bidders.
pub fn best_responses(evaluator: &Evaluator, bne: &Bne) -> Vec<BestResponse> {
    assert_eq!(bne.bidders(), evaluator.population.len(), "bidders of the equilibrium and of the population");
    let (mut best, mut ceiling) = (HullReplies::default(), Ceiling::default());
    let respond = |bidder: usize| {
        let marginal = evaluator.marginal(bidder);
        let rivals = Rivals::new(bne, bidder);
        best.find(&rivals, rivals.samples(), marginal.high);
        let (mut expected, mut most, mut at) = (0.0, 0.0, marginal.high);
        for Own { value, bid, weight } in rivals.own() {
            let own = (value - bid) * rivals.at(bid).0;
            let gain = (best.reply(&rivals, best.arc(value), value).utility - own).max(0.0);
            expected += weight * gain;
            if gain > most {
                (most, at) = (gain, value);
            }
        }
        ceiling.build(&rivals, CELLS);
        let utility = bne.utility(bidder);
        BestResponse {
            utility,
            best_response_utility: utility + expected,
            epsilon_ex_ante: expected,
            epsilon_interim: most,
            interim_value: at,
            error: 0.0,
            epsilon_ex_ante_upper: (ceiling.expectation(marginal, CELLS) - utility).max(expected),
        }
    };
    (0..evaluator.population.len()).map(respond).collect()
}

mod tests {
    use super::*;
    use crate::auction::games::{game, through, uniform, with_priors};
    use crate::auction::prior::{Beta, Power, TruncatedExponential, TruncatedNormal};
    use crate::auction::{Population, Prior, Profile};
    use crate::equilibrium::bne;

    /// The games of `tests/reference/oracles.json`.
    fn oracles() -> Vec<Population> {
        let power = |exponent, high| Prior::Power(Power::new(exponent, 0.0, high).unwrap());
        let beta = |a, b| Prior::Beta(Beta::new(a, b, 0.0, 1.0).unwrap());
        let normal = Prior::TruncatedNormal(TruncatedNormal::new(0.5, 0.2, 0.0, 1.0).unwrap());
        let exponential = Prior::TruncatedExponential(TruncatedExponential::new(2.0, 0.0, 1.0).unwrap());
        vec![
            game(&[(0.0, 1.0), (0.0, 2.0)]),
            game(&[(0.0, 1.0), (0.5, 1.5)]),
            game(&[(0.0, 2.0), (0.5, 1.0)]),
            with_priors(&[power(2.0, 1.0), power(2.0, 1.5)]),
            with_priors(&[power(0.5, 1.0), power(0.5, 2.0)]),
            with_priors(&[beta(2.0, 5.0), beta(2.0, 5.0)]),
            with_priors(&vec![normal; 3]),
            with_priors(&vec![exponential; 2]),
            with_priors(&[beta(3.0, 2.0), beta(3.0, 2.0), beta(2.0, 3.0)]),
            with_priors(&[uniform(0.0, 1.0), power(3.0, 1.0), beta(2.0, 2.0)]),
        ]
    }

    #[test]
    fn nobody_gains_at_equilibria() {
        for population in oracles() {
            let bne = bne(&population).unwrap();
            let evaluator = Evaluator::new(&population);
            for (i, response) in best_responses(&evaluator, &bne).iter().enumerate() {
                let BestResponse { epsilon_ex_ante, epsilon_interim, .. } = *response;
                assert!(
                    epsilon_ex_ante < 1e-10 && epsilon_interim < 1e-8,
                    "bidder {i} of {:?}: {response:?}",
                    bne.method()
                );
            }
            // The same bids through points of a function, between which they are lines.
            let bids = population.bidders.iter().enumerate().map(|(i, bidder)| {
                let (low, high) = bidder.prior.support();
                let value = |k: usize| low + (high - low) * k as f64 / 400.0;
                through(&(0..=400).map(|k| (value(k), bne.bid(i, value(k)))).collect::<Vec<_>>())
            });
            let profile = Profile { bids: bids.collect() };
            for (i, response) in crate::response::best_responses(&evaluator, &profile).iter().enumerate() {
                assert!(response.epsilon_ex_ante < 2e-6, "bidder {i} of {:?}: {response:?}", bne.method());
            }
        }
    }

    #[test]
    fn what_is_no_equilibrium_is_told() {
        // The bids of the equilibrium of others.
        let (population, other) = (game(&[(0.0, 1.0), (0.0, 2.0)]), game(&[(0.0, 1.0), (0.0, 2.2)]));
        let responses = best_responses(&Evaluator::new(&other), &bne(&other).unwrap());
        assert!(responses.iter().all(|response| response.epsilon_ex_ante < 1e-10));
        let bids = |i: usize| {
            let bne = bne(&other).unwrap();
            let high = [1.0, 2.0][i];
            through(
                &(0..=400)
                    .map(|k| high * f64::from(k) / 400.0)
                    .map(|v| (v, bne.bid(i, v)))
                    .collect::<Vec<_>>(),
            )
        };
        let profile = Profile { bids: vec![bids(0), bids(1)] };
        let responses = crate::response::best_responses(&Evaluator::new(&population), &profile);
        assert!(responses.iter().any(|response| response.epsilon_ex_ante > 1e-4), "{responses:?}");
    }
}
