//! The head of a page and of a sweep: the question, the facts, the contents.

use maud::{Markup, html};

use super::place::Place;
use super::section::Section;
use super::text::{counted, shown};

/// The parts of a sweep: the end of the id, and the heading.
const PARTS: [(&str, &str); 6] = [
    ("figures", "Figures"),
    ("cells", "Cells"),
    ("explore", "Explore"),
    ("verdicts", "Verdicts"),
    ("failures", "Failures"),
    ("made", "How it was made"),
];

/// The head of a study, with its contents and what the sweeps say together.
pub(super) fn study(title: &str, study: &Markup, sweeps: &[Section], prefixes: &[String]) -> Markup {
    html! {
        header.top {
            h1 { bdi { (title) } }
        }
        div.study { (study) }
        section.contents {
            h2 { "The sweeps" }
            nav aria-label="Contents" {
                ol {
                    @for (sweep, prefix) in sweeps.iter().zip(prefixes) {
                        li {
                            a href={ "#" (prefix) "top" } { bdi { (shown(&sweep.name)) } }
                            @if let Some(question) = &sweep.question {
                                " " span.soft { bdi { (shown(question)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The head of a sweep.
pub(super) fn head(sweep: &Section, place: Place) -> Markup {
    let name = shown(&sweep.name);
    let title = sweep.question.as_deref().map(shown);
    html! {
        header.top {
            @if title.is_some() { p.name { bdi { (name) } } }
            @let title = title.unwrap_or_else(|| name.clone());
            @if place.in_study { h2.question { bdi { (title) } } } @else { h1 { bdi { (title) } } }
        }
    }
}

/// Links to the parts of a sweep.
pub(super) fn parts(sweep: &Section, place: Place) -> Markup {
    let there = |part: &str| match part {
        "figures" => !sweep.plates.is_empty(),
        "explore" => sweep.results.lines().nth(1).is_some(),
        _ => true,
    };
    html! {
        nav.parts aria-label={ "Parts of " (shown(&sweep.name)) } {
            @for (part, title) in PARTS.into_iter().filter(|(part, _)| there(part)) {
                a href={ "#" (place.id(part)) } { (title) }
            }
        }
    }
}

/// What was run, in counts.
pub(super) fn facts(sweep: &Section) -> Markup {
    let facts = &sweep.facts;
    let counted = |count: u64, noun| counted(count as usize, noun);
    let split = |text: String| {
        let (count, noun) = text.split_once(' ').unwrap_or((&text, ""));
        html! { li { b { (count) } " " (noun) } }
    };
    html! {
        ul.facts {
            (split(counted(facts.runs, "run")))
            (split(counted(facts.cells, "cell")))
            (split(counted(facts.replicates, "replicate")))
            @for (count, what) in
                [(facts.failed, "failed"), (facts.diverged, "diverged"), (facts.missing, "missing")] {
                @if count > 0 || what == "failed" { li.bad[count > 0] { b { (count) } " " (what) } }
            }
            li { "plan " b.code { (facts.plan_hash) } }
            li { "bidsweep " b { (facts.version) } }
        }
    }
}
