//! The figures, each with its caption and its files.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use maud::{Markup, PreEscaped, html};

use super::place::Place;
use super::section::{Plate, Section};

/// The figures of a sweep; nothing where there are none.
pub(super) fn figures(sweep: &Section, place: Place) -> Markup {
    html! {
        @if !sweep.plates.is_empty() {
            section aria-labelledby=(place.id("figures")) {
                (place.heading("figures", "Figures"))
                div.figures { @for plate in &sweep.plates { (figure(plate, place)) } }
            }
        }
    }
}

/// A picture of many marks as it stands within the page.
pub(in crate::report) fn png(bytes: &[u8], description: &str) -> String {
    let data = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(bytes));
    html! { img src=(data) alt=(description); }.into_string()
}

fn figure(plate: &Plate, place: Place) -> Markup {
    html! {
        figure.wide[plate.wide] id={ (place.id("figure-")) (plate.name) } {
            div.plate.stacks[plate.narrow.is_some()] tabindex=[plate.wide.then_some("0")]
                role=[plate.wide.then_some("group")] aria-label=[plate.wide.then_some(&plate.title)] {
                (PreEscaped(&plate.svg))
            }
            @if let Some(narrow) = &plate.narrow { div.plate.narrow { (PreEscaped(narrow)) } }
            figcaption {
                b { (plate.title) "." } " " (plate.caption)
                span.files {
                    @for file in &plate.files {
                        " " a href=(file) { (file.rsplit('.').next().unwrap_or(file)) }
                    }
                }
            }
        }
    }
}
