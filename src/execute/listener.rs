//! Who hears what there is to say of a sweep beside its results.

/// Hears of what is odd, and of what was done about it.
pub trait Listener: Sync {
    /// Hears something of interest.
    fn note(&self, text: &str);

    /// Hears a warning, which says that it is one.
    fn warn(&self, text: &str);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Listener for Nobody {
    fn note(&self, _: &str) {}

    fn warn(&self, _: &str) {}
}
