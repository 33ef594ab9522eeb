//! PDF files of one page, with fonts in them, so that text can be searched and copied.

mod content;
mod embed;
mod subset;

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use self::content::{Content, content};
use self::embed::embed;
use crate::report::scene::Scene;
use crate::report::scene::faces::Face;
use crate::report::scene::markup::printable;
use crate::report::scene::place::hundredth;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);

/// The first object of a font; those that it needs follow.
fn font_object(face: Face) -> Ref {
    Ref::new(10 + 10 * face as i32)
}

/// The object of a pair of opacities.
fn opacity_object(at: usize) -> Ref {
    Ref::new(100 + at as i32)
}

/// The picture as a file.
pub fn pdf(scene: &Scene) -> Vec<u8> {
    let Content { bytes, glyphs, opacities } = content(scene);
    let used = |face: Face| -> Vec<_> {
        let of_face = glyphs.iter().filter(|((used, _), _)| *used == face);
        of_face.map(|((_, glyph), letter)| (*glyph, *letter)).collect()
    };
    let fonts: Vec<_> = Face::ALL.into_iter().map(|face| (face, used(face))).collect();
    let fonts: Vec<_> = fonts.into_iter().filter(|(_, glyphs)| !glyphs.is_empty()).collect();

    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    let title: String = scene.title.chars().map(printable).collect();
    let subject: String = scene.description.chars().map(printable).collect();
    pdf.document_info(INFO).title(TextStr(&title)).subject(TextStr(&subject)).creator(TextStr("bidsweep"));

    let mut page = pdf.page(PAGE);
    page.media_box(Rect::new(0.0, 0.0, hundredth(scene.width) as f32, hundredth(scene.height) as f32));
    page.parent(PAGES).contents(CONTENT);
    let mut resources = page.resources();
    let mut named = resources.ext_g_states();
    for at in 0..opacities.len() {
        named.pair(Name(content::opacity_name(at).as_bytes()), opacity_object(at));
    }
    named.finish();
    let mut named = resources.fonts();
    for (face, _) in &fonts {
        named.pair(Name(content::font_name(*face)), font_object(*face));
    }
    named.finish();
    resources.finish();
    page.finish();

    for (at, (fill, stroke)) in opacities.into_iter().enumerate() {
        let mut state = pdf.ext_graphics(opacity_object(at));
        state.non_stroking_alpha(fill as f32).stroking_alpha(stroke as f32);
    }
    for (face, glyphs) in &fonts {
        embed(&mut pdf, font_object(*face), *face, glyphs);
    }
    pdf.stream(CONTENT, &packed(&bytes)).filter(Filter::FlateDecode);
    pdf.finish()
}

/// Bytes, packed by zlib.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(9));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes all that is written")
}
