//! The columns of the page's table: which there are, what they are called, and which are shown at first.

/// What a column belongs to, in the order in which the table and its menu have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// Axes of the sweep, and what tells the bidders of a cell apart.
    Axes,
    /// Counts of runs.
    Runs,
    /// Where the learners end.
    Outcome,
    /// Reference equilibria.
    References,
    /// The bias and its parts.
    Bias,
    /// What a best reply gains.
    Epsilon,
    /// Verdicts on a cell.
    Verdicts,
    /// Other measures.
    Measures,
    /// Settings that are on no axis.
    Settings,
}

impl Group {
    /// All of them.
    pub(super) const ALL: [Group; 9] = [
        Group::Axes,
        Group::Runs,
        Group::Outcome,
        Group::References,
        Group::Bias,
        Group::Epsilon,
        Group::Verdicts,
        Group::Measures,
        Group::Settings,
    ];

    /// Its name in the menu.
    pub(super) fn title(self) -> &'static str {
        match self {
            Group::Axes => "Axes",
            Group::Runs => "Runs",
            Group::Outcome => "Where they end",
            Group::References => "Equilibria",
            Group::Bias => "Bias and its parts",
            Group::Epsilon => "Gain of a best response",
            Group::Verdicts => "Verdicts",
            Group::Measures => "Other measures",
            Group::Settings => "Settings",
        }
    }
}

/// A column that the page knows.
pub(super) struct Known {
    /// Its name in the tables.
    pub(super) name: &'static str,
    /// Its head; `*` encloses a variable.
    pub(super) title: &'static str,
    /// The same in TeX.
    pub(super) tex: &'static str,
    /// What it belongs to.
    pub(super) group: Group,
    /// Whether it is shown at first, where it is not zero or missing throughout.
    pub(super) shown: bool,
    /// Whether its interval is shown beside it.
    pub(super) interval: bool,
}

const fn known(
    name: &'static str,
    title: &'static str,
    tex: &'static str,
    group: Group,
    shown: bool,
    interval: bool,
) -> Known {
    Known { name, title, tex, group, shown, interval }
}

/// The columns that the page knows, in the order in which it shows them. All others follow, hidden at first.
#[rustfmt::skip]
pub(super) const KNOWN: [Known; 30] = {
    use Group::{Bias, Epsilon, Outcome, References, Runs, Verdicts};
    [
        known("replicates", "runs", "runs", Runs, false, false),
        known("failed", "failed", "failed", Runs, true, false),
        known("diverged", "diverged", "diverged", Runs, true, false),
        known("multiplier_tail_mean", "*w*", "$w$", Outcome, true, true),
        known("multiplier_tail_sd_mean", "sd of *w* over epochs", "$\\sigma_t(w)$", Outcome, false, false),
        known("bne_l2_mean", "*L*₂ from Nash", "$L_2$", Outcome, false, false),
        known("utility_mean", "utility", "$u$", Outcome, false, false),
        known("bne_multiplier", "Nash", "Nash", References, true, false),
        known("class_multiplier", "class", "class", References, false, false),
        known("smoothed_multiplier", "smoothed", "smoothed", References, true, false),
        known("perturbed_multiplier", "perturbed", "perturbed", References, true, false),
        known("grid_multiplier", "grid", "grid", References, true, false),
        known("bias_mean", "bias", "bias", Bias, true, false),
        known("class_bias_mean", "class part", "class bias", Bias, true, false),
        known("smoothing_bias_mean", "smoothing", "smoothing bias", Bias, true, false),
        known("perturbation_bias_mean", "perturbation", "perturbation bias", Bias, true, false),
        known("grid_bias_mean", "grid part", "grid bias", Bias, true, false),
        known("learning_bias_mean", "learning", "learning bias", Bias, true, true),
        known("epsilon_ex_ante_mean", "*ε* ex ante", "$\\varepsilon$", Epsilon, true, false),
        known("epsilon_relative_mean", "*ε* relative", "$\\varepsilon / u^*$", Epsilon, true, false),
        known("epsilon_interim_mean", "*ε* interim", "$\\max_v \\varepsilon(v)$", Epsilon, true, false),
        known("epsilon_class_mean", "*ε* in class", "in class", Epsilon, false, false),
        known("epsilon_grid_mean", "*ε* on the grid", "on grid", Epsilon, false, false),
        known("destination", "ends at", "ends at", Verdicts, true, false),
        known("movement", "moves by", "moves by", Verdicts, true, false),
        known("destination_reason", "ends undecided since", "reason", Verdicts, false, false),
        known("movement_reason", "moves undecided since", "reason", Verdicts, false, false),
        known("predicted_sd", "sd of *w* by theory", "predicted sd", Verdicts, false, false),
        known("rotation_z", "rotation *z*", "$z$", Verdicts, false, false),
        known("eta_h", "*ηh*", "$\\eta h$", Verdicts, false, false),
    ]
};

/// Columns that are written with as many decimals as the multiplier, so that they can be added up.
pub(super) const AS_THE_MULTIPLIER: [&str; 2] = ["_multiplier", "bias_mean"];

/// What is written with an exponent: sizes that span many powers of ten.
pub(super) fn spans_powers(name: &str) -> bool {
    ["epsilon_", "nash_conv", "gradient_"].iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{TableName, table_columns};

    #[test]
    fn known_columns_are_in_the_tables_and_named_once() {
        let tables = [TableName::Cells, TableName::CellBidders].map(table_columns).concat();
        for (at, column) in KNOWN.iter().enumerate() {
            assert!(tables.iter().any(|told| told.name == column.name), "{}", column.name);
            assert!(KNOWN[at + 1..].iter().all(|other| other.name != column.name), "{}", column.name);
            assert_eq!(column.title.matches('*').count() % 2, 0, "{}", column.title);
        }
        assert!(KNOWN.is_sorted_by_key(|column| column.group));
    }
}
