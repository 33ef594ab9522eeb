//! What stands on the page, in the operators of PDF. Its y runs upwards from the lower edge.

use std::collections::BTreeMap;

use pdf_writer::types::LineJoinStyle;
use pdf_writer::{Content as Operators, Name, Str};

use crate::report::scene::Scene;
use crate::report::scene::faces::Face;
use crate::report::scene::ink::{Ink, Paint};
use crate::report::scene::item::{Item, Shape, Stroke, Text};
use crate::report::scene::lay::{Laid, lay};
use crate::report::scene::palette::light;
use crate::report::scene::path::{Path, Step};
use crate::report::scene::place::{Point, hundredth};
use crate::report::scene::write::RIM;
use crate::report::scene::write::letters::letters;

/// The page's operators and what they name.
pub struct Content {
    /// The operators.
    pub bytes: Vec<u8>,
    /// The glyphs that are used, and a character that each stands for.
    pub glyphs: BTreeMap<(Face, u16), char>,
    /// Opacities of fills and strokes that are used.
    pub opacities: Vec<(f64, f64)>,
}

/// The name of a pair of opacities on the page.
pub fn opacity_name(at: usize) -> String {
    format!("G{at}")
}

/// The name of a font on the page.
pub fn font_name(face: Face) -> &'static [u8] {
    match face {
        Face::Regular => b"R",
        Face::Italic => b"I",
        Face::Bold => b"B",
    }
}

/// The picture in operators.
pub fn content(scene: &Scene) -> Content {
    let mut page = Page {
        height: scene.height,
        operators: Operators::new(),
        glyphs: BTreeMap::new(),
        opacities: Vec::new(),
    };
    for item in &scene.items {
        match item {
            Item::Shape(shape) => page.shape(shape),
            Item::Text(text) => page.text(text),
        }
    }
    let Page { operators, glyphs, opacities, .. } = page;
    Content { bytes: operators.finish().into_vec(), glyphs, opacities }
}

struct Page {
    height: f64,
    operators: Operators,
    glyphs: BTreeMap<(Face, u16), char>,
    opacities: Vec<(f64, f64)>,
}

fn colour(paint: Paint) -> [f32; 3] {
    light(paint.ink).map(|channel| f32::from(channel) / 255.0)
}

impl Page {
    fn place(&self, at: Point) -> (f32, f32) {
        (hundredth(at.x) as f32, hundredth(self.height - at.y) as f32)
    }

    fn shape(&mut self, shape: &Shape) {
        self.operators.save_state();
        if let Some(clip) = shape.clip {
            let (x, y) = self.place(Point::new(clip.x, clip.bottom()));
            self.operators.rect(x, y, hundredth(clip.width) as f32, hundredth(clip.height) as f32);
            self.operators.clip_nonzero().end_path();
        }
        self.path(&shape.path, shape.fill, shape.stroke);
        self.operators.restore_state();
    }

    fn path(&mut self, path: &Path, fill: Option<Paint>, stroke: Option<Stroke>) {
        if path.steps.is_empty() {
            return;
        }
        self.opacity(fill.map_or(1.0, |fill| fill.opacity), stroke.map_or(1.0, |pen| pen.paint.opacity));
        if let Some(fill) = fill {
            let [red, green, blue] = colour(fill);
            self.operators.set_fill_rgb(red, green, blue);
        }
        if let Some(pen) = stroke {
            let [red, green, blue] = colour(pen.paint);
            self.operators.set_stroke_rgb(red, green, blue);
            self.operators.set_line_width(hundredth(pen.width) as f32);
            self.operators.set_line_join(LineJoinStyle::RoundJoin);
            self.operators.set_dash_pattern(pen.dash.pattern().iter().map(|length| *length as f32), 0.0);
        }
        self.steps(path);
        match (fill, stroke) {
            (Some(_), Some(_)) => self.operators.fill_nonzero_and_stroke(),
            (Some(_), None) => self.operators.fill_nonzero(),
            (None, Some(_)) => self.operators.stroke(),
            (None, None) => self.operators.end_path(),
        };
    }

    fn steps(&mut self, path: &Path) {
        let mut pen = Point::new(0.0, 0.0);
        for step in &path.steps {
            match *step {
                Step::Move(to) => {
                    let (x, y) = self.place(to);
                    self.operators.move_to(x, y);
                    pen = to;
                }
                Step::Line(to) => {
                    let (x, y) = self.place(to);
                    self.operators.line_to(x, y);
                    pen = to;
                }
                // A quadratic curve as a cubic one: control points two thirds of the way to its own.
                Step::Quad(by, to) => {
                    let toward = |end: Point| {
                        let part = 2.0 / 3.0;
                        end.moved((by.x - end.x) * part, (by.y - end.y) * part)
                    };
                    self.cubic(toward(pen), toward(to), to);
                    pen = to;
                }
                Step::Cubic(by, then, to) => {
                    self.cubic(by, then, to);
                    pen = to;
                }
                Step::Close => {
                    self.operators.close_path();
                }
            }
        }
    }

    fn cubic(&mut self, by: Point, then: Point, to: Point) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.place(by), self.place(then), self.place(to));
        self.operators.cubic_to(x1, y1, x2, y2, x, y);
    }

    /// The rim of a text is drawn from outlines: a search finds the text once.
    fn text(&mut self, text: &Text) {
        self.operators.save_state();
        if text.halo {
            self.path(&letters(text), None, Some(Stroke::new(Ink::Paper, RIM)));
        }
        self.opacity(text.paint.opacity, 1.0);
        let [red, green, blue] = colour(text.paint);
        self.operators.set_fill_rgb(red, green, blue);
        self.operators.begin_text();
        let (glyphs, length) = lay(&text.markup, text.size, text.bold);
        let start = text.anchor.start(length);
        let same = |a: &Laid, b: &Laid| a.face == b.face && a.size == b.size && a.at.y == b.at.y;
        for run in glyphs.chunk_by(same) {
            let (along, below) = (start + run[0].at.x, run[0].at.y);
            let (at, turn) = match text.turned {
                true => (text.at.moved(below, -along), [0.0, 1.0, -1.0, 0.0]),
                false => (text.at.moved(along, below), [1.0, 0.0, 0.0, 1.0]),
            };
            let (x, y) = self.place(at);
            self.operators.set_font(Name(font_name(run[0].face)), hundredth(run[0].size) as f32);
            self.operators.set_text_matrix([turn[0], turn[1], turn[2], turn[3], x, y]);
            let codes: Vec<u8> = run.iter().flat_map(|laid| laid.glyph.0.to_be_bytes()).collect();
            self.operators.show(Str(&codes));
            for laid in run {
                let letter = if laid.face.has(laid.letter) { laid.letter } else { '\u{FFFD}' };
                self.glyphs.entry((laid.face, laid.glyph.0)).or_insert(letter);
            }
        }
        self.operators.end_text();
        self.operators.restore_state();
    }

    /// Sets opacities. Full ones need none: each item begins with them, and only a text's rim stands before
    /// another.
    fn opacity(&mut self, fill: f64, stroke: f64) {
        let pair = (hundredth(fill), hundredth(stroke));
        if pair == (1.0, 1.0) {
            return;
        }
        let at = self.opacities.iter().position(|known| *known == pair).unwrap_or_else(|| {
            self.opacities.push(pair);
            self.opacities.len() - 1
        });
        self.operators.set_parameters(Name(opacity_name(at).as_bytes()));
    }
}
