//! Text in columns.

use std::io::{self, Write};

use crate::data::{visible, visible_lines};
pub(super) use crate::execute::counted;
use crate::numeric::digits::first_digits;
use crate::report::wrap;

/// The colours of results.
pub(super) const YELLOW: &str = "\u{1b}[33m";
pub(super) const RED: &str = "\u{1b}[31m";
pub(super) const PLAIN: &str = "\u{1b}[0m";

/// A writer of texts that lets nothing through that would steer a terminal, but for our own colours: whatever
/// a file says, and wherever it is printed, it is seen. JSON stays JSON.
#[derive(Debug)]
pub(super) struct Seen<W> {
    out: W,
    /// Whether our own colours pass.
    colours: bool,
    /// The beginning of a character or colour whose rest is not written yet.
    begun: Vec<u8>,
}

impl<W: Write> Seen<W> {
    pub(super) fn new(out: W, colours: bool) -> Self {
        Seen { out, colours, begun: Vec::new() }
    }

    /// Writes a text whose colours are our own.
    fn write_text(&mut self, mut text: &str) -> io::Result<()> {
        while let Some(start) = text.find('\u{1b}') {
            let (before, rest) = text.split_at(start);
            self.out.write_all(visible_lines(before).as_bytes())?;
            let ours =
                [YELLOW, RED, PLAIN].into_iter().find(|colour| self.colours && rest.starts_with(colour));
            let length = ours.map_or(1, str::len);
            match ours {
                Some(colour) => self.out.write_all(colour.as_bytes())?,
                None => self.out.write_all(visible_lines(&rest[..length]).as_bytes())?,
            }
            text = &rest[length..];
        }
        self.out.write_all(visible_lines(text).as_bytes())
    }
}

impl<W: Write> Write for Seen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&all) {
            Ok(_) => all.len(),
            // The rest of the last character is still to come.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        };
        let text = std::str::from_utf8(&all[..end]).expect("just checked");
        // So may be that of a colour.
        let is_begun = |text: &str| [YELLOW, RED, PLAIN].iter().any(|colour| colour.starts_with(text));
        let end = match text.rfind('\u{1b}').filter(|&start| is_begun(&text[start..])) {
            Some(start) => start,
            None => end,
        };
        self.write_text(&text[..end])?;
        self.begun = all[end..].to_vec();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let begun = std::mem::take(&mut self.begun);
        self.write_text(&String::from_utf8_lossy(&begun))?;
        self.out.flush()
    }
}

/// Writes rows with their columns aligned, the first `left` of them to the left, the others to the right.
/// What steers a terminal is made visible: texts may be a user's.
pub(super) fn columns(out: &mut impl Write, rows: &[Vec<String>], left: usize) -> io::Result<()> {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|text| visible(text).into_owned()).collect()).collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |i: usize| rows.iter().filter_map(|row| row.get(i)).map(|x| x.chars().count()).max();
    let widths: Vec<usize> = (0..count).map(|i| width(i).unwrap_or(0)).collect();
    for row in &rows {
        let mut line = String::new();
        for (i, (text, width)) in row.iter().zip(&widths).enumerate() {
            line += if i > 0 { "  " } else { "" };
            line += &if i < left { format!("{text:<width$}") } else { format!("{text:>width$}") };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The width that text wraps to: that of the terminal, where stdout is one.
pub(super) fn terminal_width() -> usize {
    let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    width.map_or(PIPED_WIDTH, |width| width.max(NARROWEST))
}

/// The width that a screen of results has: that of the terminal, where stdout is one.
pub(super) fn screen_width() -> usize {
    let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    width.map_or(SCREEN_WIDTH, |width| width.max(NARROWEST))
}

/// The width of a screen of results where stdout is no terminal.
const SCREEN_WIDTH: usize = 80;

/// The width where stdout is no terminal.
const PIPED_WIDTH: usize = 100;

/// The least width that text wraps to.
const NARROWEST: usize = 40;

/// The most of a line's width that a name takes before its text begins on the next line.
const WIDEST_NAME: usize = 30;

/// Writes names, each with a text beside it that wraps within the width.
pub(super) fn described(out: &mut impl Write, rows: &[(String, String)], width: usize) -> io::Result<()> {
    let length = |text: &str| text.chars().count();
    let widest = rows.iter().map(|(name, _)| length(name)).filter(|length| *length <= WIDEST_NAME).max();
    let indent = widest.unwrap_or(0).min(width / 2) + 4;
    for (name, text) in rows {
        let mut line = format!("  {name}");
        if length(&line) + 2 > indent {
            writeln!(out, "{line}")?;
            line.clear();
        }
        line += &" ".repeat(indent - length(&line));
        let mut is_first = true;
        for word in text.split(' ') {
            if !is_first && length(&line) + 1 + length(word) > width {
                writeln!(out, "{line}")?;
                line = " ".repeat(indent);
                is_first = true;
            }
            line += if is_first { "" } else { " " };
            line += word;
            is_first = false;
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes a text within the width of a screen, its lines after an indent, those that go on two further.
pub(super) fn wrapped(out: &mut impl Write, text: &str, indent: usize) -> io::Result<()> {
    for line in wrap(text, screen_width(), indent, indent + 2) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What is no more than rounding, in everything that is measured here.
const NOTHING: f64 = 1e-18;

/// A number for people, with so many digits at most; JSON has all of them.
pub(super) fn number(x: f64, digits: usize) -> String {
    if x.abs() < NOTHING { "0".to_owned() } else { first_digits(x, digits) }
}

/// A number of two digits behind the first in powers of ten, or 0.
pub(super) fn power(x: f64) -> String {
    if x.abs() < NOTHING { "0".to_owned() } else { format!("{x:.2e}") }
}

/// Why CSV cannot be written, in the kind that tells a closed pipe.
pub(super) fn unwritten(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

/// Seconds in words, to about two digits.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

/// Bytes in words, to about two digits.
pub(super) fn bytes(bytes: u64) -> String {
    let mut scaled = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if scaled < 1000.0 {
            return format!("{scaled:.0} {unit}");
        }
        scaled /= 1000.0;
    }
    format!("{scaled:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_with_their_text() {
        let row = |texts: [&str; 3]| texts.map(String::from).to_vec();
        let mut text = Vec::new();
        columns(&mut text, &[row(["cell", "n", "w"]), row(["a", "10", "±0.5"]), row(["b", "1", ""])], 1)
            .unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "cell   n     w\na     10  ±0.5\nb      1\n");
    }

    #[test]
    fn texts_wrap_beside_their_names() {
        let rows =
            [("bias", "how far it is from there"), ("a_name_that_takes_more_than_its_share", "and more")];
        let mut text = Vec::new();
        described(&mut text, &rows.map(|(name, text)| (name.into(), text.into())), 24).unwrap();
        let expected = "  bias  how far it is\n        from there\n\
                        \x20 a_name_that_takes_more_than_its_share\n        and more\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn amounts_are_told_in_fitting_units() {
        assert_eq!([0.22, 9.96, 600.0, 9000.0].map(duration), ["0.2 s", "10 s", "10 min", "2.5 h"]);
        assert_eq!([12, 34_567, 8_900_000].map(bytes), ["12 B", "35 kB", "9 MB"]);
        let told = [0.0, 5.78e-20, 0.5, -1e-8, 2000.0, 2.0 / 3.0].map(|x| number(x, 6));
        assert_eq!(told, ["0", "0", "0.5", "-1e-8", "2000", "0.666667"]);
        assert_eq!([0.0, -1.9e-23, 2.65e-4].map(power), ["0", "0", "2.65e-4"]);
        assert_eq!([counted(1, "run"), counted(0, "run")], ["1 run", "0 runs"]);
    }

    #[test]
    fn what_a_file_says_is_seen_wherever_it_is_cut() {
        let text = format!("a{RED}b{PLAIN}c\u{1b}[2Jd\u{9b}e \u{202e}\n{{\"é\": \"\u{7f}\"}}\n\u{1b}");
        let seen = format!("a{RED}b{PLAIN}c\\u001b[2Jd\\u009be \\u202e\n{{\"é\": \"\\u007f\"}}\n\\u001b");
        for size in 1..=text.len() {
            let mut out = Seen::new(Vec::new(), true);
            text.as_bytes().chunks(size).for_each(|part| out.write_all(part).unwrap());
            out.flush().unwrap();
            assert_eq!(String::from_utf8(out.out).unwrap(), seen, "in pieces of {size}");
        }
    }
}
