//! Sizes of letters and lines.

/// Sizes in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Letters of axis titles and panel titles.
    pub label: f64,
    /// Letters of ticks.
    pub tick: f64,
    /// Letters of labels at the ends of lines.
    pub end: f64,
    /// The smallest letters of labels at the ends of lines, where there are many.
    pub least_end: f64,
    /// Letters of notes, of keys, and of labels of reference lines.
    pub note: f64,
    /// Half the width of a marker.
    pub marker: f64,
    /// Panels narrower than this are stacked.
    pub narrowest: f64,
    /// The gap between panels.
    pub gap: f64,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            label: 9.0,
            tick: 7.0,
            end: 8.0,
            least_end: 6.0,
            note: 7.0,
            marker: 2.1,
            narrowest: 144.0,
            gap: 12.0,
        }
    }
}
