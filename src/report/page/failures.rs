//! Runs without numbers.

use maud::{Markup, html};

use super::place::Place;
use super::section::Section;
use super::text::{counted, shown};

/// The runs of a sweep that failed or diverged, or that there are none.
pub(super) fn failures(sweep: &Section, place: Place) -> Markup {
    let facts = &sweep.facts;
    let all = (facts.failed + facts.diverged) as usize;
    html! {
        section aria-labelledby=(place.id("failures")) {
            (place.heading("failures", "Failures"))
            @if all == 0 {
                p { "None: " (counted(facts.runs as usize, "run")) " trained all epochs." }
            } @else {
                p {
                    (facts.failed) " failed and " (facts.diverged) " diverged of "
                    (counted(facts.runs as usize, "run"))
                    "; means are over the others."
                    @if sweep.failures.len() < all { " The first " (sweep.failures.len()) ":" }
                }
                div.scroll tabindex="0" role="region" aria-label="Runs without numbers" {
                    table.plain {
                        thead {
                            tr {
                                @for title in ["Cell", "Run", "Status", "What went wrong"] {
                                    th scope="col" { (title) }
                                }
                            }
                        }
                        tbody {
                            @for failure in &sweep.failures {
                                tr {
                                    td {
                                        @let label = html! { bdi { (shown(&failure.label)) } };
                                        @if let Some(cell) = failure.cell {
                                            button.more data-cells=(cell) { (label) }
                                        } @else { (label) }
                                    }
                                    td.number { (failure.replicate) }
                                    td { span.word.(failure.status) { (failure.status) } }
                                    td.message {
                                        bdi { (failure.message.as_deref().map_or("–".into(), shown)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if facts.missing > 0 {
                p.note { (counted(facts.missing as usize, "run")) " of the plan still to be trained." }
            }
        }
    }
}
