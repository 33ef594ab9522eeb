//! The shapes of points.

use super::layer::Marker;
use crate::report::scene::{Ink, Path, Point, Shape, Stroke};

/// A point's shape about its place, `half` points from its middle to its sides.
pub fn marker(marker: Marker, at: Point, half: f64, ink: Ink) -> Shape {
    let corner = |x: f64, y: f64| at.moved(x * half, y * half);
    let polygon = |corners: &[(f64, f64)]| Path::polygon(corners.iter().map(|(x, y)| corner(*x, *y)));
    let filled =
        |path: Path| Shape { stroke: Some(Stroke::new(Ink::Paper, 0.5)), ..Shape::filled(path, ink) };
    match marker {
        Marker::Circle => filled(Path::circle(at, half)),
        Marker::Square => filled(polygon(&[(-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)])),
        Marker::Triangle => filled(polygon(&[(0.0, -1.3), (1.25, 0.95), (-1.25, 0.95)])),
        Marker::Diamond => filled(polygon(&[(0.0, -1.4), (1.4, 0.0), (0.0, 1.4), (-1.4, 0.0)])),
        Marker::Down => filled(polygon(&[(0.0, 1.3), (1.25, -0.95), (-1.25, -0.95)])),
        Marker::Ring => Shape {
            stroke: Some(Stroke::new(ink, 0.9)),
            ..Shape::filled(Path::circle(at, 0.9 * half), Ink::Paper)
        },
        Marker::Cross => {
            let mut path = Path::line(corner(-1.0, -1.0), corner(1.0, 1.0));
            path.add_lines([corner(-1.0, 1.0), corner(1.0, -1.0)]);
            Shape::drawn(path, Stroke::new(ink, 1.1))
        }
        Marker::Tick => Shape::drawn(Path::line(corner(0.0, -1.7), corner(0.0, 1.7)), Stroke::new(ink, 1.2)),
    }
}
