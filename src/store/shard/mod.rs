//! Shards: the parts of a plan that processes on several machines see to, each in a place of its own within
//! one folder.

mod note;

pub use note::{ShardNote, shard_notes};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of the shards that a plan is cut into, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// Into how many the plan is cut.
    count: u32,
    /// Which of them.
    index: u32,
}

impl Shard {
    /// The most shards of a plan.
    pub const MOST: u32 = 100_000;

    /// The shard of this index, from 1, of so many.
    ///
    /// # Panics
    /// Where there is none.
    pub fn new(index: u32, count: u32) -> Self {
        assert!((1..=count).contains(&index) && count <= Shard::MOST, "no shard {index} of {count}");
        Shard { count, index }
    }

    /// Into how many shards the plan is cut.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Which of them it is, from 1.
    pub fn index(self) -> u32 {
        self.index
    }

    /// The name of its files and folder, such as `07-of-64`.
    pub(crate) fn stem(self) -> String {
        let Shard { count, index } = self;
        let digits = count.to_string().len();
        format!("{index:0digits$}-of-{count}")
    }

    /// The shard of a name; `None` where it is none.
    pub(crate) fn of_stem(stem: &str) -> Option<Self> {
        let (index, count) = stem.split_once("-of-")?;
        format!("{index}/{count}").parse().ok().filter(|shard: &Shard| shard.stem() == stem)
    }
}

impl fmt::Display for Shard {
    /// As in `--shard 7/64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// What is not a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write I/N, such as 3/8 for the third of eight shards; I counts from 1, and N is at most {}",
    Shard::MOST
)]
pub struct NotAShard;

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let number = |text: &str| match text.bytes().all(|digit| digit.is_ascii_digit()) {
            true => text.parse::<u32>().map_err(|_| NotAShard),
            false => Err(NotAShard),
        };
        let (index, count) = text.split_once('/').ok_or(NotAShard)?;
        let (index, count) = (number(index)?, number(count)?);
        if (1..=count).contains(&index) && count <= Shard::MOST {
            Ok(Shard { count, index })
        } else {
            Err(NotAShard)
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = NotAShard;

    fn try_from(text: String) -> Result<Self, NotAShard> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_read_back_and_nothing_else_does() {
        for count in [1, 8, 64, Shard::MOST] {
            for shard in [1, count].map(|index| Shard { count, index }) {
                assert_eq!(shard.to_string().parse(), Ok(shard));
                assert_eq!(Shard::of_stem(&shard.stem()), Some(shard));
            }
        }
        assert_eq!("7/64".parse::<Shard>().unwrap().stem(), "07-of-64");
        for text in ["", "3", "0/8", "9/8", "3/0", "-1/8", "+3/8", "3/8/9", "3 / 8", "3/100001", "a/8"] {
            assert_eq!(text.parse::<Shard>(), Err(NotAShard), "{text:?}");
        }
        for stem in ["7-of-64", "07-of-64.json", "0-of-8", "007-of-64", "of"] {
            assert_eq!(Shard::of_stem(stem), None, "{stem:?}");
        }
    }
}
