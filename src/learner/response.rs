//! Learners near a fixed point.

/// What a learner makes of small gradients near a fixed point, where its scales have settled:
///
/// ```text
/// m <- decay m + gain g,    theta <- theta + step m.
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearResponse {
    /// Share of m that an epoch keeps: the momentum, in \[0, 1).
    pub decay: f64,
    /// What of a gradient enters m.
    pub gain: f64,
    /// What of m enters theta, in theta per unit of m.
    pub step: f64,
}

impl LinearResponse {
    /// The effective step eta: theta moves in the end by eta g in answer to a gradient g.
    pub fn effective_step(&self) -> f64 {
        self.step * self.gain / (1.0 - self.decay)
    }
}
