//! The verdict on how the learners of a cell move, from what was measured of its replicates.

/// A cell whose multipliers vary less than this (standard deviation) stands still.
pub const STILL: f64 = 1e-6;
/// A movement persists where more than this part of the minibatch amplitude is left.
pub const PERSISTS: f64 = 0.1;
/// A movement has decayed where less than this part of the minibatch amplitude is left. What starts one
/// amplitude away and decays exponentially, however slowly, varies by at most 3.1 % of the way over the last
/// quarter of the continuation, so that a slow approach is in doubt and never a cycle.
pub const DECAYED: f64 = 0.01;
/// The circulation that rotation needs, in standard errors.
pub const LEVY_Z: f64 = 3.0;
/// The radians turned per e-folding time that rotation needs.
pub const ROTATION_Q: f64 = 1.0;

/// How the learners of a cell move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A replicate diverged.
    Diverged,
    /// They are still on their way: the later half of the tail is elsewhere than the earlier.
    Drifting,
    /// They do not move as no gradient reaches them, at multipliers of 0 or 1 for the most part.
    Frozen,
    /// Replicates end around several points, so that what is told of their mean is of none of them.
    Bimodal,
    /// They go on moving without noise, whichever way they ascend: the game makes the cycle.
    Cycle,
    /// They go on moving without noise under their optimiser and come to rest under plain ascent: the
    /// optimiser makes the cycle.
    OptimiserCycle,
    /// They come to rest without noise, and noise keeps them swinging: by momentum, or round the equilibrium.
    Ringing,
    /// They do not move.
    Still,
    /// They come to rest without noise, and noise shakes them.
    Noise,
    /// The evidence does not say.
    Undecided(Doubt),
}

impl Verdict {
    /// The word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Diverged => "diverged",
            Verdict::Drifting => "drifting",
            Verdict::Frozen => "frozen",
            Verdict::Bimodal => "bimodal",
            Verdict::Cycle => "cycle",
            Verdict::OptimiserCycle => "optimiser-cycle",
            Verdict::Ringing => "ringing",
            Verdict::Still => "still",
            Verdict::Noise => "noise",
            Verdict::Undecided(_) => "undecided",
        }
    }
}

/// The words of the column `movement`, and what each says.
pub const MOVEMENTS: [(&str, &str); 10] = [
    ("diverged", "a replicate diverged"),
    ("drifting", "they are still on their way: the halves of the tail differ by more than noise explains"),
    (
        "frozen",
        "of some bidder most replicates stand where no gradient reaches them: within 1e-6 of 0 or 1, or without one step",
    ),
    ("bimodal", "replicates end around several points, which outcomes tells with their shares"),
    ("cycle", "they go on moving without noise, whichever way they ascend: the game makes the cycle"),
    (
        "optimiser-cycle",
        "they go on moving without noise under their optimiser and come to rest under plain ascent",
    ),
    (
        "ringing",
        "they come to rest without noise, and noise keeps them swinging: by momentum, or round the equilibrium",
    ),
    ("still", "they do not move"),
    (
        "noise",
        "they come to rest without noise, and noise shakes them; without momentum nothing can ring, so that eta_h may be null",
    ),
    ("undecided", "the evidence does not say; movement_reason tells what is missing"),
];

/// Why a cell is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The tail has fewer than 25 e-folding times.
    TooShort,
    /// The learner cannot go on without noise.
    NoExactMode,
    /// No replicate's tail was measured.
    NoTail,
    /// No replicate went on under its optimiser without noise.
    NoContinuation,
    /// What goes on without noise did not go on under plain ascent.
    NoPlainContinuation,
    /// Most replicates persist and some do not, or the other way round.
    ReplicatesDisagree,
    /// Neither at rest nor moving as before at the end of the continuation.
    Decaying,
    /// Under plain ascent, neither at rest nor moving as before at the end of the continuation.
    PlainDecaying,
    /// The learner has momentum, and the curvature that says whether it rings is not known.
    NoCurvature,
    /// The learner has no momentum, and near the equilibrium its steps make deviations grow, or the runs are
    /// not there.
    AwayFromRest,
}

impl Doubt {
    /// What is missing, for a message or a column.
    pub fn reason(self) -> &'static str {
        match self {
            Doubt::TooShort => "the tail is shorter than 25 e-folding times",
            Doubt::NoExactMode => "the learner has no exact mode to go on in without noise",
            Doubt::NoTail => "no tail was measured",
            Doubt::NoContinuation => "no replicate went on without noise",
            Doubt::NoPlainContinuation => "no replicate went on under plain gradient ascent",
            Doubt::ReplicatesDisagree => "some replicates go on moving without noise and some come to rest",
            Doubt::Decaying => "without noise the movement decays but is not over",
            Doubt::PlainDecaying => "under plain gradient ascent the movement decays but is not over",
            Doubt::NoCurvature => "the curvature that decides whether momentum rings is unknown",
            Doubt::AwayFromRest => {
                "without momentum nothing rings, but this is no noise around an equilibrium: predicted_sd_reason tells why"
            }
        }
    }
}

/// Momentum against curvature, of the mode with the largest product.
///
/// Near an equilibrium a step is x_(t+1) = (1 + b1 - eta (1 - b1) h) x_t - b1 x_(t-1) with curvature h > 0:
/// for Adam eta = learning rate / sqrt(second moment), for the heavy ball eta = learning rate / (1 - b1). The
/// spectrum under white noise has a peak between its ends just where eta h > (1 - b1) / (1 + b1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    /// b1, in \[0, 1).
    pub beta1: f64,
    /// eta h; `None` where it is not known.
    pub step: Option<f64>,
}

/// What was measured of a cell; a list has an entry for every replicate of which there is one.
///
/// An amplitude is a standard deviation over time, of the bidder that has the largest. Those that are left
/// are over the last quarter of the continuation, in the same unit as `amplitude`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'e> {
    /// Whether a replicate diverged.
    pub diverged: bool,
    /// Whether the halves of the tail differ by more than noise explains.
    pub drifting: bool,
    /// Whether of some bidder most replicates are where no gradient reaches them.
    pub frozen: bool,
    /// Whether replicates end around several points.
    pub bimodal: bool,
    /// Whether the tails are too short for their e-folding times.
    pub too_short: bool,
    /// Whether the learner cannot compute its gradient exactly.
    pub no_exact_mode: bool,
    /// The amplitude of the tails of the runs as they were made, in the mean over replicates; 0 where they
    /// stood still.
    pub amplitude: Option<f64>,
    /// What is left of it after a continuation from a replicate's last state with the exact gradient and the
    /// same optimiser, its state included.
    pub left_same: &'e [f64],
    /// The same under plain gradient ascent.
    pub left_plain: &'e [f64],
    /// The learner's momentum; `None` for none.
    pub momentum: Option<Momentum>,
    /// Whether theory knows the learner, and that its runs are not noise around an equilibrium: deviations
    /// grow there, or the runs are elsewhere.
    pub away_from_rest: bool,
    /// The signed areas' z of the tails. Empty where the path has no plane.
    pub levy_z: &'e [f64],
    /// The Q of the tails.
    pub rotation_q: &'e [f64],
}

/// The verdict, in the order of [`Verdict`]'s variants but for doubts of the evidence as a whole, which come
/// second.
///
/// * What moves less than [`STILL`] is at rest: of a cell whose runs and continuations all are, there is
///   nothing to ring or to shake. A cell whose runs stood still and whose continuations move is judged by the
///   continuations.
/// * A continuation persists above [`PERSISTS`] of the amplitude and has decayed below [`DECAYED`] of it, or
///   below [`STILL`]. Most replicates decide whether a cell persists, but all must have decayed for it to
///   have.
/// * Areas combine to sum z / sqrt(replicates), signed: rotation that is the game's has the same sense in all
///   replicates. Q combines to its median.
/// * A damped spiral that noise excites rings.
pub fn verdict(evidence: &Evidence) -> Verdict {
    if evidence.diverged {
        return Verdict::Diverged;
    }
    if evidence.drifting {
        return Verdict::Drifting;
    }
    if evidence.frozen {
        return Verdict::Frozen;
    }
    if evidence.bimodal {
        return Verdict::Bimodal;
    }
    match movement(evidence) {
        Ok(verdict) => verdict,
        Err(doubt) => Verdict::Undecided(doubt),
    }
}

fn movement(evidence: &Evidence) -> Result<Verdict, Doubt> {
    if evidence.too_short {
        return Err(Doubt::TooShort);
    }
    if evidence.no_exact_mode {
        return Err(Doubt::NoExactMode);
    }
    let amplitude = evidence.amplitude.filter(|sd| sd.is_finite()).ok_or(Doubt::NoTail)?;
    match left(evidence.left_same, amplitude).ok_or(Doubt::NoContinuation)? {
        Left::Most => {
            return match left(evidence.left_plain, amplitude).ok_or(Doubt::NoPlainContinuation)? {
                Left::Most => Ok(Verdict::Cycle),
                Left::None => Ok(Verdict::OptimiserCycle),
                Left::Some => Err(Doubt::ReplicatesDisagree),
                Left::Little => Err(Doubt::PlainDecaying),
            };
        }
        Left::Some => return Err(Doubt::ReplicatesDisagree),
        Left::Little => return Err(Doubt::Decaying),
        Left::None => {}
    }
    if amplitude < STILL {
        return Ok(Verdict::Still);
    }
    if rotates(evidence) {
        return Ok(Verdict::Ringing);
    }
    match evidence.momentum.filter(|momentum| momentum.beta1 > 0.0) {
        None if evidence.away_from_rest => Err(Doubt::AwayFromRest),
        None => Ok(Verdict::Noise),
        Some(Momentum { step: None, .. }) => Err(Doubt::NoCurvature),
        Some(Momentum { beta1, step: Some(step) }) => match step > (1.0 - beta1) / (1.0 + beta1) {
            true => Ok(Verdict::Ringing),
            false => Ok(Verdict::Noise),
        },
    }
}

/// How many replicates go on moving.
enum Left {
    /// More than half.
    Most,
    /// Some, but not more than half.
    Some,
    /// None persists, and not all have decayed.
    Little,
    /// All have decayed.
    None,
}

/// What continuations leave of an amplitude; `None` where there are none, or one is not finite.
fn left(amplitudes: &[f64], before: f64) -> Option<Left> {
    if amplitudes.is_empty() || amplitudes.iter().any(|sd| !sd.is_finite()) {
        return None;
    }
    let above = |limit: f64| amplitudes.iter().filter(|&&sd| sd > limit).count();
    let persisting = above((PERSISTS * before).max(STILL));
    Some(match (persisting, above((DECAYED * before).max(STILL))) {
        (0, 0) => Left::None,
        (0, _) => Left::Little,
        _ if 2 * persisting > amplitudes.len() => Left::Most,
        _ => Left::Some,
    })
}

/// Whether the replicates together go round.
pub fn rotates(evidence: &Evidence) -> bool {
    let (z, q) = (stouffer(evidence.levy_z), median(evidence.rotation_q));
    z.is_some_and(|z| z.abs() > LEVY_Z) && q.is_some_and(|q| q > ROTATION_Q)
}

/// The sum of independent standard normal numbers over the root of their count: one again; `None` of none.
///
/// References: Stouffer et al. 1949, "The American soldier", volume 1.
pub fn stouffer(z: &[f64]) -> Option<f64> {
    (!z.is_empty()).then(|| z.iter().sum::<f64>() / (z.len() as f64).sqrt())
}

/// The median; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    Some(if sorted.len().is_multiple_of(2) { 0.5 * (sorted[sorted.len() / 2 - 1] + upper) } else { upper })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell that noise shakes.
    const NOISE: Evidence = Evidence {
        diverged: false,
        drifting: false,
        frozen: false,
        bimodal: false,
        too_short: false,
        no_exact_mode: false,
        amplitude: Some(0.01),
        left_same: &[1e-12, 1e-9, 3e-16],
        left_plain: &[1e-12, 0.0, 0.0],
        momentum: Some(Momentum { beta1: 0.9, step: Some(0.04) }),
        away_from_rest: false,
        levy_z: &[1.0, -2.0, 0.5],
        rotation_q: &[0.0, 0.3, 0.1],
    };
    const MOVES: &[f64] = &[0.009, 0.02, 0.0011];

    fn undecided(evidence: &Evidence) -> Option<Doubt> {
        match verdict(evidence) {
            Verdict::Undecided(doubt) => Some(doubt),
            _ => None,
        }
    }

    #[test]
    fn each_verdict_has_its_evidence() {
        assert_eq!(verdict(&NOISE), Verdict::Noise);
        assert_eq!(verdict(&Evidence { diverged: true, ..NOISE }), Verdict::Diverged);
        let moving = Evidence { left_same: MOVES, ..NOISE };
        assert_eq!(verdict(&Evidence { left_plain: MOVES, ..moving }), Verdict::Cycle);
        assert_eq!(verdict(&moving), Verdict::OptimiserCycle);
        let ringing = Some(Momentum { beta1: 0.9, step: Some(0.06) });
        assert_eq!(verdict(&Evidence { momentum: ringing, ..NOISE }), Verdict::Ringing);
        let round = Evidence { levy_z: &[4.0, 3.0, 5.0], rotation_q: &[0.5, 2.0, 9.0], ..NOISE };
        assert_eq!(verdict(&round), Verdict::Ringing);
        assert_eq!(verdict(&Evidence { momentum: None, ..round }), Verdict::Ringing);
        assert_eq!(verdict(&Evidence { momentum: None, ..NOISE }), Verdict::Noise);
        let no_momentum = Some(Momentum { beta1: 0.0, step: Some(1.5) });
        assert_eq!(verdict(&Evidence { momentum: no_momentum, ..NOISE }), Verdict::Noise);
        assert_eq!(verdict(&Evidence { amplitude: Some(1e-7), ..NOISE }), Verdict::Still);
        assert_eq!(verdict(&Evidence { frozen: true, bimodal: true, ..NOISE }), Verdict::Frozen);
        assert_eq!(verdict(&Evidence { bimodal: true, ..moving }), Verdict::Bimodal);
        assert_eq!(verdict(&Evidence { bimodal: true, drifting: true, ..moving }), Verdict::Drifting);
        // Without momentum, noise is noise around an equilibrium alone.
        let away = Evidence { momentum: None, away_from_rest: true, ..NOISE };
        assert_eq!(undecided(&away), Some(Doubt::AwayFromRest));
        assert_eq!(verdict(&Evidence { away_from_rest: true, ..NOISE }), Verdict::Noise);
    }

    #[test]
    fn earlier_evidence_goes_before_later() {
        let all = Evidence {
            diverged: true,
            too_short: true,
            no_exact_mode: true,
            amplitude: None,
            left_same: &[],
            ..NOISE
        };
        assert_eq!(verdict(&all), Verdict::Diverged);
        let all = Evidence { diverged: false, ..all };
        assert_eq!(undecided(&all), Some(Doubt::TooShort));
        let all = Evidence { too_short: false, ..all };
        assert_eq!(undecided(&all), Some(Doubt::NoExactMode));
        let all = Evidence { no_exact_mode: false, ..all };
        assert_eq!(undecided(&all), Some(Doubt::NoTail));
        let all = Evidence { amplitude: Some(0.01), ..all };
        assert_eq!(undecided(&all), Some(Doubt::NoContinuation));
        assert_eq!(verdict(&Evidence { left_same: &[0.0], ..all }), Verdict::Noise);
    }

    #[test]
    fn one_sign_of_rotation_alone_is_noise() {
        // An area without turning, turning without an area, and areas of both signs.
        let area = Evidence { levy_z: &[4.0, 4.0, 4.0], ..NOISE };
        assert_eq!(verdict(&area), Verdict::Noise);
        let turning = Evidence { rotation_q: &[2.0, 3.0, 4.0], ..NOISE };
        assert_eq!(verdict(&turning), Verdict::Noise);
        assert_eq!(verdict(&Evidence { levy_z: &[5.0, -5.0, 0.0], ..turning }), Verdict::Noise);
        assert_eq!(verdict(&Evidence { levy_z: &[-5.0, -5.0, 0.0], ..turning }), Verdict::Ringing);
        assert_eq!(verdict(&Evidence { levy_z: &[], rotation_q: &[], ..NOISE }), Verdict::Noise);
    }

    #[test]
    fn what_lies_between_is_undecided_with_its_reason() {
        assert_eq!(undecided(&Evidence { left_same: &[5e-4, 0.0], ..NOISE }), Some(Doubt::Decaying));
        assert_eq!(
            undecided(&Evidence { left_same: &[0.01, 0.0], ..NOISE }),
            Some(Doubt::ReplicatesDisagree)
        );
        let moving = Evidence { left_same: MOVES, ..NOISE };
        assert_eq!(undecided(&Evidence { left_plain: &[], ..moving }), Some(Doubt::NoPlainContinuation));
        assert_eq!(undecided(&Evidence { left_plain: &[5e-4], ..moving }), Some(Doubt::PlainDecaying));
        assert_eq!(
            undecided(&Evidence { left_plain: &[0.01, 0.0], ..moving }),
            Some(Doubt::ReplicatesDisagree)
        );
        let unknown = Some(Momentum { beta1: 0.9, step: None });
        assert_eq!(undecided(&Evidence { momentum: unknown, ..NOISE }), Some(Doubt::NoCurvature));
        assert_eq!(undecided(&Evidence { left_same: &[f64::NAN], ..NOISE }), Some(Doubt::NoContinuation));
        assert_eq!(undecided(&Evidence { amplitude: Some(f64::NAN), ..NOISE }), Some(Doubt::NoTail));
    }

    #[test]
    fn exact_runs_stand_still_or_cycle() {
        let ringing = Some(Momentum { beta1: 0.9, step: Some(1.0) });
        let at_rest = Evidence { amplitude: Some(0.0), momentum: ringing, ..NOISE };
        let at_rest =
            Evidence { left_same: &[0.0], left_plain: &[0.0], levy_z: &[], rotation_q: &[], ..at_rest };
        assert_eq!(verdict(&at_rest), Verdict::Still);
        let unstable = Evidence { left_same: &[0.3], left_plain: &[0.4], ..at_rest };
        assert_eq!(verdict(&unstable), Verdict::Cycle);
    }

    #[test]
    fn a_slow_approach_is_never_a_cycle() {
        // exp(-rate t) over a continuation of length 1, from one amplitude away: the sd of its last quarter.
        for rate in (1..400).map(|i| 0.1 * f64::from(i)) {
            let path: Vec<f64> =
                (0..1000).map(|i| libm::exp(-rate * (0.75 + 0.25e-3 * f64::from(i)))).collect();
            let mean = path.iter().sum::<f64>() / 1e3;
            let sd = (path.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 1e3).sqrt();
            assert!(sd < 0.031, "{rate}: {sd}");
        }
    }

    #[test]
    fn names_are_words_and_reasons_sentences() {
        assert_eq!(Verdict::OptimiserCycle.name(), "optimiser-cycle");
        assert_eq!(Verdict::Undecided(Doubt::Decaying).name(), "undecided");
        assert!(Doubt::TooShort.reason().contains("25 e-folding times"));
    }
}
