//! The learning bias over the learning rate: what is left of it where steps are small.

use super::series::{Along, Series};
use super::spread::Space;
use super::{Picture, Subject, naming, spread, written};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Marker, Style};
use crate::report::findings::LearningRateZero;
use crate::report::results::{Line, Results};
use crate::report::scene::{Ink, Mark, Markup, Stroke};
use crate::store::StoreError;

/// A panel narrower than this stands below the others.
const NARROWEST: f64 = 84.0;

/// Draws the figure of a sweep along the learning rate.
pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let Some(along) = Along::find(results, "learning_rate") else { return Ok(Vec::new()) };
    let at_zero = &subject.findings.learning_rate_zero;
    let told = along.series.iter().map(|series| Told::of(results, at_zero, series));
    let told: Vec<Told> = told.filter(|told| told.points.len() > 1).collect();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let name = "learning-rate";
    let firsts: Vec<usize> = told.iter().filter(|told| told.bidder == 0).map(|told| told.cell).collect();
    let space = Space::of(subject, firsts.len().min(3), spread::LEAST);
    let (chosen, inches) = (spread::choose(&results.axes, &firsts, space.most()), space.inches);
    let rows = spread::rows(&results.axes, &chosen, &space, |_| None);
    let shown = rows.concat().len();
    let many = shown > 1;
    let style =
        if many { Style { narrowest: NARROWEST, label: 8.0, ..Style::default() } } else { Style::default() };
    let description =
        "The learning bias over the learning rate, with the line that leads to learning rate 0.";
    let figure = Figure::new(name, "Learning bias over the learning rate", description, inches).styled(style);
    let scale = Scale::of(&told);
    let panels: Vec<Vec<Chart>> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let below = rows.get(at + 1).map_or(0, Vec::len);
            let of_cell = |cell: usize| told.iter().filter(|told| told.cell == cell).collect::<Vec<_>>();
            let reaches: Vec<(f64, f64)> = row.iter().map(|&cell| reach(&of_cell(cell))).collect();
            let all = reaches.iter().fold(reaches[0], |all, one| (all.0.min(one.0), all.1.max(one.1)));
            let narrowest = reaches.iter().map(|reach| reach.1 - reach.0).fold(f64::INFINITY, f64::min);
            let alike = all.1 - all.0 <= 3.0 * narrowest;
            let chart = |(column, &cell): (usize, &usize)| {
                let title = if many { naming::cell_but(results, cell, &[along.axis]) } else { String::new() };
                let mut chart = chart(&of_cell(cell), &along, &title, scale);
                let (low, high) = if alike { all } else { reaches[column] };
                chart.y = chart.y.over(low * scale.factor, high * scale.factor);
                chart.x.labelled = below <= column;
                if rows.len() > 1 || row.len() > 2 {
                    chart.height = spread::height(rows.len(), chart.x.labelled);
                }
                if column > 0 {
                    chart.y.labelled = !alike;
                    chart.y.title = Markup::default();
                }
                chart
            };
            row.iter().enumerate().map(chart).collect()
        })
        .collect();
    let caption = caption(results, &along, &told, (shown, firsts.len()));
    Ok(vec![Picture { name: name.into(), scene: figure.grid(panels), caption }])
}

/// A series.
struct Told {
    /// Its first cell.
    cell: usize,
    /// The bidder, from 0; 0 where all are alike.
    bidder: usize,
    points: Vec<Place>,
    at_zero: Option<LearningRateZero>,
}

struct Place {
    rate: f64,
    bias: f64,
    width: Option<f64>,
    mark: Mark,
}

impl Told {
    fn of(results: &Results, findings: &[LearningRateZero], series: &Series) -> Self {
        let place = |&(rate, line): &(f64, Line)| {
            let bias = results.estimate(line, "learning_bias")?;
            let shows = format!("learning bias {}", written::estimate(bias.mean, bias.ci95));
            let mark = Mark { cell: line.cell, tip: written::tip(results, line, &shows) };
            Some(Place { rate, bias: bias.mean, width: bias.ci95, mark })
        };
        let cell = series.points[0].1.cell;
        // The finding is one of cells: of bidders that differ there is none.
        let at_zero = findings.iter().find(|zero| series.bidder.is_none() && zero.cells.contains(&cell));
        Told {
            cell,
            bidder: series.bidder.unwrap_or(0),
            points: series.points.iter().filter_map(place).collect(),
            at_zero: at_zero.cloned(),
        }
    }
}

/// Small biases are shown in thousandths.
#[derive(Clone, Copy)]
struct Scale {
    factor: f64,
    title: &'static str,
}

impl Scale {
    fn of(told: &[Told]) -> Self {
        let largest =
            told.iter().map(|told| reach(&[told])).fold(0.0, |most, (low, high)| f64::max(most, high - low));
        if largest < 0.02 {
            Scale { factor: 1000.0, title: "learning bias × 1000" }
        } else {
            Scale { factor: 1.0, title: "learning bias" }
        }
    }
}

/// From where to where the points, their intervals, that at 0 and 0 itself reach, with some room.
fn reach(told: &[&Told]) -> (f64, f64) {
    let around =
        |value: f64, width: Option<f64>| [value - width.unwrap_or(0.0), value + width.unwrap_or(0.0)];
    let points = told.iter().flat_map(|told| &told.points).flat_map(|place| around(place.bias, place.width));
    let zeros = told.iter().filter_map(|told| told.at_zero.as_ref());
    let zeros = zeros.flat_map(|zero| around(zero.learning_bias, Some(zero.learning_bias_ci95)));
    let (low, high) =
        points.chain(zeros).fold((0.0, 0.0), |(low, high), y| (f64::min(low, y), f64::max(high, y)));
    let room = (0.08 * (high - low)).max(1e-9);
    (low - room, high + room)
}

impl LearningRateZero {
    /// The learning bias that the line has at a learning rate.
    fn at(&self, rate: f64) -> f64 {
        rate * self.slope + self.learning_bias
    }
}

/// The chart of the series of a cell: one, or one a bidder.
fn chart(told: &[&Told], along: &Along, title: &str, scale: Scale) -> Chart {
    let last = along.values[along.values.len() - 1];
    let x = Axis::linear("learning rate").over(-0.05 * last, 1.05 * last);
    let mut chart = Chart::new(x, Axis::linear(scale.title)).titled(title.to_owned()).unlettered();
    chart.reference(Direction::Across, 0.0, "", Stroke::new(Ink::Text, 0.6));
    for told in told {
        let hue = Ink::Hue(told.bidder);
        if let Some(zero) = &told.at_zero {
            let line = |rate: f64| (rate, scale.factor * zero.at(rate));
            chart.line([line(0.0), line(last)], Stroke::new(hue.faint(0.8), 0.8));
            let (low, high) =
                (zero.learning_bias - zero.learning_bias_ci95, zero.learning_bias + zero.learning_bias_ci95);
            chart.intervals(Direction::Up, [(0.0, scale.factor * low, scale.factor * high)], Ink::Hue(1));
            let tip = format!(
                "at learning rate 0: {}",
                written::estimate(zero.learning_bias, Some(zero.learning_bias_ci95))
            );
            let mark = Mark { cell: told.cell, tip };
            chart.points(
                [Dot { at: (0.0, scale.factor * zero.learning_bias), mark: Some(mark) }],
                Marker::Ring,
                Ink::Hue(1),
            );
        } else {
            let points = told.points.iter().map(|place| (place.rate, scale.factor * place.bias));
            chart.line(points, Stroke::new(hue.faint(0.5), 0.6));
        }
        let bars = told.points.iter().filter_map(|place| {
            let width = place.width?;
            Some((place.rate, scale.factor * (place.bias - width), scale.factor * (place.bias + width)))
        });
        chart.intervals(Direction::Up, bars, hue);
        let dots = told
            .points
            .iter()
            .map(|place| Dot { at: (place.rate, scale.factor * place.bias), mark: Some(place.mark.clone()) });
        chart.points(dots, Marker::series(told.bidder), hue);
    }
    chart
}

fn caption(results: &Results, along: &Along, told: &[Told], (shown, all): (usize, usize)) -> String {
    let points = || told.iter().flat_map(|told| &told.points);
    let bars =
        if points().any(|place| place.width.is_some()) { " with 95 % intervals (Student)" } else { "" };
    let mut caption = format!(
        "Learning bias (the learned multiplier minus the equilibrium it should come to) over the learning rate; means of \
         {}{bars}.",
        written::replicates(results, points().map(|place| place.mark.cell))
    );
    let zeros: Vec<&LearningRateZero> = told.iter().filter_map(|told| told.at_zero.as_ref()).collect();
    match &zeros[..] {
        [] => {}
        [zero] => {
            let left = written::estimate(zero.learning_bias, Some(zero.learning_bias_ci95));
            caption += &format!(" The line leads to {left} at learning rate 0 (ring, 95 % interval).");
        }
        zeros => {
            let holds = |zero: &&&LearningRateZero| zero.learning_bias.abs() <= zero.learning_bias_ci95;
            let count = zeros.iter().filter(holds).count();
            let range = written::range(zeros.iter().map(|zero| zero.learning_bias)).unwrap_or_default();
            caption += &format!(
                " The fitted lines lead to {range} at learning rate 0 (rings); its 95 % interval holds 0 in {}.",
                written::share(count, zeros.len(), "line")
            );
        }
    }
    let fitted = told.iter().filter_map(|told| Some((told.at_zero.as_ref()?, &told.points)));
    let fitted = fitted.flat_map(|(zero, points)| points.iter().map(move |place| (zero, place)));
    let (mut held, mut all_points) = (0, 0);
    for (zero, place) in fitted {
        all_points += 1;
        held +=
            usize::from(place.width.is_some_and(|width| (zero.at(place.rate) - place.bias).abs() <= width));
    }
    if all_points > 0 {
        caption +=
            &format!(" Lines pass through the intervals of {}.", written::share(held, all_points, "point"));
    }
    if told.iter().any(|told| told.bidder > 0) {
        caption += " A colour a bidder.";
    }
    if shown < all {
        caption += &format!(" Shown are {shown} of {all} lines; cells.parquet has all.");
    }
    caption + &along.says_left_out("learning rate")
}
