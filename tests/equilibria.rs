//! Twelve games whose equilibria were computed by closed forms or by two other methods that agree.

use bidsweep::auction::prior::{Beta, Power, Prior, TruncatedExponential, TruncatedNormal, Uniform};
use bidsweep::auction::{Bidder, Mechanism, Population, Strategy};
use bidsweep::equilibrium::bne;
use serde_json::Value;

/// The accuracy of the reference values, and of ours.
const TOLERANCE: f64 = 1e-8;

fn uniform(low: f64, high: f64) -> Prior {
    Prior::Uniform(Uniform::new(low, high).unwrap())
}

fn power(exponent: f64, high: f64) -> Prior {
    Prior::Power(Power::new(exponent, 0.0, high).unwrap())
}

fn beta(a: f64, b: f64) -> Prior {
    Prior::Beta(Beta::new(a, b, 0.0, 1.0).unwrap())
}

fn games() -> Vec<(&'static str, Vec<Prior>)> {
    let normal = Prior::TruncatedNormal(TruncatedNormal::new(0.5, 0.2, 0.0, 1.0).unwrap());
    let exponential = Prior::TruncatedExponential(TruncatedExponential::new(2.0, 0.0, 1.0).unwrap());
    vec![
        ("GLS U[0,1.0] vs U[0,2.0]", vec![uniform(0.0, 1.0), uniform(0.0, 2.0)]),
        ("KZ U[0.0,1.0] vs U[0.5,1.5]", vec![uniform(0.0, 1.0), uniform(0.5, 1.5)]),
        ("KZ U[0.0,2.0] vs U[0.5,1.0]", vec![uniform(0.0, 2.0), uniform(0.5, 1.0)]),
        ("KZ U[0.0,1.0] vs U[0.0,2.0]", vec![uniform(0.0, 1.0), uniform(0.0, 2.0)]),
        ("Plum mu=2.0 U-supports 1.0,1.5", vec![power(2.0, 1.0), power(2.0, 1.5)]),
        ("Plum mu=0.5 U-supports 1.0,2.0", vec![power(0.5, 1.0), power(0.5, 2.0)]),
        ("SYM Beta(2,5) N=2", vec![beta(2.0, 5.0); 2]),
        ("SYM TruncNormal(.5,.2)[0,1] N=3", vec![normal; 3]),
        ("SYM TruncExp(2)[0,1] N=2", vec![exponential; 2]),
        ("G1 U[0,1] vs U[0,2]", vec![uniform(0.0, 1.0), uniform(0.0, 2.0)]),
        ("G2 Beta(3,2)x2 strong + Beta(2,3) weak", vec![beta(3.0, 2.0), beta(3.0, 2.0), beta(2.0, 3.0)]),
        ("G4 N=3 {U, v^3, Beta(2,2)}", vec![uniform(0.0, 1.0), power(3.0, 1.0), beta(2.0, 2.0)]),
    ]
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The points of a bidder under the key of the game's kind: numbered, in a list, or common to all.
fn column(game: &Value, keys: [&str; 3], bidder: usize) -> Option<Vec<f64>> {
    let [numbered, listed, common] = keys;
    let own = game.get(format!("{numbered}{}", bidder + 1));
    own.or_else(|| game.get(listed).map(|lists| &lists[bidder])).or_else(|| game.get(common)).map(numbers)
}

#[test]
fn bids_and_inverse_bids_are_those_of_the_reference() {
    let text = include_str!("reference/oracles.json");
    let file: serde_json::Map<String, Value> = serde_json::from_str(text).unwrap();
    assert_eq!(file.len(), games().len());
    let mut points = 0;
    for (name, priors) in games() {
        let game = &file[name];
        let bidders: Vec<Bidder> =
            priors.iter().map(|prior| Bidder { prior: prior.clone(), strategy: Strategy::Linear }).collect();
        let bne = bne(&Population { mechanism: Mechanism::FirstPrice, bidders }).unwrap();
        assert!(bne.certificate().upper < 1e-7, "{name}: {:?}", bne.certificate());
        let mut assert_close = |actual: f64, expected: f64| {
            points += 1;
            assert!(
                (actual - expected).abs() < TOLERANCE,
                "{name}: {actual} for {expected} by {}",
                bne.method()
            );
        };
        assert_close(bne.top_bid(), game["top"].as_f64().unwrap());
        for (bidder, prior) in priors.iter().enumerate() {
            if let Some(inverse) = column(game, ["inv", "inv", "none"], bidder) {
                for (bid, value) in numbers(&game["b"]).into_iter().zip(inverse) {
                    assert_close(bne.inverse_bid(bidder, bid), value);
                }
            }
            let values = column(game, ["v", "none", "v"], bidder).unwrap_or_else(|| {
                numbers(&game["v_frac"]).into_iter().map(|share| share * prior.support().1).collect()
            });
            for (value, bid) in values.into_iter().zip(column(game, ["bid", "bids", "bid"], bidder).unwrap())
            {
                assert_close(bne.bid(bidder, value), bid);
            }
        }
    }
    // The tops; both functions of two and of three bidders; bids of one prior.
    assert_eq!(points, 12 + 9 * (7 * 2 * 2 + 2 * 3 * 2 + 2 + 3 + 2));
}
