//! What measures are called, in one place: for tables, figures and the page.

use super::results::Frame;

/// The names of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// In a sentence: "bias of the multiplier".
    pub(super) plain: String,
    /// In the head of a narrow column: "bias".
    pub(super) short: String,
    /// In LaTeX, for the head of a column.
    pub(super) tex: String,
    /// What it is counted in; `None` of a number without unit.
    pub(super) unit: Option<String>,
    /// The heading that it shares with others in a table, such as "bias of w".
    pub(super) over: Option<Heading>,
}

/// A heading over several columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// Reference equilibria.
    Equilibrium,
    /// The bias and its parts.
    Bias,
    /// What a best reply gains.
    Gain,
}

impl Heading {
    /// In LaTeX.
    pub(super) fn tex(self) -> &'static str {
        match self {
            Heading::Equilibrium => "equilibrium $w$",
            Heading::Bias => "bias of $w$",
            Heading::Gain => "gain of a best response",
        }
    }

    /// In plain text.
    pub(super) fn plain(self) -> &'static str {
        match self {
            Heading::Equilibrium => "equilibrium",
            Heading::Bias => "bias",
            Heading::Gain => "gain",
        }
    }
}

/// A measure that has words of its own.
struct Entry {
    measure: &'static str,
    plain: &'static str,
    short: &'static str,
    tex: &'static str,
    over: Option<Heading>,
}

const fn entry(
    measure: &'static str,
    plain: &'static str,
    short: &'static str,
    tex: &'static str,
    over: Option<Heading>,
) -> Entry {
    Entry { measure, plain, short, tex, over }
}

const EQUILIBRIUM: Option<Heading> = Some(Heading::Equilibrium);
const BIAS: Option<Heading> = Some(Heading::Bias);
const GAIN: Option<Heading> = Some(Heading::Gain);

/// Measures, by their names without `_mean`, with their words.
const ENTRIES: [Entry; 31] = [
    entry("bne_multiplier", "multiplier of the Nash equilibrium", "Nash", "Nash", EQUILIBRIUM),
    entry("class_multiplier", "multiplier of the equilibrium of the class", "class", "class", EQUILIBRIUM),
    entry(
        "smoothed_multiplier",
        "multiplier of the smoothed equilibrium",
        "smoothed",
        "smoothed",
        EQUILIBRIUM,
    ),
    entry(
        "perturbed_multiplier",
        "multiplier of the rest of perturbed bids",
        "perturbed",
        "perturbed",
        EQUILIBRIUM,
    ),
    entry(
        "grid_multiplier",
        "multiplier of the nearest equilibrium of the grid",
        "grid",
        "grid",
        EQUILIBRIUM,
    ),
    entry("multiplier_tail_mean", "learned multiplier", "w", "learned $w$", None),
    entry("multiplier_last_iterate", "last multiplier", "last w", "last $w$", None),
    entry("multiplier_time_average", "multiplier averaged over all epochs", "average w", r"$\bar{w}$", None),
    entry("multiplier_tail_sd", "movement of the multiplier over the tail", "sd of w", r"$\sigma_w$", None),
    entry("bias", "bias of the multiplier", "bias", "total", BIAS),
    entry("class_bias", "part of the bias that the class makes", "class bias", "class", BIAS),
    entry("smoothing_bias", "part of the bias that smoothing makes", "smoothing bias", "smoothing", BIAS),
    entry(
        "perturbation_bias",
        "part of the bias that perturbed bids make",
        "perturbation bias",
        "perturbation",
        BIAS,
    ),
    entry("grid_bias", "part of the bias that the grid makes", "grid bias", "grid", BIAS),
    entry("learning_bias", "part of the bias that learning makes", "learning bias", "learning", BIAS),
    entry("bne_l2", "distance of bids from those of Nash", "L2", "$L_2$", None),
    entry(
        "epsilon_relative",
        "gain of a best response, share of its utility",
        "relative gain",
        r"$\varepsilon_{\mathrm{rel}}$",
        GAIN,
    ),
    entry("epsilon_ex_ante", "gain of a best response, ex ante", "epsilon", r"$\varepsilon$", GAIN),
    entry(
        "epsilon_interim",
        "gain of a best response at the value where it is largest",
        "interim epsilon",
        r"$\varepsilon_{\mathrm{interim}}$",
        GAIN,
    ),
    entry(
        "epsilon_class",
        "gain of a best response within the strategy class",
        "epsilon in class",
        r"$\varepsilon_{\mathrm{class}}$",
        GAIN,
    ),
    entry(
        "epsilon_smoothed",
        "gain of a best response in the smoothed auction",
        "smoothed epsilon",
        r"$\varepsilon_{\mathrm{smoothed}}$",
        GAIN,
    ),
    entry(
        "epsilon_ex_ante_time_average",
        "gain of a best response to averages over time",
        "epsilon of average",
        r"$\varepsilon(\bar{w})$",
        GAIN,
    ),
    entry("nash_conv", "sum of all bidders' gains", "NashConv", "NashConv", None),
    entry("utility", "utility", "utility", "$u$", None),
    entry("revenue", "revenue", "revenue", "revenue", None),
    entry("welfare", "welfare", "welfare", "welfare", None),
    entry("efficiency", "efficiency", "efficiency", "efficiency", None),
    entry("gradient_sd", "noise of the gradient", "sd of gradient", r"$\sigma_g$", None),
    entry(
        "saturated_share",
        "share of values where the sigmoid is saturated",
        "saturated",
        "saturated",
        None,
    ),
    entry("regret_per_profile", "regret a profile", "regret", "regret", None),
    entry("external_regret_bound", "bound of the regret", "regret bound", "regret bound", None),
];

/// The words of a measure, by its name without `_mean`; of one without words of its own, its name, and what
/// the table says of it.
pub(super) fn words(measure: &str, frame: &Frame) -> Words {
    let column = [crate::store::mean_name(measure), measure.to_owned()];
    let info = frame.infos().iter().find(|info| column.contains(&info.name));
    let unit = info.and_then(|info| info.unit.clone()).filter(|unit| unit != "1");
    match ENTRIES.iter().find(|entry| entry.measure == measure) {
        Some(entry) => Words {
            plain: entry.plain.into(),
            short: entry.short.into(),
            tex: entry.tex.into(),
            unit,
            over: entry.over,
        },
        None => {
            let name = measure.replace('_', " ");
            let told = info.map(|info| info.doc.trim_start_matches("mean over replicates: "));
            let plain = told.and_then(|doc| doc.split([';', ',', '(']).next()).map(str::trim);
            let plain = plain.filter(|plain| !plain.is_empty()).unwrap_or(&name).to_owned();
            Words { plain, short: name.clone(), tex: name, unit, over: None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Scalar;

    #[test]
    fn measures_without_words_are_told_by_their_columns() {
        let frame = Frame::made_up(1, &[("clumsy_thing_mean", vec![Scalar::Number(1.0)])]);
        let told = words("clumsy_thing", &frame);
        assert_eq!(
            (&*told.short, &*told.tex, &*told.plain),
            ("clumsy thing", "clumsy thing", "clumsy thing")
        );
        assert_eq!(words("bias", &frame).over, Some(Heading::Bias));
    }

    #[test]
    fn no_measure_stands_twice_and_all_are_columns() {
        use crate::store::{TableName, mean_name, table_columns};
        let columns: Vec<String> = table_columns(TableName::CellBidders)
            .into_iter()
            .chain(table_columns(TableName::Cells))
            .map(|c| c.name)
            .collect();
        for (at, entry) in ENTRIES.iter().enumerate() {
            assert!(ENTRIES[..at].iter().all(|other| other.measure != entry.measure), "{}", entry.measure);
            let known = columns.iter().any(|name| *name == mean_name(entry.measure) || name == entry.measure);
            assert!(known || in_summaries(entry.measure), "{} is no column", entry.measure);
        }
    }

    /// Whether a measure stands in the long table alone.
    fn in_summaries(measure: &str) -> bool {
        let columns = crate::measure::bidder_columns().iter().chain(crate::measure::run_columns());
        columns.into_iter().any(|column| column.name == measure)
    }
}
