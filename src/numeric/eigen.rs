//! Small dense matrices: eigenvalues and linear systems.

use super::cancel;

/// Sweeps of the QR iteration that one eigenvalue may take.
const MOST_SWEEPS: usize = 100;

/// The eigenvalues (real part, imaginary part) of a real square matrix, given by rows, by falling real part;
/// `None` where the iteration does not converge or an entry is not finite.
///
/// Reduction to Hessenberg form by stabilised elimination, then the shifted QR iteration in double steps.
///
/// ```
/// use bidsweep::numeric::eigen::eigenvalues;
///
/// let rotation = eigenvalues(&[vec![0.0, -2.0], vec![2.0, 0.0]]).unwrap();
/// assert_eq!(rotation, [(0.0, 2.0), (0.0, -2.0)]);
/// ```
///
/// References: Martin, Peters and Wilkinson 1970, "The QR algorithm for real Hessenberg matrices"; Francis
/// 1961.
///
/// # Panics
/// Where the matrix is not square.
pub fn eigenvalues(matrix: &[Vec<f64>]) -> Option<Vec<(f64, f64)>> {
    assert!(matrix.iter().all(|row| row.len() == matrix.len()), "the matrix must be square");
    if matrix.iter().flatten().any(|entry| !entry.is_finite()) {
        return None;
    }
    let mut a = matrix.to_vec();
    to_hessenberg(&mut a);
    let negligible = 4.0 * f64::EPSILON * a.iter().flatten().map(|entry| entry * entry).sum::<f64>().sqrt();
    let mut values = Vec::with_capacity(a.len());
    let mut size = a.len();
    let mut sweeps = 0;
    while size > 0 {
        let start = deflation(&a, size, negligible);
        match size - start {
            1 => {
                values.push((a[size - 1][size - 1], 0.0));
                (size, sweeps) = (size - 1, 0);
            }
            2 => {
                let (i, j) = (size - 2, size - 1);
                values.extend(of_two(a[i][i], a[i][j], a[j][i], a[j][j]));
                (size, sweeps) = (size - 2, 0);
            }
            _ if sweeps == MOST_SWEEPS => return None,
            _ => {
                sweeps += 1;
                double_step(&mut a, start, size, sweeps);
            }
        }
    }
    values.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
    Some(values)
}

/// Elimination with pivoting, by which rows and columns below the subdiagonal become 0.
fn to_hessenberg(a: &mut [Vec<f64>]) {
    let n = a.len();
    for column in 0..n.saturating_sub(2) {
        let row = column + 1;
        let pivot =
            (row..n).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs())).unwrap_or(row);
        a.swap(row, pivot);
        a.iter_mut().for_each(|entries| entries.swap(row, pivot));
        if a[row][column] == 0.0 {
            continue;
        }
        for i in row + 1..n {
            let factor = a[i][column] / a[row][column];
            let (above, below) = a.split_at_mut(i);
            below[0].iter_mut().zip(&above[row]).for_each(|(entry, other)| *entry -= factor * other);
            a[i][column] = 0.0;
            for entries in a.iter_mut() {
                entries[row] += factor * entries[i];
            }
        }
    }
}

/// Where the trailing block of the leading `size` rows begins that no negligible subdiagonal entry cuts.
fn deflation(a: &[Vec<f64>], size: usize, negligible: f64) -> usize {
    (1..size).rev().find(|&i| a[i][i - 1].abs() <= negligible).unwrap_or(0)
}

/// The eigenvalues of a matrix of two rows.
fn of_two(a: f64, b: f64, c: f64, d: f64) -> [(f64, f64); 2] {
    let (half, mean) = (0.5 * (a - d), 0.5 * (a + d));
    let square = half * half + b * c;
    if square >= 0.0 {
        let root = square.sqrt();
        // The one of larger size first, the other by the product, without cancellation.
        let large = half + if half >= 0.0 { root } else { -root };
        return [(d + large, 0.0), (d - if large == 0.0 { 0.0 } else { b * c / large }, 0.0)];
    }
    let imaginary = (-square).sqrt();
    [(mean, imaginary), (mean, -imaginary)]
}

/// One implicit double step of QR on the rows from `start` to `size`, by reflections of three rows.
fn double_step(a: &mut [Vec<f64>], start: usize, size: usize, sweep: usize) {
    let (i, j) = (size - 2, size - 1);
    let (mut sum, mut product) = (a[i][i] + a[j][j], a[i][i] * a[j][j] - a[i][j] * a[j][i]);
    if sweep.is_multiple_of(10) {
        // An exceptional shift against cycling.
        let scale = a[j][i].abs() + a[i][i - 1].abs();
        (sum, product) = (1.5 * scale, scale * scale);
    }
    let (p, q) = (start, start + 1);
    let mut column = [
        a[p][p] * (a[p][p] - sum) + a[p][q] * a[q][p] + product,
        a[q][p] * (a[p][p] + a[q][q] - sum),
        a[q][p] * a[q + 1][q],
    ];
    for k in start..size - 1 {
        let rows = (size - k).min(3);
        let norm = column[..rows].iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm > 0.0 {
            let mut reflector = column;
            reflector[0] += if column[0] >= 0.0 { norm } else { -norm };
            let square: f64 = reflector[..rows].iter().map(|x| x * x).sum();
            let mut dots = vec![0.0; a.len()];
            for (row, part) in a[k..k + rows].iter().zip(reflector) {
                dots.iter_mut().zip(row).for_each(|(dot, entry)| *dot += part * entry);
            }
            for (row, part) in a[k..k + rows].iter_mut().zip(reflector) {
                row.iter_mut().zip(&dots).for_each(|(entry, dot)| *entry -= 2.0 * dot / square * part);
            }
            for row in a.iter_mut().take((k + 4).min(size)) {
                let dot: f64 = (0..rows).map(|r| reflector[r] * row[k + r]).sum();
                (0..rows).for_each(|r| row[k + r] -= 2.0 * dot / square * reflector[r]);
            }
        }
        if k > start {
            // What the reflection has made 0, to rounding.
            a[k + 1..k + rows].iter_mut().for_each(|row| row[k - 1] = 0.0);
        }
        if k + 2 < size {
            column = [a[k + 1][k], a[k + 2][k], if k + 3 < size { a[k + 3][k] } else { 0.0 }];
        }
    }
}

/// The solution x of a x = b, by elimination with pivoting; `None` where the matrix is singular to rounding.
///
/// # Panics
/// Where the matrix is not square, or `b` has another length.
pub fn solve(matrix: &[Vec<f64>], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    assert!(
        matrix.len() == n && matrix.iter().all(|row| row.len() == n),
        "as many rows, columns and right sides"
    );
    let scale = matrix.iter().flatten().fold(0.0_f64, |most, entry| most.max(entry.abs()));
    let mut a: Vec<Vec<f64>> =
        matrix.iter().zip(b).map(|(row, b)| row.iter().chain([b]).copied().collect()).collect();
    for column in 0..n {
        cancel::check((n * n) as u64);
        let pivot = (column..n).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs()))?;
        a.swap(column, pivot);
        if a[column][column].abs() <= f64::EPSILON * scale {
            return None;
        }
        let (above, below) = a.split_at_mut(column + 1);
        let pivot = &above[column];
        for row in below {
            let factor = row[column] / pivot[column];
            row.iter_mut().zip(pivot).for_each(|(x, p)| *x -= factor * p);
        }
    }
    let mut x = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i][j] * x[j]).sum();
        x[i] = (a[i][n] - known) / a[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_spectrum(matrix: &[Vec<f64>], expected: &[(f64, f64)], tolerance: f64) {
        let values = eigenvalues(matrix).unwrap();
        assert_eq!(values.len(), expected.len());
        for (value, expected) in values.iter().zip(expected) {
            let error = (value.0 - expected.0).abs().max((value.1 - expected.1).abs());
            assert!(error < tolerance, "{values:?}");
        }
    }

    #[test]
    fn spectra_that_are_known() {
        assert_spectrum(&[vec![3.0]], &[(3.0, 0.0)], 1e-15);
        assert_spectrum(&[vec![2.0, 1.0], vec![1.0, 2.0]], &[(3.0, 0.0), (1.0, 0.0)], 1e-14);
        // A cyclic shift of five: the roots of unity.
        let shift: Vec<Vec<f64>> =
            (0..5).map(|i| (0..5).map(|j| if j == (i + 1) % 5 { 1.0 } else { 0.0 }).collect()).collect();
        let mut roots: Vec<(f64, f64)> = (0..5)
            .map(|k| libm::sincos(0.4 * std::f64::consts::PI * f64::from(k)))
            .map(|(sin, cos)| (cos, sin))
            .collect();
        roots.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
        roots[1..]
            .sort_by(|x, y| ((1e9 * y.0).round(), y.1).partial_cmp(&((1e9 * x.0).round(), x.1)).unwrap());
        let values = eigenvalues(&shift).unwrap();
        for root in roots {
            assert!(values.iter().any(|v| (v.0 - root.0).abs() + (v.1 - root.1).abs() < 1e-13), "{values:?}");
        }
        // One on the diagonal a, all others b: a + (n - 1) b once, a - b else.
        let n = 64;
        let exchangeable: Vec<Vec<f64>> =
            (0..n).map(|i| (0..n).map(|j| if i == j { -3.0 } else { 0.25 }).collect()).collect();
        let mut expected = vec![(-3.25, 0.0); n];
        expected[0].0 = -3.0 + 63.0 * 0.25;
        assert_spectrum(&exchangeable, &expected, 1e-12);
    }

    proptest! {
        #[test]
        fn sums_of_powers_are_traces(entries in prop::collection::vec(-1.0..1.0, 100), n in 1_usize..=10) {
            let matrix: Vec<Vec<f64>> = entries.chunks(10).take(n).map(|row| row[..n].to_vec()).collect();
            let values = eigenvalues(&matrix).unwrap();
            let trace: f64 = (0..n).map(|i| matrix[i][i]).sum();
            let square: f64 = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| matrix[i][j] * matrix[j][i]).sum();
            prop_assert!((values.iter().map(|v| v.0).sum::<f64>() - trace).abs() < 1e-12);
            prop_assert!(values.iter().map(|v| v.1).sum::<f64>().abs() < 1e-12);
            let squares: f64 = values.iter().map(|v| v.0 * v.0 - v.1 * v.1).sum();
            prop_assert!((squares - square).abs() < 1e-11, "{squares} for {square}");
        }

        #[test]
        fn a_solution_solves(entries in prop::collection::vec(-1.0..1.0, 25), x in prop::collection::vec(-1.0..1.0, 5)) {
            let matrix: Vec<Vec<f64>> = entries.chunks(5).map(<[f64]>::to_vec).collect();
            let times = |x: &[f64]| -> Vec<f64> {
                matrix.iter().map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
            };
            if let Some(found) = solve(&matrix, &times(&x)) {
                let residuals = times(&found).into_iter().zip(times(&x)).map(|(a, b)| (a - b).abs());
                prop_assert!(residuals.fold(0.0, f64::max) < 1e-9);
            }
        }
    }

    #[test]
    fn a_singular_system_has_no_solution() {
        assert_eq!(solve(&[vec![1.0, 2.0], vec![2.0, 4.0]], &[1.0, 1.0]), None);
    }
}
