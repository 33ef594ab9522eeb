//! Where the glyphs of a text stand, and how long it is.

use ttf_parser::{GlyphId, OutlineBuilder};

use super::faces::Face;
use super::markup::Markup;
use super::path::{Path, Step};
use super::place::Point;

/// A glyph of a line of text that begins at (0, 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Laid {
    /// The character it stands for.
    pub letter: char,
    /// Its font.
    pub face: Face,
    /// Its place in that font.
    pub glyph: GlyphId,
    /// The size of its letters in points.
    pub size: f64,
    /// Where its base line begins.
    pub at: Point,
}

/// The glyphs of a text in a size, and its length.
pub fn lay(markup: &Markup, size: f64, bold: bool) -> (Vec<Laid>, f64) {
    let mut glyphs = Vec::new();
    let mut pen = 0.0;
    for span in &markup.spans {
        let face = Face::choose(span.italic, bold);
        let (small, drop) = (size * span.level.size(), size * span.level.drop());
        for letter in span.text.chars() {
            let glyph = face.glyph(letter);
            glyphs.push(Laid { letter, face, glyph, size: small, at: Point::new(pen, drop) });
            pen += face.advance(glyph) * small;
        }
    }
    (glyphs, pen)
}

/// The length of a text in points.
pub fn width(markup: &Markup, size: f64, bold: bool) -> f64 {
    lay(markup, size, bold).1
}

/// The text, shortened with an ellipsis to what fits into a length.
pub fn fitted(markup: &Markup, size: f64, length: f64) -> Markup {
    if width(markup, size, false) <= length {
        return markup.clone();
    }
    let letters = markup.text().chars().count();
    let fits = |keep: &usize| width(&markup.shortened(*keep), size, false) <= length;
    markup.shortened((1..letters).rev().find(fits).unwrap_or(1))
}

/// The text in lines of at most a length, broken at spaces; what is left for the last line is shortened to
/// it.
pub fn wrapped(markup: &Markup, size: f64, length: f64, lines: usize) -> Vec<Markup> {
    let mut done = Vec::new();
    let mut rest = markup.clone();
    while !rest.is_empty() {
        if done.len() + 1 >= lines || width(&rest, size, false) <= length {
            done.push(fitted(&rest, size, length));
            break;
        }
        let breaks = rest.breaks();
        // The first word stands alone where even that is too long. After a comma, if what is left still has
        // room.
        let fits = |at: &&usize| width(&rest.split(**at).0, size, false) <= length;
        let left = (lines - done.len() - 1) as f64;
        let ends_part = |at: &&usize| {
            let (line, after) = rest.split(**at);
            let room = if left > 1.0 { LOOSE * left } else { 1.0 };
            ends_in_comma(&line.text()) && width(&after, size, false) <= room * length
        };
        let part = breaks.iter().rev().filter(fits).find(ends_part);
        let Some(at) = part.or(breaks.iter().rev().find(fits)).or(breaks.first()) else {
            done.push(fitted(&rest, size, length));
            break;
        };
        let (line, after) = rest.split(*at);
        done.push(fitted(&line, size, length));
        rest = after;
    }
    done
}

/// The share of several lines that a text takes without fail, however it is broken.
const LOOSE: f64 = 0.75;

/// Whether a text ends in a comma that stands in no bracket.
fn ends_in_comma(text: &str) -> bool {
    let count = |brackets: [char; 2]| text.chars().filter(|letter| brackets.contains(letter)).count();
    text.ends_with(',') && count(['(', '[']) == count([')', ']'])
}

/// The outline of a glyph in units of its font, y upwards.
pub fn outline(face: Face, glyph: GlyphId) -> Path {
    let mut path = Path::default();
    // A glyph without an outline, as a space, leaves the path empty.
    let _ = face.parsed().outline_glyph(glyph, &mut Pen(&mut path));
    path
}

struct Pen<'a>(&'a mut Path);

fn point(x: f32, y: f32) -> Point {
    Point::new(f64::from(x), f64::from(y))
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.steps.push(Step::Move(point(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.steps.push(Step::Line(point(x, y)));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.steps.push(Step::Quad(point(x1, y1), point(x, y)));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.steps.push(Step::Cubic(point(x1, y1), point(x2, y2), point(x, y)));
    }

    fn close(&mut self) {
        self.0.steps.push(Step::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_the_sum_of_what_glyphs_advance() {
        // Widths of Arial, which these fonts share: 1139 a digit and 569 a space of 2048 units.
        let length = width(&Markup::plain("1 2"), 10.0, false);
        assert!((length - 10.0 * (1139.0 + 569.0 + 1139.0) / 2048.0).abs() < 1e-12);
        let raised = width(&Markup::from("1^{2}"), 10.0, false);
        assert!((raised - 10.0 * 1139.0 * 1.72 / 2048.0).abs() < 1e-12);
    }

    #[test]
    fn texts_are_shortened_to_a_length() {
        let markup = Markup::plain("multiplicative weights");
        let short = fitted(&markup, 8.0, 40.0);
        assert!(short.text().ends_with('…') && short.text().chars().count() > 5, "{}", short.text());
        assert!(width(&short, 8.0, false) <= 40.0);
        assert_eq!(fitted(&markup, 8.0, 400.0), markup);
        assert_eq!(fitted(&markup, 8.0, 0.0).text(), "m…");
    }

    #[test]
    fn texts_are_broken_at_spaces() {
        let lines = |notation: &str, length, most| -> Vec<String> {
            wrapped(&Markup::from(notation), 8.0, length, most).iter().map(Markup::text).collect()
        };
        assert_eq!(lines("gain of a *best response*", 42.0, 3), ["gain of a", "best", "response"]);
        assert_eq!(lines("gain of a *best response*", 42.0, 2), ["gain of a", "best resp…"]);
        assert_eq!(lines("short", 50.0, 2), ["short"]);
        assert_eq!(lines("", 50.0, 2), [""; 0]);
        assert_eq!(lines("unbreakable", 20.0, 2), ["un…"]);
        // Parts between commas stay together, where all fits so.
        assert_eq!(lines("step 0.1, *N* = 3", 50.0, 3), ["step 0.1,", "N = 3"]);
        assert_eq!(lines("one, two three four", 52.0, 2), ["one,", "two three four"]);
        assert_eq!(lines("one, two three four", 47.0, 2), ["one, two", "three four"]);
        assert_eq!(lines("bidder 1, U[0, 1]: x", 52.0, 3), ["bidder 1,", "U[0, 1]: x"]);
    }

    #[test]
    fn missing_glyphs_are_boxes() {
        let (glyphs, length) = lay(&Markup::plain("a中"), 10.0, false);
        assert_eq!(glyphs[1].glyph, Face::Regular.glyph('□'));
        assert!(length > 10.0 * 1139.0 / 2048.0);
        for face in Face::ALL {
            assert!(!outline(face, face.glyph('中')).steps.is_empty());
        }
        assert!(outline(Face::Regular, Face::Regular.glyph(' ')).steps.is_empty());
    }
}
