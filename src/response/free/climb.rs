//! The greatest value of a function near three points, by parabolas.

/// Steps to the place of the greatest value.
const MOST_STEPS: usize = 30;

/// How exact that place is, in the unit of places: the function is flat there.
const EXACT: f64 = 1e-9;

/// Where the parabola through three points is greatest, and its value there.
pub(super) fn vertex(x: [f64; 3], y: [f64; 3]) -> Option<(f64, f64)> {
    let (left, right) = ((y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1]));
    let curvature = (right - left) / (x[2] - x[0]);
    if curvature >= 0.0 {
        return None;
    }
    let slope = left + curvature * (x[1] - x[0]);
    let step = -0.5 * slope / curvature;
    Some((x[1] + step, y[1] + 0.5 * slope * step))
}

/// The greatest value of a function near three points, and where, by parabolas.
pub(super) fn climb(mut x: [f64; 3], mut y: [f64; 3], f: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut best = (x[1], y[1]);
    for (place, value) in [(x[0], y[0]), (x[2], y[2])] {
        if value > best.1 {
            best = (place, value);
        }
    }
    for step in 0..MOST_STEPS {
        let place = match vertex(x, y) {
            // Every fourth step is one that surely shrinks the longer side.
            Some((place, _)) if step % 4 < 3 && x[0] < place && place < x[2] && place != x[1] => place,
            _ if x[1] - x[0] > x[2] - x[1] => 0.5 * (x[0] + x[1]),
            _ => 0.5 * (x[1] + x[2]),
        };
        let value = f(place);
        let near = (place - best.0).abs() <= EXACT;
        if value > best.1 {
            best = (place, value);
        }
        if near || x[2] - x[0] <= EXACT {
            break;
        }
        // Keeps the three around the greatest.
        let (lower, upper) =
            if place < x[1] { ((place, value), (x[1], y[1])) } else { ((x[1], y[1]), (place, value)) };
        if lower.1 > upper.1 {
            (x, y) = ([x[0], lower.0, upper.0], [y[0], lower.1, upper.1]);
        } else {
            (x, y) = ([lower.0, upper.0, x[2]], [lower.1, upper.1, y[2]]);
        }
    }
    best
}
