//! The linear strategy b = w v, its multiplier w = sigmoid(theta).

/// The multiplier w = 1 / (1 + e^-theta), in (0, 1) for |theta| up to about 36; beyond, it rounds to 1 on one
/// side.
///
/// ```
/// assert!((bidsweep::auction::strategy::linear::multiplier(0.9) - 0.710_949_5).abs() < 1e-7);
/// ```
pub fn multiplier(theta: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-theta))
}

/// theta = ln(w / (1 - w)), the inverse of [`multiplier`], for w in (0, 1).
pub fn theta(multiplier: f64) -> f64 {
    libm::log(multiplier) - libm::log1p(-multiplier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn theta_inverts_the_multiplier() {
        for w in [1e-12, 0.1, 0.5, 0.71, 0.999] {
            assert!((multiplier(theta(w)) - w).abs() < 1e-15);
        }
    }
}
