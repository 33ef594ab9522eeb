//! How a sweep was made, and how to make it again and read its tables.

use std::path::Path;

use maud::{Markup, html};

use super::place::Place;
use super::section::{Command, Section};
use super::text::shown;

/// How a sweep was made.
pub(super) fn made(sweep: &Section, place: Place) -> Markup {
    let facts = &sweep.facts;
    html! {
        section.made aria-labelledby=(place.id("made")) {
            (place.heading("made", "How it was made"))
            dl {
                dt { "Plan" } dd.code { (facts.plan_hash) }
                dt { "Root seed" } dd { (facts.root) }
                dt { "Program" }
                dd {
                    "bidsweep " (facts.version)
                    @if let Some(commit) = &facts.commit { ", commit " span.code { (shown(commit)) } }
                }
                dt { "Versions" } dd { "results " (facts.results_version) ", tables " (facts.schema) }
                @if !facts.set.is_empty() {
                    dt { "Overrides" } dd.code { bdi { (shown(&facts.set.join(" "))) } }
                }
            }
            (paste("Sweep file", &sweep.sweep, true))
            div.pastes { @for command in &sweep.commands { (paste(&command.title, &command.text, false)) } }
        }
    }
}

/// A text with a button that copies it.
fn paste(title: &str, text: &str, long: bool) -> Markup {
    html! {
        div.paste {
            div.bar { b { (title) } button.copy aria-label={ "Copy: " (title) } { "Copy" } }
            pre.long[long] tabindex="0" { code { (shown(text.trim_end())) } }
        }
    }
}

/// The commands of a sweep: how to make it again from its file, and how to read its tables in a folder.
pub(in crate::report) fn commands(file: &Path, folder: &Path, set: &[String]) -> Vec<Command> {
    let cells = folder.join("cells.parquet").display().to_string();
    let overrides: String = set.iter().map(|set| format!(" --set {}", shell(set))).collect();
    let out = folder.parent().filter(|parent| !parent.as_os_str().is_empty() && *parent != Path::new("out"));
    let out = out.map_or_else(String::new, |out| format!(" --out {}", shell(&out.display().to_string())));
    let text = serde_json::to_string(&cells).expect("a text is JSON");
    let sql = cells.replace('\'', "''");
    let command = |title: &str, text: String| Command { title: title.into(), text };
    vec![
        command(
            "Make it again",
            format!("bidsweep run {}{out}{overrides}", shell(&file.display().to_string())),
        ),
        command(
            "Train some runs again and compare",
            format!("bidsweep verify {}", shell(&folder.display().to_string())),
        ),
        command("pandas", format!("import pandas\ncells = pandas.read_parquet({text})")),
        command("polars", format!("import polars\ncells = polars.read_parquet({text})")),
        command("DuckDB", format!("SELECT * FROM read_parquet('{sql}');")),
        command("R", format!("library(arrow)\ncells <- read_parquet({text})")),
    ]
}

/// A text as one word of a POSIX shell.
fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%,".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        text.into()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_quote_what_they_name() {
        let set = ["name=it's".to_owned()];
        let commands = commands(Path::new("a b.toml"), Path::new("x/it's \"mine\""), &set);
        let text = |at: usize| commands[at].text.as_str();
        assert_eq!(text(0), "bidsweep run 'a b.toml' --out x --set 'name=it'\\''s'");
        assert_eq!(text(1), "bidsweep verify 'x/it'\\''s \"mine\"'");
        assert_eq!(
            text(2),
            "import pandas\ncells = pandas.read_parquet(\"x/it's \\\"mine\\\"/cells.parquet\")"
        );
        assert_eq!(text(4), "SELECT * FROM read_parquet('x/it''s \"mine\"/cells.parquet');");
    }

    #[test]
    fn plain_paths_stay_plain() {
        let commands = commands(Path::new("sweeps/beta-n.toml"), Path::new("out/beta-n"), &[]);
        assert_eq!(commands[0].text, "bidsweep run sweeps/beta-n.toml");
    }
}
