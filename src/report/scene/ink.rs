//! Colours by their names. A writer turns a name into a colour: files have one set, the page has two.

/// A colour by its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// Text, axes.
    Text,
    /// Labels that stand back.
    Soft,
    /// Grid lines.
    Hair,
    /// What the picture is drawn on.
    Paper,
    /// The colour of a series: one of seven, over and over. The colours of Okabe and Ito (2008) without
    /// yellow.
    Hue(usize),
    /// A value in [-1, 1] on a scale that diverges about 0.
    Ramp(f64),
    /// A value in [0, 1] on a scale that begins at the paper.
    Shade(f64),
}

impl Ink {
    /// This colour with an opacity in [0, 1].
    pub fn faint(self, opacity: f64) -> Paint {
        Paint { ink: self, opacity }
    }

    /// The ink of a text that is read on an area of this one: on strong areas that of the paper.
    pub fn on_top(self) -> Ink {
        let strong = match self {
            Ink::Ramp(value) => value.abs() > 0.7,
            Ink::Shade(value) => value > 0.7,
            Ink::Text | Ink::Soft | Ink::Hue(_) => true,
            Ink::Hair | Ink::Paper => false,
        };
        if strong { Ink::Paper } else { Ink::Text }
    }
}

/// A colour and how much it covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    /// The colour.
    pub ink: Ink,
    /// Its opacity in [0, 1].
    pub opacity: f64,
}

impl From<Ink> for Paint {
    fn from(ink: Ink) -> Self {
        ink.faint(1.0)
    }
}
