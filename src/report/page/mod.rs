//! The report's page: one file of HTML that needs no network, for one sweep or for a study of several.
//!
//! ```text
//! results -> columns -> data (JSON) -> table, explore: drawn by the page's script
//!         -> head, answer, figures, verdicts, failures, made: written here
//! ```
//!
//! Nothing that a user wrote reaches the page as markup: maud escapes texts, [`text::shown`] takes out what
//! steers a terminal or turns the direction of writing, and the JSON has no `<`.

mod answer;
mod columns;
mod data;
mod explore;
mod facts;
mod failures;
mod figures;
mod head;
mod made;
mod number;
mod place;
mod section;
mod study;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod verdicts;

pub(in crate::report) use facts::{Facts, failures};
pub(in crate::report) use figures::png;
pub(in crate::report) use made::commands;
pub(in crate::report) use section::{Claim, Page, Plate, Section};
pub(in crate::report) use study::study;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use place::Place;

/// No page is larger, figures apart: columns that come last are left out.
const MOST_BYTES: usize = 9_000_000;

/// What the page may do: show itself, and fetch nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

/// The parts of the script, in the order in which they are read.
const SCRIPT: [&str; 7] = [
    include_str!("script/data.js"),
    include_str!("script/filter.js"),
    include_str!("script/copy.js"),
    include_str!("script/table.js"),
    include_str!("script/scale.js"),
    include_str!("script/explore.js"),
    include_str!("script/page.js"),
];

/// The page as HTML.
pub(in crate::report) fn page(page: &Page) -> String {
    let prefixes = prefixes(&names(&page.sections));
    let budget = MOST_BYTES / page.sections.len().max(1);
    let title = text::shown(&page.title);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="generator" content={ "bidsweep " (env!("CARGO_PKG_VERSION")) };
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) (PreEscaped(page.figure_css)) }
            }
            body {
                a.skip href="#main" { "Skip to the answer" }
                main id="main" {
                    @if let Some(study) = &page.study {
                        (head::study(&title, study, &page.sections, &prefixes))
                    }
                    @for (sweep, prefix) in page.sections.iter().zip(&prefixes) {
                        @let place = Place { prefix, in_study: page.study.is_some() };
                        (section(sweep, place, budget))
                    }
                    noscript {
                        p.note { "The tables and the explorer need JavaScript; all else stands without." }
                    }
                }
                p #said .said role="status" aria-live="polite" {}
                script {
                    (PreEscaped("\"use strict\";(()=>{\n"))
                    (PreEscaped(SCRIPT.concat()))
                    (PreEscaped("})();"))
                }
            }
        }
    }
    .into_string()
}

/// All of one sweep.
fn section(sweep: &Section, place: Place, budget: usize) -> Markup {
    let data = data::data(sweep.results, budget);
    html! {
        article.sweep id=(place.id("top")) data-prefix=(place.prefix) {
            (head::head(sweep, place))
            (answer::answer(sweep, place))
            (head::facts(sweep))
            (head::parts(sweep, place))
            (figures::figures(sweep, place))
            (table::table(&data, sweep, place))
            (explore::explore(place, sweep.results.lines().count()))
            (verdicts::verdicts(sweep, place))
            (failures::failures(sweep, place))
            (made::made(sweep, place))
            script type="application/json" id=(place.id("data")) { (PreEscaped(data.json())) }
        }
    }
}

/// The names of sweeps.
fn names<'a>(sections: &'a [Section]) -> Vec<&'a str> {
    sections.iter().map(|sweep| sweep.name.as_str()).collect()
}

/// What the ids of each sweep begin with, each another: nothing where there is one.
pub(in crate::report) fn prefixes(names: &[&str]) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for name in names {
        let mut prefix = if names.len() == 1 { String::new() } else { text::slug(name) + "-" };
        while known.contains(&prefix) {
            prefix.insert_str(prefix.len() - 1, "-again");
        }
        known.push(prefix);
    }
    known
}
