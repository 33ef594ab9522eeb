//! What both kinds of SVG share: escapes, paths, pens and clips.

use std::fmt::Write;

use crate::report::scene::ink::{Ink, Paint};
use crate::report::scene::item::Shape;
use crate::report::scene::markup::printable;
use crate::report::scene::path::{Path, Step};
use crate::report::scene::place::{Point, Rect, hundredth};

/// A text that XML and HTML take as it is, in attributes as well.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().map(printable) {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A name that may begin an id: letters, digits and hyphens, a letter first.
pub fn id(name: &str) -> String {
    let kept = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    format!("f-{}", kept.collect::<String>())
}

/// A path as the attribute `d`.
pub fn steps(path: &Path) -> String {
    let mut out = String::new();
    let mut last = ' ';
    for step in &path.steps {
        let (letter, places): (char, &[Point]) = match step {
            Step::Move(to) => ('M', &[*to]),
            Step::Line(to) => ('L', &[*to]),
            Step::Quad(by, to) => ('Q', &[*by, *to]),
            Step::Cubic(by, then, to) => ('C', &[*by, *then, *to]),
            Step::Close => ('Z', &[]),
        };
        // A letter holds for all that follows, but that a second M would be a line.
        let mut gap = letter == last && letter != 'M';
        if !gap {
            out.push(letter);
        }
        last = letter;
        for place in places {
            if gap {
                out.push(' ');
            }
            gap = true;
            write!(out, "{} {}", hundredth(place.x), hundredth(place.y)).expect("a String takes all");
        }
    }
    out
}

/// The attributes of a colour: `fill="#0072b2" fill-opacity="0.2"`.
pub fn paint(what: &str, paint: Paint, colour: impl Fn(Ink) -> String) -> String {
    let mut out = format!(" {what}=\"{}\"", colour(paint.ink));
    if paint.opacity < 1.0 {
        write!(out, " {what}-opacity=\"{}\"", hundredth(paint.opacity)).expect("a String takes all");
    }
    out
}

/// The clips of a picture, each defined once.
pub struct Clips {
    id: String,
    known: Vec<Rect>,
}

impl Clips {
    /// None so far, for a picture whose ids begin with this.
    pub fn new(id: &str) -> Self {
        Self { id: id.into(), known: Vec::new() }
    }

    /// The attribute of a clip; its definition goes to the text where it is new.
    fn attribute(&mut self, out: &mut String, clip: Rect) -> String {
        let known = self.known.iter().position(|known| *known == clip);
        let at = known.unwrap_or(self.known.len());
        let id = format!("{}-clip{at}", self.id);
        if known.is_none() {
            self.known.push(clip);
            let [x, y, width, height] = [clip.x, clip.y, clip.width, clip.height].map(hundredth);
            writeln!(
                out,
                "<clipPath id=\"{id}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
                 height=\"{height}\"/></clipPath>"
            )
            .expect("a String takes all");
        }
        format!(" clip-path=\"url(#{id})\"")
    }
}

/// Adds a shape, without its mark's tip: `<path .../>`, or all but the end of it where it is left open.
pub fn shape(
    out: &mut String,
    clips: &mut Clips,
    shape: &Shape,
    colour: impl Fn(Ink) -> String,
    tail: impl FnOnce(&mut String),
) {
    let mut attributes = match shape.fill {
        Some(fill) => paint("fill", fill, &colour),
        None => " fill=\"none\"".into(),
    };
    if let Some(stroke) = shape.stroke {
        attributes += &paint("stroke", stroke.paint, &colour);
        write!(attributes, " stroke-width=\"{}\"", hundredth(stroke.width)).expect("a String takes all");
        attributes += " stroke-linejoin=\"round\"";
        let dashes: Vec<String> = stroke.dash.pattern().iter().map(f64::to_string).collect();
        if !dashes.is_empty() {
            write!(attributes, " stroke-dasharray=\"{}\"", dashes.join(" ")).expect("a String takes all");
        }
    }
    if let Some(clip) = shape.clip {
        attributes += &clips.attribute(out, clip);
    }
    write!(out, "<path d=\"{}\"{attributes}", steps(&shape.path)).expect("a String takes all");
    tail(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_repeat_no_letters() {
        let mut path = Path::polygon([Point::new(0.0, 0.0), Point::new(1.004, 2.0), Point::new(-3.0, 4.5)]);
        path.add_lines([Point::new(5.0, 5.0), Point::new(6.0, 6.0)]);
        path.steps.push(Step::Quad(Point::new(1.0, 2.0), Point::new(3.0, 4.0)));
        assert_eq!(steps(&path), "M0 0L1 2 -3 4.5ZM5 5L6 6Q1 2 3 4");
    }

    #[test]
    fn names_become_ids_and_texts_are_escaped() {
        assert_eq!(id("Bias \"1\"/β"), "f-bias--1---");
        assert_eq!(escaped("a<b & \"c\"\u{1b}"), "a&lt;b &amp; &quot;c&quot;\u{FFFD}");
    }
}
