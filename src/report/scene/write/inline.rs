//! SVG within a page: text as text, colours by the page's variables, rows of the table by `data-cell`.

use std::fmt::Write;

use super::RIM;
use super::xml::{Clips, escaped, id, paint, shape};
use crate::report::scene::Scene;
use crate::report::scene::ink::Ink;
use crate::report::scene::item::{Anchor, Item, Shape, Text};
use crate::report::scene::palette::variable;
use crate::report::scene::place::hundredth;

/// Fonts whose letters are as wide as those that the room was computed with; then any without serifs.
const FAMILY: &str = "'Liberation Sans',Arimo,Arial,Helvetica,sans-serif";

/// CSS pixels in a point: 96 / 72.
const PIXELS: f64 = 96.0 / 72.0;

fn colour(ink: Ink) -> String {
    format!("var({})", variable(ink))
}

/// The picture as a part of a page.
pub fn inline(scene: &Scene) -> String {
    let id = id(&scene.name);
    let (width, height) = (hundredth(scene.width), hundredth(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" width=\"{}\" height=\"{}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\" aria-describedby=\"{id}-desc\" \
         font-family=\"{FAMILY}\" style=\"font-kerning:none;max-width:100%;height:auto\">\n\
         <desc id=\"{id}-desc\">{}</desc>\n",
        hundredth(scene.width * PIXELS),
        hundredth(scene.height * PIXELS),
        escaped(&scene.title),
        escaped(&scene.description)
    );
    let mut clips = Clips::new(&id);
    for item in &scene.items {
        match item {
            Item::Shape(drawn) => shape(&mut out, &mut clips, drawn, colour, |out| add_mark(out, drawn)),
            Item::Text(text) => add_text(&mut out, text),
        }
    }
    out + "</svg>\n"
}

/// The end of a shape's element, with its row.
fn add_mark(out: &mut String, drawn: &Shape) {
    match &drawn.mark {
        Some(mark) => {
            let tip = escaped(&mark.tip);
            writeln!(out, " data-cell=\"{}\"><title>{tip}</title></path>", mark.cell)
        }
        None => writeln!(out, "/>"),
    }
    .expect("a String takes all");
}

fn add_text(out: &mut String, text: &Text) {
    let (x, y) = (hundredth(text.at.x), hundredth(text.at.y));
    // The length keeps the text in its room whatever font the reader has.
    let mut attributes = format!(
        " x=\"{x}\" y=\"{y}\" font-size=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"",
        hundredth(text.size),
        hundredth(text.width())
    );
    match text.anchor {
        Anchor::Start => {}
        Anchor::Middle => attributes += " text-anchor=\"middle\"",
        Anchor::End => attributes += " text-anchor=\"end\"",
    }
    if text.turned {
        write!(attributes, " transform=\"rotate(-90 {x} {y})\"").expect("a String takes all");
    }
    if text.bold {
        attributes += " font-weight=\"bold\"";
    }
    if text.halo {
        let rim = colour(Ink::Paper);
        write!(
            attributes,
            " stroke=\"{rim}\" stroke-width=\"{RIM}\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        )
        .expect("a String takes all");
    }
    attributes += &paint("fill", text.paint, colour);
    write!(out, "<text{attributes} xml:space=\"preserve\">").expect("a String takes all");
    let mut drop = 0.0;
    for span in &text.markup.spans {
        let letters = escaped(&span.text);
        let below = text.size * span.level.drop();
        let mut way = String::new();
        if below != drop {
            write!(way, " dy=\"{}\"", hundredth(below - drop)).expect("a String takes all");
        }
        if span.level.size() < 1.0 {
            write!(way, " font-size=\"{}\"", hundredth(text.size * span.level.size()))
                .expect("a String takes all");
        }
        if span.italic {
            way += " font-style=\"italic\" font-weight=\"normal\"";
        }
        drop = below;
        if way.is_empty() {
            out.push_str(&letters);
        } else {
            write!(out, "<tspan{way}>{letters}</tspan>").expect("a String takes all");
        }
    }
    out.push_str("</text>\n");
}
