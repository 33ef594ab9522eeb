use super::*;
use crate::auction::games::{game, uniform};
use crate::auction::prior::Empirical;
use crate::auction::{Population, Prior};
use crate::equilibrium::{SMOOTHED_ERROR, bne};
use crate::numeric::quadrature::GaussLegendre;

#[test]
fn two_standard_bidders_have_every_reference() {
    let references = references(&Population::symmetric(2, Prior::STANDARD), 50.0).bidders;
    assert_eq!(references.len(), 2);
    assert_eq!(references[0], references[1]);
    let BidderReferences { bne, class, smoothed, perturbed: _, utility_bne } = &references[0];
    assert_eq!(bne, &Reference::found(0.5, None, "closed form", 0.0));
    assert_eq!(class, &Reference::line(0.5, "closed form", 0.0));
    assert!((smoothed.multiplier.unwrap() - 0.480_466_645_2).abs() < 1e-10);
    assert_eq!(smoothed.error, Some(SMOOTHED_ERROR));
    assert_eq!(*utility_bne, Some(1.0 / 6.0));
}

#[test]
fn values_up_to_four_scale_utility_and_steepness() {
    let scaled = &references(&Population::symmetric(3, uniform(0.0, 4.0)), 5.0).bidders[0];
    let standard = &references(&Population::symmetric(3, Prior::STANDARD), 20.0).bidders[0];
    assert_eq!(scaled.smoothed, standard.smoothed);
    assert_eq!(scaled.bne, standard.bne);
    assert_eq!(scaled.utility_bne, Some(4.0 / 12.0));
}

#[test]
fn a_small_beta_has_a_bne_and_no_smoothed_equilibrium() {
    let references = &references(&Population::symmetric(2, uniform(0.0, 2.0)), 1.5).bidders[0];
    assert_eq!(references.bne.multiplier, Some(0.5));
    assert_eq!(references.smoothed.multiplier, None);
    assert_eq!(references.smoothed.method, None);
    assert_eq!(
        references.smoothed.reason.as_deref(),
        Some(
            "no interior equilibrium: beta = 1.5 is too small for values up to 2, every multiplier drifts to 0; \
             it exists for beta above 1.5"
        )
    );
}

#[test]
fn unequal_bidders_have_every_reference() {
    let references = references(&game(&[(0.0, 1.0), (0.0, 2.0)]), 50.0).bidders;
    let bne = bne(&game(&[(0.0, 1.0), (0.0, 2.0)])).unwrap();
    let tables = [(0.5, 0.499859), (0.326_673, 0.328179)];
    for (bidder, (class, smoothed)) in tables.into_iter().enumerate() {
        let found = &references[bidder];
        assert_eq!(found.bne.multiplier, Some(bne.projection(bidder)));
        assert!(found.bne.error.unwrap() < 1e-7);
        assert!((found.class.multiplier.unwrap() - class).abs() < 1e-6);
        assert!((found.smoothed.multiplier.unwrap() - smoothed).abs() < 1e-6);
        assert_eq!(found.utility_bne, Some(bne.utility(bidder)));
    }
}

#[test]
fn very_unequal_bidders_are_not_waited_for() {
    let supports: Vec<_> = (0..64).map(|i| (0.0, 1.0 + 0.05 * f64::from(i))).collect();
    for found in references(&game(&supports), 50.0).bidders {
        assert!(found.bne.reason.unwrap().contains("would drop out"));
        for reference in [found.class, found.smoothed] {
            let reason = reference.reason.unwrap();
            assert_eq!(reason, "not computed: 64 different priors, and 12 at most are manageable");
        }
    }
}

#[test]
fn what_does_not_exist_has_a_reason() {
    // The second always outbids the first, and no lowest values are common.
    let references = references(&game(&[(0.0, 1.0), (0.0, 1.0), (2.0, 3.0)]), 50.0).bidders;
    for found in &references {
        assert!(found.bne.multiplier.is_none() && found.utility_bne.is_none());
        assert!(found.bne.reason.as_ref().unwrap().contains("begin at different values"), "{found:?}");
    }
    let references = super::references(&game(&[(0.0, 1.0), (0.0, 1.1)]), 2.5).bidders;
    assert!(references[0].class.multiplier.is_some());
    assert!(references[1].smoothed.reason.as_ref().unwrap().contains("beta = 2.5 is too small"));
}

#[test]
fn without_smoothing_the_smoothed_equilibrium_is_that_of_the_class() {
    let many = (0..13).map(|i| (0.0, 1.0 + f64::from(i))).collect();
    for (supports, solved) in
        [(vec![(0.0, 2.0); 3], true), (vec![(0.0, 1.0), (0.0, 2.0)], true), (many, false)]
    {
        for found in references(&game(&supports), f64::INFINITY).bidders {
            assert_eq!(found.smoothed, found.class);
            assert_eq!((found.class.multiplier.is_some(), found.class.reason.is_none()), (solved, solved));
        }
    }
    // High x -(N - 1) / (N^2 (N + 1)), high x -(3 N - 1) / (2 N^2 (N + 1)).
    let symmetric = references(&game(&[(0.0, 2.0); 3]), f64::INFINITY);
    assert_eq!(symmetric.bidders[0].smoothed.method, Some("closed form"));
    assert_eq!(symmetric.eigenvalues, [-1.0 / 9.0, -2.0 / 9.0, -2.0 / 9.0].map(|value| (value, 0.0)));
    assert!(references(&game(&[(0.0, 1.0), (0.0, 2.0)]), f64::INFINITY).eigenvalues.is_empty());
}

#[test]
fn eigenvalues_scale_with_values_and_stand_by_falling_real_part() {
    let scaled = references(&Population::symmetric(3, uniform(0.0, 4.0)), 12.5).eigenvalues;
    let standard = references(&Population::symmetric(3, Prior::STANDARD), 50.0).eigenvalues;
    assert_eq!(scaled, standard.iter().map(|(re, im)| (4.0 * re, *im)).collect::<Vec<_>>());
    assert_eq!(standard.len(), 3);
    assert!(standard.is_sorted_by(|a, b| a.0 >= b.0) && standard[1] == standard[2], "{standard:?}");
    assert!(references(&Population::symmetric(3, Prior::STANDARD), 3.0).eigenvalues.is_empty());
}

#[test]
fn data_have_the_references_of_their_jumping_density() {
    let values: Vec<f64> = (0..60).map(|k| 0.2 + libm::pow((f64::from(k) + 0.5) / 60.0, 1.7)).collect();
    let prior = Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap());
    let population = Population::symmetric(2, prior.clone());
    let references = references(&population, 30.0);
    let multiplier = references.bidders[0].smoothed.multiplier.unwrap();
    // E[v (-s + (1 - w) beta v s')] over both values, exactly but for the rule: between data quantiles are
    // lines.
    let knots: Vec<f64> = (0..60).map(|k| f64::from(k) / 59.0).collect();
    let rule = GaussLegendre::of_order(8);
    let gradient = |w: f64| {
        rule.integrate_panels(&knots, |p| {
            let v = prior.quantile(p);
            rule.integrate_panels(&knots, |q| {
                let win = 1.0 / (1.0 + libm::exp(-30.0 * w * (v - prior.quantile(q))));
                v * ((1.0 - w) * 30.0 * v * win * (1.0 - win) - win)
            })
        })
    };
    assert!(gradient(multiplier).abs() < 1e-9, "{multiplier}: {:e}", gradient(multiplier));
}
