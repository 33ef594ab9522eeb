//! The learning rate over the epochs.

/// A bidder's learning rate over the epochs t = 0, 1, ..
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// The same at every epoch, above 0.
    Fixed(f64),
    /// first / sqrt(1 + t): the steps of online gradient ascent with a regret of order sqrt(T) (Zinkevich
    /// 2003).
    Sqrt {
        /// The rate at epoch 0, above 0.
        first: f64,
    },
    /// first / (1 + decay t): steps whose sum diverges and whose squares' sum does not (Robbins and Monro
    /// 1951).
    Harmonic {
        /// The rate at epoch 0, above 0.
        first: f64,
        /// How much the divisor grows in an epoch, above 0.
        decay: f64,
    },
}

impl Rate {
    /// The rate at epoch `t`, counted from 0.
    pub fn at(self, t: u32) -> f64 {
        match self {
            Rate::Fixed(rate) => rate,
            Rate::Sqrt { first } => first / (1.0 + f64::from(t)).sqrt(),
            Rate::Harmonic { first, decay } => first / (1.0 + decay * f64::from(t)),
        }
    }

    /// The rate at the last of so many epochs.
    pub fn last(self, epochs: u32) -> f64 {
        self.at(epochs - 1)
    }

    /// The rate, where it is the same at every epoch.
    pub fn fixed(self) -> Option<f64> {
        match self {
            Rate::Fixed(rate) => Some(rate),
            Rate::Sqrt { .. } | Rate::Harmonic { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_fall_as_they_say() {
        let harmonic = Rate::Harmonic { first: 0.5, decay: 0.25 };
        for (rate, at) in [
            (Rate::Fixed(0.3), [0.3, 0.3, 0.3]),
            (Rate::Sqrt { first: 3.0 }, [3.0, 1.5, 0.3]),
            (harmonic, [0.5, 0.5 / 1.75, 0.5 / 25.75]),
        ] {
            assert_eq!([0, 3, 99].map(|t| rate.at(t)), at, "{rate:?}");
            assert_eq!(rate.last(100), at[2]);
        }
        assert_eq!((Rate::Fixed(0.3).fixed(), harmonic.fixed()), (Some(0.3), None));
    }
}
