//! From values to places along one axis.

/// An axis on paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ruler {
    /// Whether places go with logarithms.
    pub log: bool,
    /// The value at its beginning.
    pub low: f64,
    /// The value at its end; below `low` where it runs backwards.
    pub high: f64,
    /// Where it begins, in points.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// How far from its axis a place may be, in points: more than any paper, little enough for all writers.
const FAR: f64 = 1e5;

impl Ruler {
    /// The place of a value; no number where it has none.
    pub fn at(&self, value: f64) -> f64 {
        let share = if self.log {
            if value <= 0.0 {
                return f64::NAN;
            }
            libm::log(value / self.low) / libm::log(self.high / self.low)
        } else {
            (value - self.low) / (self.high - self.low)
        };
        (self.from + share * (self.to - self.from)).clamp(-FAR, FAR)
    }

    /// The place of a value, or its beginning where the value is too low to have one.
    pub fn at_or_below(&self, value: f64) -> f64 {
        if self.log && value <= 0.0 { self.from } else { self.at(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_places() {
        let ruler = Ruler { log: false, low: 1.0, high: 3.0, from: 100.0, to: 0.0 };
        assert_eq!([ruler.at(1.0), ruler.at(2.5), ruler.at(3.0)], [100.0, 25.0, 0.0]);
        let ruler = Ruler { log: true, low: 1.0, high: 100.0, from: 0.0, to: 10.0 };
        assert!((ruler.at(10.0) - 5.0).abs() < 1e-12);
        assert!(ruler.at(0.0).is_nan() && ruler.at(-1.0).is_nan() && ruler.at(f64::NAN).is_nan());
        assert_eq!(ruler.at_or_below(-1.0), 0.0);
    }
}
