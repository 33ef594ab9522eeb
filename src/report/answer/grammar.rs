//! Clauses joined to sentences.

use super::text::{Piece, Text};

/// "a, b and c".
pub(super) fn list(texts: Vec<Text>, last: &str) -> Text {
    let count = texts.len();
    texts.into_iter().enumerate().fold(Text::default(), |all, (i, text)| {
        let joint = match i {
            0 => "",
            i if i + 1 == count => last,
            _ => ", ",
        };
        all.words(joint).text(text)
    })
}

/// A sentence: a capital first, a full stop last.
pub(super) fn sentence(text: Text) -> Text {
    text.capitalised().words(".")
}

/// Sentences one after the other.
pub(super) fn sentences(texts: Vec<Text>) -> Text {
    let mut all = Text::default();
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        if !all.is_empty() {
            all = all.words(" ");
        }
        all = all.text(sentence(text));
    }
    all
}

/// A noun for a count: plural unless it is 1.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.into() } else { format!("{noun}s") }
}

impl Text {
    /// Its first word, if it is this program's, with a capital.
    fn capitalised(mut self) -> Self {
        if let Some(Piece::Words(words)) = self.first_mut() {
            let mut chars = words.chars();
            if let Some(first) = chars.next() {
                *words = first.to_uppercase().chain(chars).collect();
            }
        }
        self
    }
}

/// Clauses with semicolons between them.
pub(super) fn clauses(texts: Vec<Text>) -> Text {
    texts
        .into_iter()
        .enumerate()
        .fold(Text::default(), |all, (i, text)| all.words(if i > 0 { "; " } else { "" }).text(text))
}
