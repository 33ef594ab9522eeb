//! The autoregression of order two with the autocorrelations of a series.

/// x_t = phi_1 x_(t-1) + phi_2 x_(t-2) + noise.
///
/// It is the law of heavy-ball momentum and of Adam near an equilibrium under independent noise, so that its
/// spectrum is what their own ringing explains.
///
/// References: Yule 1927; Walker 1931; Box and Jenkins 1970, sections 3.2 and 3.3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoregression {
    /// The weights of x_(t-1) and x_(t-2).
    pub phi: [f64; 2],
    /// The variance of the noise as a share of that of x, in (0, 1\].
    pub noise: f64,
}

impl Autoregression {
    /// The one with autocorrelations `rho1` and `rho2` at lags 1 and 2, by the equations of Yule and Walker;
    /// `None` where no stationary one with noise has them.
    pub fn from_autocorrelations(rho1: f64, rho2: f64) -> Option<Self> {
        Self::from_reflections(rho1, (rho2 - rho1 * rho1) / (1.0 - rho1 * rho1))
    }

    /// The one with the correlation `first` of neighbours, and `second` of second neighbours given the one
    /// between; `None` where they are not below 1 in size.
    pub fn from_reflections(first: f64, second: f64) -> Option<Self> {
        let noise = (1.0 - first * first) * (1.0 - second * second);
        let possible = first.abs() < 1.0 && second.abs() < 1.0 && noise > 0.0;
        possible.then_some(Autoregression { phi: [first * (1.0 - second), second], noise })
    }

    /// The spectrum at the angular frequency with cosine `cos`, as a multiple of that of white noise with the
    /// variance of x: its mean over the circle is 1.
    pub fn spectrum(&self, cos: f64) -> f64 {
        self.noise / self.gain(cos)
    }

    /// What white noise's spectrum is divided by there: |1 - phi_1 e^(-i w) - phi_2 e^(-2 i w)|^2.
    #[inline(always)]
    pub fn gain(&self, cos: f64) -> f64 {
        let [a, b] = self.phi;
        1.0 + a * a + b * b - 2.0 * a * (1.0 - b) * cos - 2.0 * b * (2.0 * cos * cos - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn parameters_come_back_from_the_autocorrelations_that_they_imply() {
        for phi in [[0.0, 0.0], [0.9, 0.0], [1.7, -0.8], [-0.5, 0.3], [0.0, -0.99], [1.86, -0.9]] {
            let rho1 = phi[0] / (1.0 - phi[1]);
            let rho2 = phi[0] * rho1 + phi[1];
            let found = Autoregression::from_autocorrelations(rho1, rho2).unwrap();
            let noise = 1.0 - phi[0] * rho1 - phi[1] * rho2;
            let errors = [found.phi[0] - phi[0], found.phi[1] - phi[1], found.noise - noise];
            assert!(errors.iter().all(|error| error.abs() < 1e-12), "{phi:?}: {found:?}");
            // The mean of the spectrum over the circle.
            let n = 1 << 14;
            let mean = (0..n)
                .map(|k| found.spectrum(libm::cos(2.0 * PI * f64::from(k) / f64::from(n))))
                .sum::<f64>()
                / f64::from(n);
            assert!((mean - 1.0).abs() < 1e-9, "{phi:?}: {mean}");
        }
    }

    #[test]
    fn impossible_autocorrelations_have_none() {
        for (rho1, rho2) in
            [(1.0, 1.0), (0.9, 0.5), (0.5, -0.6), (f64::NAN, 0.0), (0.0, f64::NAN), (0.0, 1.0)]
        {
            assert_eq!(Autoregression::from_autocorrelations(rho1, rho2), None, "{rho1} {rho2}");
        }
    }
}
