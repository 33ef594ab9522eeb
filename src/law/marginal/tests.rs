use super::*;
use crate::auction::games::seven_priors;
use crate::auction::prior::{Beta, Kumaraswamy, Power, TruncatedExponential, TruncatedNormal};

#[test]
fn tables_are_as_accurate_as_quadrature_needs() {
    let beta = |a, b| Prior::Beta(Beta::new(a, b, 0.0, 1.0).unwrap());
    let kumaraswamy = |a, b| Prior::Kumaraswamy(Kumaraswamy::new(a, b, 0.0, 1.0).unwrap());
    let extreme = [
        beta(0.1, 0.1),
        beta(0.1, 1000.0),
        beta(999.5, 0.3),
        beta(1000.0, 1000.0),
        kumaraswamy(0.1, 10.0),
        kumaraswamy(1000.0, 0.1),
        kumaraswamy(0.3, 0.2),
        Prior::Power(Power::new(0.1, 1.0, 2.0).unwrap()),
        Prior::Power(Power::new(1000.0, 0.0, 1.0).unwrap()),
        Prior::TruncatedExponential(TruncatedExponential::new(1000.0, 0.0, 1.0).unwrap()),
        Prior::TruncatedNormal(TruncatedNormal::new(0.3, 0.001, 0.0, 1.0).unwrap()),
        Prior::TruncatedNormal(TruncatedNormal::new(-3.0, 0.2, 0.0, 1.0).unwrap()),
    ];
    for prior in extreme.into_iter().chain(seven_priors()) {
        let marginal = Marginal::new(&prior);
        let quantiles = (1..400).map(|k| prior.quantile(f64::from(k) / 400.0));
        let even = (1..400).map(|k| marginal.value(Share::above_low(f64::from(k) / 400.0)));
        for value in quantiles.chain(even).filter(|v| marginal.low < *v && *v < marginal.high) {
            let (cdf, density) = marginal.at(marginal.share(value), Part::Both);
            let exact = marginal.width() * prior.pdf(value);
            assert!((cdf - prior.cdf(value)).abs() < 1e-10, "{prior} at {value}: {cdf}");
            assert!((density - exact).abs() < 1e-9 * (1.0 + exact), "{prior} at {value}: {density}");
        }
    }
}

#[test]
fn marks_rise_and_are_found_between_places() {
    for prior in seven_priors() {
        let marginal = Marginal::new(&prior);
        let all = marginal.marks_between(Share::LOW, Share::HIGH);
        assert!(all.windows(2).all(|pair| pair[0].share.rise_to(pair[1].share) > 0.0), "{prior}");
        let some = marginal.marks_between(Share::above_low(0.2), Share::below_high(0.1));
        let inside = all.iter().filter(|mark| mark.share.from_low > 0.2 && mark.share.from_high > 0.1);
        assert_eq!(some.len(), inside.count(), "{prior}");
    }
}
