//! The rows of a forest plot, which of them share a picture, and what stands across.

use crate::report::figure::references::reference;
use crate::report::figure::{naming, room};
use crate::report::results::{Estimate, Line, Results};
use crate::report::scene::Ink;

/// The most rows of a picture.
const MOST_ROWS: usize = 40;

/// A panel's title and axis need as much room as this many rows, and the panels of a picture as this many in
/// all.
const AROUND: usize = 3;
const MOST_ROOM: usize = 48;

/// The most pictures.
const MOST_PICTURES: usize = 3;

/// Reference equilibria that are closer than this are one.
const SAME: f64 = 1e-6;

/// The reference equilibria: column, what it is called, colour.
pub(super) const REFERENCES: [(&str, &str, Ink); 5] = [
    ("bne_multiplier", "Nash", Ink::Text),
    ("class_multiplier", "class", Ink::Hue(2)),
    ("smoothed_multiplier", "smoothed", Ink::Hue(1)),
    ("grid_multiplier", "grid", Ink::Hue(3)),
    ("perturbed_multiplier", "perturbed", Ink::Hue(4)),
];

/// A row: a cell, or one of its bidders where these differ.
pub(super) struct Row {
    pub(super) line: Line,
    pub(super) name: String,
    pub(super) multiplier: Option<Estimate>,
    pub(super) references: [Option<f64>; REFERENCES.len()],
}

/// The rows of cells that agree along all other axes.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// The axis of words that has the most values: the last one of several. `None` where some cells have not it,
/// as those of other blocks, or hardly two differ along it alone: then every cell is a row of one panel.
pub(super) fn row_axis(results: &Results) -> Option<usize> {
    let axes = results.axes.all().iter().enumerate().filter(|(_, axis)| !axis.is_numeric());
    let (axis, _) = axes.max_by_key(|(_, axis)| axis.values.len())?;
    let cells = results.cells.rows();
    let has_all = (0..cells).all(|cell| results.axes.place(cell, axis).is_some());
    (has_all && 2 * results.axes.groups(&[axis]).len() <= cells).then_some(axis)
}

pub(super) fn panel(results: &Results, group: &[usize], axis: Option<usize>) -> Panel {
    let named: Vec<usize> =
        (0..results.axes.all().len()).filter(|&at| axis.is_some() && axis != Some(at)).collect();
    let lines = group.iter().flat_map(|&cell| results.lines_of(cell));
    let rows = lines.map(|line| {
        let place = axis.and_then(|axis| Some((axis, results.axes.place(line.cell, axis)?)));
        let name = match place {
            Some((axis, place)) => naming::tick(&results.axes.all()[axis], place),
            None => naming::line(results, Line { cell: line.cell, bidder: None }),
        };
        Row {
            line,
            // What is too long is shortened at its end, and that is the learner's.
            name: match line.bidder {
                Some(bidder) => format!("bidder {}, {name}", bidder + 1),
                None => name,
            },
            multiplier: results.estimate(line, "multiplier_tail_mean"),
            references: REFERENCES.map(|(column, ..)| reference(results, line, column)),
        }
    });
    Panel { title: naming::cell(results, group[0], &named), rows: rows.collect() }
}

/// Leaves rows, evenly spread, so that panels of as many each fit into the pictures; how many went.
pub(super) fn thin_out(panels: &mut [Panel]) -> usize {
    let most = (MOST_PICTURES * MOST_ROWS / panels.len().max(1)).max(1);
    let mut hidden = 0;
    for panel in panels {
        let kept = room::spread(panel.rows.len(), most);
        hidden += panel.rows.len() - kept.len();
        let mut place = 0;
        panel.rows.retain(|_| {
            place += 1;
            kept.binary_search(&(place - 1)).is_ok()
        });
    }
    hidden
}

/// Panels that go into one picture: as many as have few enough rows in all. Rows beyond those of one picture
/// go into a panel of their own.
pub(super) fn pages(panels: Vec<Panel>) -> Vec<Vec<Panel>> {
    let mut pages: Vec<Vec<Panel>> = Vec::new();
    let (mut rows, mut room) = (0, 0);
    for mut panel in panels {
        loop {
            let rest = panel.rows.split_off(panel.rows.len().min(MOST_ROWS));
            let next = Panel { title: panel.title.clone(), rows: rest };
            let needs = [panel.rows.len(), panel.rows.len() + AROUND];
            if pages.is_empty() || needs[0] > rows || needs[1] > room {
                pages.push(Vec::new());
                (rows, room) = (MOST_ROWS, MOST_ROOM);
            }
            (rows, room) = (rows - needs[0], room - needs[1]);
            pages.last_mut().expect("just pushed").push(panel);
            if next.rows.is_empty() {
                break;
            }
            panel = next;
        }
    }
    pages
}

/// A reference of a row, if it is not on one of the others before it.
pub(super) fn new_reference(row: &Row, kind: usize) -> Option<f64> {
    let at = row.references[kind]?;
    let mut before = row.references[..kind].iter().flatten();
    (!before.any(|other| (other - at).abs() < SAME)).then_some(at)
}

/// Which references are drawn: those that are not on one of the others before them in every row.
pub(super) fn drawn(panels: &[Panel]) -> [bool; REFERENCES.len()] {
    let mut drawn = [false; REFERENCES.len()];
    for row in panels.iter().flat_map(|panel| &panel.rows) {
        for (kind, drawn) in drawn.iter_mut().enumerate() {
            *drawn |= new_reference(row, kind).is_some();
        }
    }
    drawn
}

/// What stands across.
pub(super) struct Scale {
    /// Multipliers minus that of Nash, where that is not the same in all rows of a panel: else most of the
    /// width would show how Nash equilibria differ.
    pub(super) minus_nash: bool,
    /// From where to where, where all panels share it.
    pub(super) range: Option<(f64, f64)>,
}

impl Scale {
    pub(super) fn of(panels: &[Panel]) -> Self {
        let nash = |panel: &Panel| panel.rows.iter().map(|row| row.references[0]).collect::<Vec<_>>();
        let differ = |all: &[Option<f64>]| all.windows(2).any(|pair| pair[0] != pair[1]);
        let known = panels.iter().flat_map(nash).all(|nash| nash.is_some());
        let minus_nash = known && panels.iter().any(|panel| differ(&nash(panel)));
        let all: Vec<Option<f64>> = panels.iter().flat_map(nash).collect();
        let scale = Scale { minus_nash, range: None };
        if panels.len() == 1 || (differ(&all) && !minus_nash) {
            return scale;
        }
        let places = panels.iter().flat_map(|panel| &panel.rows).flat_map(|row| {
            let learned = row.multiplier.map(|multiplier| multiplier.interval());
            let ends = learned.into_iter().flat_map(|(low, high)| [low, high]);
            ends.chain(row.references.into_iter().flatten())
                .map(|at| scale.place(row, at))
                .collect::<Vec<_>>()
        });
        let (low, high) =
            places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
        let room = 0.04 * (high - low);
        Scale { range: (room > 0.0).then_some((low - room, high + room)), ..scale }
    }

    /// Where a multiplier of a row stands.
    pub(super) fn place(&self, row: &Row, multiplier: f64) -> f64 {
        if self.minus_nash { multiplier - row.references[0].unwrap_or(f64::NAN) } else { multiplier }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(rows: usize) -> Panel {
        let row = |at: usize| Row {
            line: Line { cell: at, bidder: None },
            name: String::new(),
            multiplier: None,
            references: [Some(0.5), Some(0.5), Some(0.48), None, None],
        };
        Panel { title: String::new(), rows: (0..rows).map(row).collect() }
    }

    #[test]
    fn pictures_hold_at_most_so_many_rows_and_all_rows_are_drawn() {
        let counts = |panels: Vec<Panel>| -> Vec<Vec<usize>> {
            pages(panels).iter().map(|page| page.iter().map(|panel| panel.rows.len()).collect()).collect()
        };
        assert_eq!(counts(vec![panel(14), panel(14), panel(14)]), [vec![14, 14], vec![14]]);
        assert_eq!(counts(vec![panel(90)]), [[40], [40], [10]]);
        assert_eq!(counts(vec![panel(40), panel(1)]), [[40], [1]]);
        // Nine rows of room are left, and titles need some too.
        assert_eq!(counts((0..10).map(|_| panel(3)).collect()), [vec![3; 8], vec![3; 2]]);
        assert_eq!(counts(vec![]), [[0; 0]; 0]);
    }

    #[test]
    fn of_too_many_rows_some_of_each_panel_stay() {
        let mut panels = vec![panel(1000), panel(5)];
        assert_eq!(thin_out(&mut panels), 940);
        assert_eq!([panels[0].rows.len(), panels[1].rows.len(), panels[0].rows[59].line.cell], [60, 5, 983]);
    }

    #[test]
    fn a_reference_on_another_is_not_drawn() {
        assert_eq!(drawn(&[panel(3)]), [true, false, true, false, false]);
        let mut other = panel(1);
        other.rows[0].references[1] = Some(0.49);
        assert_eq!(drawn(&[panel(3), other]), [true, true, true, false, false]);
    }
}
