//! Ends of panels and pieces that lie apart.

/// Those of some marks, which rise, that lie further from the last than a distance.
pub fn spaced(marks: Vec<f64>, distance: f64) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::new();
    for mark in marks {
        if kept.last().is_none_or(|last| mark - last > distance) {
            kept.push(mark);
        }
    }
    kept
}

/// Two ends, and the places between them that lie further from each other and from the ends than a distance;
/// rising.
pub(super) fn spaced_between(
    from: f64,
    to: f64,
    places: impl Iterator<Item = f64>,
    distance: f64,
) -> Vec<f64> {
    let mut places: Vec<f64> = places.filter(|place| to - place > distance).collect();
    places.sort_by(f64::total_cmp);
    places.insert(0, from);
    let mut kept = spaced(places, distance);
    kept.push(to);
    kept
}
