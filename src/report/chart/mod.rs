//! Charts: data on axes. A [`Chart`] holds what is to be seen; a [`Figure`] lays charts out and draws them.
//!
//! ```
//! use bidsweep::report::chart::{Axis, Chart, Direction, Figure};
//! use bidsweep::report::scene::{Dash, Ink, Stroke};
//!
//! let mut chart = Chart::new(Axis::linear("epoch"), Axis::linear("multiplier *w*"));
//! chart.band([(0.0, 0.68, 0.72), (100.0, 0.47, 0.50)], Ink::Hue(0).faint(0.22));
//! chart.line([(0.0, 0.70), (100.0, 0.48)], Stroke::new(Ink::Hue(0), 1.3));
//! chart.reference(Direction::Across, 0.5, "Nash 0.5", Stroke::new(Ink::Text, 0.8).dashed(Dash::Dashed));
//! let scene = Figure::new("convergence", "Multiplier over epochs", "Falls to 0.48.", 3.25).single(chart);
//! assert_eq!(scene.width, 234.0);
//! ```

mod axis;
mod colour_bar;
mod ends;
mod extent;
mod figure;
mod frame;
mod keys;
mod label;
mod layer;
mod layers;
mod layout;
mod markers;
mod notes;
mod numbers;
mod panel;
mod room;
mod ruler;
mod scaled;
mod spread;
mod style;
#[cfg(test)]
mod tests;
mod ticks;

pub use axis::{Axis, Scale, Ticks};
pub use extent::with_room;
pub use figure::Figure;
pub use label::label_height;
pub use layer::{Cell, ColourBar, Direction, Dot, End, Layer, Marker, Note, Sample};
pub use panel::{Chart, GOLDEN, Height};
pub use style::Style;
