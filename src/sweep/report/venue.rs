//! Where a report's figures are to stand: how wide columns and pages are there.

/// A venue, for the widths of its columns and of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Venue {
    /// None in particular: what fits in most.
    #[default]
    Default,
    /// International Conference on Machine Learning, two columns.
    Icml,
    /// International Conference on Artificial Intelligence and Statistics, two columns.
    Aistats,
    /// Conference on Neural Information Processing Systems.
    Neurips,
    /// International Conference on Learning Representations.
    Iclr,
    /// Journal of Machine Learning Research.
    Jmlr,
    /// Transactions on Machine Learning Research.
    Tmlr,
    /// LaTeX's class `article` at 10 pt in one column.
    Article,
}

impl Venue {
    /// Every venue.
    pub const ALL: [Venue; 8] = [
        Venue::Default,
        Venue::Icml,
        Venue::Aistats,
        Venue::Neurips,
        Venue::Iclr,
        Venue::Jmlr,
        Venue::Tmlr,
        Venue::Article,
    ];

    /// The word in sweep files.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The width of a column, in inches.
    pub const fn column(self) -> f64 {
        self.row().1
    }

    /// The width of the text, in inches.
    pub const fn text(self) -> f64 {
        self.row().2
    }

    /// Name, width of a column and of the text in inches, as the venues' LaTeX styles set them: icml2025.sty
    /// and aistats2025.sty (two columns .25 in apart), neurips_2025.sty, iclr2025_conference.sty, jmlr2e.sty,
    /// tmlr.sty; size10.clo sets 345 pt.
    const fn row(self) -> (&'static str, f64, f64) {
        match self {
            Venue::Default => ("default", 3.25, 5.5),
            Venue::Icml => ("icml", 3.25, 6.75),
            Venue::Aistats => ("aistats", 3.25, 6.75),
            Venue::Neurips => ("neurips", 5.5, 5.5),
            Venue::Iclr => ("iclr", 5.5, 5.5),
            Venue::Jmlr => ("jmlr", 6.0, 6.0),
            Venue::Tmlr => ("tmlr", 6.5, 6.5),
            Venue::Article => ("article", 4.77, 4.77),
        }
    }
}
