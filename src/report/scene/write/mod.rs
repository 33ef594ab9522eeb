//! The writers of pictures, one a format.

mod inline;
mod letters;
mod pdf;
mod png;
mod svg;
mod xml;

pub use inline::inline;
pub use pdf::pdf;
pub use png::png;
pub use svg::svg;

/// The width of the pen that draws the rim of a text, in points.
const RIM: f64 = 2.2;
