//! Mixtures over multipliers: how they concentrate over the epochs where that was recorded, and where they
//! end.

mod equilibria;

use equilibria::{reference_pen, references, titled_with};

use super::{Picture, Subject, naming, room, spread, written};
use crate::report::chart::{Axis, Cell, Chart, Direction, Dot, Figure, Height, Marker, Sample};
use crate::report::results::{Line, Mixing, Mixture, Results};
use crate::report::scene::{Ink, Mark, Stroke};
use crate::store::StoreError;

/// Points that a panel needs.
const LEAST: f64 = 150.0;

/// The height of a panel, in points.
const HEIGHT: f64 = 104.0;

/// The most panels one below the other in a picture.
const MOST_ROWS: usize = 4;

/// The most series of a panel.
const MOST_SERIES: usize = 20;

/// The most series of a panel of weights; more are shown as strips.
const MOST_WEIGHTS: usize = 3;

/// The height of a strip with its room, in points.
const ROW: f64 = 12.0;

/// Arms of less weight than this have no marker, and none beyond them is shown.
const LEAST_WEIGHT: f64 = 5e-3;

/// The levels between which strips lie.
const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let mut pictures = over_time(subject)?;
    pictures.extend(at_the_end(subject, pictures.len())?);
    Ok(pictures)
}

/// Whether a bidder of a cell plays a mixture over multipliers.
fn mixes(results: &Results, cell: usize) -> bool {
    let settings = results.plan.cell(results.position(cell)).settings;
    let plays = settings.bidders.iter().map(|bidder| bidder.play());
    plays.into_iter().any(|play| play.is_mixed() && play.table().is_none())
}

fn name(page: usize) -> String {
    if page == 0 { "mixture".to_owned() } else { format!("mixture-{}", page + 1) }
}

/// Charts in pictures of as many as have room.
fn pictures(subject: &Subject, charts: Vec<Chart>, first: usize, title: &str, caption: &str) -> Vec<Picture> {
    let columns_of = |inches: f64| room::columns(inches, LEAST).min(charts.len()).max(1);
    let inches = subject.inches(charts.len().min(2));
    let columns = columns_of(inches);
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    let of_page = columns_of(subject.paper(charts.len().min(2))) * MOST_ROWS;
    let pages = charts.chunks(of_page).enumerate();
    let picture = |(page, charts): (usize, &[Chart])| {
        let name = name(first + page);
        let rows: Vec<Vec<Chart>> = charts.chunks(columns).map(<[Chart]>::to_vec).collect();
        let description = format!("{title}, in {}.", naming::counted(charts.len(), "panel"));
        let scene = Figure::new(&name, title, &description, inches).grid(rows);
        Picture { name, scene, caption: caption.to_owned() }
    };
    pages.map(picture).collect()
}

/// Strips of what the mixtures of a bidder hold at each epoch, and the equilibria.
fn over_time(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let cells: Vec<usize> = (0..results.cells.rows()).filter(|&cell| mixes(results, cell)).collect();
    let shown = spread::choose(&results.axes, &cells, room::MOST_PANELS);
    let mut mixings = results.mixing(&shown)?;
    mixings.retain(|mixing| mixing.bidder == 0 || !results.is_alike(mixing.cell));
    let found = mixings.len();
    mixings.truncate(room::MOST_PANELS);
    if mixings.is_empty() {
        return Ok(Vec::new());
    }
    let charts = mixings.iter().map(|mixing| strip(results, mixing)).collect();
    let replicates = mixings.iter().map(|mixing| mixing.replicates).max().unwrap_or(0);
    let left_out = if cells.len() > shown.len() || found > mixings.len() {
        format!(" Shown are {} panels of {} cells, spread over the axes.", mixings.len(), cells.len())
    } else {
        String::new()
    };
    let caption = format!(
        "What a bidder's mixture holds at each epoch: its median, its middle half (dark) and its middle 90 % (light), \
         means of {}. Epoch 0, where all arms weigh the same, has no place on the logarithmic axis.{left_out}",
        naming::counted(replicates, "recorded run")
    );
    Ok(pictures(subject, charts, 0, "Mixtures over the epochs", &caption))
}

fn strip(results: &Results, mixing: &Mixing) -> Chart {
    let line = Line { cell: mixing.cell, bidder: (!results.is_alike(mixing.cell)).then_some(mixing.bidder) };
    let mut chart = Chart::new(Axis::log("epoch"), Axis::linear("multiplier *w*"))
        .titled(naming::row(results, line, &[]))
        .tall(Height::Points(HEIGHT));
    let rows = |low: usize, high: usize| {
        let ends = mixing.quantiles[low].iter().zip(&mixing.quantiles[high]);
        let rows = mixing.epochs.iter().zip(ends).map(|(epoch, (low, high))| (*epoch, *low, *high));
        rows.filter(|(epoch, ..)| *epoch > 0.0).collect::<Vec<_>>()
    };
    chart.band(rows(0, 4), Ink::Hue(0).faint(0.18));
    chart.band(rows(1, 3), Ink::Hue(0).faint(0.35));
    chart.line(rows(2, 2).into_iter().map(|(epoch, at, _)| (epoch, at)), Stroke::new(Ink::Hue(0), 1.3));
    chart.key(Sample::Line(Stroke::new(Ink::Hue(0), 1.3)), "median");
    chart.key(Sample::Area(Ink::Hue(0).faint(0.45)), "50 %");
    chart.key(Sample::Area(Ink::Hue(0).faint(0.18)), "90 %");
    let last = mixing.epochs.last().copied().unwrap_or(f64::NAN);
    let places = references(results, line);
    // Texts within the panel would lie on bands.
    for (name, at) in places {
        chart.reference(Direction::Across, at, "", reference_pen(name));
        let label = format!("{name} {}", written::multiplier(at));
        chart.end((last, at), label, reference_pen(name).paint.ink);
    }
    chart
}

/// The most equilibria that have their texts on a panel of weights, on the outer side of each.
const MOST_INLINE: usize = 2;

/// A mixture as a series of a panel.
struct Series {
    name: String,
    colour: usize,
    mixture: Mixture,
}

/// Where the mixtures end: their weights over the multipliers.
fn at_the_end(subject: &Subject, first: usize) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let compared = compared_axis(results);
    let groups = results.axes.groups(compared.as_slice()).into_iter();
    let groups: Vec<Vec<usize>> =
        groups.filter(|group| group.iter().any(|&cell| mixes(results, cell))).collect();
    let settings = groups.len();
    let groups = room::choose(&results.axes, groups, room::MOST_PANELS);
    let mixtures = results.mixtures(&groups.concat())?;
    let others: Vec<usize> = (0..results.axes.all().len()).filter(|axis| Some(*axis) != compared).collect();
    let all: Vec<(String, Vec<Series>)> = groups
        .iter()
        .map(|cells| {
            let series = series_of(results, cells, compared, &mixtures);
            (naming::cell(results, cells[0], &others), series)
        })
        .filter(|(_, series)| !series.is_empty())
        .collect();
    // Weights of many series hide each other.
    let is_many = all.iter().any(|(_, series)| series.len() > MOST_WEIGHTS);
    let chart = |(title, series): &(String, Vec<Series>)| {
        if is_many { strips(results, title, series) } else { weights(results, title, series) }
    };
    let charts: Vec<Chart> = all.iter().map(chart).collect();
    if charts.is_empty() {
        return Ok(Vec::new());
    }
    let left_out = if settings > groups.len() {
        format!(
            " Shown are {} of {settings} settings, spread over the axes; all are in mixtures.parquet.",
            groups.len()
        )
    } else {
        String::new()
    };
    let cells = mixtures.iter().map(|mixture| mixture.cell);
    let mean = format!(", {}", written::replicates(results, cells));
    let what = if is_many {
        format!(
            "What mixtures hold over the tail (mean weights{mean}): the median, the middle half (dark) and the middle 90 % (light), \
             beside the Nash multiplier and the equilibria of the grid."
        )
    } else {
        format!(
            "Mean weights of the arms over the tail{mean}, beside the Nash multiplier and the equilibria of the grid; arms \
             of less than {LEAST_WEIGHT} have no marker."
        )
    };
    let caption = what + &left_out;
    Ok(pictures(subject, charts, first, "Mixtures over multipliers", &caption))
}

/// The axis along which mixtures are drawn into one panel: the learner's, or the last.
fn compared_axis(results: &Results) -> Option<usize> {
    let axes = results.axes.all();
    let is_learner = |key: &String| key == "learner";
    let learner = axes.iter().position(|axis| axis.keys.iter().any(is_learner));
    // Cells of one population have its bidders as series.
    let last = axes.len().checked_sub(1).filter(|&last| axes[last].name != "population");
    learner.or(last)
}

fn series_of(
    results: &Results,
    cells: &[usize],
    compared: Option<usize>,
    mixtures: &[Mixture],
) -> Vec<Series> {
    let compared = compared.filter(|_| cells.len() > 1);
    let in_group = |mixture: &&Mixture| cells.contains(&mixture.cell);
    let alone = |mixture: &&Mixture| mixture.bidder == 0 || !results.is_alike(mixture.cell);
    let series = mixtures.iter().filter(in_group).filter(alone).map(|mixture| {
        let place = compared.and_then(|axis| Some((axis, results.axes.place(mixture.cell, axis)?)));
        let bidder = (!results.is_alike(mixture.cell)).then(|| format!("bidder {}", mixture.bidder + 1));
        let value = place.map(|(axis, place)| {
            let axis = &results.axes.all()[axis];
            if axis.is_numeric() { naming::value(axis, place) } else { naming::tick(axis, place) }
        });
        Series {
            name: value.into_iter().chain(bidder).collect::<Vec<_>>().join(", "),
            colour: place.map_or(mixture.bidder, |(_, place)| place),
            mixture: mixture.clone(),
        }
    });
    series.take(MOST_SERIES).collect()
}

/// The arms that some series of a panel gives weight: the lowest and the highest.
fn range(series: &[Series]) -> (f64, f64) {
    let heavy = series.iter().flat_map(|series| {
        let arms = series.mixture.multipliers.iter().zip(&series.mixture.weights);
        arms.filter(|(_, weight)| **weight >= LEAST_WEIGHT).map(|(multiplier, _)| *multiplier)
    });
    heavy.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)))
}

fn weights(results: &Results, title: &str, series: &[Series]) -> Chart {
    let places = series.first().map_or(Vec::new(), |Series { mixture, .. }| {
        references(results, Line { cell: mixture.cell, bidder: Some(mixture.bidder) })
    });
    let is_inline = places.len() <= MOST_INLINE;
    let title = if is_inline { title.to_owned() } else { titled_with(title, &places) };
    let mut chart = Chart::new(Axis::linear("multiplier *w*"), Axis::linear("weight").holding(0.0))
        .titled(title)
        .tall(Height::Points(HEIGHT));
    let (low, high) = range(series);
    for (name, at) in &places {
        let label = if is_inline { format!("{name} {}", written::multiplier(*at)) } else { String::new() };
        chart.reference(Direction::Up, *at, label, reference_pen(name));
    }
    for (at, Series { name, colour, mixture }) in series.iter().enumerate() {
        // Stems of several series stand side by side.
        let arms_apart = mixture.multipliers.windows(2).map(|pair| pair[1] - pair[0]);
        let apart = arms_apart.fold(f64::INFINITY, f64::min);
        let aside = ASIDE * apart * (at as f64 - 0.5 * (series.len() as f64 - 1.0));
        let aside = if aside.is_finite() { aside } else { 0.0 };
        let arms = || {
            let arms = mixture.multipliers.iter().copied().zip(mixture.weights.iter().copied());
            arms.filter(|(multiplier, _)| (low..=high).contains(multiplier))
        };
        // Arms are apart: nothing lies between them.
        let stems = arms().filter(|(_, weight)| *weight >= LEAST_WEIGHT).flat_map(|(multiplier, weight)| {
            let at = multiplier + aside;
            [(at, 0.0), (at, weight), (f64::NAN, f64::NAN)]
        });
        chart.line(stems, Stroke::new(Ink::Hue(*colour), 0.9));
        let dot = |(multiplier, weight): (f64, f64)| {
            let label = naming::plain(&naming::line(results, Line { cell: mixture.cell, bidder: None }));
            let tip = format!(
                "{label}: weight {} at {}",
                written::number(weight, 3),
                written::number(multiplier, 3)
            );
            Dot { at: (multiplier + aside, weight), mark: Some(Mark { cell: mixture.cell, tip }) }
        };
        let heavy = arms().filter(|(_, weight)| *weight >= LEAST_WEIGHT);
        chart.points(heavy.map(dot), Marker::series(*colour), Ink::Hue(*colour));
        if !name.is_empty() {
            chart.key(Sample::Point(Marker::series(*colour), Ink::Hue(*colour)), name.as_str());
        }
    }
    chart
}

/// How far stems of the same arm stand apart, as a share of the way to the next arm.
const ASIDE: f64 = 0.16;

/// The multipliers that a mixture stays at or below with these probabilities.
fn quantiles(mixture: &Mixture) -> [f64; LEVELS.len()] {
    LEVELS.map(|level| {
        let mut below = 0.0;
        let reached = mixture.weights.iter().position(|weight| {
            below += weight;
            // Weights are sums of rounded numbers.
            below >= level - 1e-12
        });
        let at = reached.unwrap_or(mixture.multipliers.len().saturating_sub(1));
        mixture.multipliers.get(at).copied().unwrap_or(f64::NAN)
    })
}

/// A row a mixture: a strip over what it holds.
fn strips(results: &Results, title: &str, series: &[Series]) -> Chart {
    let places = series.first().map_or(Vec::new(), |Series { mixture, .. }| {
        references(results, Line { cell: mixture.cell, bidder: Some(mixture.bidder) })
    });
    let held = series.iter().flat_map(|series| quantiles(&series.mixture));
    let held = held.chain(places.iter().map(|(_, at)| *at)).filter(|at| at.is_finite());
    let (low, high) = held.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), at| (at.min(l), at.max(h)));
    // Strips that end at the frame would look cut off.
    let room = (0.04 * (high - low)).max(1e-6);
    let names = series.iter().map(|series| series.name.as_str().into());
    let x = Axis::linear("multiplier *w*").over(low - room, high + room);
    let mut chart = Chart::new(x, Axis::categories("", names))
        .titled(titled_with(title, &places))
        .unlettered()
        .tall(Height::PerName(ROW));
    // Labels within the panel would lie on strips: the title has the values.
    for (name, at) in &places {
        chart.reference(Direction::Up, *at, "", reference_pen(name));
        chart.key(Sample::Line(reference_pen(name)), *name);
    }
    let (light, dark) = (Ink::Hue(0).faint(0.25), Ink::Hue(0).faint(0.5));
    let strip = |(at, series): (usize, &Series), ends: [usize; 2], half: f64, paint| {
        let quantiles = quantiles(&series.mixture);
        let (x, y) = ((quantiles[ends[0]], quantiles[ends[1]]), (at as f64 - half, at as f64 + half));
        Cell { x, y, paint, label: None, mark: None }
    };
    let rows = || series.iter().enumerate();
    chart.cells(rows().map(|row| strip(row, [0, 4], 0.2, light)));
    chart.cells(rows().map(|row| strip(row, [1, 3], 0.2, dark)));
    let dot = |(at, series): (usize, &Series)| {
        let median = quantiles(&series.mixture)[2];
        let label = naming::plain(&naming::line(results, Line { cell: series.mixture.cell, bidder: None }));
        let tip = format!("{label}: median {}", written::number(median, 3));
        Dot { at: (median, at as f64), mark: Some(Mark { cell: series.mixture.cell, tip }) }
    };
    chart.points(rows().map(dot), Marker::Circle, Ink::Hue(0));
    chart.key(Sample::Point(Marker::Circle, Ink::Hue(0)), "median");
    chart.key(Sample::Area(dark), "50 %");
    chart.key(Sample::Area(light), "90 %");
    chart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_shown_between_the_lowest_and_the_highest_of_weight() {
        let series = |weights: [f64; 5]| Series {
            name: String::new(),
            colour: 0,
            mixture: Mixture {
                cell: 0,
                bidder: 0,
                multipliers: vec![0.0, 0.25, 0.5, 0.75, 1.0],
                weights: weights.to_vec(),
            },
        };
        assert_eq!(quantiles(&series([0.05, 0.2, 0.5, 0.2, 0.05]).mixture), [0.0, 0.25, 0.5, 0.5, 0.75]);
        let all = [series([0.0, 0.0005, 0.9995, 0.0, 0.0]), series([0.0, 0.0, 0.5, 0.5, 0.0])];
        assert_eq!(range(&all), (0.5, 0.75));
    }
}
