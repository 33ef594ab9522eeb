//! What is wrong with a sweep file: where, what, and what to write instead.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::foreign::instead;
use crate::data::visible_lines;

/// Where a problem lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// The file as a whole.
    File,
    /// The bytes from start to end of the file; files are small enough for u32.
    Span { start: u32, end: u32 },
    /// A `--set` argument, by its index.
    Set(u32),
}

impl Place {
    pub(super) fn span(range: Range<usize>) -> Place {
        Place::Span { start: range.start as u32, end: range.end as u32 }
    }
}

/// Whether a problem forbids the sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The sweep cannot run.
    Error,
    /// The sweep can run.
    Warning,
}

/// One problem with a sweep file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Whether it forbids the sweep.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    pub(super) place: Place,
    /// Another place that matters, and why.
    pub(super) also: Option<(Place, &'static str)>,
}

impl Problem {
    pub(super) fn error(place: Place, message: impl Into<String>) -> Self {
        Problem { severity: Severity::Error, message: message.into(), help: None, place, also: None }
    }

    pub(super) fn warning(place: Place, message: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(place, message) }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Problem { help: Some(help.into()), ..self }
    }

    pub(super) fn also(self, place: Place, why: &'static str) -> Self {
        Problem { also: Some((place, why)), ..self }
    }
}

/// The problems of one sweep file, in the order of the file.
#[derive(Clone, Debug)]
pub struct Problems {
    file: String,
    text: String,
    set: Vec<String>,
    list: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(file: &str, text: &str, set: &[String], mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| problem.place);
        Problems { file: file.to_owned(), text: text.to_owned(), set: set.to_vec(), list }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// One after the other, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// Line and column of a problem, both from 1; none where it lies in no line of the file.
    pub fn position(&self, problem: &Problem) -> Option<(usize, usize)> {
        let Place::Span { start, .. } = problem.place else { return None };
        let before = &self.text[..start as usize];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
    }

    /// The text to print: message, `file:line:column`, the line, a caret and the help of every problem, with
    /// the colours of a terminal or without. Of very many problems the first, errors before warnings, and how
    /// many more there are. What would steer a terminal is made visible.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let newlines = newlines(&self.text);
        let mut told: Vec<&Problem> = self.list.iter().collect();
        let more = told.len().saturating_sub(MOST_TOLD);
        if more > 0 {
            // The order is kept within both.
            told.sort_by_key(|problem| problem.severity == Severity::Warning);
            told.truncate(MOST_TOLD);
        }
        let rendered = told.iter().map(|problem| renderer.render(&[self.group(problem, &newlines)]));
        let mut rendered: Vec<String> = rendered.collect();
        match more {
            0 => {}
            1 => rendered.push("and 1 more problem".to_owned()),
            more => rendered.push(format!("and {more} more problems")),
        }
        rendered.join("\n\n")
    }

    fn group<'p>(&'p self, problem: &'p Problem, newlines: &[usize]) -> Group<'p> {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(shortened(visible_lines(&problem.message)));
        let file = || visible_lines(&self.file);
        let group = match problem.place {
            Place::Set(index) => {
                let set = visible_lines(&self.set[index as usize]);
                title.element(Origin::path(format!("--set {}", shortened(set))))
            }
            Place::File => title.element(Origin::path(file())),
            Place::Span { start, end } => match self.snippet(start, end, problem.also, newlines) {
                Some(snippet) => title.element(snippet),
                None => {
                    let (line, column) = self.line_and_column(start as usize, newlines);
                    title.element(Origin::path(file()).line(line).char_column(column))
                }
            },
        };
        match &problem.help {
            Some(help) => group.element(Level::HELP.message(shortened(visible_lines(help)))),
            None => group,
        }
    }

    /// Line and column of a place in the text, both from 1.
    fn line_and_column(&self, at: usize, newlines: &[usize]) -> (usize, usize) {
        let line = newlines.partition_point(|&newline| newline < at);
        let from = if line == 0 { 0 } else { newlines[line - 1] + 1 };
        (line + 1, self.text[from..at].chars().count() + 1)
    }

    /// The lines of a problem alone: the renderer reads all that it is given, and files may be long. None
    /// where the lines themselves are too long to be shown.
    fn snippet(
        &self,
        start: u32,
        end: u32,
        also: Option<(Place, &'static str)>,
        newlines: &[usize],
    ) -> Option<Snippet<'_, annotate_snippets::Annotation<'_>>> {
        let primary = start as usize..end as usize;
        let context = match also {
            Some((Place::Span { start, end }, why)) => Some((start as usize..end as usize, why)),
            _ => None,
        };
        let spans = || std::iter::once(&primary).chain(context.iter().map(|(span, _)| span));
        let first = spans().map(|span| span.start).min().unwrap_or(0);
        let last = spans().map(|span| span.end).max().unwrap_or(0);
        let line = newlines.partition_point(|&newline| newline < first);
        let from = if line == 0 { 0 } else { newlines[line - 1] + 1 };
        let to = newlines.get(newlines.partition_point(|&newline| newline < last));
        let lines = &self.text[from..to.copied().unwrap_or(self.text.len())];
        if lines.len() > MOST_SHOWN {
            return None;
        }
        let place = |at: usize| visible_lines(&lines[..at - from]).len();
        let within = |span: &Range<usize>| place(span.start)..place(span.end);
        let snippet = Snippet::source(visible_lines(lines))
            .line_start(line + 1)
            .path(visible_lines(&self.file))
            .annotation(AnnotationKind::Primary.span(within(&primary)));
        Some(snippet.annotations(
            context.iter().map(|(span, why)| AnnotationKind::Context.span(within(span)).label(*why)),
        ))
    }
}

/// The most problems of a file that are told.
const MOST_TOLD: usize = 50;

/// The most bytes of the lines that are shown with a problem.
const MOST_SHOWN: usize = 1 << 14;

/// The most letters of a message or help.
const LONGEST_MESSAGE: usize = 10_000;

/// Where the lines of a text end.
fn newlines(text: &str) -> Vec<usize> {
    text.match_indices('\n').map(|(at, _)| at).collect()
}

/// A text that nobody would read to its end, without that.
fn shortened(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => Cow::Owned(format!("{}...", &text[..end])),
        None => text,
    }
}

/// A sweep file that cannot be run; `bidsweep` prints it and exits 2.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .problems.render(false))]
pub struct SweepError {
    /// Everything that is wrong with the file, warnings among it.
    pub problems: Problems,
}

/// The problems of a file that is not TOML throughout, but for those that its syntax errors may have caused:
/// what lies on a line with one, and what the file as a whole seems to lack.
pub(super) fn without_echoes(text: &str, syntax: &[Problem], found: Vec<Problem>) -> Vec<Problem> {
    let newlines = newlines(text);
    let line = |problem: &Problem| match problem.place {
        Place::Span { start, .. } => Some(newlines.partition_point(|&newline| newline < start as usize)),
        Place::File | Place::Set(_) => None,
    };
    let broken: HashSet<_> = syntax.iter().map(line).collect();
    found
        .into_iter()
        .filter(|problem| problem.place != Place::File && !broken.contains(&line(problem)))
        .collect()
}

/// The most names that a word is compared with, of those that a file gives.
const MOST_COMPARED: usize = 1000;

/// The most names that are told where none is near.
const MOST_NAMES: usize = 200;

/// Longer words are near to nothing; comparing them would take long.
const LONGEST_WORD: usize = 64;

/// The name nearest to `word`, if one is near.
pub(crate) fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let word = word.to_lowercase();
    let distance = |name: &&str| strsim::damerau_levenshtein(&word, name);
    let initials = |name: &str| name.split('_').filter_map(|part| part.chars().next()).collect::<String>();
    let holds =
        |name: &str| word.len() > 4 && name.len() > 4 && (word.contains(name) || name.contains(&word));
    let (mut best, mut held) = (None, None);
    for name in names.into_iter().take(MOST_COMPARED) {
        if initials(name) == word {
            return Some(name);
        }
        best = best.into_iter().chain([name]).min_by_key(distance);
        held = held.into_iter().chain([name].into_iter().filter(|name| holds(name))).min_by_key(distance);
    }
    let near = best.filter(|near| distance(near) <= (near.len() / 3).max(1));
    held.into_iter().chain(near).min_by_key(distance)
}

/// The help that says what to write in the place of a word: what it is called here, the nearest of `names`,
/// or all of them where none is near.
pub(crate) fn suggestion<'n>(word: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> String {
    // A word of another program may look like one that means something else here.
    if let Some(instead) = instead(word).filter(|_| names.clone().into_iter().all(|name| name != word)) {
        return instead.to_owned();
    }
    if let Some(near) = nearest(word, names.clone()) {
        return format!("did you mean `{near}`?");
    }
    // Those of a part, such as `adam.beta1`, are many, and nobody looks for them by another name.
    let whole = names.into_iter().filter(|name| !name.contains('.'));
    let mut all: Vec<_> = whole.take(MOST_NAMES + 1).map(|name| format!("`{name}`")).collect();
    if all.len() > MOST_NAMES {
        all[MOST_NAMES] = "...".to_owned();
    }
    format!("the names known here are {}", all.join(", "))
}
