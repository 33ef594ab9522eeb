//! Lines for a terminal: spans with a tone, wrapped by words.

/// Why a span stands out, where colours are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It does not.
    Plain,
    /// It is undecided.
    Undecided,
    /// It failed.
    Failed,
}

/// One line: texts and their tones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScreenLine {
    /// Its texts, printable, without colour.
    pub spans: Vec<(Tone, String)>,
}

impl ScreenLine {
    /// A line of one tone.
    pub(super) fn new(tone: Tone, text: impl Into<String>) -> Self {
        ScreenLine { spans: vec![(tone, text.into())] }
    }

    /// A plain line.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        ScreenLine::new(Tone::Plain, text)
    }

    /// Adds a span.
    pub(super) fn push(&mut self, tone: Tone, text: impl Into<String>) {
        self.spans.push((tone, text.into()));
    }

    /// Its text.
    pub fn text(&self) -> String {
        self.spans.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Without spaces at its end.
    pub(super) fn trimmed(mut self) -> Self {
        while let Some((_, text)) = self.spans.last_mut() {
            text.truncate(text.trim_end().len());
            if !text.is_empty() {
                break;
            }
            self.spans.pop();
        }
        self
    }
}

/// Characters of a text; each takes a column.
pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

/// A text wrapped to a width, its first line after one indent, the others after another. Words that are
/// longer than a line are cut.
pub(crate) fn wrap(text: &str, width: usize, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    let mut empty = true;
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let gap = usize::from(!empty);
            let room = width.saturating_sub(length(&line) + gap);
            if word.len() <= room {
                line += if empty { "" } else { " " };
                line.extend(&word);
                empty = false;
                break;
            }
            if empty {
                let cut = room.max(1).min(word.len());
                line.extend(word.drain(..cut));
            }
            lines.push(std::mem::replace(&mut line, " ".repeat(rest)));
            empty = true;
            if word.is_empty() {
                break;
            }
        }
    }
    if !empty {
        lines.push(line);
    }
    lines
}

/// A text within a width: one that is too long ends in an ellipsis.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if length(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
