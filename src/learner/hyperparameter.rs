//! Hyperparameters: their names, types, defaults and the values that they may take.

/// A hyperparameter of a learner; its TOML key is `<learner>.<name>`, its column `<learner>_<name>`.
#[derive(Clone, Copy, Debug)]
pub struct Hyperparameter {
    /// The name in the learner's table.
    pub name: &'static str,
    /// One line for `bidsweep list`.
    pub doc: &'static str,
    /// What it is where the key is left out, a value of the domain.
    pub default: Value,
    /// The values that it may take.
    pub domain: Domain,
}

/// The number of arms of learners on a grid of multipliers.
pub const ARMS: Hyperparameter = Hyperparameter {
    name: "arms",
    doc: "multipliers of the grid, K: w_k = k / (K - 1)",
    default: Value::Count(51),
    domain: Domain::Count { min: 2, max: 10_001 },
};

/// Bins of the learners on tables.
pub const BINS: Hyperparameter = Hyperparameter {
    name: "bins",
    doc: "bins of values, J, equally probable",
    default: Value::Count(32),
    domain: Domain::Count { min: 2, max: 512 },
};

/// Bids of the learners on tables.
pub const BIDS: Hyperparameter = Hyperparameter {
    name: "bids",
    doc: "bids of the grid, M: b_m = m / (M - 1) of the highest",
    default: Value::Count(33),
    domain: Domain::Count { min: 2, max: 1025 },
};

/// The highest bid of the learners on tables.
pub const TOP_BID: Hyperparameter = Hyperparameter {
    name: "top_bid",
    doc: "the highest bid of the grid",
    default: Value::Number(1.0),
    domain: Domain::Number(Range::POSITIVE),
};

/// The value of a hyperparameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// A number of things.
    Count(u32),
    /// One of some words.
    Word(&'static str),
    /// Yes or no.
    Flag(bool),
    /// A number, or how it follows from the run.
    Tuned(Tuned),
}

/// A number of a learner that theory tunes to the run, or that is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tuned {
    /// The same in all epochs.
    Constant(f64),
    /// The constant that the textbook's bound asks for, given arms, epochs and the highest value.
    Textbook,
    /// This over the root of the epoch, t = 1, 2, ..
    Anytime(f64),
}

impl Tuned {
    /// The word for it in tables.
    pub const fn rule(self) -> &'static str {
        match self {
            Tuned::Constant(_) => "constant",
            Tuned::Textbook => "textbook",
            Tuned::Anytime(_) => "anytime",
        }
    }

    /// The number that is given, if one is.
    pub const fn given(self) -> Option<f64> {
        match self {
            Tuned::Constant(x) | Tuned::Anytime(x) => Some(x),
            Tuned::Textbook => None,
        }
    }
}

/// The values that a hyperparameter may take.
#[derive(Clone, Copy, Debug)]
pub enum Domain {
    /// The numbers of a range.
    Number(Range),
    /// The integers from the least to the most.
    Count {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// The even integers from the least to the most, both even.
    Even {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// Yes or no.
    Flag,
    /// A number of a range, "textbook", or where it may fall with time `{ anytime = NUMBER }`.
    Tuned {
        /// The range of both numbers.
        range: Range,
        /// Whether it may fall with time.
        anytime: bool,
    },
}

/// A range of numbers.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The range in words, as "a number `words`".
    pub words: &'static str,
    /// Whether it has a number.
    pub has: fn(f64) -> bool,
}

impl Range {
    /// \[0, 1).
    pub const SHARE: Range = Range { words: "in [0, 1)", has: |x| (0.0..1.0).contains(&x) };

    /// \[0, 1\].
    pub const PROBABILITY: Range = Range { words: "in [0, 1]", has: |x| (0.0..=1.0).contains(&x) };
    /// (0, 1\].
    pub const PART: Range = Range { words: "above 0 and at most 1", has: |x| x > 0.0 && x <= 1.0 };
    /// The finite numbers from 0 on.
    pub const NOT_NEGATIVE: Range =
        Range { words: "of 0 or more and finite", has: |x| x >= 0.0 && x.is_finite() };
    /// The finite numbers above 0.
    pub const POSITIVE: Range = Range { words: "above 0 and finite", has: |x| x > 0.0 && x.is_finite() };
}

impl Domain {
    /// Whether it has a value.
    pub fn has(&self, value: Value) -> bool {
        match (self, value) {
            (Domain::Number(range), Value::Number(x)) => (range.has)(x),
            (Domain::Count { min, max }, Value::Count(n)) => (*min..=*max).contains(&n),
            (Domain::Even { min, max }, Value::Count(n)) => (*min..=*max).contains(&n) && n.is_multiple_of(2),
            (Domain::Word(words), Value::Word(word)) => words.contains(&word),
            (Domain::Flag, Value::Flag(_)) => true,
            (Domain::Tuned { range, anytime }, Value::Tuned(tuned)) => {
                (*anytime || !matches!(tuned, Tuned::Anytime(_))) && tuned.given().is_none_or(range.has)
            }
            _ => false,
        }
    }
}

impl Value {
    /// The number.
    ///
    /// # Panics
    /// Where it is of another type, as for all of these: a learner is built of values of its own domains.
    pub fn number(self) -> f64 {
        match self {
            Value::Number(x) => x,
            _ => panic!("{self:?} is no number"),
        }
    }

    /// The count.
    pub fn count(self) -> u32 {
        match self {
            Value::Count(n) => n,
            _ => panic!("{self:?} is no count"),
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Value::Word(word) => word,
            _ => panic!("{self:?} is no word"),
        }
    }

    /// Whether it is yes.
    pub fn flag(self) -> bool {
        match self {
            Value::Flag(yes) => yes,
            _ => panic!("{self:?} is no flag"),
        }
    }

    /// The tuned number.
    pub fn tuned(self) -> Tuned {
        match self {
            Value::Tuned(tuned) => tuned,
            _ => panic!("{self:?} is not tuned"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_values_of_its_own_type_and_range() {
        let domains = [
            (Domain::Number(Range::SHARE), Value::Number(0.0), Value::Number(1.0)),
            (Domain::Number(Range::POSITIVE), Value::Number(1e-300), Value::Number(f64::INFINITY)),
            (Domain::Count { min: 2, max: 9 }, Value::Count(9), Value::Count(10)),
            (Domain::Even { min: 2, max: 10 }, Value::Count(10), Value::Count(9)),
            (Domain::Word(&["raw", "central"]), Value::Word("central"), Value::Word("other")),
            (
                Domain::Tuned { range: Range::POSITIVE, anytime: false },
                Value::Tuned(Tuned::Textbook),
                Value::Tuned(Tuned::Anytime(1.0)),
            ),
            (
                Domain::Tuned { range: Range::POSITIVE, anytime: true },
                Value::Tuned(Tuned::Anytime(1.0)),
                Value::Tuned(Tuned::Constant(0.0)),
            ),
        ];
        for (domain, inside, outside) in domains {
            assert!(domain.has(inside) && !domain.has(outside), "{domain:?}");
        }
        assert!(!Domain::Number(Range::SHARE).has(Value::Count(0)));
        assert!([false, true].into_iter().all(|yes| Domain::Flag.has(Value::Flag(yes))));
        assert!(!Domain::Flag.has(Value::Word("true")) && Value::Flag(true).flag());
        assert_eq!((Value::Number(0.5).number(), Value::Count(3).count()), (0.5, 3));
        assert_eq!(Value::Word("raw").word(), "raw");
    }
}
