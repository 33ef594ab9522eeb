//! A file of bids: what each bidder bids at which value.

use std::path::Path;

use super::Failure;
use crate::auction::strategy::PiecewiseLinear;
use crate::auction::{BidFunction, Population, Profile};

/// The columns that are read; others are not looked at, so that what `nash --format csv` prints is such a file.
const COLUMNS: [&str; 3] = ["bidder", "value", "bid"];

/// The most rows.
const MOST_ROWS: usize = 1_000_000;

/// One row: its line in the file, a value and the bid there.
#[derive(Clone, Copy, Debug)]
struct Point {
    line: u64,
    value: f64,
    bid: f64,
}

/// The profile of a file, linear between each bidder's rows, and what a user should know of it.
///
/// Rows may stand in any order. A bidder with one row of the whole game's bidders is not enough: each needs two values or
/// more. Below the first value and above the last the bid is that of the nearer row.
pub(super) fn read(path: &Path, population: &Population) -> Result<(Profile, Vec<String>), Failure> {
    let file = std::fs::File::open(path).map_err(|error| {
        let name = path.display();
        Failure::Usage(format!(
            "{name} cannot be read: {error}; give a CSV file with columns bidder,value,bid"
        ))
    })?;
    let mut of_bidder = points(path, file, population.len())?;
    let mut warnings = Vec::new();
    let mut bids = Vec::new();
    for (bidder, points) in of_bidder.iter_mut().enumerate() {
        let who = bidder + 1;
        points.sort_by(|a, b| a.value.total_cmp(&b.value).then(a.line.cmp(&b.line)));
        let (low, high) = population.bidders[bidder].prior.support();
        if let Some(out) = points.iter().find(|point| !(low..=high).contains(&point.value)) {
            return Err(at(
                path,
                out.line,
                format!(
                    "value {} of bidder {who} is not in its support [{low}, {high}]: leave the row out",
                    out.value
                ),
            ));
        }
        for pair in points.windows(2) {
            if pair[0].value == pair[1].value && pair[0].bid != pair[1].bid {
                return Err(at(
                    path,
                    pair[1].line,
                    format!(
                        "bidder {who} bids {} at value {}, and {} in line {}: leave one out",
                        pair[1].bid, pair[1].value, pair[0].bid, pair[0].line
                    ),
                ));
            }
            if pair[1].bid < pair[0].bid {
                return Err(at(
                    path,
                    pair[1].line,
                    format!(
                        "bids of bidder {who} fall: {} at value {}, but {} at the lower value {} in line {}; bids must \
                     rise with the value",
                        pair[1].bid, pair[1].value, pair[0].bid, pair[0].value, pair[0].line
                    ),
                ));
            }
        }
        points.dedup_by(|next, last| next.value == last.value);
        let [first, .., last] = points[..] else {
            return Err(match points[..] {
                [only] => at(
                    path,
                    only.line,
                    format!(
                        "bidder {who} has a bid at one value only: give bids at two values or more, such as {low} and {high}"
                    ),
                ),
                _ => Failure::Usage(format!(
                    "{}: bidder {who} has no row: give its bids at two values or more, such as {low} and {high}",
                    path.display()
                )),
            });
        };
        if let Some(above) = points.iter().find(|point| point.bid > point.value) {
            warnings.push(format!(
                "{}:{}: bidder {who} bids {} at value {}: a bid above the value loses money when it wins",
                path.display(),
                above.line,
                above.bid,
                above.value
            ));
        }
        if first.value > low || last.value < high {
            warnings.push(format!(
                "{}: bids of bidder {who} are given from value {} to {}, of [{low}, {high}]: beyond, the nearer bid is taken",
                path.display(), first.value, last.value
            ));
        }
        let knots = points.iter().map(|point| (point.value, point.bid)).collect();
        let function = PiecewiseLinear::new(knots)
            .map_err(|error| Failure::Usage(format!("{}: bidder {who}: {error}", path.display())))?;
        bids.push(BidFunction::PiecewiseLinear(function));
    }
    Ok((Profile { bids }, warnings))
}

fn at(path: &Path, line: u64, message: String) -> Failure {
    Failure::Usage(format!("{}:{line}: {message}", path.display()))
}

/// The rows of each bidder.
fn points(path: &Path, file: std::fs::File, bidders: usize) -> Result<Vec<Vec<Point>>, Failure> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).comment(Some(b'#')).from_reader(file);
    let unreadable = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        at(path, line, format!("not CSV: {error}"))
    };
    let header = reader.headers().map_err(unreadable)?.clone();
    let mut places = [0; 3];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        *place = header.iter().position(|column| column == name).ok_or_else(|| {
            let found: Vec<&str> = header.iter().collect();
            at(
                path,
                1,
                format!(
                    "there is no column {name}, only {}: the first line must be bidder,value,bid",
                    if found.is_empty() { "an empty line".to_owned() } else { found.join(", ") }
                ),
            )
        })?;
    }
    let mut of_bidder = vec![Vec::new(); bidders];
    for (row, record) in reader.into_records().enumerate() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        if row >= MOST_ROWS {
            return Err(at(path, line, format!("more than {MOST_ROWS} rows: give bids at fewer values")));
        }
        let number = |column: usize| -> Result<f64, Failure> {
            let text = record.get(places[column]).unwrap_or("");
            let number = text.parse().ok().filter(|x: &f64| x.is_finite());
            number.ok_or_else(|| {
                let found = if text.is_empty() { "empty".to_owned() } else { format!("{text:?}") };
                at(
                    path,
                    line,
                    format!("{} is {found}: write a finite number, or leave the row out", COLUMNS[column]),
                )
            })
        };
        let bidder = number(0)?;
        if bidder.fract() != 0.0 || !(1.0..=bidders as f64).contains(&bidder) {
            return Err(at(
                path,
                line,
                format!("there is no bidder {bidder}: the game has bidders 1 to {bidders}"),
            ));
        }
        let (value, bid) = (number(1)?, number(2)?);
        if bid < 0.0 {
            return Err(at(path, line, format!("bid {bid} is below 0: bids are 0 or more")));
        }
        of_bidder[bidder as usize - 1].push(Point { line, value, bid });
    }
    Ok(of_bidder)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::auction::Prior;

    fn bids_of(text: &str) -> Result<(Profile, Vec<String>), String> {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let name = file.path().display().to_string();
        read(file.path(), &Population::symmetric(2, Prior::STANDARD))
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
    fn what_is_wrong_is_told_with_its_line() {
        for (text, message) in [
            (
                "",
                "error: b.csv:1: there is no column bidder, only an empty line: the first line must be bidder,value,bid",
            ),
            (
                "bidder,bid\n",
                "error: b.csv:1: there is no column value, only bidder, bid: the first line must be bidder,value,bid",
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
                 rise with the value",
            ),
            (
                "bidder,value,bid\n1,0,0\n1,1,0.4\n1,1,0.5\n",
                "error: b.csv:4: bidder 1 bids 0.5 at value 1, and 0.4 in line 3: leave one out",
            ),
        ] {
            assert_eq!(bids_of(text).unwrap_err(), message);
        }
    }
}
