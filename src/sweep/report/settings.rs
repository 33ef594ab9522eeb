//! What `[report]` asks for.

use super::baseline::BaselineValue;
use super::figure_name::FigureName;
use super::group::Grouping;
use super::venue::Venue;
use super::width::Width;

/// The `[report]` table of a sweep file: no part of what is trained, measured or stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportSettings {
    /// The width of all figures; where left out, [`ReportSettings::inches`] tells it by the figure's panels.
    pub width: Option<Width>,
    /// Where the figures are to stand.
    pub venue: Venue,
    /// The figures; what the axes ask for where left out.
    pub figures: Option<Vec<FigureName>>,
    /// The measures of the table for papers: names of columns of `cells` without what tells mean, standard
    /// deviation and interval. Chosen by the report where left out.
    pub columns: Option<Vec<&'static str>>,
    /// What stands behind the means.
    pub interval: Interval,
    /// What the rows of tables are grouped by; the slowest axis where left out.
    pub rows: Option<Grouping>,
    /// What cells are compared with: the cells that have these values; empty where nothing is compared. In
    /// the order of the file.
    pub baseline: Vec<BaselineValue>,
}

impl ReportSettings {
    /// The width of a figure of so many panels side by side, in inches.
    pub fn inches(&self, panels: usize) -> f64 {
        let usual = if panels > 1 { Width::Text } else { Width::Column };
        self.width.unwrap_or(usual).inches(self.venue)
    }
}

/// What stands behind a mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interval {
    /// The half-width of Student's 95 % interval.
    #[default]
    Ci95,
    /// The standard deviation over replicates.
    Sd,
}

impl Interval {
    /// Every choice.
    pub const ALL: [Interval; 2] = [Interval::Ci95, Interval::Sd];

    /// The word in sweep files, and the end of the column's name.
    pub const fn name(self) -> &'static str {
        match self {
            Interval::Ci95 => "ci95",
            Interval::Sd => "sd",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_several_panels_are_as_wide_as_the_text() {
        let mut report = ReportSettings::default();
        assert_eq!([1, 2].map(|panels| report.inches(panels)), [3.25, 5.5]);
        report.venue = Venue::Icml;
        assert_eq!([1, 3].map(|panels| report.inches(panels)), [3.25, 6.75]);
        report.width = Some(Width::Text);
        assert_eq!(report.inches(1), 6.75);
        report.width = Some(Width::Inches(4.0));
        assert_eq!(report.inches(2), 4.0);
    }
}
