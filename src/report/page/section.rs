//! What a page is made from.

use maud::Markup;

use super::facts::{Facts, Failure};
use crate::report::results::Results;

/// A page: of one sweep, or of a study.
pub(in crate::report) struct Page<'a> {
    /// The title of the window, and of a study.
    pub(in crate::report) title: String,
    /// What several sweeps say together; `None` of one sweep.
    pub(in crate::report) study: Option<Markup>,
    /// One a sweep.
    pub(in crate::report) sections: Vec<Section<'a>>,
    /// The rules of style that give figures within the page their colours.
    pub(in crate::report) figure_css: &'a str,
}

/// One sweep of a page.
pub(in crate::report) struct Section<'a> {
    /// The sweep's name.
    pub(in crate::report) name: String,
    /// The question that it answers.
    pub(in crate::report) question: Option<String>,
    /// The answer, one claim after the other.
    pub(in crate::report) answer: Vec<Claim>,
    /// Counts and versions.
    pub(in crate::report) facts: Facts,
    /// The figures, in order.
    pub(in crate::report) plates: Vec<Plate>,
    /// The tables.
    pub(in crate::report) results: &'a Results,
    /// Runs that failed or diverged, the first of them.
    pub(in crate::report) failures: Vec<Failure>,
    /// How to make it again and how to read its tables.
    pub(in crate::report) commands: Vec<Command>,
    /// The text of the sweep file.
    pub(in crate::report) sweep: String,
}

/// A statement of the answer.
pub(in crate::report) struct Claim {
    /// The verdict in a word or two, as on its chip: supported, contradicted, undecided, not asked.
    pub(in crate::report) verdict: String,
    /// Whether it is about the runs themselves, not about where learners end.
    pub(in crate::report) is_check: bool,
    /// Whether the numbers say that it holds.
    pub(in crate::report) is_good: bool,
    /// What is claimed.
    pub(in crate::report) holds: String,
    /// What is said.
    pub(in crate::report) words: Markup,
    /// The name of the figure that shows it.
    pub(in crate::report) figure: Option<String>,
    /// The rows of `cells` that it rests on.
    pub(in crate::report) cells: Vec<usize>,
}

/// A figure.
pub(in crate::report) struct Plate {
    /// Its name, as of its files.
    pub(in crate::report) name: String,
    /// What it is, in a few words; the caption begins so.
    pub(in crate::report) title: String,
    /// The rest of the caption.
    pub(in crate::report) caption: Markup,
    /// The picture: SVG to stand within the page, its points with `data-cell`, the row of `cells`.
    pub(in crate::report) svg: String,
    /// The same stacked for a phone, of other ids; where there is none, a wide figure scrolls there.
    pub(in crate::report) narrow: Option<String>,
    /// Whether it takes two columns.
    pub(in crate::report) wide: bool,
    /// Its files, relative to the page; the kind of each is its ending.
    pub(in crate::report) files: Vec<String>,
}

/// Something to paste.
pub(in crate::report) struct Command {
    /// What it is for.
    pub(in crate::report) title: String,
    /// The text.
    pub(in crate::report) text: String,
}
