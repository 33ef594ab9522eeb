//! A sweep on one screen: the question, its answer, a table, what went wrong, and where the rest is.

mod line;
mod notation;
mod pivot;
mod ranked;

pub(crate) use line::wrap;
pub use line::{ScreenLine, Tone};

use crate::data::visible;
use std::path::Path;

use super::Report;
use super::answer::{Statement, Topic, Verdict};
use line::shortened;
use notation::legend;
use pivot::Pivot;
use ranked::ranked;

/// The most lines of a screen.
const MOST: usize = 30;

/// The lines that the end may take.
const END: usize = 2;

/// The most rows of a list.
const ROWS: usize = 12;

/// The fewest lines that the answer has.
const ANSWER: usize = 8;

/// The most lines of the answer for which a list is cut.
const BESIDE_LIST: usize = 15;

impl Report {
    /// The sweep on one screen of a width; `whole` tells every statement, whatever room that takes. `page` is
    /// the report's page, where it was written; `unsolved` counts the
    /// lines whose linear program has no solution.
    pub fn screen(&self, width: usize, whole: bool, page: Option<&Path>, unsolved: u64) -> Vec<ScreenLine> {
        let head = self.head(width);
        let problems = self.problems(width, unsolved);
        let end = self.end(width, page);
        // Two empty lines part the answer from what is around it. Long paths take no room from it.
        let around = head.len() + problems.len() + END + 2;
        let room = MOST.saturating_sub(around);
        let table = self.table(width, room);
        let answer = self.told(width, if whole { usize::MAX } else { room.saturating_sub(table.len()) });
        let parts = [head, answer, [table, problems, end].concat()];
        let mut lines: Vec<ScreenLine> = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !lines.is_empty() {
                lines.push(ScreenLine::default());
            }
            lines.extend(part);
        }
        lines
    }

    /// The sweep's name and size, and its question.
    fn head(&self, width: usize) -> Vec<ScreenLine> {
        let plan = &self.results.plan;
        let plural = |count: u64, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let size = match (plan.len() as u64, u64::from(plan.replicates())) {
            (1, 1) => "1 run".to_owned(),
            (1, _) => plural(plan.runs(), "run"),
            (cells, 1) => plural(cells, "cell"),
            (cells, replicates) => format!("{}, {cells} cells x {replicates}", plural(plan.runs(), "run")),
        };
        let name = shortened(&visible(plan.name()), width.saturating_sub(size.len() + 2));
        let mut lines = vec![ScreenLine::plain(format!("{name}  {size}"))];
        let question = plan.question().map(visible).unwrap_or_default();
        let mut asked = wrap(&question, width, 0, 0);
        if asked.len() > 3 {
            asked.truncate(3);
            asked[2] = shortened(&format!("{} …", asked[2]), width);
        }
        lines.extend(asked.into_iter().map(ScreenLine::plain));
        lines
    }

    /// The statements within a number of lines.
    fn told(&self, width: usize, room: usize) -> Vec<ScreenLine> {
        let asked = self.answer.told().filter(|statement| statement.topic != Topic::Runs);
        let mut statements: Vec<&Statement> = asked.collect();
        statements.sort_by_key(|statement| statement.rank());
        let all = statements.len();
        let mut lines = Vec::new();
        let mut told = 0;
        for statement in statements {
            let wrapped = wrap(&statement.text.plain(), width, 2, 4);
            // A line is kept for what is left out.
            let kept = usize::from(told + 1 < all);
            if lines.len() + wrapped.len() + kept > room && told > 0 {
                continue;
            }
            told += 1;
            lines.extend(wrapped.into_iter().map(|line| toned(&line)));
        }
        if told < all {
            let left = all - told;
            let noun = if left == 1 { "statement" } else { "statements" };
            lines.push(ScreenLine::plain(format!("  ({left} more {noun}: -v)")));
        }
        lines
    }

    /// A pivot where the sweep has two axes and there is room, else a list.
    fn table(&self, width: usize, room: usize) -> Vec<ScreenLine> {
        let results = &self.results;
        let lines: Vec<_> = results.lines().collect();
        if lines.is_empty() {
            return vec![ScreenLine::plain("No run is done yet: run the same sweep again.")];
        }
        let key = legend(results, &lines, width).into_iter().map(|line| toned(&line));
        let pivot = Pivot::new(results).filter(|pivot| pivot.rows() + 3 + ANSWER <= room);
        if let Some([mut table, gains]) = pivot.and_then(|pivot| pivot.tables(width)) {
            if table.len() + gains.len() + key.len() + 1 + ANSWER <= room {
                table.push(ScreenLine::default());
                table.extend(gains);
            }
            table.extend(key);
            return table;
        }
        // The head, what is left out, and the key stand beside the rows.
        let answer = self.told(width, usize::MAX).len().min(BESIDE_LIST);
        let rows = ROWS.min(room.saturating_sub(answer + 2 + key.len())).max(1);
        let (mut table, left) = ranked(results, width, rows);
        if left > 0 {
            let order = format!("{left} more, where a best response gains less: -v");
            table.push(ScreenLine::plain(shortened(&order, width)));
        }
        table.extend(key);
        table
    }

    /// A line for each thing that went wrong or is not there.
    fn problems(&self, width: usize, unsolved: u64) -> Vec<ScreenLine> {
        let is_problem = |statement: &&Statement| {
            statement.topic == Topic::Runs
                && matches!(statement.verdict, Verdict::Contradicted | Verdict::Undecided)
        };
        let told = self.answer.told().filter(is_problem).map(|statement| {
            let tone = if statement.claim.0 == "runs" { Tone::Failed } else { Tone::Undecided };
            ScreenLine::new(tone, shortened(&statement.text.plain(), width))
        });
        let mut lines: Vec<ScreenLine> = told.collect();
        if unsolved > 0 {
            let noun = if unsolved == 1 { "line" } else { "lines" };
            let text =
                format!("{unsolved} {noun} without a linear program's solution: lp_reason in cell_bidders");
            lines.push(ScreenLine::new(Tone::Undecided, shortened(&text, width)));
        }
        if self.results.total > self.results.cells.rows() {
            let text =
                format!("told of the first {} of {} cells", self.results.cells.rows(), self.results.total);
            lines.push(ScreenLine::plain(shortened(&text, width)));
        }
        lines
    }

    /// Where the report and the tables are.
    fn end(&self, width: usize, page: Option<&Path>) -> Vec<ScreenLine> {
        let shown = |path: &Path| visible(&path.display().to_string()).into_owned();
        let tables = format!("tables  {}", shown(&self.results.folder.path().join("*.parquet")));
        let Some(page) = page else { return vec![ScreenLine::plain(tables)] };
        let report = format!("report  {}", shown(page));
        let both = format!("{report}   {tables}");
        if line::length(&both) <= width {
            vec![ScreenLine::plain(both)]
        } else {
            vec![ScreenLine::plain(report), ScreenLine::plain(tables)]
        }
    }
}

/// A line in which the word for doubt has its tone.
fn toned(line: &str) -> ScreenLine {
    let mut told = ScreenLine::default();
    let mut rest = line;
    while let Some(at) = rest.find("undecided") {
        told.push(Tone::Plain, &rest[..at]);
        told.push(Tone::Undecided, "undecided");
        rest = &rest[at + "undecided".len()..];
    }
    told.push(Tone::Plain, rest);
    told
}
