//! What several sweeps say together: the questions of the study in order, each claim once with what every
//! sweep says of it.

use maud::{Markup, PreEscaped, html};

use super::section::Section;
use super::text::{counted, slug};
use super::{names, prefixes};
use crate::report::answer::{Entry, Study};

/// The study as it stands above its sweeps.
pub(in crate::report) fn study(study: &Study, sections: &[Section]) -> Markup {
    let prefixes = prefixes(&names(sections));
    html! {
        ol.questions {
            @for question in &study.questions {
                li {
                    h2 { (question.topic.question()) }
                    @match question.lead() {
                        Some(entry) => (lead(entry, sections, &prefixes)),
                        None => p.note { "None of these sweeps asks that." },
                    }
                    @if !question.entries.is_empty() {
                        details.rest {
                            summary { "What each sweep says, claim by claim" }
                            @for entries in by_claim(&question.entries) { (claim(&entries, sections, &prefixes)) }
                        }
                    }
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

/// The statement that answers a question, with its figure and the command that makes both.
fn lead(entry: &Entry, sections: &[Section], prefixes: &[String]) -> Markup {
    let (section, prefix) = (&sections[entry.sweep], &prefixes[entry.sweep]);
    let plate = entry.figure.and_then(|figure| section.plates.iter().find(|plate| plate.name == figure));
    let command = section.commands.first();
    html! {
        p.lead { (entry.text.html()) }
        p.claimed {
            "“" (entry.holds.trim_end_matches('.')) "”: "
            span.verdict-word.(slug(entry.verdict.name())) { (entry.verdict.name()) }
            " in " a href={ "#" (prefix) "top" } { (entry.name) } ", "
            (counted(entry.runs as usize, "run"))
            @if let Some(command) = command { ": " code { (command.text) } }
        }
        @if let Some(plate) = plate {
            @let own = |svg: &str| svg.replace(&format!("f-{prefix}"), &format!("q-{prefix}"));
            figure.wide[plate.wide] {
                div.plate.stacks[plate.narrow.is_some()] { (PreEscaped(own(&plate.svg))) }
                @if let Some(narrow) = &plate.narrow { div.plate.narrow { (PreEscaped(own(narrow))) } }
                figcaption { b { (plate.title) "." } " " (plate.caption) }
            }
        }
    }
}

/// The statements of each claim, in the order of the first of each.
fn by_claim(entries: &[Entry]) -> Vec<Vec<&Entry>> {
    let mut claims: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        match claims.iter_mut().find(|claim| claim[0].holds == entry.holds) {
            Some(claim) => claim.push(entry),
            None => claims.push(vec![entry]),
        }
    }
    claims
}

/// A claim, in how many sweeps it has which verdict, and what each says.
fn claim(entries: &[&Entry], sections: &[Section], prefixes: &[String]) -> Markup {
    let mut verdicts: Vec<(&str, usize)> = Vec::new();
    for entry in entries {
        match verdicts.iter_mut().find(|(name, _)| *name == entry.verdict.name()) {
            Some((_, count)) => *count += 1,
            None => verdicts.push((entry.verdict.name(), 1)),
        }
    }
    html! {
        h3.claimed {
            "Claim: " (entries[0].holds)
            @for (verdict, count) in &verdicts { " " span.chip.(slug(verdict)) { (verdict) " " (count) } }
        }
        ul.said-of { @for told in entries { (entry(told, sections, prefixes)) } }
    }
}

/// What one sweep says, with the figure that shows it.
fn entry(entry: &Entry, sections: &[Section], prefixes: &[String]) -> Markup {
    let prefix = &prefixes[entry.sweep];
    let plates = &sections[entry.sweep].plates;
    let figure = entry.figure.filter(|figure| plates.iter().any(|plate| plate.name == **figure));
    html! {
        li {
            a href={ "#" (prefix) "top" } { (entry.name) } ", "
            span.verdict-word.(slug(entry.verdict.name())) { (entry.verdict.name()) } ": "
            (entry.text.html())
            @if let Some(figure) = figure {
                span.soft { " · " } a.more href={ "#" (prefix) "figure-" (figure) } { "figure" }
            }
        }
    }
}
