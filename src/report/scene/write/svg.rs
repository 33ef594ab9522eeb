//! SVG files: each glyph's outline once, and where it is used.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::RIM;
use super::xml::{Clips, escaped, id, paint, shape, steps};
use crate::report::scene::Scene;
use crate::report::scene::faces::Face;
use crate::report::scene::ink::Ink;
use crate::report::scene::item::{Item, Text};
use crate::report::scene::lay::{Laid, lay, outline};
use crate::report::scene::palette::{hex, light};
use crate::report::scene::place::hundredth;

fn colour(ink: Ink) -> String {
    hex(light(ink))
}

/// The picture as a file.
pub fn svg(scene: &Scene) -> String {
    let id = id(&scene.name);
    let (width, height) = (hundredth(scene.width), hundredth(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{width}pt\" height=\"{height}pt\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        escaped(&scene.title),
        escaped(&scene.description)
    );
    add_glyphs(&mut out, scene, &id);
    writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>", colour(Ink::Paper))
        .expect("a String takes all");
    let mut clips = Clips::new(&id);
    for item in &scene.items {
        match item {
            Item::Shape(drawn) => shape(&mut out, &mut clips, drawn, colour, |out| out.push_str("/>\n")),
            Item::Text(text) => add_text(&mut out, text, &id),
        }
    }
    out + "</svg>\n"
}

fn glyph_id(id: &str, laid: &Laid) -> String {
    let face = match laid.face {
        Face::Regular => 'r',
        Face::Italic => 'i',
        Face::Bold => 'b',
    };
    format!("{id}-{face}{}", laid.glyph.0)
}

/// The outlines of all glyphs, in units of their font.
fn add_glyphs(out: &mut String, scene: &Scene, id: &str) {
    out.push_str("<defs>\n");
    let mut seen = BTreeSet::new();
    for laid in scene.texts().flat_map(|text| lay(&text.markup, text.size, text.bold).0) {
        let outline = outline(laid.face, laid.glyph);
        if !outline.steps.is_empty() && seen.insert((laid.face, laid.glyph)) {
            writeln!(out, "<path id=\"{}\" d=\"{}\"/>", glyph_id(id, &laid), steps(&outline))
                .expect("a String takes all");
        }
    }
    out.push_str("</defs>\n");
}

fn add_text(out: &mut String, text: &Text, id: &str) {
    let (glyphs, length) = lay(&text.markup, text.size, text.bold);
    let start = text.anchor.start(length);
    let turn = if text.turned { "rotate(-90)" } else { "" };
    let place = format!("translate({} {}){turn}", hundredth(text.at.x), hundredth(text.at.y));
    // The rim of all glyphs stands below all of them.
    for rim in [true, false] {
        if rim && !text.halo {
            continue;
        }
        let ink = if rim { " stroke-linejoin=\"round\"".into() } else { paint("fill", text.paint, colour) };
        write!(out, "<g transform=\"{place}\"{ink}>").expect("a String takes all");
        for run in glyphs.chunk_by(|a, b| a.size == b.size && a.at.y == b.at.y) {
            let units = run[0].face.units();
            let scale = run[0].size / units;
            let pen = if rim {
                let rim = hundredth(RIM / scale);
                format!(" fill=\"none\" stroke=\"{}\" stroke-width=\"{rim}\"", colour(Ink::Paper))
            } else {
                String::new()
            };
            let (x, y) = (hundredth(start + run[0].at.x), hundredth(run[0].at.y));
            write!(out, "<g transform=\"translate({x} {y})scale({scale:.7} -{scale:.7})\"{pen}>")
                .expect("a String takes all");
            for laid in run.iter().filter(|laid| laid.letter != ' ' && laid.letter != '\u{a0}') {
                let x = libm::round((laid.at.x - run[0].at.x) / scale);
                write!(out, "<use xlink:href=\"#{}\" x=\"{x}\"/>", glyph_id(id, laid))
                    .expect("a String takes all");
            }
            out.push_str("</g>");
        }
        out.push_str("</g>\n");
    }
}
