//! What several sweeps say together: the questions of the study, in order.

use maud::{Markup, html};

use super::prefixes;
use super::section::Section;
use super::text::slug;
use crate::report::answer::{Entry, Study};

/// The study as it stands above its sweeps.
pub(in crate::report) fn study(study: &Study, sections: &[Section]) -> Markup {
    let prefixes = prefixes(sections);
    html! {
        ol.questions {
            @for question in &study.questions {
                li {
                    h2 { (question.topic.question()) }
                    @if question.entries.is_empty() { p.note { "None of these sweeps asks that." } }
                    ol.claims { @for told in &question.entries { (entry(told, sections, &prefixes)) } }
                }
            }
        }
        @if !study.corrections.is_empty() {
            h2 { "What the first report got wrong" }
            @for text in &study.corrections { p { (text.html()) } }
        }
        @if !study.not_shown.is_empty() {
            h2 { "What is not shown" }
            ul { @for (topic, text) in &study.not_shown { li { span.soft { (topic.question()) } " " (text.html()) } } }
        }
    }
}

/// What one sweep says, with the figure that shows it and the command that makes it.
fn entry(entry: &Entry, sections: &[Section], prefixes: &[String]) -> Markup {
    let prefix = &prefixes[entry.sweep];
    let plates = &sections[entry.sweep].plates;
    let again = sections[entry.sweep].commands.first();
    let figure = entry.figure.filter(|figure| plates.iter().any(|plate| plate.name == **figure));
    html! {
        li {
            span.chip.(slug(entry.verdict.name())) { (entry.verdict.name()) }
            p {
                span.claimed { "Claim: " (entry.holds) }
                (entry.text.html())
                span.soft { " · " } a.more href={ "#" (prefix) "top" } { (entry.name) }
                @if let Some(figure) = figure {
                    span.soft { " · " } a.more href={ "#" (prefix) "figure-" (figure) } { "figure" }
                }
                @if let Some(again) = again { span.soft { " · " } code.soft { (again.text) } }
            }
        }
    }
}
