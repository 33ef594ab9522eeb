//! The auction's rule: who wins and who pays what. One file and one row a rule.

mod all_pay;
mod first_price;
mod mixture;
mod second_price;

use std::fmt;
use std::str::FromStr;

use crate::numeric::digits::shortest;

/// A sealed-bid auction for one item; the highest bid wins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Mechanism {
    /// The winner pays the own bid: utility (v - b) 1\[b > m\], where m is the highest other bid.
    #[default]
    FirstPrice,
    /// The winner pays the highest other bid: utility (v - m) 1\[b > m\].
    SecondPrice,
    /// Everybody pays the own bid: utility v 1\[b > m\] - b.
    AllPay,
    /// The winner pays a part of each: utility (v - (2 - a) b - (a - 1) m) 1\[b > m\].
    Mixture {
        /// a, in (1, 2): at 1 the first price, at 2 the second.
        a: f64,
    },
}

/// Name and doc of a rule.
pub(super) struct Entry {
    pub name: &'static str,
    pub doc: &'static str,
}

/// What a bidder with the bid b pays, given the highest other bid m,
///
/// ```text
/// (own b + other m) 1[b > m] + always b,
/// ```
///
/// so that, with W(b) the probability to win, the expected payment and its derivative in the bid are
///
/// ```text
/// P(b) = own b W(b) + other E[m; m < b] + always b,    E[m; m < b] = b W(b) - int_0^b W(x) dx,
/// P'(b) = own (W + b W') + other b W' + always.
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payment {
    /// Times the own bid, of the winner.
    pub own: f64,
    /// Times the highest other bid, of the winner.
    pub other: f64,
    /// Times the own bid, of everybody.
    pub always: f64,
}

impl Mechanism {
    /// Every rule, in the order of `bidsweep list`; of mixtures the one in the middle.
    pub const ALL: [Mechanism; 4] =
        [Mechanism::FirstPrice, Mechanism::SecondPrice, Mechanism::AllPay, Mechanism::Mixture { a: 1.5 }];

    const fn entry(self) -> Entry {
        match self {
            Mechanism::FirstPrice => first_price::ENTRY,
            Mechanism::SecondPrice => second_price::ENTRY,
            Mechanism::AllPay => all_pay::ENTRY,
            Mechanism::Mixture { .. } => mixture::ENTRY,
        }
    }

    /// The name in sweep files and lists.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// One line for `bidsweep list`.
    pub const fn doc(self) -> &'static str {
        self.entry().doc
    }

    /// What a bidder pays.
    pub const fn payment(self) -> Payment {
        match self {
            Mechanism::FirstPrice => first_price::PAYMENT,
            Mechanism::SecondPrice => second_price::PAYMENT,
            Mechanism::AllPay => all_pay::PAYMENT,
            Mechanism::Mixture { a } => mixture::payment(a),
        }
    }

    /// Whether it is the first price, which has methods of its own.
    pub fn is_first_price(self) -> bool {
        self == Mechanism::FirstPrice
    }

    /// The mixture of a share, if there is one that is neither the first nor the second price.
    pub fn mixture(a: f64) -> Option<Self> {
        (1.0 < a && a < 2.0).then_some(Mechanism::Mixture { a })
    }
}

impl Payment {
    /// The derivative in the bid of what a value gets: W' times what it has at the margin, less W times what
    /// the bid adds to the price, but for what everybody pays: (v - own b - other m, own), where m is the
    /// highest other bid that the bid meets.
    #[inline]
    pub fn margin(self, value: f64, bid: f64, met: f64) -> f64 {
        value - self.own * bid - self.other * met
    }
}

/// As in tables and on the command line: a name, or `mixture:1.5`.
impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mechanism::Mixture { a } => write!(f, "{}:{}", self.name(), shortest(*a)),
            _ => f.write_str(self.name()),
        }
    }
}

impl FromStr for Mechanism {
    type Err = String;

    /// ```
    /// use bidsweep::auction::Mechanism;
    ///
    /// assert_eq!("all-pay".parse(), Ok(Mechanism::AllPay));
    /// assert_eq!("mixture:1.5".parse(), Ok(Mechanism::Mixture { a: 1.5 }));
    /// assert!("mixture:2".parse::<Mechanism>().unwrap_err().contains("second-price"));
    /// ```
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(a) = text.strip_prefix("mixture:") {
            let mixture = a.parse().ok().and_then(Mechanism::mixture);
            return mixture.ok_or_else(|| {
                "write a number between 1 and 2, such as mixture:1.5; 1 is first-price and 2 second-price"
                    .into()
            });
        }
        let plain = |rule: &&Mechanism| !matches!(rule, Mechanism::Mixture { .. });
        let found = Mechanism::ALL.iter().filter(plain).find(|rule| rule.name() == text);
        found.copied().ok_or_else(|| "write first-price, second-price, all-pay or mixture:1.5".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_as_they_are_written() {
        for (k, rule) in Mechanism::ALL.iter().enumerate() {
            assert_eq!(rule.to_string().parse(), Ok(*rule));
            assert!(Mechanism::ALL[..k].iter().all(|other| other.name() != rule.name()));
        }
        assert!("third-price".parse::<Mechanism>().is_err());
    }

    #[test]
    fn mixtures_lie_between_first_and_second_price() {
        for (a, rule) in [(1.0, Mechanism::FirstPrice), (2.0, Mechanism::SecondPrice)] {
            assert_eq!(mixture::payment(a), rule.payment());
            assert_eq!(Mechanism::mixture(a), None);
        }
        let Payment { own, other, always } = Mechanism::Mixture { a: 1.25 }.payment();
        assert_eq!((own, other, always), (0.75, 0.25, 0.0));
    }
}
