//! The auction's rule: who wins and what the winner pays.

/// A sealed-bid auction for one item; the highest bid wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// The winner pays the own bid: utility (v - b) 1\[b > m\], where m is the highest other bid.
    #[default]
    FirstPrice,
}

impl Mechanism {
    /// Every mechanism, in the order of `bidsweep list`.
    pub const ALL: [Mechanism; 1] = [Mechanism::FirstPrice];

    /// The name in sweep files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Mechanism::FirstPrice => "first-price",
        }
    }

    /// One line for `bidsweep list`.
    pub const fn doc(self) -> &'static str {
        match self {
            Mechanism::FirstPrice => "the highest bid wins and pays itself",
        }
    }
}
