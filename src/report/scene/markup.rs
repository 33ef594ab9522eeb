//! Texts with italic, lowered and raised parts: `*x*`, `x_{i}`, `x^{2}`; a backslash takes a character as it
//! is.

/// Where a part of a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// On the line.
    #[default]
    Base,
    /// Lowered and small.
    Lowered,
    /// Raised and small.
    Raised,
}

impl Level {
    /// The size of its letters, as a share of those of the text.
    pub fn size(self) -> f64 {
        if self == Level::Base { 1.0 } else { 0.72 }
    }

    /// How far below the line it stands, as a share of the size of the text.
    pub fn drop(self) -> f64 {
        match self {
            Level::Base => 0.0,
            Level::Lowered => 0.18,
            Level::Raised => -0.36,
        }
    }
}

/// A part of a text that is written in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its letters, without control characters.
    pub text: String,
    /// Whether it is italic.
    pub italic: bool,
    /// Where it stands.
    pub level: Level,
}

/// A text of spans.
///
/// Made from a `&str` or `String` in the notation of this file. What a user wrote goes through [`escape`]
/// first, or is made by [`Markup::plain`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup {
    /// Its parts, none of them empty.
    pub spans: Vec<Span>,
}

/// A user's text so that in the notation of this file it stands for itself.
pub fn escape(text: &str) -> String {
    let special = |c| matches!(c, '\\' | '*' | '_' | '^' | '{' | '}');
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

/// A character as it can be written: blanks are spaces; control characters, those that turn the direction of
/// writing, and those that XML forbids are shown as U+FFFD.
pub fn printable(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => {
            '\u{FFFD}'
        }
        '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
        c if c.is_control() => '\u{FFFD}',
        c => c,
    }
}

impl Markup {
    /// A text that stands for itself.
    pub fn plain(text: &str) -> Self {
        let mut markup = Self::default();
        markup.push(text.chars(), false, Level::Base);
        markup
    }

    /// The text's letters, all in one.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// Whether no letter is there.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Its first `keep` letters and an ellipsis; all of it where it has no more.
    pub fn shortened(&self, keep: usize) -> Self {
        let mut short = Self::default();
        let mut left = keep;
        for span in &self.spans {
            let count = span.text.chars().count();
            if count > left {
                let kept: String = span.text.chars().take(left).collect();
                short.push(kept.trim_end().chars().chain(['…']), span.italic, span.level);
                return short;
            }
            short.spans.push(span.clone());
            left -= count;
        }
        short
    }

    /// Where a line may end: the places of its spaces, counted in letters.
    pub fn breaks(&self) -> Vec<usize> {
        let letters = self.spans.iter().flat_map(|span| span.text.chars());
        letters.enumerate().filter(|(at, c)| *c == ' ' && *at > 0).map(|(at, _)| at).collect()
    }

    /// What stands before and after the space at a place.
    pub fn split(&self, space: usize) -> (Self, Self) {
        let (mut before, mut after) = (Self::default(), Self::default());
        let mut at = 0;
        for span in &self.spans {
            for letter in span.text.chars() {
                let side = if at < space { &mut before } else { &mut after };
                if at != space {
                    side.push([letter].into_iter(), span.italic, span.level);
                }
                at += 1;
            }
        }
        (before, after)
    }

    /// This text and another after it.
    pub fn followed(mut self, after: &Markup) -> Self {
        for span in &after.spans {
            self.push(span.text.chars(), span.italic, span.level);
        }
        self
    }

    /// Adds letters, to the last span where that is written in the same way.
    fn push(&mut self, letters: impl Iterator<Item = char>, italic: bool, level: Level) {
        for c in letters.map(printable) {
            match self.spans.last_mut() {
                Some(span) if span.italic == italic && span.level == level => span.text.push(c),
                _ => self.spans.push(Span { text: c.into(), italic, level }),
            }
        }
    }
}

impl From<&str> for Markup {
    fn from(notation: &str) -> Self {
        let mut markup = Self::default();
        let (mut italic, mut level) = (false, Level::Base);
        let mut letters = notation.chars().peekable();
        while let Some(c) = letters.next() {
            match c {
                '\\' => markup.push(letters.next().unwrap_or(c).to_string().chars(), italic, level),
                '*' => italic = !italic,
                '_' | '^' if level == Level::Base && letters.peek() == Some(&'{') => {
                    letters.next();
                    level = if c == '_' { Level::Lowered } else { Level::Raised };
                }
                '}' if level != Level::Base => level = Level::Base,
                c => markup.push([c].into_iter(), italic, level),
            }
        }
        markup
    }
}

impl From<String> for Markup {
    fn from(notation: String) -> Self {
        Self::from(notation.as_str())
    }
}

impl From<&Markup> for Markup {
    fn from(markup: &Markup) -> Self {
        markup.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(notation: &str) -> Vec<(String, bool, Level)> {
        Markup::from(notation).spans.into_iter().map(|span| (span.text, span.italic, span.level)).collect()
    }

    #[test]
    fn parts_are_written_in_their_ways() {
        assert_eq!(
            spans("*c*_{*N*}/10^{−2}"),
            [
                ("c".into(), true, Level::Base),
                ("N".into(), true, Level::Lowered),
                ("/10".into(), false, Level::Base),
                ("−2".into(), false, Level::Raised),
            ]
        );
        assert_eq!(spans("a_b ^ {c}"), [("a_b ^ {c}".into(), false, Level::Base)]);
        assert_eq!(spans("_{open"), [("open".into(), false, Level::Lowered)]);
        assert_eq!(spans("end\\"), [("end\\".into(), false, Level::Base)]);
        assert_eq!(spans("**"), []);
    }

    #[test]
    fn control_characters_are_shown_and_blanks_are_spaces() {
        assert_eq!(Markup::plain("a\u{1b}[31m\tb\u{202e}\u{0}").text(), "a\u{FFFD}[31m b\u{FFFD}\u{FFFD}");
    }

    #[test]
    fn long_texts_are_shortened_across_spans() {
        assert_eq!(Markup::from("ab*cd*ef").shortened(3).text(), "abc…");
        assert_eq!(Markup::from("ab *cd*").shortened(3).text(), "ab …");
        assert_eq!(Markup::from("ab*cd*").shortened(4).text(), "abcd");
    }

    proptest! {
        #[test]
        fn escaped_texts_stand_for_themselves(text in any::<String>()) {
            prop_assert_eq!(Markup::from(escape(&text)), Markup::plain(&text));
        }
    }
}
