//! Paired differences of cells from those that they are compared with, replicate by replicate: under common
//! draws what both saw alike cancels.

use std::collections::HashMap;

use super::results::{Axis, Results};
use crate::numeric::significance::{holm, student_p};
use crate::numeric::statistics::Moments;
use crate::store::{Contrast, Row, StoreError, Table, TableName};

/// The columns of `runs` or `bidders` that are compared.
const MEASURES: [&str; 8] = [
    "multiplier_tail_mean",
    "bias",
    "learning_bias",
    "bne_l2",
    "utility",
    "revenue",
    "epsilon_ex_ante",
    "epsilon_relative",
];

/// The numbers of a run or bidder, one a measure.
type Numbers = [Option<f64>; MEASURES.len()];

/// The runs of a cell.
#[derive(Default)]
struct Sample {
    /// By replicate.
    runs: HashMap<i64, Numbers>,
    /// The same, one map a bidder.
    bidders: Vec<HashMap<i64, Numbers>>,
}

/// The cells that have the values of a baseline, `(key, value as in labels)`, and which of them each other
/// cell is compared with: the one that agrees with it along every other axis.
///
/// # Errors
/// Where several do, since the baseline names only some of the keys of a zip: what to name too.
pub(super) fn pairs(results: &Results, baseline: &[(String, String)]) -> Result<Vec<(usize, usize)>, String> {
    let axes = results.axes.all();
    // Of each axis, the places that the baseline allows; none where it does not name the axis.
    let allowed: Vec<Option<Vec<usize>>> = axes.iter().map(|axis| allowed(axis, baseline)).collect();
    let named: Vec<usize> = (0..axes.len()).filter(|&axis| allowed[axis].is_some()).collect();
    let is_baseline = |cell: usize| {
        !named.is_empty()
            && named.iter().all(|&axis| {
                let place = results.axes.place(cell, axis);
                place.is_some_and(|place| allowed[axis].as_ref().is_some_and(|all| all.contains(&place)))
            })
    };
    let mut pairs = Vec::new();
    for group in results.axes.groups(&named) {
        let (baselines, others): (Vec<usize>, Vec<usize>) =
            group.into_iter().partition(|&cell| is_baseline(cell));
        match baselines[..] {
            [] => {}
            [one] => pairs.extend(others.into_iter().map(|cell| (cell, one))),
            [one, other, ..] => {
                let differs =
                    |axis: &&usize| results.axes.place(one, **axis) != results.axes.place(other, **axis);
                let axis = named.iter().find(differs).map_or("?", |&axis| &axes[axis].name);
                return Err(format!(
                    "`[report] baseline` fits both \"{}\" and \"{}\": name the other keys of `{axis}` too",
                    results.label(one),
                    results.label(other)
                ));
            }
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}

/// The places of an axis that have the baseline's values; `None` where it names none of the axis's keys.
fn allowed(axis: &Axis, baseline: &[(String, String)]) -> Option<Vec<usize>> {
    let named: Vec<(usize, &str)> = axis
        .keys
        .iter()
        .enumerate()
        .filter_map(|(at, key)| {
            let value = baseline.iter().find(|(named, _)| named == key)?;
            Some((at, value.1.as_str()))
        })
        .collect();
    let fits = |words: &[String]| named.iter().all(|(at, value)| words[*at] == *value);
    let places = axis.values.iter().enumerate().filter(|(_, value)| fits(&value.words));
    (!named.is_empty()).then(|| places.map(|(place, _)| place).collect())
}

/// The contrasts of pairs of cells, as rows of the table, in order. Runs are read twice: those of the
/// baselines, which stay in memory, then the others, a cell at a time.
///
/// # Errors
/// Where a table cannot be read.
pub(super) fn contrasts(results: &Results, pairs: &[(usize, usize)]) -> Result<Vec<Contrast>, StoreError> {
    let mut baselines: Vec<usize> = pairs.iter().map(|pair| pair.1).collect();
    baselines.sort_unstable();
    baselines.dedup();
    let mut samples: HashMap<usize, Sample> = HashMap::new();
    read(results, &baselines, |cell, sample| {
        samples.insert(cell, sample);
    })?;
    let partners: HashMap<usize, usize> = pairs.iter().copied().collect();
    let cells: Vec<usize> = pairs.iter().map(|pair| pair.0).collect();
    let mut contrasts = Vec::new();
    let units = units(results)?;
    read(results, &cells, |cell, sample| {
        let partner = partners[&cell];
        if let Some(baseline) = samples.get(&partner) {
            compare(results, (cell, &sample), (partner, baseline), &units, &mut contrasts);
        }
    })?;
    correct(&mut contrasts);
    Ok(contrasts)
}

/// What each measure is counted in.
fn units(results: &Results) -> Result<Vec<Option<String>>, StoreError> {
    let tables = [TableName::Runs, TableName::Bidders];
    let tables =
        tables.map(|name| Table::open(&results.folder.table(name)).map(|table| table.told_columns()));
    let [runs, bidders] = tables;
    let told: Vec<_> = runs?.into_iter().chain(bidders?).collect();
    let unit = |measure: &&str| told.iter().find(|column| column.name == **measure)?.unit.clone();
    Ok(MEASURES.iter().map(unit).collect())
}

/// Hands over the runs of some cells, a cell after the other.
fn read(results: &Results, cells: &[usize], mut take: impl FnMut(usize, Sample)) -> Result<(), StoreError> {
    let runs = Table::open(&results.folder.table(TableName::Runs))?;
    let bidders = Table::open(&results.folder.table(TableName::Bidders))?;
    let present = |table: &Table| MEASURES.map(|measure| table.columns().any(|column| column == measure));
    let (of_runs, of_bidders) = (present(&runs), present(&bidders));
    let columns = |present: [bool; MEASURES.len()], leading: &[&'static str]| -> Vec<&'static str> {
        let there = MEASURES.into_iter().zip(present).filter(|(_, there)| *there).map(|(measure, _)| measure);
        leading.iter().copied().chain(there).collect()
    };
    let wanted = results.wanted(cells);
    let rows =
        runs.select_where(&columns(of_runs, &["cell_id", "replicate", "bidders"]), results.filter(cells))?;
    let mut bidder_rows =
        bidders.select_where(&columns(of_bidders, &["cell_id", "replicate"]), results.filter(cells))?;
    let mut open: Option<(usize, Sample)> = None;
    for row in rows {
        let row = row?;
        let cell = wanted[row.text("cell_id").unwrap_or_default()];
        if open.as_ref().is_none_or(|(last, _)| *last != cell)
            && let Some((last, sample)) = open.replace((cell, Sample::default()))
        {
            take(last, sample);
        }
        let (_, sample) = open.as_mut().expect("just opened");
        let replicate = row.integer("replicate").unwrap_or(0);
        let count = row.integer("bidders").unwrap_or(0) as usize;
        let of_bidders: Vec<Numbers> = bidder_rows
            .by_ref()
            .take(count)
            .map(|bidder| Ok(numbers(&bidder?, &of_bidders)))
            .collect::<Result<_, StoreError>>()?;
        // What runs have stands for the run; what only bidders have is averaged over them.
        let own = numbers(&row, &of_runs);
        let run = std::array::from_fn(|measure| own[measure].or_else(|| average(&of_bidders, measure)));
        sample.runs.insert(replicate, run);
        sample.bidders.resize_with(count, HashMap::new);
        for (all, bidder) in sample.bidders.iter_mut().zip(of_bidders) {
            all.insert(replicate, bidder);
        }
    }
    if let Some((last, sample)) = open {
        take(last, sample);
    }
    Ok(())
}

fn numbers(row: &Row, present: &[bool; MEASURES.len()]) -> Numbers {
    std::array::from_fn(|at| if present[at] { row.number(MEASURES[at]) } else { None })
}

/// The mean over bidders, where all have the number.
fn average(bidders: &[Numbers], measure: usize) -> Option<f64> {
    let all: Vec<f64> = bidders.iter().map(|numbers| numbers[measure]).collect::<Option<_>>()?;
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

/// Adds the differences of a cell from its baseline: of the runs, and of each bidder where these differ.
fn compare(
    results: &Results,
    (cell, sample): (usize, &Sample),
    (partner, baseline): (usize, &Sample),
    units: &[Option<String>],
    contrasts: &mut Vec<Contrast>,
) {
    let name = |cell: usize| {
        [results.cells.text("cell_id", cell).unwrap_or_default().to_owned(), results.label(cell).to_owned()]
    };
    let mut add = |bidder: Option<usize>, own: &HashMap<i64, Numbers>, other: &HashMap<i64, Numbers>| {
        for (measure, unit) in units.iter().enumerate() {
            let mut replicates: Vec<i64> = own.keys().copied().collect();
            replicates.sort_unstable();
            let mut moments = Moments::default();
            for replicate in replicates {
                let numbers = other
                    .get(&replicate)
                    .and_then(|other| Some((own[&replicate][measure]?, other[measure]?)));
                if let Some((own, other)) = numbers {
                    moments.push(own - other);
                }
            }
            let Some(difference) = moments.mean() else { continue };
            let n = moments.n();
            let sd = moments.sd();
            let t = sd.filter(|sd| *sd > 0.0).map(|sd| difference / (sd / (n as f64).sqrt()));
            contrasts.push(Contrast {
                cell: name(cell),
                baseline: name(partner),
                bidder,
                measure: MEASURES[measure],
                unit: unit.clone(),
                replicates: n,
                difference,
                sd,
                half_width: moments.half_width(0.95),
                t,
                p: t.map(|t| student_p(t, n - 1)),
                p_holm: None,
            });
        }
    };
    add(None, &sample.runs, &baseline.runs);
    let differ = !results.is_alike(cell) || !results.is_alike(partner);
    if differ && sample.bidders.len() == baseline.bidders.len() {
        for (bidder, (own, other)) in sample.bidders.iter().zip(&baseline.bidders).enumerate() {
            add(Some(bidder), own, other);
        }
    }
}

/// Corrects the p-values of each measure for all its differences.
fn correct(contrasts: &mut [Contrast]) {
    for measure in MEASURES {
        let family: Vec<usize> = (0..contrasts.len())
            .filter(|&at| contrasts[at].measure == measure && contrasts[at].p.is_some())
            .collect();
        let p_values: Vec<f64> = family.iter().filter_map(|&at| contrasts[at].p).collect();
        for (at, corrected) in family.into_iter().zip(holm(&p_values)) {
            contrasts[at].p_holm = Some(corrected);
        }
    }
}
