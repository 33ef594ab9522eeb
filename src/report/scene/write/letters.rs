//! The outlines of texts.

use crate::report::scene::item::Text;
use crate::report::scene::lay::{lay, outline};
use crate::report::scene::path::Path;
use crate::report::scene::place::Point;

/// The outlines of a text's letters where they stand.
pub fn letters(text: &Text) -> Path {
    let (glyphs, length) = lay(&text.markup, text.size, text.bold);
    let start = text.anchor.start(length);
    let mut path = Path::default();
    for laid in glyphs {
        let scale = laid.size / laid.face.units();
        let stand = |at: Point| {
            let (x, y) = (start + laid.at.x + at.x * scale, laid.at.y - at.y * scale);
            if text.turned { text.at.moved(y, -x) } else { text.at.moved(x, y) }
        };
        path.steps.extend(outline(laid.face, laid.glyph).map(stand).steps);
    }
    path
}
