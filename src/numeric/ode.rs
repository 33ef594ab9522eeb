//! Ordinary differential equations: an explicit Runge-Kutta method of order 8 with step-size control.

use super::cancel;

/// Nanoseconds of work for a step, about.
const A_STEP: u64 = 1000;

/// Stages of a step.
const STAGES: usize = 12;

/// Where in the step each stage lies.
const NODES: [f64; STAGES] = [
    0.0,
    0.05260015195876773,
    0.0789002279381516,
    0.1183503419072274,
    0.2816496580927726,
    0.3333333333333333,
    0.25,
    0.3076923076923077,
    0.6512820512820513,
    0.6,
    0.8571428571428571,
    1.0,
];

/// What each stage but the first takes of the slopes before it: stage and coefficient.
const STAGE_WEIGHTS: [&[(usize, f64)]; STAGES - 1] = [
    &[(0, 0.05260015195876773)],
    &[(0, 0.0197250569845379), (1, 0.0591751709536137)],
    &[(0, 0.02958758547680685), (2, 0.08876275643042054)],
    &[(0, 0.2413651341592667), (2, -0.8845494793282861), (3, 0.924834003261792)],
    &[(0, 0.037037037037037035), (3, 0.17082860872947386), (4, 0.12546768756682242)],
    &[(0, 0.037109375), (3, 0.17025221101954405), (4, 0.06021653898045596), (5, -0.017578125)],
    &[
        (0, 0.03709200011850479),
        (3, 0.17038392571223998),
        (4, 0.10726203044637328),
        (5, -0.015319437748624402),
        (6, 0.008273789163814023),
    ],
    &[
        (0, 0.6241109587160757),
        (3, -3.3608926294469414),
        (4, -0.868219346841726),
        (5, 27.59209969944671),
        (6, 20.154067550477894),
        (7, -43.48988418106996),
    ],
    &[
        (0, 0.47766253643826434),
        (3, -2.4881146199716677),
        (4, -0.590290826836843),
        (5, 21.230051448181193),
        (6, 15.279233632882423),
        (7, -33.28821096898486),
        (8, -0.020331201708508627),
    ],
    &[
        (0, -0.9371424300859873),
        (3, 5.186372428844064),
        (4, 1.0914373489967295),
        (5, -8.149787010746927),
        (6, -18.52006565999696),
        (7, 22.739487099350505),
        (8, 2.4936055526796523),
        (9, -3.0467644718982196),
    ],
    &[
        (0, 2.273310147516538),
        (3, -10.53449546673725),
        (4, -2.0008720582248625),
        (5, -17.9589318631188),
        (6, 27.94888452941996),
        (7, -2.8589982771350235),
        (8, -8.87285693353063),
        (9, 12.360567175794303),
        (10, 0.6433927460157636),
    ],
];

/// What the step takes of the stages.
const WEIGHTS: &[(usize, f64)] = &[
    (0, 0.054293734116568765),
    (5, 4.450312892752409),
    (6, 1.8915178993145003),
    (7, -5.801203960010585),
    (8, 0.3111643669578199),
    (9, -0.1521609496625161),
    (10, 0.20136540080403034),
    (11, 0.04471061572777259),
];

/// The difference to the embedded formula of order 3.
const ERROR_3: &[(usize, f64)] = &[
    (0, -0.18980075407240762),
    (5, 4.450312892752409),
    (6, 1.8915178993145003),
    (7, -5.801203960010585),
    (8, -0.4226823213237919),
    (9, -0.1521609496625161),
    (10, 0.20136540080403034),
    (11, 0.02265179219836082),
];

/// The difference to the embedded formula of order 5.
const ERROR_5: &[(usize, f64)] = &[
    (0, 0.01312004499419488),
    (5, -1.2251564463762044),
    (6, -0.4957589496572502),
    (7, 1.6643771824549864),
    (8, -0.35032884874997366),
    (9, 0.3341791187130175),
    (10, 0.08192320648511571),
    (11, -0.022355307863886294),
];

/// The step sizes aim at this part of the tolerance's.
const SAFETY: f64 = 0.9;

/// How far one step's size may be from the last's.
const STEP_CHANGES: std::ops::RangeInclusive<f64> = 0.2..=8.0;

/// A step below this part of t is none.
const LEAST_STEP: f64 = 16.0 * f64::EPSILON;

/// A solution of y' = f(t, y), as far as it has been followed, with rising t.
///
/// References: Dormand and Prince 1980; the formula of order 8(5, 3) and its step control are those of DOP853
/// in Hairer, Norsett and Wanner 1993, "Solving Ordinary Differential Equations I", section II.10.
pub struct Integration<F> {
    slope: F,
    tolerance: f64,
    t: f64,
    y: Vec<f64>,
    /// The step to try next.
    step: f64,
    evaluations: usize,
    stages: [Vec<f64>; STAGES],
    stage: Vec<f64>,
}

/// The step size fell to the spacing of t: a singularity, or a slope without smoothness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

impl<F: FnMut(f64, &[f64], &mut [f64])> Integration<F> {
    /// Starts at (t, y); `slope` writes f(t, y) to its last argument. `tolerance` bounds the error that a
    /// step adds to each y, times 1 + |y|; `step` is the first step to try.
    pub fn new(t: f64, y: &[f64], step: f64, tolerance: f64, slope: F) -> Self {
        let stages = std::array::from_fn(|_| vec![0.0; y.len()]);
        Integration { slope, tolerance, t, y: y.to_vec(), step, evaluations: 0, stages, stage: y.to_vec() }
    }

    /// Where the solution stands.
    pub fn t(&self) -> f64 {
        self.t
    }

    /// The solution at t.
    pub fn y(&self) -> &[f64] {
        &self.y
    }

    /// How often the slope was asked for.
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// Takes one step, of at most `longest`, and not beyond `end`.
    ///
    /// # Errors
    /// [`Stuck`] where no step is short enough; the solution stays where it is.
    pub fn advance(&mut self, end: f64, longest: f64) -> Result<(), Stuck> {
        loop {
            let ends = self.t + self.step.min(longest) >= end;
            let h = if ends { end - self.t } else { self.step.min(longest) };
            if h.is_nan() || h <= LEAST_STEP * self.t.abs().max(f64::MIN_POSITIVE) {
                return Err(Stuck);
            }
            self.evaluate(h);
            let error = self.error(h);
            let accepted = error <= 1.0;
            let change = SAFETY * libm::pow(error, -1.0 / 8.0);
            // An error that is no number: outside the domain of the slope.
            let change = if error.is_nan() { *STEP_CHANGES.start() } else { change };
            let change = change.clamp(*STEP_CHANGES.start(), *STEP_CHANGES.end());
            if accepted {
                self.t = if ends { end } else { self.t + h };
                std::mem::swap(&mut self.y, &mut self.stage);
                self.step = self.step.min(longest).max(h) * change;
                return Ok(());
            }
            self.step = h * change.min(1.0);
        }
    }

    /// Fills the stages of a step, and leaves its end in `self.stage`.
    fn evaluate(&mut self, h: f64) {
        cancel::check(A_STEP);
        (self.slope)(self.t, &self.y, &mut self.stages[0]);
        for (s, weights) in STAGE_WEIGHTS.iter().enumerate() {
            self.combine(h, weights);
            (self.slope)(self.t + h * NODES[s + 1], &self.stage, &mut self.stages[s + 1]);
        }
        self.combine(h, WEIGHTS);
        self.evaluations += STAGES;
    }

    fn combine(&mut self, h: f64, weights: &[(usize, f64)]) {
        for (i, target) in self.stage.iter_mut().enumerate() {
            *target = self.y[i] + h * weighted(&self.stages, weights, i);
        }
    }

    /// The error of a step, in units of the tolerance.
    fn error(&self, h: f64) -> f64 {
        let (mut third, mut fifth) = (0.0, 0.0);
        for (i, y) in self.y.iter().enumerate() {
            let scale = 1.0 / (self.tolerance * (1.0 + y.abs().max(self.stage[i].abs())));
            let e3 = scale * weighted(&self.stages, ERROR_3, i);
            let e5 = scale * weighted(&self.stages, ERROR_5, i);
            third += e3 * e3;
            fifth += e5 * e5;
        }
        if fifth == 0.0 && third == 0.0 {
            return 0.0;
        }
        h.abs() * fifth / ((fifth + 0.01 * third) * self.y.len() as f64).sqrt()
    }
}

fn weighted(stages: &[Vec<f64>; STAGES], weights: &[(usize, f64)], i: usize) -> f64 {
    weights.iter().map(|&(stage, weight)| weight * stages[stage][i]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The end of a pendulum of large swing, and the slopes asked for.
    fn pendulum(tolerance: f64) -> (f64, usize) {
        let slope = |_: f64, y: &[f64], dy: &mut [f64]| {
            dy[0] = y[1];
            dy[1] = -libm::sin(y[0]);
        };
        let mut run = Integration::new(0.0, &[2.5, 0.0], 0.1, tolerance, slope);
        while run.t() < 20.0 {
            run.advance(20.0, f64::INFINITY).unwrap();
        }
        (run.y()[0], run.evaluations())
    }

    #[test]
    fn a_fixed_step_converges_with_order_eight_or_more() {
        // y' = y cos t from 1: y = e^(sin t).
        let error = |h: f64| {
            let slope = |t: f64, y: &[f64], dy: &mut [f64]| dy[0] = y[0] * libm::cos(t);
            let mut run = Integration::new(0.0, &[1.0], h, 1e9, slope);
            while run.t() < 8.0 {
                run.advance(8.0, h).unwrap();
            }
            (run.y()[0] - libm::exp(libm::sin(8.0))).abs()
        };
        let order = libm::log2(error(0.5) / error(0.25));
        assert!(order > 7.5, "order {order}");
    }

    #[test]
    fn the_error_follows_the_tolerance() {
        let (exact, _) = pendulum(1e-15);
        for tolerance in [1e-4, 1e-7, 1e-10, 1e-12] {
            let (end, evaluations) = pendulum(tolerance);
            let error = (end - exact).abs();
            assert!(error < 100.0 * tolerance, "{error:e} for {tolerance:e}");
            assert!(evaluations < 2500, "{evaluations} for {tolerance:e}");
        }
    }

    #[test]
    fn a_singularity_stops_the_solution_before_it() {
        // y' = -1 / y from 1 ends in 0 at t = 1/2.
        let mut run =
            Integration::new(0.0, &[1.0], 0.1, 1e-10, |_, y: &[f64], dy: &mut [f64]| dy[0] = -1.0 / y[0]);
        let stop = (0..10_000).find(|_| run.advance(1.0, 1.0) == Err(Stuck));
        assert!(stop.is_some());
        assert!((run.t() - 0.5).abs() < 1e-8, "{}", run.t());
    }
}
