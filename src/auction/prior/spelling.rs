//! Priors as the command line spells them: `uniform:0:1`, `beta:2:5`, `empirical:values.csv:value`,
//! `3xpower:2`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Cleaning, Empirical, Form, Prior, PriorEntry, PriorParameter};
use crate::auction::MAX_BIDDERS;

impl fmt::Display for Prior {
    /// The command line's spelling, with every parameter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Prior::Empirical(law) = self {
            return write!(f, ":{}:{}", law.file(), law.column());
        }
        self.parameters().iter().try_for_each(|p| write!(f, ":{p}"))
    }
}

impl FromStr for Prior {
    type Err = String;

    /// The prior of a command line's spelling; files are relative to the working directory.
    ///
    /// ```
    /// use bidsweep::auction::Prior;
    ///
    /// let prior: Prior = "beta:2:5".parse()?;
    /// assert_eq!(prior.to_string(), "beta:2:5:0:1");
    /// # Ok::<(), String>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, String> {
        Prior::spelled(text, |file| Path::new(file).to_path_buf())
    }
}

impl Prior {
    /// The prior of a command line's spelling, whose data file is found at `place` of how it is written.
    ///
    /// # Errors
    /// What to write instead.
    pub fn spelled(text: &str, place: impl Fn(&str) -> PathBuf) -> Result<Self, String> {
        let (name, arguments) = match text.split_once(':') {
            Some((name, arguments)) => (name, Some(arguments)),
            None => (text, None),
        };
        let Some(entry) = Prior::REGISTRY.iter().find(|entry| entry.name == name) else {
            let names: Vec<_> = Prior::REGISTRY.iter().map(|entry| entry.name).collect();
            return Err(format!("there is no prior `{name}`: the priors are {}", names.join(", ")));
        };
        let prior = match entry.form {
            Form::Numbers { parameters, build } => {
                numbers(entry, parameters, arguments).and_then(|values| build(&values))
            }
            Form::Column => {
                // Both may hold colons themselves: the file is one that is there.
                let source = arguments.and_then(|arguments| {
                    let places = arguments.rmatch_indices(':').map(|(at, _)| at);
                    let mut pairs = places.map(|at| (&arguments[..at], &arguments[at + 1..]));
                    pairs.clone().find(|(file, _)| place(file).is_file()).or_else(|| pairs.next())
                });
                let (file, column) = source.ok_or_else(|| format!("write `{}`", usage(entry)))?;
                Empirical::read(&place(file), file, column, Cleaning::default()).map(Prior::Empirical)
            }
        };
        prior.map_err(|message| format!("the prior `{text}`: {message}"))
    }
}

/// How many bidders a command line's `3xuniform:0:1` means, and their prior; one where there is no count.
///
/// # Errors
/// What to write instead.
///
/// ```
/// use bidsweep::auction::{Prior, prior::bidders};
///
/// assert_eq!(bidders("3xuniform:0:1"), Ok((3, Prior::STANDARD)));
/// assert_eq!(bidders("uniform"), Ok((1, Prior::STANDARD)));
/// ```
pub fn bidders(text: &str) -> Result<(usize, Prior), String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, prior) = match text[digits..].strip_prefix('x') {
        Some(prior) if digits > 0 => (text[..digits].parse().unwrap_or(usize::MAX), prior),
        _ => (1, text),
    };
    if !(1..=MAX_BIDDERS).contains(&count) {
        return Err(format!("{} bidders are not 1 to {MAX_BIDDERS}", &text[..digits]));
    }
    Ok((count, prior.parse()?))
}

/// The values of all parameters, of which `arguments` gives the first.
fn numbers(
    entry: &PriorEntry,
    parameters: &[PriorParameter],
    arguments: Option<&str>,
) -> Result<Vec<f64>, String> {
    let given: Vec<&str> = arguments.map(|arguments| arguments.split(':').collect()).unwrap_or_default();
    if given.len() > parameters.len() {
        return Err(format!("{} numbers are too many: write `{}`", given.len(), usage(entry)));
    }
    let value = |(i, parameter): (usize, &PriorParameter)| match given.get(i) {
        Some(text) => text
            .trim()
            .parse()
            .map_err(|_| format!("{} = {text:?} is not a number: write `{}`", parameter.name, usage(entry))),
        None => parameter
            .default
            .ok_or_else(|| format!("{} is missing: write `{}`", parameter.name, usage(entry))),
    };
    parameters.iter().enumerate().map(value).collect()
}

/// `beta:a:b[:low:high]`.
fn usage(entry: &PriorEntry) -> String {
    let optional = match entry.form {
        Form::Numbers { parameters, .. } => parameters.iter().filter(|p| p.default.is_some()).count(),
        Form::Column => 0,
    };
    let keys = entry.keys();
    let (required, optional) = keys.split_at(keys.len() - optional);
    let mut usage = entry.name.to_owned();
    required.iter().for_each(|key| usage = format!("{usage}:{key}"));
    if !optional.is_empty() {
        usage = format!("{usage}[:{}]", optional.join(":"));
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priors_are_read_as_they_are_written() {
        let spellings = [
            "uniform:0.5:2",
            "power:2:0:1",
            "beta:0.1:0.1:0:1",
            "kumaraswamy:2:3:0:1",
            "truncated-normal:-1:0.2:0:1",
            "truncated-exponential:2:0:3",
        ];
        for spelling in spellings {
            assert_eq!(spelling.parse::<Prior>().unwrap().to_string(), spelling);
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        for (short, long) in [
            ("uniform", "uniform:0:1"),
            ("uniform:0.5", "uniform:0.5:1"),
            ("beta:2:5", "beta:2:5:0:1"),
            ("truncated-exponential:2", "truncated-exponential:2:0:1"),
        ] {
            assert_eq!(short.parse::<Prior>().unwrap().to_string(), long);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let cases = [
            (
                "unifrom:0:1",
                "there is no prior `unifrom`: the priors are uniform, power, beta, kumaraswamy, truncated-normal, \
                 truncated-exponential, empirical",
            ),
            ("beta:2", "the prior `beta:2`: b is missing: write `beta:a:b[:low:high]`"),
            ("beta:2:x", "the prior `beta:2:x`: b = \"x\" is not a number: write `beta:a:b[:low:high]`"),
            (
                "uniform:0:1:2",
                "the prior `uniform:0:1:2`: 3 numbers are too many: write `uniform[:low:high]`",
            ),
            ("uniform:1:0", "the prior `uniform:1:0`: low = 1 must be below high = 0"),
            ("empirical:values.csv", "write `empirical:file:column`"),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Prior>().unwrap_err(), expected);
        }
    }

    #[test]
    fn counts_stand_before_the_prior() {
        assert_eq!(
            bidders("12xpower:2").map(|(count, prior)| (count, prior.to_string())),
            Ok((12, "power:2:0:1".to_owned()))
        );
        for (text, expected) in [
            ("0xuniform", "0 bidders are not 1 to 64"),
            ("65xuniform", "65 bidders are not 1 to 64"),
            ("99999999999999999999xuniform", "99999999999999999999 bidders are not 1 to 64"),
        ] {
            assert_eq!(bidders(text).unwrap_err(), expected);
        }
        assert!(bidders("xuniform").unwrap_err().starts_with("there is no prior `xuniform`"));
        assert!(bidders("").unwrap_err().starts_with("there is no prior ``"));
    }
}
