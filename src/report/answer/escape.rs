//! Users' words made harmless: they never steer a terminal, a page, LaTeX or Markdown.

/// Without control characters, escape codes and marks that turn the direction of text: each run of them is a
/// space.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' || c == '\u{9b}' {
            skip_escape(c, &mut chars);
            continue;
        }
        if is_unprintable(c) {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Skips the rest of an escape sequence (ECMA-48): parameters and a final byte, or a string up to its end.
fn skip_escape(first: char, chars: &mut std::iter::Peekable<std::str::Chars>) {
    let introducer = if first == '\u{9b}' { Some('[') } else { chars.next() };
    match introducer {
        Some('[') => {
            for c in chars.by_ref() {
                if ('\u{40}'..='\u{7e}').contains(&c) {
                    break;
                }
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(c) = chars.next() {
                if c == '\u{7}' || c == '\u{9c}' {
                    break;
                }
                if c == '\u{1b}' {
                    chars.next();
                    break;
                }
            }
        }
        _ => {}
    }
}

/// Control characters, separators of lines, and marks of direction (Unicode 15, Bidi_Control), and those
/// without width.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        )
}

/// For LaTeX's text, printable.
pub(in crate::report) fn tex(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '~' => out += r"\textasciitilde{}",
            '^' => out += r"\textasciicircum{}",
            '\\' => out += r"\textbackslash{}",
            '<' => out += r"\textless{}",
            '>' => out += r"\textgreater{}",
            '|' => out += r"\textbar{}",
            '"' => out += r"''",
            '-' => out += "-{}",
            '`' => out += r"\textasciigrave{}",
            '\'' => out += r"\textquotesingle{}",
            c if c.is_ascii() || ('\u{a1}'..='\u{17f}').contains(&c) => out.push(c),
            // What pdfTeX's fonts lack stops a paper from compiling.
            c => out += &format!(r"\texttt{{U+{:04X}}}", u32::from(c)),
        }
    }
    out
}

/// For Markdown, printable: its marks and HTML's are escaped.
pub(in crate::report) fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
