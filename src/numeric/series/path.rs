//! All statistics of a path of several series.

use ndarray::ArrayView2;

use super::Unmeasured;
use super::long_run::LongRun;
use super::plane::Plane;
use super::rotation::{Rotation, rotation};
use super::single::{Single, burg, folding_lag, peak};
use super::sums::{dot, sum};
use super::welch::{Spectra, Welch};
use crate::numeric::simd::{self, Instance, Kernel, Simd};

/// The fewest points of a series of which anything is told.
const FEWEST: usize = 8;
/// A standard deviation below this part of a number of the series is rounding.
const ROUNDING: f64 = 1e-13;
/// Where the unexplained share of a series' variance is below this, two series move on a line.
const LINE: f64 = 1e-10;

/// What [`Workspace::measure`] tells of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Movement<'w> {
    /// Of each series.
    pub singles: &'w [Result<Single, Unmeasured>],
    /// Of the path in its plane: that of the two series that move, or that of the two leading principal
    /// components where more do. The components are of covariances without lag, which say nothing of
    /// direction in time, so that choosing among planes makes no false alarms. A rotation in a plane of less
    /// variance is missed.
    pub rotation: Result<Rotation, Unmeasured>,
}

/// What is reused from path to path; memory is taken where a path is larger than those before.
#[derive(Clone, Debug)]
pub struct Workspace {
    instance: Instance,
    /// For the number of points of the last path.
    welch: Option<(usize, Option<Welch>)>,
    /// The series that move, less their means, one behind the other.
    columns: Vec<f64>,
    /// Their places in the path.
    moving: Vec<usize>,
    /// Their sums of squares.
    squares: Vec<f64>,
    singles: Vec<Result<Single, Unmeasured>>,
    long_run: LongRun,
    spectra: Spectra,
    autocorrelations: [Vec<f64>; 2],
    plane: Plane,
    axes: [Vec<f64>; 2],
    /// The mean of the spectra of the plane's axes.
    plane_spectrum: Vec<f64>,
}

/// [`Workspace::tell`] for the instruction set of an instance.
struct Measure<'m> {
    workspace: &'m mut Workspace,
    path: ArrayView2<'m, f64>,
    stride: f64,
}

impl Kernel for Measure<'_> {
    type Output = Result<Rotation, Unmeasured>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Self::Output {
        self.workspace.tell(self.path, self.stride)
    }
}

impl Workspace {
    /// An empty one, which computes on an instance; all instances give the same bits.
    pub fn new(instance: Instance) -> Self {
        Workspace {
            instance,
            welch: None,
            columns: Vec::new(),
            moving: Vec::new(),
            squares: Vec::new(),
            singles: Vec::new(),
            long_run: LongRun::default(),
            spectra: Spectra::default(),
            autocorrelations: Default::default(),
            plane: Plane::default(),
            axes: Default::default(),
            plane_spectrum: Vec::new(),
        }
    }

    /// The statistics of a path \[point\]\[series\] whose points are `stride` epochs apart.
    ///
    /// ```
    /// use bidsweep::numeric::series::Workspace;
    /// use bidsweep::numeric::simd::Instance;
    /// use ndarray::Array2;
    ///
    /// let circle = Array2::from_shape_fn((1000, 2), |(t, i)| {
    ///     let (sin, cos) = libm::sincos(0.1 * t as f64);
    ///     [cos, sin][i]
    /// });
    /// let mut workspace = Workspace::new(Instance::best());
    /// let movement = workspace.measure(circle.view(), 1);
    /// let rotation = movement.rotation.unwrap();
    /// assert!(rotation.levy_z > 3.0 && rotation.rotation_q > 1.0);
    /// ```
    pub fn measure(&mut self, path: ArrayView2<'_, f64>, stride: usize) -> Movement<'_> {
        let points = path.nrows();
        if self.welch.as_ref().is_none_or(|(axis, _)| *axis != points) {
            self.welch = Some((points, Welch::for_points(points)));
        }
        let rotation = simd::run(self.instance, Measure { workspace: self, path, stride: stride as f64 });
        Movement { singles: &self.singles, rotation }
    }

    #[inline(always)]
    fn tell(&mut self, path: ArrayView2<'_, f64>, stride: f64) -> Result<Rotation, Unmeasured> {
        let (points, series) = path.dim();
        self.centre(path);
        match self.welch.take() {
            Some((_, Some(mut welch))) => {
                self.tell_singles(&mut welch, points, stride);
                let rotation = self.tell_rotation(&mut welch, points, series, stride);
                self.welch = Some((points, Some(welch)));
                rotation
            }
            none => {
                self.welch = none;
                for (at, &place) in self.moving.iter().enumerate() {
                    let x = &self.columns[at * points..(at + 1) * points];
                    let (lag1, _) = burg(x, self.squares[at]);
                    self.singles[place] =
                        Ok(Single { lag1, folding_time: None, effective_size: None, peak: None });
                }
                self.too_few_dimensions(series).and(Err(Unmeasured::TooShort))
            }
        }
    }

    /// Keeps the series that move, less their means, and tells why the others are not measured.
    #[inline(always)]
    fn centre(&mut self, path: ArrayView2<'_, f64>) {
        let (points, series) = path.dim();
        [&mut self.columns, &mut self.squares].into_iter().for_each(Vec::clear);
        self.moving.clear();
        self.singles.clear();
        for (place, column) in path.columns().into_iter().enumerate() {
            let from = self.columns.len();
            self.columns.resize(from + points, 0.0);
            let x = &mut self.columns[from..];
            match path.as_slice() {
                Some(rows) => {
                    let numbers = rows.iter().skip(place).step_by(series);
                    x.iter_mut().zip(numbers).for_each(|(x, number)| *x = *number);
                }
                None => x.iter_mut().zip(column).for_each(|(x, number)| *x = *number),
            }
            let reason = if x.len() < FEWEST {
                match x.iter().all(|x| x.is_finite()) {
                    true => Unmeasured::TooShort,
                    false => Unmeasured::NotFinite,
                }
            } else {
                // Of deviations from the first point, so that a constant has no rounding.
                let first = x[0];
                x.iter_mut().for_each(|x| *x -= first);
                let mean = sum(x) / points as f64;
                x.iter_mut().for_each(|x| *x -= mean);
                let squares = dot(x, x);
                if (squares / points as f64).sqrt() > ROUNDING * first.abs() && squares.is_finite() {
                    self.moving.push(place);
                    self.squares.push(squares);
                    // Until it is told.
                    self.singles.push(Err(Unmeasured::TooShort));
                    continue;
                }
                if squares.is_finite() { Unmeasured::Constant } else { Unmeasured::NotFinite }
            };
            self.columns.truncate(from);
            self.singles.push(Err(reason));
        }
    }

    /// Why the path has no plane, if it has none.
    fn too_few_dimensions(&self, series: usize) -> Result<(), Unmeasured> {
        let none = |reason| self.singles.contains(&Err(reason));
        match self.moving.len() {
            _ if none(Unmeasured::NotFinite) => Err(Unmeasured::NotFinite),
            0 if none(Unmeasured::TooShort) => Err(Unmeasured::TooShort),
            0 if series > 0 => Err(Unmeasured::Constant),
            0 | 1 => Err(Unmeasured::Line),
            _ => Ok(()),
        }
    }

    /// The statistics of every series, by pairs; the spectra of the last pair remain.
    #[inline(always)]
    fn tell_singles(&mut self, welch: &mut Welch, points: usize, stride: f64) {
        for first in (0..self.moving.len()).step_by(2) {
            let pair = [first, (first + 1).min(self.moving.len() - 1)];
            let [x, y] = pair.map(|at| &self.columns[at * points..(at + 1) * points]);
            welch.spectra(x, y, &mut self.spectra);
            let [of_x, of_y] = &self.spectra.own;
            let [rho_x, rho_y] = &mut self.autocorrelations;
            welch.autocorrelations([of_x, of_y], [rho_x, rho_y]);
            for (at, (x, axis)) in pair.into_iter().zip([(x, 0), (y, 1)]) {
                let squares = self.squares[at];
                let (lag1, null) = burg(x, squares);
                let rho = &self.autocorrelations[axis];
                let folding = folding_lag(rho);
                let variance = squares / points as f64;
                self.singles[self.moving[at]] = Ok(Single {
                    lag1,
                    folding_time: folding.map(|lag| lag * stride),
                    effective_size: Some(self.long_run.effective_size(x, squares)),
                    peak: null.and_then(|null| {
                        peak(&self.spectra.own[axis], variance, null, welch.cosines(), stride)
                    }),
                });
            }
        }
    }

    /// The rotation in the plane, after [`tell_singles`](Self::tell_singles).
    #[inline(always)]
    fn tell_rotation(
        &mut self,
        welch: &mut Welch,
        points: usize,
        series: usize,
        stride: f64,
    ) -> Result<Rotation, Unmeasured> {
        self.too_few_dimensions(series)?;
        let pair = self.moving.len() == 2;
        let [p, q] = &mut self.axes;
        if pair {
            p.clear();
            p.extend_from_slice(&self.columns[..points]);
            q.clear();
            q.extend_from_slice(&self.columns[points..]);
        } else {
            self.plane.find(&self.columns, points).ok_or(Unmeasured::Line)?;
            for (axis, direction) in [&mut *p, &mut *q].into_iter().zip(&self.plane.directions) {
                axis.clear();
                axis.resize(points, 0.0);
                for (column, weight) in self.columns.chunks_exact(points).zip(direction) {
                    axis.iter_mut().zip(column).for_each(|(sum, x)| *sum += weight * x);
                }
            }
        }
        let n = points as f64;
        let [scale_p, scale_q] = [&*p, &*q].map(|axis| (n / dot(axis, axis)).sqrt());
        let correlation = scale_p * scale_q * dot(p, q) / n;
        let left = 1.0 - correlation * correlation;
        // Not a number where an axis is 0.
        if left.is_nan() || left < LINE {
            return Err(Unmeasured::Line);
        }
        // (x, y) of variance 1 and correlation 0, x along the first axis.
        let along = correlation * scale_p / left.sqrt();
        let across = scale_q / left.sqrt();
        for (p, q) in p.iter_mut().zip(q.iter_mut()) {
            *q = across * *q - along * *p;
            *p *= scale_p;
        }
        self.plane_spectrum.clear();
        if pair {
            // Half the trace of the spectra of (x, y), from those of the two series.
            let [own_p, own_q] = &self.spectra.own;
            let (squares_p, squares_q) = (scale_p * scale_p, scale_q * scale_q);
            let shared = 2.0 * correlation * scale_p * scale_q;
            self.plane_spectrum.extend(
                own_p
                    .iter()
                    .zip(own_q)
                    .zip(&self.spectra.shared)
                    .map(|((own_p, own_q), cross)| squares_p * own_p + squares_q * own_q - shared * cross),
            );
        } else {
            welch.spectra(p, q, &mut self.spectra);
            let [own_p, own_q] = &self.spectra.own;
            self.plane_spectrum.extend(own_p.iter().zip(own_q).map(|(p, q)| p + q));
        }
        let [rho, unused] = &mut self.autocorrelations;
        welch.autocorrelations([&self.plane_spectrum, &self.plane_spectrum], [rho, unused]);
        let folding = folding_lag(rho).ok_or(Unmeasured::TooShort)?;
        rotation(&self.axes[0], &self.axes[1], folding, correlation, stride)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::numeric::series::MOST_Q;

    fn normals(seed: u64) -> impl FnMut() -> f64 {
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut uniform = move || ((stream.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        move || {
            let radius = (-2.0 * libm::log(uniform())).sqrt();
            radius * libm::cos(2.0 * std::f64::consts::PI * uniform())
        }
    }

    /// Independent autoregressions of order two in every column, `mix` of which is then added to each
    /// neighbour.
    fn autoregressions(seed: u64, points: usize, series: usize, phi: [f64; 2], mix: f64) -> Array2<f64> {
        let mut normal = normals(seed);
        let mut path = Array2::zeros((points, series));
        for i in 0..series {
            let mut x = [0.0; 2];
            for t in 0..points + 500 {
                x = [phi[0] * x[0] + phi[1] * x[1] + normal(), x[0]];
                if t >= 500 {
                    path[[t - 500, i]] = x[0];
                }
            }
        }
        Array2::from_shape_fn((points, series), |(t, i)| path[[t, i]] + mix * path[[t, (i + 1) % series]])
    }

    /// x_(t+1) = decay R(turn) x_t + noise.
    fn spiral(seed: u64, points: usize, decay: f64, turn: f64) -> Array2<f64> {
        let mut normal = normals(seed);
        let (sin, cos) = libm::sincos(turn);
        let mut x = [1.0, 0.0];
        let mut path = Array2::zeros((points, 2));
        for t in 0..points + 500 {
            let turned = [cos * x[0] - sin * x[1], sin * x[0] + cos * x[1]];
            x = turned.map(|x| decay * x + normal());
            if t >= 500 {
                path[[t - 500, 0]] = x[0];
                path[[t - 500, 1]] = x[1];
            }
        }
        path
    }

    fn workspace() -> Workspace {
        Workspace::new(Instance::best())
    }

    #[test]
    fn all_instances_give_the_same_bits() {
        for (points, series) in [(1000, 2), (517, 7), (100, 3), (20, 2)] {
            let path = autoregressions(1, points, series, [0.8, -0.1], 0.3);
            let told: Vec<String> = Instance::available()
                .into_iter()
                .map(|instance| format!("{:?}", Workspace::new(instance).measure(path.view(), 3)))
                .collect();
            assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
            // A workspace forgets the path before, and how the numbers lie does not matter.
            let mut used = workspace();
            used.measure(autoregressions(2, 700, 12, [0.5, 0.0], 0.0).view(), 1);
            let apart = Array2::from_shape_fn((points, 2 * series), |(t, i)| path[[t, i / 2]]);
            assert_eq!(format!("{:?}", used.measure(apart.slice(s![.., ..;2]), 3)), told[0]);
        }
    }

    #[test]
    fn what_is_missing_has_its_reason() {
        let mut workspace = workspace();
        let path = autoregressions(1, 1000, 3, [0.5, 0.0], 0.0);
        let mut measure = |path: &Array2<f64>| {
            let told = workspace.measure(path.view(), 1);
            (told.singles.iter().map(|single| single.err()).collect::<Vec<_>>(), told.rotation.err())
        };
        use Unmeasured::{Constant, Line, NotFinite, TooShort};
        assert_eq!(measure(&path), (vec![None; 3], None));
        assert_eq!(measure(&path.slice(s![..1, ..]).to_owned()), (vec![Some(TooShort); 3], Some(TooShort)));
        assert_eq!(measure(&path.slice(s![..0, ..]).to_owned()), (vec![Some(TooShort); 3], Some(TooShort)));
        assert_eq!(measure(&path.slice(s![..40, ..]).to_owned()), (vec![None; 3], Some(TooShort)));
        assert_eq!(measure(&path.slice(s![.., ..1]).to_owned()), (vec![None], Some(Line)));
        assert_eq!(measure(&Array2::from_elem((1000, 2), 0.1)), (vec![Some(Constant); 2], Some(Constant)));
        let slow = autoregressions(1, 1000, 2, [0.999, 0.0], 0.0);
        assert_eq!(measure(&slow), (vec![None; 2], Some(TooShort)));
        for bad in [f64::NAN, f64::INFINITY, 1e200] {
            let mut path = path.clone();
            path[[500, 1]] = bad;
            assert_eq!(measure(&path), (vec![None, Some(NotFinite), None], Some(NotFinite)));
        }
        let mut still = path.clone();
        still.column_mut(1).fill(0.3);
        assert_eq!(measure(&still), (vec![None, Some(Constant), None], None));
        still.column_mut(2).fill(0.7);
        assert_eq!(measure(&still), (vec![None, Some(Constant), Some(Constant)], Some(Line)));
        for series in [2, 4] {
            let line = Array2::from_shape_fn((1000, series), |(t, i)| 0.4 + path[[t, 0]] * (i + 1) as f64);
            assert_eq!(measure(&line), (vec![None; series], Some(Line)));
        }
    }

    #[test]
    fn neighbours_correlate_as_the_process_says() {
        // The second one rings with a period of 23, the fourth alternates, the last is Adam's common mode.
        let cases = [[0.9, 0.0], [1.8, -0.88], [0.0, 0.0], [-0.5, 0.0], [1.86, -0.9], [1.893, -0.9]];
        for (phi, points) in cases.into_iter().zip([1000, 1000, 1000, 1000, 4000, 4000]) {
            let rho1 = phi[0] / (1.0 - phi[1]);
            let mut workspace = workspace();
            for seed in 0..60 {
                let path = autoregressions(seed, points, 2, phi, 0.0);
                for single in workspace.measure(path.view(), 1).singles {
                    let single = single.unwrap();
                    assert!((single.lag1 - rho1).abs() < 0.12, "{phi:?}: {}", single.lag1);
                    let size = single.effective_size.unwrap();
                    assert!((1.0..=points as f64).contains(&size), "{phi:?}: {size}");
                }
            }
        }
    }

    #[test]
    fn paths_that_do_not_turn_are_seldom_flagged() {
        for (series, phi, mix) in
            [(2, [0.9, 0.0], 0.6), (2, [1.6, -0.65], 0.0), (3, [0.9, 0.0], 0.3), (10, [1.6, -0.65], 0.5)]
        {
            let runs = 400;
            let (mut large, mut flagged, mut high, mut squares) = (0, 0, 0, 0.0);
            let mut workspace = workspace();
            for seed in 0..runs {
                let path = autoregressions(seed, 1000, series, phi, mix);
                let told = workspace.measure(path.view(), 1);
                let rotation = told.rotation.unwrap();
                large += usize::from(rotation.levy_z.abs() > 3.0);
                flagged += usize::from(rotation.levy_z.abs() > 3.0 && rotation.rotation_q > 1.0);
                squares += rotation.levy_z * rotation.levy_z / runs as f64;
                let peaks = told.singles.iter().flatten().filter_map(|single| single.peak);
                high += peaks.filter(|peak| peak.ratio > 4.0).count();
            }
            assert!(large <= runs as usize / 100, "{series} series: {large} large areas");
            assert!(flagged <= 2, "{series} series: {flagged} flagged");
            assert!((0.75..1.25).contains(&squares), "{series} series: the variance of z is {squares}");
            assert!(high <= series * runs as usize / 100, "{series} series: {high} peaks");
        }
    }

    #[test]
    fn spirals_turn_whatever_axes_they_are_seen_in() {
        let mut workspace = workspace();
        for seed in 0..20 {
            // Q = 0.2 / -ln 0.95 = 3.9, a period of 31.
            let path = spiral(seed, 1000, 0.95, 0.2);
            let told = workspace.measure(path.view(), 1).rotation.unwrap();
            assert!(told.levy_z > 3.0 && (2.0..8.0).contains(&told.rotation_q), "{told:?}");
            let mut back = path.clone();
            back.invert_axis(ndarray::Axis(0));
            let reverse = workspace.measure(back.view(), 1).rotation.unwrap();
            assert!((reverse.levy_area + told.levy_area).abs() < 1e-9 * told.levy_area);
            let seen =
                Array2::from_shape_fn((1000, 2), |(t, i)| 3.0 + path[[t, 0]] + [5.0, 0.2][i] * path[[t, 1]]);
            let other = workspace.measure(seen.view(), 10).rotation.unwrap();
            assert!((other.levy_z + told.levy_z).abs() < 1e-8, "mirrored: {other:?} {told:?}");
            assert!((other.rotation_q / told.rotation_q - 1.0).abs() < 1e-8);
            assert!((other.folding_time / told.folding_time - 10.0).abs() < 1e-8);
            // Among others that move less.
            let quiet = autoregressions(seed + 100, 1000, 5, [0.5, 0.0], 0.0);
            let many = Array2::from_shape_fn((1000, 5), |(t, i)| match i {
                1 => path[[t, 0]],
                3 => path[[t, 1]],
                _ => 0.0,
            } + 0.2 * quiet[[t, i]]);
            let found = workspace.measure(many.view(), 1).rotation.unwrap();
            assert!(found.levy_z.abs() > 3.0 && found.rotation_q > 1.0, "{found:?}");
        }
    }

    #[test]
    fn periods_stand_out_of_noise() {
        let mut normal = normals(9);
        let path = Array2::from_shape_fn((1000, 2), |(t, _)| {
            libm::sin(2.0 * std::f64::consts::PI * t as f64 / 32.0) + normal()
        });
        let mut workspace = workspace();
        for single in workspace.measure(path.view(), 5).singles {
            let peak = single.unwrap().peak.unwrap();
            assert_eq!(peak.period, 160.0);
            assert!(peak.ratio > 4.0, "{peak:?}");
        }
    }

    #[test]
    fn a_circle_encloses_two_pi_a_turn() {
        let circle = Array2::from_shape_fn((1001, 2), |(t, i)| {
            let (sin, cos) = libm::sincos(2.0 * std::f64::consts::PI * t as f64 / 50.0);
            [7.0 * cos, sin][i]
        });
        let told = workspace().measure(circle.view(), 1).rotation.unwrap();
        // The polygon of 50 corners, and the doubled first point.
        let expected = 20.0 * 50.0 * libm::sin(2.0 * std::f64::consts::PI / 50.0);
        assert!((told.levy_area / expected - 1.0).abs() < 0.003, "{told:?}");
        assert_eq!(told.rotation_q, MOST_Q);
        // The cosine is 1 / e at 0.1898 of a turn.
        assert!((told.folding_time / (50.0 * 0.1898) - 1.0).abs() < 0.02, "{told:?}");
    }
}
