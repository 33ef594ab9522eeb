//! The explorer's frame: any measure against any other, coloured by a third. Drawn by the script.

use maud::{Markup, html};

use super::place::Place;

/// The explorer of a sweep.
///
/// Of one row there is nothing to explore: it is hidden.
pub(super) fn explore(place: Place, rows: usize) -> Markup {
    let choice = |name: &str, title: &str, log: bool| {
        html! {
            span.choice {
                label { span { (title) } select data-role=(name) {} }
                @if log { label.log { input type="checkbox" data-log=(name); span { "log" } } }
            }
        }
    };
    html! {
        section.explore hidden[rows < 2] aria-labelledby=(place.id("explore")) {
            (place.heading("explore", "Explore"))
            div.bar {
                (choice("y", "Show", true))
                (choice("x", "against", true))
                (choice("colour", "coloured by", false))
            }
            div.board {
                canvas role="img" aria-label="Scatter plot of the lines of the table" {}
                div.tip hidden {}
            }
            div.legend {}
            p.told role="status" aria-live="polite" {}
        }
    }
}
