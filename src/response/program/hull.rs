//! The lower convex hull of points in a plane.

/// Which of the points are corners of their lower convex hull, in order. The points' x do not fall; of points
/// with one x the first of the lowest can be a corner.
///
/// References: Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions".
pub(super) fn lower_hull(points: &[(f64, f64)]) -> Vec<usize> {
    let mut corners: Vec<usize> = Vec::with_capacity(points.len());
    for (i, &(x, y)) in points.iter().enumerate() {
        if let Some(&last) = corners.last()
            && points[last].0 == x
        {
            if points[last].1 <= y {
                continue;
            }
            corners.pop();
        }
        while let [.., a, b] = corners[..] {
            let ((x0, y0), (x1, y1)) = (points[a], points[b]);
            if (y1 - y0) * (x - x1) < (y - y1) * (x1 - x0) {
                break;
            }
            corners.pop();
        }
        corners.push(i);
    }
    corners
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn corners_of_a_few_points() {
        let points = [(0.0, 0.0), (0.0, -1.0), (1.0, 0.5), (2.0, -0.5), (3.0, 0.5), (4.0, 1.0), (4.0, 2.0)];
        assert_eq!(lower_hull(&points), [1, 3, 5]);
        assert_eq!(lower_hull(&points[..1]), [0]);
        assert_eq!(lower_hull(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn every_line_finds_its_lowest_point_at_a_corner(
            steps in prop::collection::vec((0.0..1.0_f64, -1.0..1.0_f64), 1..30),
            slope in -3.0..3.0_f64,
        ) {
            let mut x = 0.0;
            let points: Vec<(f64, f64)> = steps.iter().map(|&(step, y)| { x += step; (x, y) }).collect();
            let height = |(x, y): (f64, f64)| y - slope * x;
            let lowest = points.iter().map(|&p| height(p)).fold(f64::INFINITY, f64::min);
            let corners = lower_hull(&points);
            let at_corner = corners.iter().map(|&i| height(points[i])).fold(f64::INFINITY, f64::min);
            prop_assert!(at_corner <= lowest + 1e-13);
            prop_assert!(corners.is_sorted_by(|a, b| a < b));
        }
    }
}
