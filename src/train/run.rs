//! One run.

use super::{Recording, Settings, Standing};

/// One run: what it is trained with, from which seed, and what the observers keep of it.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What the run is trained with.
    pub settings: &'a Settings,
    /// What its random streams are keyed by. 0 is a seed.
    pub seed: u64,
    /// What the observers keep.
    pub recording: Recording,
    /// Where the bidders start, one a bidder, if not where the settings say: where those of another run
    /// stood.
    pub start: Option<&'a [Standing]>,
}
