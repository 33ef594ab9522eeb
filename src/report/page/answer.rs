//! The answer: a statement after the other, each with its verdict.

use maud::{Markup, html};

use super::place::Place;
use super::section::{Claim, Section};
use super::text::{counted, slug};

/// Statements that stand open; the others are folded.
const LEADING: usize = 4;

/// The answer of a sweep; nothing where there is none.
pub(super) fn answer(sweep: &Section, place: Place) -> Markup {
    // What went wrong with the runs stands first, and that all went well is a check beside others.
    let (urgent, usual): (Vec<&Claim>, Vec<&Claim>) =
        sweep.answer.iter().partition(|claim| claim.is_check && !claim.is_good);
    let (mut first, mut rest) = (urgent, Vec::new());
    for (at, claim) in usual.into_iter().enumerate() {
        if at < LEADING && !claim.is_check { first.push(claim) } else { rest.push(claim) }
    }
    html! {
        @if !sweep.answer.is_empty() {
            section.answer aria-label="Answer" {
                ol.claims { @for claim in &first { (statement(claim, place)) } }
                @if !rest.is_empty() {
                    details.rest {
                        summary { (counted(rest.len(), "more statement")) }
                        ol.claims { @for claim in &rest { (statement(claim, place)) } }
                    }
                }
            }
        }
    }
}

/// A statement: its words, what they say of which claim, and where that is seen.
fn statement(claim: &Claim, place: Place) -> Markup {
    html! {
        li {
            p { (claim.words) }
            p.claimed {
                "“" (claim.holds.trim_end_matches('.')) "”: "
                span.verdict-word.(slug(&claim.verdict)) { (claim.verdict) }
                @if let Some(figure) = &claim.figure {
                    " · " a.more href={ "#" (place.id("figure-")) (figure) } { "figure" }
                }
                @if !claim.cells.is_empty() {
                    " · " button.more data-cells=(list(&claim.cells)) { (counted(claim.cells.len(), "cell")) }
                }
            }
        }
    }
}

/// Rows of `cells` as the script reads them.
pub(super) fn list(cells: &[usize]) -> String {
    cells.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
