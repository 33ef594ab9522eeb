//! Users' texts on their way to a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// The text on one line, with all that would steer a terminal or hide itself made visible: a run of blanks
/// with a line break or tab in it is a space, other control characters, marks that turn the direction of text
/// and those without width stand as JSON writes them, `\u001b`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim_matches(is_blank).chars().peekable();
    while let Some(c) = chars.next() {
        if is_blank(c) {
            let mut breaks = c != ' ';
            let mut blanks = 1;
            while let Some(next) = chars.next_if(|next| is_blank(*next)) {
                breaks |= next != ' ';
                blanks += 1;
            }
            out.extend(std::iter::repeat_n(' ', if breaks { 1 } else { blanks }));
        } else {
            push(&mut out, c);
        }
    }
    Cow::Owned(out)
}

/// As [`visible`], of a text that has lines and keeps them, and its tabs. What stands before a place in the
/// text becomes what stands before it in the result.
pub(crate) fn visible_lines(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| matches!(c, '\n' | '\t') || is_plain(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' if chars.peek().is_none_or(|next| *next == '\n') => out.push(c),
            c => push(&mut out, c),
        }
    }
    Cow::Owned(out)
}

fn push(out: &mut String, c: char) {
    if is_plain(c) {
        out.push(c);
    } else {
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            write!(out, "\\u{unit:04x}").expect("a string takes all");
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Neither a control character (C0, DEL, C1), nor a separator of lines, nor a mark of direction (Unicode 15,
/// `Bidi_Control`), nor one without width.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_seen_and_the_rest_stays() {
        for (text, seen) in [
            ("beta=50 café 漢字", "beta=50 café 漢字"),
            ("two  blanks", "two  blanks"),
            ("a\n  b\r\n\tc\n", "a b c"),
            ("\u{1b}[31mred\u{1b}]0;title\u{7}", "\\u001b[31mred\\u001b]0;title\\u0007"),
            ("a\u{9b}2Jb\u{7f}\0", "a\\u009b2Jb\\u007f\\u0000"),
            ("a\u{202e}b\u{200b}\u{feff}\u{2028}", "a\\u202eb\\u200b\\ufeff\\u2028"),
        ] {
            assert_eq!(visible(text), seen);
        }
        assert_eq!(visible_lines("a\r\n\t\u{1b}b\rc\n"), "a\r\n\t\\u001bb\\u000dc\n");
        assert!(matches!(visible("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_character_of_unicode_gets_through_that_is_a_control() {
        let all: String = ('\0'..=char::MAX).collect();
        let controls = |text: &str| text.chars().filter(|c| c.is_control()).count();
        assert_eq!(controls(&visible(&all)), 0);
        assert_eq!(controls(&visible_lines(&all)), 2, "the line break and the tab alone");
    }
}
