//! What an axis measures.

use crate::report::scene::Markup;

/// How values become places.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// In proportion to the logarithm. What is not above 0 cannot be shown: it is left out and counted.
    Log,
    /// Names in order: the first at 0, the next at 1, and so on. Those of an upright axis run downwards.
    Categories(Vec<Markup>),
}

/// Where an axis has ticks.
#[derive(Clone, Debug, PartialEq)]
pub enum Ticks {
    /// At round numbers.
    Round,
    /// At these values, written as plain numbers.
    At(Vec<f64>),
    /// At these values, with these labels.
    Named(Vec<(f64, Markup)>),
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its title.
    pub title: Markup,
    /// How values become places.
    pub scale: Scale,
    /// From where to where it runs; over the data, with some room, where it is left out.
    pub range: Option<(f64, f64)>,
    /// Values that the range must hold beside the data.
    pub holds: Vec<f64>,
    /// Where it has ticks.
    pub ticks: Ticks,
    /// Whether ticks and the axis are labelled: not where a panel below shares it.
    pub labelled: bool,
}

impl Axis {
    fn new(title: impl Into<Markup>, scale: Scale) -> Self {
        let title = title.into();
        Self { title, scale, range: None, holds: Vec::new(), ticks: Ticks::Round, labelled: true }
    }

    /// An axis in proportion.
    pub fn linear(title: impl Into<Markup>) -> Self {
        Self::new(title, Scale::Linear)
    }

    /// An axis in proportion to the logarithm.
    pub fn log(title: impl Into<Markup>) -> Self {
        Self::new(title, Scale::Log)
    }

    /// An axis of names: the first at 0, the next at 1, and so on.
    pub fn categories(title: impl Into<Markup>, names: impl IntoIterator<Item = Markup>) -> Self {
        Self::new(title, Scale::Categories(names.into_iter().collect()))
    }

    /// The same axis from one value to another, whatever the data.
    pub fn over(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }

    /// The same axis, holding a value beside the data.
    pub fn holding(mut self, value: f64) -> Self {
        self.holds.push(value);
        self
    }

    /// The same axis with ticks at these values, written as plain numbers.
    pub fn ticks_at(self, values: &[f64]) -> Self {
        Self { ticks: Ticks::At(values.to_vec()), ..self }
    }

    /// The same axis with these ticks.
    pub fn ticks_named(self, ticks: Vec<(f64, Markup)>) -> Self {
        Self { ticks: Ticks::Named(ticks), ..self }
    }

    /// The same axis without labels: a panel below shares them.
    pub fn unlabelled(self) -> Self {
        Self { labelled: false, ..self }
    }

    /// Whether it has names.
    pub fn has_names(&self) -> bool {
        matches!(self.scale, Scale::Categories(_))
    }
}
