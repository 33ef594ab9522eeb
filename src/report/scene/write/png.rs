//! PNG files: opaque, 300 dots an inch.

use png::{BitDepth, ColorType, Encoder, PixelDimensions, Unit};
use tiny_skia::{
    Color, FillRule, LineJoin, Mask, Paint as Brush, Path as Outline, PathBuilder, Pixmap, Stroke as Pen,
    StrokeDash, Transform,
};

use super::RIM;
use super::letters::letters;
use crate::report::scene::Scene;
use crate::report::scene::ink::{Ink, Paint};
use crate::report::scene::item::{Dash, Item, Shape, Stroke, Text};
use crate::report::scene::markup::printable;
use crate::report::scene::palette::light;
use crate::report::scene::path::{Path, Step};
use crate::report::scene::place::{Point, Rect, hundredth};

/// Dots in an inch.
const DOTS: f64 = 300.0;

/// Points in an inch.
const POINTS: f64 = 72.0;

/// Dots in a metre.
const DOTS_A_METRE: u32 = 11_811;

/// The picture as a file.
pub fn png(scene: &Scene) -> Vec<u8> {
    let dots = |length: f64| (libm::ceil(length * DOTS / POINTS) as u32).max(1);
    let (width, height) = (dots(scene.width), dots(scene.height));
    let mut canvas = Canvas {
        map: Pixmap::new(width, height).expect("a picture fits into memory"),
        clips: Vec::new(),
        transform: Transform::from_scale((DOTS / POINTS) as f32, (DOTS / POINTS) as f32),
    };
    let [red, green, blue] = light(Ink::Paper);
    canvas.map.fill(Color::from_rgba8(red, green, blue, 255));
    for item in &scene.items {
        match item {
            Item::Shape(shape) => canvas.shape(shape),
            Item::Text(text) => canvas.text(text),
        }
    }
    encoded(&canvas.map, &scene.title)
}

/// The dots as a file. All of them cover fully: the paper does.
fn encoded(map: &Pixmap, title: &str) -> Vec<u8> {
    let dots: Vec<u8> = map.data().chunks_exact(4).flat_map(|dot| [dot[0], dot[1], dot[2]]).collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, map.width(), map.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let (xppu, yppu) = (DOTS_A_METRE, DOTS_A_METRE);
    encoder.set_pixel_dims(Some(PixelDimensions { xppu, yppu, unit: Unit::Meter }));
    let title: String = title.chars().map(printable).collect();
    let written = encoder
        .add_itxt_chunk("Title".into(), title)
        .and_then(|()| encoder.write_header())
        .and_then(|mut writer| writer.write_image_data(&dots).and_then(|()| writer.finish()));
    written.expect("memory takes all that is written");
    file
}

struct Canvas {
    map: Pixmap,
    clips: Vec<(Rect, Mask)>,
    transform: Transform,
}

impl Canvas {
    fn shape(&mut self, shape: &Shape) {
        let Some(path) = built(&shape.path) else { return };
        let clip = shape.clip.map(|clip| self.clip(clip));
        let mask = clip.map(|at| &self.clips[at].1);
        if let Some(fill) = shape.fill {
            self.map.fill_path(&path, &brush(fill), FillRule::Winding, self.transform, mask);
        }
        if let Some(stroke) = shape.stroke {
            self.map.stroke_path(&path, &brush(stroke.paint), &pen(stroke), self.transform, mask);
        }
    }

    fn text(&mut self, text: &Text) {
        let Some(path) = built(&letters(text)) else { return };
        if text.halo {
            let rim = Stroke::new(Ink::Paper, RIM);
            self.map.stroke_path(&path, &brush(rim.paint), &pen(rim), self.transform, None);
        }
        self.map.fill_path(&path, &brush(text.paint), FillRule::Winding, self.transform, None);
    }

    /// The place of a clip's mask.
    fn clip(&mut self, clip: Rect) -> usize {
        if let Some(known) = self.clips.iter().position(|(rect, _)| *rect == clip) {
            return known;
        }
        let mut mask = Mask::new(self.map.width(), self.map.height()).expect("a picture fits into memory");
        if let Some(path) = built(&Path::rect(clip)) {
            mask.fill_path(&path, FillRule::Winding, true, self.transform);
        }
        self.clips.push((clip, mask));
        self.clips.len() - 1
    }
}

fn built(path: &Path) -> Option<Outline> {
    let mut builder = PathBuilder::new();
    let place = |at: Point| (hundredth(at.x) as f32, hundredth(at.y) as f32);
    for step in &path.steps {
        match *step {
            Step::Move(to) => {
                let (x, y) = place(to);
                builder.move_to(x, y);
            }
            Step::Line(to) => {
                let (x, y) = place(to);
                builder.line_to(x, y);
            }
            Step::Quad(by, to) => {
                let ((x1, y1), (x, y)) = (place(by), place(to));
                builder.quad_to(x1, y1, x, y);
            }
            Step::Cubic(by, then, to) => {
                let ((x1, y1), (x2, y2), (x, y)) = (place(by), place(then), place(to));
                builder.cubic_to(x1, y1, x2, y2, x, y);
            }
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

fn brush(paint: Paint) -> Brush<'static> {
    let [red, green, blue] = light(paint.ink);
    let mut brush = Brush::default();
    let opacity = libm::round(paint.opacity.clamp(0.0, 1.0) * 255.0) as u8;
    brush.set_color_rgba8(red, green, blue, opacity);
    brush
}

fn pen(stroke: Stroke) -> Pen {
    let pattern: Vec<f32> = stroke.dash.pattern().iter().map(|length| *length as f32).collect();
    let dash = if stroke.dash == Dash::Solid { None } else { StrokeDash::new(pattern, 0.0) };
    Pen { width: hundredth(stroke.width) as f32, line_join: LineJoin::Round, dash, ..Pen::default() }
}
