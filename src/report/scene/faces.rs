//! The fonts that pictures carry.

use std::sync::LazyLock;

use ttf_parser::{Face as Parsed, GlyphId};

/// A font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// Upright.
    Regular,
    /// Italic.
    Italic,
    /// Bold and upright.
    Bold,
}

const FILES: [&[u8]; 3] = [
    include_bytes!("fonts/BidsweepSans-Regular.ttf"),
    include_bytes!("fonts/BidsweepSans-Italic.ttf"),
    include_bytes!("fonts/BidsweepSans-Bold.ttf"),
];

static PARSED: LazyLock<[Parsed<'static>; 3]> =
    LazyLock::new(|| FILES.map(|file| Parsed::parse(file, 0).expect("the fonts of this crate are fonts")));

impl Face {
    /// All of them.
    pub const ALL: [Face; 3] = [Face::Regular, Face::Italic, Face::Bold];

    /// The font of a part of a text.
    pub fn choose(italic: bool, bold: bool) -> Self {
        match (italic, bold) {
            (true, _) => Face::Italic,
            (false, true) => Face::Bold,
            (false, false) => Face::Regular,
        }
    }

    /// Its file, in TrueType's format.
    pub fn file(self) -> &'static [u8] {
        FILES[self as usize]
    }

    /// Its tables.
    pub fn parsed(self) -> &'static Parsed<'static> {
        &PARSED[self as usize]
    }

    /// Units of its tables in the size of a letter.
    pub fn units(self) -> f64 {
        f64::from(self.parsed().units_per_em())
    }

    /// Whether it has a character.
    pub fn has(self, c: char) -> bool {
        self.parsed().glyph_index(c).is_some()
    }

    /// The glyph of a character; an empty box where it has none.
    pub fn glyph(self, c: char) -> GlyphId {
        let index = |c| self.parsed().glyph_index(c);
        index(c).or_else(|| index('□')).unwrap_or(GlyphId(0))
    }

    /// How far a glyph moves the pen, as a share of the size.
    pub fn advance(self, glyph: GlyphId) -> f64 {
        f64::from(self.parsed().glyph_hor_advance(glyph).unwrap_or(0)) / self.units()
    }
}
