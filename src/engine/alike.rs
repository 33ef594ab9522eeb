//! The cells of a plan by what their runs have in common.

use std::collections::HashMap;

use crate::sweep::Plan;
use crate::train::{Settings, Shape};

/// Positions of the cells that are wanted, those of one shape together: the shapes with the longest runs
/// last, and within each those cells side by side that draw alike. A function of the plan and of what is
/// wanted.
pub(super) fn cells_by_shape(plan: &Plan, is_wanted: impl Fn(usize) -> bool) -> Vec<Vec<u32>> {
    // The cells of a shape, apart by what they draw.
    let mut shapes: HashMap<Shape, Vec<(Settings, Vec<u32>)>> = HashMap::new();
    for cell in plan.cells().filter(|cell| is_wanted(cell.position)) {
        let position = u32::try_from(cell.position).expect("a plan has at most 10^7 cells");
        let alike = shapes.entry(cell.settings.shape()).or_default();
        match alike.iter_mut().find(|(settings, _)| settings.draws_like(&cell.settings)) {
            Some((_, cells)) => cells.push(position),
            None => alike.push((cell.settings, vec![position])),
        }
    }
    let mut shapes: Vec<_> = shapes
        .into_values()
        .map(|alike| {
            let work = alike[0].0.work();
            (work, alike.into_iter().flat_map(|(_, cells)| cells).collect::<Vec<_>>())
        })
        .collect();
    shapes.sort_by(|(a, first), (b, second)| a.total_cmp(b).then(second.cmp(first)));
    shapes.into_iter().map(|(_, cells)| cells).collect()
}
