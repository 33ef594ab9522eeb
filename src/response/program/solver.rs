//! The linear program over distributional strategies, and its dual at the optimum.
//!
//! ```text
//! max sum_kl x_kl g_kl,    sum_l x_kl = p_k,    x >= 0,
//! Sum:    sum_kl x_kl a_kl <= r,
//! Steps:  |t_(k+1) - t_k| <= s_k,    p_k t_k = sum_l x_kl a_kl.
//! ```
//!
//! With a multiplier mu of the sum, or d_k of the k-th step (d_0 = d_n = 0), the dual function bounds the
//! optimum from above for any mu >= 0 and d, and attains it at the optimal ones:
//!
//! ```text
//! D(mu) = r mu + sum_k p_k max_l (g_kl - mu a_kl),
//! D(d)  = sum_k s_k |d_k| + sum_k max_l (p_k g_kl + (d_k - d_(k-1)) a_kl).
//! ```

use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, microlp, variable,
};

use super::error::ProgramError;

/// A share of a row's mass up to which the solver's rounding may leave it on a column that is not used.
const MASS_ROUNDING: f64 = 1e-12;

/// By this a sum over bases may be beyond its limit from rounding.
const ROOM_ROUNDING: f64 = 1e-14;

/// The solver takes a column for no better than the others within 1e-10, which is much where wins are rare:
/// it is told gains times this.
const GAIN_SCALE: f64 = 4096.0;

/// So a column that is better by this may be left unused.
const GAIN_ROUNDING: f64 = 2.0 * 1e-10 / GAIN_SCALE;

/// One bid of one cell of values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// The place of the bid among all.
    pub bid: usize,
    /// What it adds to the objective, g.
    pub gain: f64,
    /// What it adds to the coupling, a.
    pub weight: f64,
}

/// One cell of values.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its probability p.
    pub mass: f64,
    /// At least one, in the order of the bids; with steps, corners of the concave hull of g over a.
    pub columns: Vec<Column>,
}

/// What couples the rows.
#[derive(Clone, Debug)]
pub(super) enum Coupling {
    Free,
    /// The limit r.
    Sum(f64),
    /// The limits s of the steps from each row to the next.
    Steps(Vec<f64>),
}

/// A distribution over the columns of each row: the indices of its columns, with their masses.
pub(super) type Strategy = Vec<Vec<(usize, f64)>>;

/// The optimum. One column of each row, its base, is the slack of the mass: so the program starts where every
/// row has all its mass there, and does not have to search for a feasible start where that is one. With steps
/// it is the first.
pub(super) fn maximise(rows: &[Row], bases: &[usize], coupling: &Coupling) -> Result<Strategy, ProgramError> {
    let mut variables = ProblemVariables::new();
    let others: Vec<Vec<(usize, Variable)>> = rows
        .iter()
        .zip(bases)
        .map(|(row, &base)| {
            let others = (0..row.columns.len()).filter(|column| *column != base);
            others.map(|column| (column, variables.add(variable().min(0.0)))).collect()
        })
        .collect();
    let above = |number: fn(&Column) -> f64| -> Vec<Vec<(Variable, f64)>> {
        let terms = |((row, &base), others): ((&Row, &usize), &Vec<(usize, Variable)>)| {
            let base = number(&row.columns[base]);
            others.iter().map(|&(column, x)| (x, number(&row.columns[column]) - base)).collect()
        };
        rows.iter().zip(bases).zip(&others).map(terms).collect()
    };
    let gains = above(|column| GAIN_SCALE * column.gain);
    let weights = above(|column| column.weight);
    let means = match coupling {
        Coupling::Steps(_) => variables.add_vector(variable().min(0.0), rows.len()),
        _ => Vec::new(),
    };
    let mut model = variables.maximise(expression(gains.concat())).using(microlp);
    for (row, others) in rows.iter().zip(&others) {
        if !others.is_empty() {
            let mass = others.iter().map(|&(_, x)| (x, 1.0)).collect();
            model = model.with(expression(mass).leq(row.mass));
        }
    }
    let base_weights = || rows.iter().zip(bases).map(|(row, &base)| row.columns[base].weight);
    match coupling {
        Coupling::Free => {}
        Coupling::Sum(limit) => {
            let of_bases: f64 = rows.iter().zip(base_weights()).map(|(row, weight)| row.mass * weight).sum();
            let terms = weights.concat();
            let scale = largest(&terms);
            // Rounding alone puts bases in which a sum is at its limit beyond it.
            let room = limit - of_bases;
            let room = if room.abs() < ROOM_ROUNDING { room.max(0.0) } else { room };
            model = model.with(expression(scaled(terms, scale)).leq(room / scale));
        }
        Coupling::Steps(limits) => {
            for ((row, mut terms), &mean) in rows.iter().zip(weights).zip(&means) {
                terms.push((mean, -row.mass));
                let scale = largest(&terms);
                model = model.with(expression(scaled(terms, scale)).eq(0.0));
            }
            // Means are counted from the bases.
            let bases: Vec<f64> = base_weights().collect();
            for ((pair, bases), limit) in means.windows(2).zip(bases.windows(2)).zip(limits) {
                let apart = bases[1] - bases[0];
                model = model.with(expression(vec![(pair[1], 1.0), (pair[0], -1.0)]).leq(limit - apart));
                model = model.with(expression(vec![(pair[1], -1.0), (pair[0], 1.0)]).leq(limit + apart));
            }
        }
    }
    let solution = model.solve().map_err(failure)?;
    let distribution = |((row, &base), others): ((&Row, &usize), &Vec<(usize, Variable)>)| {
        let mut masses: Vec<(usize, f64)> =
            others.iter().map(|&(column, x)| (column, solution.value(x))).collect();
        let rest = row.mass - masses.iter().map(|used| used.1).sum::<f64>();
        masses.insert(base, (base, rest));
        masses.retain(|&(_, mass)| mass > MASS_ROUNDING * row.mass);
        masses
    };
    Ok(rows.iter().zip(bases).zip(&others).map(distribution).collect())
}

/// The multipliers at an optimal strategy: none, the one of the sum, or the one of each step, positive where
/// the limit upwards and negative where the limit downwards binds.
pub(super) fn multipliers(
    rows: &[Row],
    strategy: &Strategy,
    coupling: &Coupling,
) -> Result<Vec<f64>, ProgramError> {
    match coupling {
        Coupling::Free => Ok(Vec::new()),
        Coupling::Sum(_) => Ok(vec![sum_multiplier(rows, strategy)]),
        Coupling::Steps(limits) => step_multipliers(rows, strategy, limits),
    }
}

/// By complementary slackness all columns that are used are best at an optimal multiplier. Where a row uses
/// two, their slope is the only such multiplier; else the least at which no heavier column is better than the
/// one that is used is how fast the optimum rises with the limit.
fn sum_multiplier(rows: &[Row], strategy: &Strategy) -> f64 {
    let slope = |a: Column, b: Column, slack: f64| (b.gain - a.gain - slack) / (b.weight - a.weight);
    let mut least: f64 = 0.0;
    for (row, used) in rows.iter().zip(strategy) {
        let (first, last) = (row.columns[used[0].0], row.columns[used[used.len() - 1].0]);
        if first.weight != last.weight {
            return slope(first, last, 0.0).max(0.0);
        }
        for &column in row.columns.iter().filter(|column| column.weight > first.weight) {
            least = least.max(slope(first, column, GAIN_ROUNDING));
        }
    }
    least
}

/// The solution of the dual of the program in which each row keeps the columns that the strategy uses, and
/// the neighbours of these. That program has the same optimum; and where the mean of the strategy lies on a
/// row's concave gain less multipliers, no column further away lies above.
fn step_multipliers(rows: &[Row], strategy: &Strategy, limits: &[f64]) -> Result<Vec<f64>, ProgramError> {
    let mut variables = ProblemVariables::new();
    let means: Vec<f64> =
        (rows.iter().zip(strategy)).map(|(row, used)| mean(row, used, |c| c.weight)).collect();
    // What the multipliers upwards and downwards of each step cost, and how they enter each row's gain per
    // weight.
    let mut terms: Vec<(Variable, f64)> = Vec::new();
    let mut of_row: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); rows.len()];
    for (k, limit) in limits.iter().enumerate() {
        let step = means[k + 1] - means[k];
        for (sign, slack) in [(1.0, limit - step), (-1.0, limit + step)] {
            let d = variables.add(variable().min(0.0));
            terms.push((d, slack.max(0.0)));
            of_row[k].push((d, sign));
            of_row[k + 1].push((d, -sign));
        }
    }
    let pairs: Vec<Variable> = terms.iter().map(|term| term.0).collect();
    let mut constraints = Vec::new();
    for ((row, used), (mean_weight, of_row)) in rows.iter().zip(strategy).zip(means.iter().zip(&of_row)) {
        let mean_gain = mean(row, used, |column| column.gain);
        let first = used[0].0.saturating_sub(1);
        let last = (used[used.len() - 1].0 + 1).min(row.columns.len() - 1);
        let kept = &row.columns[first..=last];
        let reach = kept.iter().map(|column| (column.weight - mean_weight).abs()).fold(0.0, f64::max);
        if reach == 0.0 {
            continue;
        }
        // How far the row's best column lies above its mean, per reach: 0 at the optimum.
        let excess = variables.add(variable().min(0.0));
        terms.push((excess, reach));
        for column in kept {
            let share = (column.weight - mean_weight) / reach;
            let mut left: Vec<_> = of_row.iter().map(|&(d, sign)| (d, sign * share)).collect();
            left.push((excess, -1.0));
            constraints.push((left, GAIN_SCALE * row.mass * (mean_gain - column.gain) / reach));
        }
    }
    let mut model = variables.minimise(expression(terms)).using(microlp);
    for (left, right) in constraints {
        model = model.with(expression(left).leq(right));
    }
    let solution = model.solve().map_err(failure)?;
    Ok(pairs.chunks(2).map(|pair| (solution.value(pair[0]) - solution.value(pair[1])) / GAIN_SCALE).collect())
}

/// The dual function at multipliers: no strategy that keeps the limits gains more. `best(k, price)` is the
/// most of row k, of gain less price times weight over all columns that it may have.
pub(super) fn dual(
    rows: &[Row],
    coupling: &Coupling,
    multipliers: &[f64],
    best: impl Fn(usize, f64) -> f64,
) -> f64 {
    let limits = match coupling {
        Coupling::Free => 0.0,
        Coupling::Sum(limit) => limit * multipliers[0],
        Coupling::Steps(limits) => limits.iter().zip(multipliers).map(|(limit, d)| limit * d.abs()).sum(),
    };
    let prices = prices(rows, coupling, multipliers);
    limits
        + rows.iter().zip(prices).enumerate().map(|(k, (row, price))| row.mass * best(k, price)).sum::<f64>()
}

/// What multipliers charge each row for its weight.
pub(super) fn prices(rows: &[Row], coupling: &Coupling, multipliers: &[f64]) -> Vec<f64> {
    match coupling {
        Coupling::Free => vec![0.0; rows.len()],
        Coupling::Sum(_) => vec![multipliers[0]; rows.len()],
        Coupling::Steps(_) => {
            let mut before = 0.0;
            let price = |(k, row): (usize, &Row)| {
                let after = multipliers.get(k).copied().unwrap_or(0.0);
                let price = (before - after) / row.mass;
                before = after;
                price
            };
            rows.iter().enumerate().map(price).collect()
        }
    }
}

/// The mean of a number over a row's used columns.
pub(super) fn mean(row: &Row, used: &[(usize, f64)], number: impl Fn(&Column) -> f64) -> f64 {
    match used {
        [(column, _)] => number(&row.columns[*column]),
        _ => used.iter().map(|&(column, mass)| mass / row.mass * number(&row.columns[column])).sum(),
    }
}

fn expression(terms: Vec<(Variable, f64)>) -> Expression {
    let mut expression = Expression::with_capacity(terms.len());
    for (variable, coefficient) in terms {
        expression.add_mul(coefficient, variable);
    }
    expression
}

/// The largest coefficient in size, or 1 where there is none but 0.
fn largest(terms: &[(Variable, f64)]) -> f64 {
    let largest = terms.iter().map(|term| term.1.abs()).fold(0.0, f64::max);
    if largest > 0.0 { largest } else { 1.0 }
}

/// The solver scales rows by the power of two next to their largest coefficient, found by the platform's
/// logarithm: a largest coefficient of exactly 1 leaves it nothing to differ in.
fn scaled(mut terms: Vec<(Variable, f64)>, scale: f64) -> Vec<(Variable, f64)> {
    terms.retain_mut(|term| {
        term.1 /= scale;
        term.1 != 0.0
    });
    terms
}

fn failure(error: ResolutionError) -> ProgramError {
    ProgramError::Solver(error.to_string())
}
