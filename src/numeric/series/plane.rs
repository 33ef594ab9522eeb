//! The plane in which several series move most.

use super::sums::dot;

/// Covariances are of about this many points, evenly over the series.
const POINTS: usize = 256;
/// Steps of the iteration. What it has not told apart by then it need not tell apart: any plane that C(0)
/// decides on leaves the false alarms as they are.
const STEPS: usize = 12;

/// Finds the two directions of largest variance.
///
/// The plane is decided by covariances without lag alone, which are the same for a path run backwards: a path
/// that does not go round has areas of both signs with equal chances in the plane, whatever its correlations.
///
/// References: Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 10.3 (pivoted Cholesky,
/// the start); Golub and Van Loan 2013, "Matrix Computations", section 8.2.4 (orthogonal iteration).
#[derive(Clone, Debug, Default)]
pub(super) struct Plane {
    samples: Vec<f64>,
    covariance: Vec<f64>,
    /// The directions, orthonormal.
    pub directions: [Vec<f64>; 2],
    next: [Vec<f64>; 2],
}

impl Plane {
    /// Sets the directions to those of the columns, each of mean 0 and `points` long, one behind the other in
    /// `columns`. They turn as (cos 2 pi i / n, sin 2 pi i / n) does; `None` where the columns move on a
    /// line.
    #[inline(always)]
    pub fn find(&mut self, columns: &[f64], points: usize) -> Option<()> {
        let n = columns.len() / points;
        let every = points.div_ceil(POINTS);
        let kept = points.div_ceil(every);
        self.samples.clear();
        for column in columns.chunks_exact(points) {
            self.samples.extend(column.iter().step_by(every));
        }
        self.covariance.clear();
        self.covariance.resize(n * n, 0.0);
        for i in 0..n {
            for j in 0..=i {
                let [a, b] = [i, j].map(|at| &self.samples[at * kept..(at + 1) * kept]);
                let covariance = dot(a, b);
                self.covariance[i * n + j] = covariance;
                self.covariance[j * n + i] = covariance;
            }
        }
        self.start(n)?;
        for _ in 0..STEPS {
            for (direction, next) in self.directions.iter().zip(&mut self.next) {
                next.clear();
                next.extend(self.covariance.chunks_exact(n).map(|row| dot(row, direction)));
            }
            std::mem::swap(&mut self.directions, &mut self.next);
            orthonormalise(&mut self.directions)?;
        }
        self.orient(n);
        Some(())
    }

    /// The column of the largest variance, and that of the largest variance which the first leaves
    /// unexplained.
    fn start(&mut self, n: usize) -> Option<()> {
        let row = |i: usize| &self.covariance[i * n..(i + 1) * n];
        let largest = |size: &dyn Fn(usize) -> f64| (0..n).max_by(|&i, &j| size(i).total_cmp(&size(j)));
        let first = largest(&|i| row(i)[i])?;
        let pivot = row(first)[first];
        let second = largest(&|i| row(i)[i] - row(first)[i] * row(first)[i] / pivot)?;
        for (direction, i) in self.directions.iter_mut().zip([first, second]) {
            direction.clear();
            direction.extend_from_slice(&self.covariance[i * n..(i + 1) * n]);
        }
        orthonormalise(&mut self.directions)
    }

    /// Turns the plane so that its signed area is comparable between runs.
    fn orient(&mut self, n: usize) {
        let mut parts = [[0.0; 2]; 2];
        for i in 0..n {
            let (sin, cos) = libm::sincos(2.0 * std::f64::consts::PI * i as f64 / n as f64);
            for (part, direction) in parts.iter_mut().zip(&self.directions) {
                part[0] += cos * direction[i];
                part[1] += sin * direction[i];
            }
        }
        if parts[0][0] * parts[1][1] < parts[0][1] * parts[1][0] {
            self.directions.swap(0, 1);
        }
    }
}

/// Makes the second direction orthogonal to the first and both of length 1; `None` where they do not span a
/// plane.
fn orthonormalise([first, second]: &mut [Vec<f64>; 2]) -> Option<()> {
    normalise(first)?;
    let length = dot(second, second).sqrt();
    let shared = dot(first, second);
    second.iter_mut().zip(&*first).for_each(|(x, y)| *x -= shared * y);
    (dot(second, second).sqrt() > 1e-9 * length).then_some(())?;
    normalise(second)
}

/// Makes a vector of length 1; `None` for 0.
fn normalise(x: &mut [f64]) -> Option<()> {
    let length = dot(x, x).sqrt();
    (length > 0.0).then(|| x.iter_mut().for_each(|x| *x /= length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns that move on the given axes with the given amplitudes, at frequencies of their own.
    fn columns(n: usize, points: usize, axes: &[(Vec<f64>, f64)]) -> Vec<f64> {
        let mut columns = vec![0.0; n * points];
        for (k, (axis, amplitude)) in axes.iter().enumerate() {
            for i in 0..n {
                for t in 0..points {
                    let angle = 2.0 * std::f64::consts::PI * ((k + 1) * t) as f64 / points as f64;
                    columns[i * points + t] += amplitude * axis[i] * libm::sin(angle);
                }
            }
        }
        columns
    }

    #[test]
    fn the_plane_is_that_of_the_two_largest_amplitudes() {
        let n = 5;
        let axis = |direction: [f64; 5]| {
            let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
            direction.map(|x| x / length).to_vec()
        };
        let axes = [
            axis([1.0, 1.0, 1.0, 1.0, 1.0]),
            axis([1.0, -1.0, 0.0, 0.0, 0.0]),
            axis([1.0, 1.0, -2.0, 0.0, 0.0]),
        ];
        let amplitudes = [0.3, 3.0, 1.0];
        let moves: Vec<_> = axes.iter().cloned().zip(amplitudes).collect();
        let mut plane = Plane::default();
        plane.find(&columns(n, 1000, &moves), 1000).unwrap();
        for direction in &plane.directions {
            assert!((dot(direction, direction) - 1.0).abs() < 1e-12);
            assert!(dot(direction, &axes[0]).abs() < 1e-4, "{:?}", plane.directions);
        }
        assert!(dot(&plane.directions[0], &plane.directions[1]).abs() < 1e-12);
    }

    #[test]
    fn a_line_is_no_plane() {
        let line = columns(3, 500, &[(vec![1.0, -2.0, 0.5], 1.0)]);
        assert_eq!(Plane::default().find(&line, 500), None);
    }

    #[test]
    fn the_plane_turns_as_the_series_follow_each_other() {
        let n = 4;
        let (cos, sin): (Vec<f64>, Vec<f64>) =
            (0..n).map(|i| libm::sincos(0.5 * std::f64::consts::PI * i as f64)).map(|(s, c)| (c, s)).unzip();
        for amplitudes in [[1.0, 2.0], [2.0, 1.0]] {
            let axes = [(cos.clone(), amplitudes[0]), (sin.clone(), amplitudes[1])];
            let mut plane = Plane::default();
            plane.find(&columns(n, 512, &axes), 512).unwrap();
            let [p, q] = &plane.directions;
            assert!(dot(&cos, p) * dot(&sin, q) - dot(&sin, p) * dot(&cos, q) > 0.0, "{amplitudes:?}");
        }
    }
}
