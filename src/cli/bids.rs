//! A file of bids: what each bidder bids at which value.

use std::path::Path;
use std::str::FromStr;

use super::Failure;
use super::output::number;
use crate::auction::strategy::PiecewiseLinear;
use crate::auction::{BidFunction, Mixture, Population, Profile};
use crate::numeric::digits::six_digits;
use crate::numeric::isotonic::rising;

/// The columns that are read; others are not looked at, so that what `nash --format csv` prints is such a
/// file.
const COLUMNS: [&str; 3] = ["bidder", "value", "bid"];

/// The most rows.
const MOST_ROWS: usize = 1_000_000;

/// The column that makes mixtures, and is not needed.
const WEIGHT: &str = "weight";

/// The most bid functions that one bidder mixes: the time to evaluate them grows with the square.
const MOST_COMPONENTS: usize = 200;

/// The weights of a bidder may miss 1 by this.
const WEIGHT_ERROR: f64 = 1e-9;

/// What the columns of a file are called, such as `bidder=id,value=v,bid=b`; those that are left out have the
/// names of [`COLUMNS`].
#[derive(Clone, Debug)]
pub(super) struct Columns([String; 3]);

impl Default for Columns {
    fn default() -> Self {
        Columns(COLUMNS.map(str::to_owned))
    }
}

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut columns = Columns::default();
        for pair in text.split(',') {
            let named = pair.split_once('=').map(|(column, name)| (column.trim(), name.trim()));
            let place = named.and_then(|(column, _)| COLUMNS.iter().position(|known| *known == column));
            let (Some(place), Some((_, name))) = (place, named) else {
                return Err(format!("{pair:?} names no column: write such as bidder=id,value=v,bid=b"));
            };
            if columns.0[place] != COLUMNS[place] {
                return Err(format!("{} is given twice", COLUMNS[place]));
            }
            columns.0[place] = name.to_owned();
        }
        Ok(columns)
    }
}

/// How a file of bids is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// What its columns are called.
    pub columns: Columns,
    /// Whether its bids are observed, with noise: the nearest rising function takes their place.
    pub isotonic: bool,
}

/// One row: its line in the file, a value, the bid there, and the weight where the file has weights.
#[derive(Clone, Copy, Debug)]
struct Point {
    line: u64,
    value: f64,
    bid: f64,
    weight: Option<f64>,
}

/// The profile of a file, linear between each bidder's rows, and what a user should know of it.
///
/// Rows may stand in any order. A bidder with one row of the whole game's bidders is not enough: each needs
/// two values or more. Below the first value and above the last the bid is that of the nearer row.
///
/// With a column of weights the rows of a bidder are read in the order of the file, and may be several bid
/// functions: one goes on as long as values rise and the weight stays. Which of them the bidder plays is
/// drawn by these weights.
///
/// Bids that were observed may fall, and be several at one value: with `isotonic` the rising function nearest
/// to them in squares is taken, and told how much of their variance it leaves. Weights then count rows.
pub(super) fn read(
    path: &Path,
    population: &Population,
    reading: &Reading,
) -> Result<(Profile, Vec<String>), Failure> {
    let file = std::fs::File::open(path).map_err(|error| {
        let name = path.display();
        Failure::Usage(format!(
            "{name} cannot be read: {error}; give a CSV file with columns bidder,value,bid"
        ))
    })?;
    let mut warnings = Vec::new();
    let mut bids = Vec::new();
    for (bidder, points) in points(path, file, population.len(), &reading.columns)?.into_iter().enumerate() {
        let support = population.bidders[bidder].prior.support();
        let points = match reading.isotonic {
            true => risen(bidder + 1, points, &mut warnings),
            false => points,
        };
        bids.push(played(path, bidder + 1, points, support, &mut warnings)?);
    }
    Ok((Profile { bids }, warnings))
}

/// The rows of the rising bid function nearest to observed ones, one a value; tells what it leaves of their
/// variance.
fn risen(bidder: usize, mut points: Vec<Point>, notes: &mut Vec<String>) -> Vec<Point> {
    points.sort_by(|a, b| a.value.total_cmp(&b.value).then(a.line.cmp(&b.line)));
    let weight = |point: &Point| point.weight.unwrap_or(1.0);
    points.retain(|point| weight(point) > 0.0);
    let mean = |points: &[Point]| {
        let total: f64 = points.iter().map(weight).sum();
        (points.iter().map(|point| weight(point) * point.bid).sum::<f64>() / total, total)
    };
    let squares = |points: &[Point], about: f64| {
        points.iter().map(|point| weight(point) * (point.bid - about) * (point.bid - about)).sum::<f64>()
    };
    let values: Vec<&[Point]> = points.chunk_by(|a, b| a.value == b.value).collect();
    let means: Vec<(f64, f64)> = values.iter().map(|points| mean(points)).collect();
    let fitted = rising(&means);
    let left: f64 = values.iter().zip(&fitted).map(|(points, bid)| squares(points, *bid)).sum();
    let whole = squares(&points, mean(&points).0);
    if whole > 0.0 {
        notes.push(format!(
            "bidder {bidder}: the rising bid function nearest to {} rows at {} values leaves {} % of the variance of \
             their bids",
            points.len(),
            values.len(),
            number(100.0 * left / whole, 3)
        ));
    }
    values.iter().zip(fitted).map(|(points, bid)| Point { bid, weight: None, ..points[0] }).collect()
}

/// What a bidder plays: the function through its rows, or a mixture of several.
fn played(
    path: &Path,
    bidder: usize,
    points: Vec<Point>,
    (low, high): (f64, f64),
    warnings: &mut Vec<String>,
) -> Result<BidFunction, Failure> {
    let Some(Point { weight, .. }) = points.first() else {
        return Err(Failure::Usage(format!(
            "{}: bidder {bidder} has no row: give its bids at two values or more, such as {low} and {high}",
            path.display()
        )));
    };
    if weight.is_none() {
        let bids = function(path, &format!("bidder {bidder}"), points, (low, high), warnings)?;
        return Ok(BidFunction::PiecewiseLinear(bids));
    }
    let goes_on = |last: &Point, next: &Point| last.value < next.value && last.weight == next.weight;
    let components: Vec<&[Point]> = points.chunk_by(goes_on).collect();
    if let Some(beyond) = components.get(MOST_COMPONENTS) {
        let message =
            format!("bidder {bidder} mixes more than {MOST_COMPONENTS} bid functions: leave some out");
        return Err(at(path, beyond[0].line, message));
    }
    let weights: Vec<(u64, f64)> =
        components.iter().map(|points| (points[0].line, points[0].weight.unwrap_or(0.0))).collect();
    add_up_to_1(path, bidder, &weights)?;
    let mut mixed = Vec::with_capacity(components.len());
    for (number, (points, (_, weight))) in (1..).zip(components.iter().zip(weights)) {
        let who = match components.len() {
            1 => format!("bidder {bidder}"),
            _ => format!("component {number} of bidder {bidder}"),
        };
        let bids = function(path, &who, points.to_vec(), (low, high), warnings)?;
        mixed.push((weight, BidFunction::PiecewiseLinear(bids)));
    }
    if let [_] = &mixed[..] {
        return Ok(mixed.remove(0).1);
    }
    let mixture = Mixture::new(mixed)
        .map_err(|error| Failure::Usage(format!("{}: bidder {bidder}: {error}", path.display())))?;
    Ok(BidFunction::Mixed(mixture))
}

/// Whether the weights of a bidder's components, with their first lines, are probabilities.
fn add_up_to_1(path: &Path, bidder: usize, weights: &[(u64, f64)]) -> Result<(), Failure> {
    const TOLD: usize = 4;
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    if (sum - 1.0).abs() <= WEIGHT_ERROR {
        return Ok(());
    }
    let more = if weights.len() > TOLD { ", .." } else { "" };
    let found: Vec<String> =
        weights.iter().take(TOLD).map(|(line, weight)| format!("{weight} from line {line}")).collect();
    let even = 1.0 / weights.len() as f64;
    let right = |weight: f64| if sum > 0.0 { weight / sum } else { even };
    let written: Vec<String> =
        weights.iter().take(TOLD).map(|(_, weight)| right(*weight).to_string()).collect();
    Err(at(
        path,
        weights[weights.len() - 1].0,
        format!(
            "the weights of bidder {bidder} add up to {sum}, not to 1: {}{more}; write such as {}{more}",
            found.join(", "),
            written.join(", ")
        ),
    ))
}

/// The function through some rows, linear between.
fn function(
    path: &Path,
    who: &str,
    mut points: Vec<Point>,
    (low, high): (f64, f64),
    warnings: &mut Vec<String>,
) -> Result<PiecewiseLinear, Failure> {
    points.sort_by(|a, b| a.value.total_cmp(&b.value).then(a.line.cmp(&b.line)));
    if let Some(out) = points.iter().find(|point| !(low..=high).contains(&point.value)) {
        return Err(at(
            path,
            out.line,
            format!("value {} of {who} is not in its support [{low}, {high}]: leave the row out", out.value),
        ));
    }
    for pair in points.windows(2) {
        if pair[0].value == pair[1].value && pair[0].bid != pair[1].bid {
            return Err(at(
                path,
                pair[1].line,
                format!(
                    "{who} bids {} at value {}, and {} in line {}: leave one out, or fit observed bids with --isotonic",
                    pair[1].bid, pair[1].value, pair[0].bid, pair[0].line
                ),
            ));
        }
        if pair[1].bid < pair[0].bid {
            return Err(at(
                path,
                pair[1].line,
                format!(
                    "bids of {who} fall: {} at value {}, but {} at the lower value {} in line {}; bids must rise with \
                     the value; --isotonic fits observed bids",
                    pair[1].bid, pair[1].value, pair[0].bid, pair[0].value, pair[0].line
                ),
            ));
        }
    }
    points.dedup_by(|next, last| next.value == last.value);
    let (first, last) = match points[..] {
        [first, .., last] => (first, last),
        _ => {
            let component = if points[0].weight.is_some() {
                "; another function begins where the value does not rise or the weight changes"
            } else {
                ""
            };
            return Err(at(
                path,
                points[0].line,
                format!(
                    "{who} has a bid at one value only: give bids at two values or more, such as {low} and \
                     {high}{component}"
                ),
            ));
        }
    };
    if let Some(above) = points.iter().find(|point| point.bid > point.value) {
        warnings.push(format!(
            "{}:{}: {who} bids {} at value {}: a bid above the value loses money when it wins",
            path.display(),
            above.line,
            six_digits(above.bid),
            six_digits(above.value)
        ));
    }
    if first.value > low || last.value < high {
        warnings.push(format!(
            "{}: bids of {who} are given from value {} to {}, of [{}, {}]: beyond, the nearer bid is taken",
            path.display(),
            six_digits(first.value),
            six_digits(last.value),
            six_digits(low),
            six_digits(high)
        ));
    }
    let knots = points.iter().map(|point| (point.value, point.bid)).collect();
    PiecewiseLinear::new(knots).map_err(|error| Failure::Usage(format!("{}: {who}: {error}", path.display())))
}

fn at(path: &Path, line: u64, message: String) -> Failure {
    Failure::Usage(format!("{}:{line}: {message}", path.display()))
}

/// The rows of each bidder.
fn points(
    path: &Path,
    file: std::fs::File,
    bidders: usize,
    Columns(columns): &Columns,
) -> Result<Vec<Vec<Point>>, Failure> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).comment(Some(b'#')).from_reader(file);
    let unreadable = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        at(path, line, format!("not CSV: {error}"))
    };
    let header = reader.headers().map_err(unreadable)?.clone();
    let mut places = [0; 3];
    for (place, name) in places.iter_mut().zip(columns) {
        *place = header.iter().position(|column| column == name).ok_or_else(|| {
            let found: Vec<&str> = header.iter().collect();
            at(
                path,
                1,
                format!(
                    "there is no column {name}, only {}: the first line must be bidder,value,bid, or say with --columns \
                     what is called how, such as --columns bidder=id,value=v,bid=b",
                    if found.is_empty() { "an empty line".to_owned() } else { found.join(", ") }
                ),
            )
        })?;
    }
    let weights = header.iter().position(|column| column == WEIGHT);
    let mut of_bidder = vec![Vec::new(); bidders];
    for (row, record) in reader.into_records().enumerate() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        if row >= MOST_ROWS {
            return Err(at(path, line, format!("more than {MOST_ROWS} rows: give bids at fewer values")));
        }
        let number = |place: usize, column: &str| -> Result<f64, Failure> {
            let text = record.get(place).unwrap_or("");
            let number = text.parse().ok().filter(|x: &f64| x.is_finite());
            number.ok_or_else(|| {
                let found = if text.is_empty() { "empty".to_owned() } else { format!("{text:?}") };
                at(path, line, format!("{column} is {found}: write a finite number, or leave the row out"))
            })
        };
        let bidder = number(places[0], &columns[0])?;
        if bidder.fract() != 0.0 || !(1.0..=bidders as f64).contains(&bidder) {
            return Err(at(
                path,
                line,
                format!("there is no bidder {bidder}: the game has bidders 1 to {bidders}"),
            ));
        }
        let (value, bid) = (number(places[1], &columns[1])?, number(places[2], &columns[2])?);
        if bid < 0.0 {
            return Err(at(path, line, format!("bid {bid} is below 0: bids are 0 or more")));
        }
        let weight = weights.map(|place| number(place, WEIGHT)).transpose()?;
        if let Some(weight) = weight.filter(|weight| *weight < 0.0) {
            return Err(at(path, line, format!("weight {weight} is below 0: weights are 0 or more")));
        }
        of_bidder[bidder as usize - 1].push(Point { line, value, bid, weight });
    }
    Ok(of_bidder)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::auction::Prior;

    fn bids_of(text: &str) -> Result<(Profile, Vec<String>), String> {
        bids_read(text, &Reading::default())
    }

    fn bids_read(text: &str, reading: &Reading) -> Result<(Profile, Vec<String>), String> {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let name = file.path().display().to_string();
        read(file.path(), &Population::symmetric(2, Prior::STANDARD), reading)
            .map(|(profile, warnings)| {
                (profile, warnings.iter().map(|w| w.replace(&name, "b.csv")).collect())
            })
            .map_err(|failure| failure.to_string().replace(&name, "b.csv"))
    }

    #[test]
    fn rows_in_any_order_and_other_columns_are_a_profile() {
        let text =
            "value,prior,bidder,bid\n1,x,1,0.5\n0,x,1,0\n0,x,2,0.1\n\n1,x,2,0.4\n0.5,x,2,0.4\n0.5,x,2,0.4\n";
        let (profile, warnings) = bids_of(text).unwrap();
        assert_eq!(profile.bids[0].mean_bid(0.5), 0.25);
        assert_eq!([0.25, 0.75].map(|value| profile.bids[1].mean_bid(value)), [0.25, 0.4]);
        assert_eq!(
            warnings,
            ["b.csv:4: bidder 2 bids 0.1 at value 0: a bid above the value loses money when it wins"]
        );
    }

    #[test]
    fn observed_bids_are_fitted_and_columns_have_any_names() {
        let text = "v,id,b\n0,1,0\n0.5,1,0.3\n0.5,1,0.1\n0.75,1,0.1\n1,1,0.4\n0,2,0\n1,2,0.5\n";
        let columns: Columns = "bidder=id,value=v,bid=b".parse().unwrap();
        let fell = bids_read(text, &Reading { columns: columns.clone(), isotonic: false }).unwrap_err();
        assert!(fell.contains("or fit observed bids with --isotonic"), "{fell}");
        let (profile, notes) = bids_read(text, &Reading { columns, isotonic: true }).unwrap();
        // 0.2 at 0.5 from two rows and 0.1 at 0.75 from one are pooled to 1/6.
        let bids = [0.0, 0.5, 0.75, 1.0].map(|value| profile.bids[0].mean_bid(value));
        assert!(
            bids.iter().zip([0.0, 1.0 / 6.0, 1.0 / 6.0, 0.4]).all(|(a, b)| (a - b).abs() < 1e-15),
            "{bids:?}"
        );
        // Squares left: (2/15)^2 + (1/15)^2 + (1/15)^2 of 0.108 in all.
        let left = (4.0 + 1.0 + 1.0) / 225.0 / 0.108;
        assert!(
            notes[0].starts_with("bidder 1: the rising bid function nearest to 5 rows at 4 values leaves ")
        );
        assert!(notes[0].contains(&format!("leaves {} %", number(100.0 * left, 3))), "{notes:?} {left}");
        assert!(notes[1].contains("leaves 0 %"), "{notes:?}");
        for wrong in ["id", "bidder", "bids=b", "bidder=id,x=y", "bid=a,bid=b"] {
            assert!(wrong.parse::<Columns>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_that_are_left_out_are_told() {
        let (profile, warnings) =
            bids_of("bidder,value,bid\n1,0,0\n1,1,0.5\n2,0.2,0.1\n2,0.8,0.3\n").unwrap();
        assert_eq!([0.0, 1.0].map(|value| profile.bids[1].mean_bid(value)), [0.1, 0.3]);
        assert_eq!(
            warnings,
            [
                "b.csv: bids of bidder 2 are given from value 0.2 to 0.8, of [0, 1]: beyond, the nearer bid is taken"
            ]
        );
    }

    #[test]
    fn weights_make_mixtures_of_runs_of_rising_values() {
        let text = "bidder,value,bid,weight\n1,0,0,0.5\n2,0,0,1\n1,1,0.4,0.5\n1,0,0,0.5\n1,0.5,0.2,0.5\n1,1,0.6,0.5\n\
                    2,1,0.5,1\n";
        let (profile, warnings) = bids_of(text).unwrap();
        assert_eq!(warnings, [""; 0]);
        let BidFunction::Mixed(mixture) = &profile.bids[0] else { panic!("{profile:?}") };
        let [(one, first), (other, second)] = mixture.components() else { panic!("{mixture:?}") };
        assert_eq!((*one, first.mean_bid(0.5), *other, second.mean_bid(0.75)), (0.5, 0.2, 0.5, 0.4));
        // Whatever draws one function only is that function.
        assert!(matches!(profile.bids[1], BidFunction::PiecewiseLinear(_)));
        // A function ends where the weight changes too, and one of weight 0 is not drawn.
        let text = "bidder,value,bid,weight\n1,0,0,0.25\n1,0.4,0.1,0.25\n1,0.5,0.3,0.75\n1,1,0.6,0.75\n\
                    2,0,0,0\n2,1,0.1,0\n2,0,0,1\n2,1,0.5,1\n";
        let (profile, warnings) = bids_of(text).unwrap();
        assert_eq!(profile.bids[0].mean_bid(0.0), 0.25 * 0.0 + 0.75 * 0.3);
        assert_eq!(profile.bids[1].mean_bid(1.0), 0.5);
        assert_eq!(
            warnings,
            [
                "b.csv: bids of component 1 of bidder 1 are given from value 0 to 0.4, of [0, 1]: beyond, the nearer bid \
                 is taken",
                "b.csv: bids of component 2 of bidder 1 are given from value 0.5 to 1, of [0, 1]: beyond, the nearer bid \
                 is taken",
            ]
        );
    }

    #[test]
    fn wrong_weights_are_told_with_their_line() {
        for (rows, message) in [
            (
                "1,0,0,0.5\n1,1,0.4,0.5\n1,0,0,0.4\n1,1,0.6,0.4\n",
                "error: b.csv:4: the weights of bidder 1 add up to 0.9, not to 1: 0.5 from line 2, 0.4 from line 4; write \
                 such as 0.5555555555555556, 0.4444444444444445",
            ),
            (
                "1,0,0,0\n1,1,0.4,0\n",
                "error: b.csv:2: the weights of bidder 1 add up to 0, not to 1: 0 from line 2; write such as 1",
            ),
            ("1,0,0,-0.5\n", "error: b.csv:2: weight -0.5 is below 0: weights are 0 or more"),
            ("1,0,0\n", "error: b.csv:2: weight is empty: write a finite number, or leave the row out"),
            (
                "1,0,0,much\n",
                "error: b.csv:2: weight is \"much\": write a finite number, or leave the row out",
            ),
            (
                "1,0,0,0.5\n1,1,0.4,0.5\n1,1,0.5,0.5\n",
                "error: b.csv:4: component 2 of bidder 1 has a bid at one value only: give bids at two values or more, such \
                 as 0 and 1; another function begins where the value does not rise or the weight changes",
            ),
            (
                "1,0,0,0.5\n1,1,0.4,0.5\n1,0,0.5,0.5\n1,1,0.4,0.5\n",
                "error: b.csv:5: bids of component 2 of bidder 1 fall: 0.4 at value 1, but 0.5 at the lower value 0 in line \
                 4; bids must rise with the value; --isotonic fits observed bids",
            ),
            (
                "1,0,0,1\n1,1,0.4,1\n",
                "error: b.csv: bidder 2 has no row: give its bids at two values or more, such as 0 and 1",
            ),
        ] {
            assert_eq!(bids_of(&format!("bidder,value,bid,weight\n{rows}")).unwrap_err(), message);
        }
        let many: String = (0..201).map(|_| "1,0,0,0.005\n1,1,0.5,0.005\n").collect();
        assert_eq!(
            bids_of(&format!("bidder,value,bid,weight\n{many}")).unwrap_err(),
            "error: b.csv:402: bidder 1 mixes more than 200 bid functions: leave some out"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, message) in [
            (
                "",
                "error: b.csv:1: there is no column bidder, only an empty line: the first line must be bidder,value,bid, \
                 or say with --columns what is called how, such as --columns bidder=id,value=v,bid=b",
            ),
            (
                "bidder,bid\n",
                "error: b.csv:1: there is no column value, only bidder, bid: the first line must be bidder,value,bid, \
                 or say with --columns what is called how, such as --columns bidder=id,value=v,bid=b",
            ),
            (
                "bidder,value,bid\n1,0,0\n1,1,0.5\n",
                "error: b.csv: bidder 2 has no row: give its bids at two values or more, such as 0 and 1",
            ),
            (
                "bidder,value,bid\n1,0,0\n",
                "error: b.csv:2: bidder 1 has a bid at one value only: give bids at two values or more, such as 0 and 1",
            ),
            (
                "bidder,value,bid\n3,0,0\n",
                "error: b.csv:2: there is no bidder 3: the game has bidders 1 to 2",
            ),
            (
                "bidder,value,bid\n1,0,\n",
                "error: b.csv:2: bid is empty: write a finite number, or leave the row out",
            ),
            (
                "bidder,value,bid\n1,0,x\n",
                "error: b.csv:2: bid is \"x\": write a finite number, or leave the row out",
            ),
            (
                "bidder,value,bid\n1,0,nan\n",
                "error: b.csv:2: bid is \"nan\": write a finite number, or leave the row out",
            ),
            ("bidder,value,bid\n1,0,-0.1\n", "error: b.csv:2: bid -0.1 is below 0: bids are 0 or more"),
            (
                "bidder,value,bid\n1,1.5,0\n1,0,0\n",
                "error: b.csv:2: value 1.5 of bidder 1 is not in its support [0, 1]: leave the row out",
            ),
            (
                "bidder,value,bid\n1,0,0\n1,1,0.4\n1,0.5,0.5\n",
                "error: b.csv:3: bids of bidder 1 fall: 0.4 at value 1, but 0.5 at the lower value 0.5 in line 4; bids must \
                 rise with the value; --isotonic fits observed bids",
            ),
            (
                "bidder,value,bid\n1,0,0\n1,1,0.4\n1,1,0.5\n",
                "error: b.csv:4: bidder 1 bids 0.5 at value 1, and 0.4 in line 3: leave one out, or fit observed \
                 bids with --isotonic",
            ),
        ] {
            assert_eq!(bids_of(text).unwrap_err(), message);
        }
    }
}
