//! A font in a PDF file: glyphs by their numbers, with the characters they stand for.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};

use super::packed;
use super::subset::subset;
use crate::report::scene::faces::Face;
use ttf_parser::GlyphId;

const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Adds a font of these glyphs; its objects are `first` and the four after it.
pub fn embed(pdf: &mut Pdf, first: Ref, face: Face, glyphs: &[(u16, char)]) {
    let object = |at: i32| Ref::new(first.get() + at);
    let (descendant, descriptor, file, characters) = (object(1), object(2), object(3), object(4));
    let numbers: Vec<u16> = glyphs.iter().map(|(glyph, _)| *glyph).collect();
    let name = name(face, &numbers);
    let name = Name(name.as_bytes());

    let mut font = pdf.type0_font(first);
    font.base_font(name).encoding_predefined(Name(b"Identity-H"));
    font.descendant_font(descendant).to_unicode(characters);
    font.finish();

    let mut font = pdf.cid_font(descendant);
    font.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
    font.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = font.widths();
    for glyph in &numbers {
        widths.consecutive(*glyph, [(face.advance(GlyphId(*glyph)) * 1000.0) as f32]);
    }
    widths.finish();
    font.finish();

    let parsed = face.parsed();
    let thousandths = |units: f64| (units * 1000.0 / face.units()) as f32;
    let bounds = parsed.global_bounding_box();
    let bounds =
        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|side| thousandths(side.into()));
    let mut flags = FontFlags::NON_SYMBOLIC;
    if face == Face::Italic {
        flags |= FontFlags::ITALIC;
    }
    let mut about = pdf.font_descriptor(descriptor);
    about.name(name).flags(flags).bbox(Rect::new(bounds[0], bounds[1], bounds[2], bounds[3]));
    about.italic_angle(parsed.italic_angle()).ascent(thousandths(parsed.ascender().into()));
    about.descent(thousandths(parsed.descender().into()));
    about.cap_height(thousandths(parsed.capital_height().unwrap_or(1409).into()));
    // The width of stems: what readers guess a font by where they must replace it.
    about.stem_v(if face == Face::Bold { 140.0 } else { 80.0 }).font_file2(file);
    about.finish();

    let bytes = subset(face, &numbers);
    pdf.stream(file, &packed(&bytes)).filter(Filter::FlateDecode).pair(Name(b"Length1"), bytes.len() as i32);

    let mut map = UnicodeCmap::<u16>::new(Name(b"Characters"), SYSTEM);
    for (glyph, letter) in glyphs {
        map.pair(*glyph, *letter);
    }
    let map = map.finish();
    pdf.cmap(characters, &packed(&map)).filter(Filter::FlateDecode);
}

/// The font's name in the file: six letters that tell subsets apart, and its own.
fn name(face: Face, glyphs: &[u16]) -> String {
    let bytes: Vec<u8> = glyphs.iter().flat_map(|glyph| glyph.to_be_bytes()).collect();
    let hash = blake3::hash(&bytes);
    let tag: String = hash.as_bytes()[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect();
    format!("{tag}+BidsweepSans-{face:?}")
}
