//! Pictures: paths and texts in points, in colours by name, written as SVG, PNG and PDF.
//!
//! A picture is written to the same bytes wherever it is written: no clock, no random names, all places
//! rounded to 0.01 pt.

mod faces;
mod ink;
mod item;
mod lay;
mod markup;
mod palette;
mod path;
mod place;
#[cfg(test)]
mod tests;
mod write;

pub use faces::Face;
pub use ink::{Ink, Paint};
pub use item::{ABOVE, Anchor, BELOW, Dash, HALF, Item, Mark, Shape, Stroke, Text};
pub use lay::{fitted, width, wrapped};
pub use markup::{Level, Markup, Span, escape, printable};
pub use palette::{css, variables};
pub use path::{Path, Step};
pub use place::{Point, Rect, hundredth};

/// A picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Its name, as of a file: ids within it begin so.
    pub name: String,
    /// Its title, plain text.
    pub title: String,
    /// What it shows, in words, for who cannot see it.
    pub description: String,
    /// Its width in points.
    pub width: f64,
    /// Its height in points.
    pub height: f64,
    /// What stands on it, later ones above earlier ones.
    pub items: Vec<Item>,
}

impl Scene {
    /// An empty picture of a width and a height in points.
    pub fn new(name: &str, title: &str, description: &str, width: f64, height: f64) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            description: description.into(),
            width,
            height,
            items: Vec::new(),
        }
    }

    /// Adds a shape above all that is there.
    pub fn shape(&mut self, shape: Shape) {
        self.items.push(Item::Shape(shape));
    }

    /// Adds a text above all that is there. One without letters adds nothing.
    pub fn text(&mut self, text: Text) {
        if !text.markup.is_empty() {
            self.items.push(Item::Text(text));
        }
    }

    /// Its texts.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text),
            Item::Shape(_) => None,
        })
    }

    /// As an SVG file: glyphs as outlines, so that it looks the same everywhere.
    pub fn svg(&self) -> String {
        write::svg(self)
    }

    /// As SVG within a page: real text, colours by the variables of [`css`], rows by `data-cell`.
    pub fn inline_svg(&self) -> String {
        write::inline(self)
    }

    /// As a PNG file of 300 dots an inch.
    pub fn png(&self) -> Vec<u8> {
        write::png(self)
    }

    /// As a PDF file of one page, with its fonts.
    pub fn pdf(&self) -> Vec<u8> {
        write::pdf(self)
    }
}
