//! Distributions on \[0, 1\] known by their two tails, and their quantiles.

/// Below this ln z the leading power of a distribution function is all of it, to rounding.
const LEADING: f64 = -46.0;

/// Halley's method triples the digits: after a step of this size the next would be lost in rounding.
const LAST_STEP: f64 = 1e-7;

/// Steps after which a quantile is taken as it is. Halley's method takes about four; halving takes some
/// sixty.
pub const MAX_STEPS: usize = 200;

/// A distribution near a point z of (0, 1).
#[derive(Clone, Copy, Debug)]
pub struct Local {
    /// ln F(z).
    pub ln_cdf: f64,
    /// z f(z) / F(z), the slope of ln F in ln z.
    pub elasticity: f64,
    /// 1 + z f'(z) / f(z), the slope of ln(z f) in ln z.
    pub curvature: f64,
}

/// The mass of a distribution between 0 and z, to a small relative error however small it is.
pub trait Tail {
    /// The distribution at z.
    fn at(&self, z: f64) -> Local;

    /// ln z where c z^k = e^l, with F(z) ~ c z^k for z to 0.
    fn leading(&self, l: f64) -> f64;
}

/// A distribution on \[0, 1\], by the mass from 0 on and, in the mirror, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails<T> {
    lower: T,
    /// The tail of 1 - z.
    upper: T,
    /// Up to here the lower tail counts, from here the upper.
    split: f64,
    /// ln F(split).
    ln_split: f64,
}

impl<T: Tail> Tails<T> {
    /// The distribution of two tails that are accurate on their sides of `split`, in (0, 1).
    pub fn new(lower: T, upper: T, split: f64) -> Self {
        let ln_split = lower.at(split).ln_cdf;
        Tails { lower, upper, split, ln_split }
    }

    /// The tail from 0 on.
    pub fn lower(&self) -> &T {
        &self.lower
    }

    /// F(z).
    pub fn cdf(&self, z: f64) -> f64 {
        if z <= self.split { libm::exp(self.ln_cdf(z)) } else { -libm::expm1(self.ln_survival(z)) }
    }

    /// ln F(z), also where F(z) underflows.
    pub fn ln_cdf(&self, z: f64) -> f64 {
        if z == 0.0 {
            f64::NEG_INFINITY
        } else if z <= self.split {
            self.lower.at(z).ln_cdf
        } else {
            ln_complement(self.ln_survival(z))
        }
    }

    /// ln(1 - F(z)) above the split.
    fn ln_survival(&self, z: f64) -> f64 {
        if z == 1.0 { f64::NEG_INFINITY } else { self.upper.at(1.0 - z).ln_cdf }
    }

    /// The z with F(z) = p.
    pub fn quantile(&self, p: f64) -> f64 {
        self.between(libm::log(p), libm::log1p(-p))
    }

    /// The z with 1 - F(z) = q.
    pub fn upper_quantile(&self, q: f64) -> f64 {
        self.between(libm::log1p(-q), libm::log(q))
    }

    /// The z with ln F(z) = l.
    pub fn quantile_of_ln(&self, l: f64) -> f64 {
        self.between(l, ln_complement(l))
    }

    /// The z with this ln F and this ln(1 - F).
    fn between(&self, ln_cdf: f64, ln_survival: f64) -> f64 {
        if ln_cdf <= self.ln_split {
            invert(&self.lower, ln_cdf, self.split)
        } else {
            1.0 - invert(&self.upper, ln_survival, 1.0 - self.split)
        }
    }
}

/// ln(1 - e^l) for l <= 0, accurate at both ends.
///
/// References: Mächler 2012, "Accurately computing log(1 - exp(-|a|))", eq. 7.
pub fn ln_complement(l: f64) -> f64 {
    if l > -std::f64::consts::LN_2 { libm::log(-libm::expm1(l)) } else { libm::log1p(-libm::exp(l)) }
}

/// The z <= `top` with ln F(z) = l, by Halley's method on ln F as a function of ln z, which is all but linear
/// in the tail; by halving where a step would leave the bracket.
fn invert(tail: &impl Tail, l: f64, top: f64) -> f64 {
    let leading = tail.leading(l);
    if leading < LEADING {
        return libm::exp(leading);
    }
    let mut high = libm::log(top);
    let mut t = leading.min(high);
    // The power of z in F is at least a tenth, and F differs from its leading power by less than e^10.
    let mut low = t - 100.0;
    for _ in 0..MAX_STEPS {
        let at = tail.at(libm::exp(t));
        let gap = at.ln_cdf - l;
        if gap > 0.0 {
            high = t;
        } else {
            low = t;
        }
        let newton = gap / at.elasticity;
        let step = newton / (1.0 - 0.5 * newton * (at.curvature - at.elasticity)).max(0.5);
        let next = t - step;
        if step.abs() < LAST_STEP {
            return libm::exp(next).min(top);
        }
        t = if low < next && next < high { next } else { 0.5 * (low + high) };
    }
    libm::exp(t)
}

#[cfg(test)]
pub(super) mod reference {
    use super::*;

    /// Holds a distribution against z and ln F(z) as computed in many digits: F to 1e-13 times |ln F| where
    /// that is above 1, 1 - F to 1e-12 of itself, and the inverses to what these errors mean for z.
    pub fn assert_agrees<T: Tail>(name: &str, tails: &Tails<T>, z: f64, ln_cdf: f64) {
        let upper = ln_cdf > -1e-3;
        let tolerance = if upper { 1e-12 * -ln_cdf } else { 3e-14 * ln_cdf.abs().max(1.0) };
        let error = (tails.ln_cdf(z) - ln_cdf).abs();
        assert!(error <= tolerance, "{name} at {z}: {error:e} in ln F = {ln_cdf}");
        let error = (tails.cdf(z) - libm::exp(ln_cdf)).abs();
        assert!(
            error <= (tolerance + 4.0 * f64::EPSILON) * libm::exp(ln_cdf),
            "{name} at {z}: {error:e} in F"
        );

        let inverses = [
            tails.quantile_of_ln(ln_cdf),
            if upper {
                tails.upper_quantile(-libm::expm1(ln_cdf))
            } else {
                tails.quantile(libm::exp(ln_cdf))
            },
        ];
        for inverse in inverses {
            if libm::exp(ln_cdf) > 0.0 {
                let error = (tails.ln_cdf(inverse) - ln_cdf).abs();
                // One unit in the last place of z moves ln F by this.
                let at = if z <= tails.split { tails.lower.at(z) } else { tails.upper.at(1.0 - z) };
                let ulp = 4.0 * f64::EPSILON * at.elasticity * libm::exp(at.ln_cdf - ln_cdf).max(1.0);
                assert!(
                    error <= 2.0 * tolerance + ulp,
                    "{name}: {error:e} in ln F at the quantile {inverse}"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complement_keeps_its_digits_at_both_ends() {
        for (l, expected) in [(-1e-20, -46.051_701_859_880_91), (-50.0, -1.928_749_847_963_917_8e-22)] {
            assert!((ln_complement(l) / expected - 1.0).abs() < 1e-15, "{l}");
        }
        assert_eq!((ln_complement(0.0), ln_complement(f64::NEG_INFINITY)), (f64::NEG_INFINITY, 0.0));
    }

    /// F(z) = z^2 up to 1, with an elasticity that is wrong by a factor.
    struct Misled(f64);

    impl Tail for Misled {
        fn at(&self, z: f64) -> Local {
            Local { ln_cdf: 2.0 * libm::log(z), elasticity: self.0, curvature: self.0 }
        }

        fn leading(&self, l: f64) -> f64 {
            0.5 * l + 3.0
        }
    }

    #[test]
    fn misleading_slopes_are_survived_by_halving() {
        for elasticity in [0.3, 0.9, 2.0, 7.0] {
            let z = invert(&Misled(elasticity), libm::log(0.09), 1.0);
            assert!((z - 0.3).abs() < 1e-6, "{elasticity}: {z}");
        }
    }
}
