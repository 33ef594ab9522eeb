//! The constraint that couples the values of a bidder.

use std::fmt;

/// One constraint on a bidder's distributional strategy x, beside the masses of its values; sums run over
/// values v and bids b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constraint {
    /// The expected payment, sum x b W(b), is at most this; in the unit of the values, >= 0.
    Budget(f64),
    /// The expected value that is won is at least this many times the expected payment: sum x (rho b - v)
    /// W(b) <= 0, for rho >= 0. Up to rho = 1 no bidder who gains by bidding feels it.
    ReturnOnSpend(f64),
    /// The mean bids of neighbouring values v < v' differ by at most this many times v' - v, for a number >=
    /// 0.
    Lipschitz(f64),
    /// The probability to win, sum x W(b), is at least this; in \[0, 1\].
    WinRate(f64),
}

/// The names of the constraints, with what the number after `=` is.
const NAMES: [(&str, &str); 4] = [
    ("budget", "the most that is paid on average, from 0 on"),
    ("return_on_spend", "the least value won per unit paid, from 0 on"),
    ("lipschitz", "the most by which the mean bid moves per unit of value, from 0 on"),
    ("win_rate", "the least probability to win, from 0 to 1"),
];

impl Constraint {
    /// The names, as [`Constraint::parse`] takes them.
    pub fn names() -> [&'static str; 4] {
        NAMES.map(|(name, _)| name)
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The number: a budget, a return, a slope or a probability.
    pub fn number(self) -> f64 {
        match self {
            Constraint::Budget(number)
            | Constraint::ReturnOnSpend(number)
            | Constraint::Lipschitz(number)
            | Constraint::WinRate(number) => number,
        }
    }

    /// The constraint of a text `name=number`.
    ///
    /// ```
    /// use bidsweep::response::Constraint;
    ///
    /// assert_eq!(Constraint::parse("budget=0.08"), Ok(Constraint::Budget(0.08)));
    /// assert!(Constraint::parse("budget=lots").unwrap_err().contains("budget=0.1"));
    /// ```
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Constraint, String> {
        let Some((name, number)) = text.split_once('=') else {
            return Err(format!("the constraint `{text}` has no `=`: write {}", usage()));
        };
        let name = name.trim();
        let Some(constraint) = Constraint::new(name, 0.0) else {
            return Err(format!("there is no constraint `{name}`: write {}", usage()));
        };
        let meaning = constraint.row().1;
        let finite = number.trim().parse().ok().filter(|number: &f64| number.is_finite());
        finite.and_then(|number| Constraint::new(name, number)).ok_or_else(|| {
            format!("{name} = {number:?} is no finite number: write {meaning}, such as {name}=0.1")
        })
    }

    /// The constraint of a name and a number; `None` where there is no such name. A number that no strategy
    /// can keep to is told of when the program is solved.
    pub fn new(name: &str, number: f64) -> Option<Constraint> {
        match name {
            "budget" => Some(Constraint::Budget(number)),
            "return_on_spend" => Some(Constraint::ReturnOnSpend(number)),
            "lipschitz" => Some(Constraint::Lipschitz(number)),
            "win_rate" => Some(Constraint::WinRate(number)),
            _ => None,
        }
    }

    /// The constraint itself, or what to write instead where its number is out of range.
    pub(super) fn checked(self) -> Result<Constraint, String> {
        let number = self.number();
        let most = if let Constraint::WinRate(_) = self { 1.0 } else { f64::MAX };
        if (0.0..=most).contains(&number) {
            return Ok(self);
        }
        let (name, meaning) = self.row();
        Err(format!("{name} = {number} must be {meaning}"))
    }

    fn row(self) -> (&'static str, &'static str) {
        NAMES[match self {
            Constraint::Budget(_) => 0,
            Constraint::ReturnOnSpend(_) => 1,
            Constraint::Lipschitz(_) => 2,
            Constraint::WinRate(_) => 3,
        }]
    }
}

impl fmt::Display for Constraint {
    /// As [`Constraint::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name(), self.number())
    }
}

/// `budget=NUMBER, ... or win_rate=NUMBER`.
fn usage() -> String {
    let [first @ .., last] = NAMES.map(|(name, _)| format!("{name}=NUMBER"));
    format!("{} or {last}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constraint_is_read_as_it_is_written() {
        for (name, number) in Constraint::names().into_iter().zip([0.08, 2.5, 0.0, 1.0]) {
            let constraint = Constraint::parse(&format!(" {name} = {number} ")).unwrap();
            assert_eq!((constraint.name(), constraint.number()), (name, number));
            assert_eq!(Constraint::parse(&constraint.to_string()), Ok(constraint));
        }
    }

    #[test]
    fn errors_tell_what_to_write() {
        for (text, parts) in [
            (
                "budget",
                ["`budget`", "budget=NUMBER, return_on_spend=NUMBER, lipschitz=NUMBER or win_rate=NUMBER"],
            ),
            ("cap=1", ["no constraint `cap`", "or win_rate=NUMBER"]),
            ("budget=", ["no finite number", "the most that is paid"]),
            ("return_on_spend=NaN", ["return_on_spend = \"NaN\"", "from 0 on"]),
            ("budget=inf", ["budget = \"inf\"", "from 0 on"]),
        ] {
            let error = Constraint::parse(text).unwrap_err();
            assert!(parts.iter().all(|part| error.contains(part)), "{text}: {error}");
        }
        for (text, parts) in [
            ("win_rate=1.5", ["win_rate = 1.5", "from 0 to 1"]),
            ("win_rate=-0.5", ["win_rate = -0.5", "from 0 to 1"]),
            ("lipschitz=-1", ["lipschitz = -1", "from 0 on"]),
            ("budget=-0.1", ["budget = -0.1", "from 0 on"]),
        ] {
            let error = Constraint::parse(text).unwrap().checked().unwrap_err();
            assert!(parts.iter().all(|part| error.contains(part)), "{text}: {error}");
        }
    }
}
