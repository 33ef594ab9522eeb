//! The answer: a statement after the other, each with its verdict.

use maud::{Markup, html};

use super::place::Place;
use super::section::Section;
use super::text::{counted, slug};

/// The answer of a sweep; nothing where there is none.
pub(super) fn answer(sweep: &Section, place: Place) -> Markup {
    html! {
        @if !sweep.answer.is_empty() {
            section.answer aria-label="Answer" {
                ol.claims {
                    @for claim in &sweep.answer {
                        li {
                            span.chip.(slug(&claim.verdict)) { (claim.verdict) }
                            p {
                                span.claimed { "Claim: " (claim.holds) }
                                (claim.words)
                                @if let Some(figure) = &claim.figure {
                                    span.soft { " · " }
                                    a.more href={ "#" (place.id("figure-")) (figure) } { "figure" }
                                }
                                @if !claim.cells.is_empty() {
                                    span.soft { " · " } button.more data-cells=(list(&claim.cells)) {
                                        (counted(claim.cells.len(), "cell"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Rows of `cells` as the script reads them.
pub(super) fn list(cells: &[usize]) -> String {
    cells.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
