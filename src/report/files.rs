//! What a report is made of, as files in memory.

use std::path::Path;

use maud::html;
use rayon::prelude::*;

use super::Report;
use super::answer::{self, Answer, Statement, Topic, Verdict};
use super::figure::{self, Picture, Subject};
use super::page::{self, Claim, Facts, Page, Plate, Section};
use super::scene::{self, Scene};
use super::tables::{self, PaperTable, TableOptions};
use super::write::{FIGURE_FOLDER, ReportFile, TABLE_FOLDER};
use crate::store::StoreError;

/// The width in inches of figures on a phone.
const NARROW: f64 = 3.25;

/// A figure as it stands in files, and as it stands on a phone where that differs.
struct Drawn {
    picture: Picture,
    narrow: Option<Scene>,
}

impl Report {
    /// The files of the report: a function of the tables, the plan and this version alone.
    ///
    /// # Errors
    /// Where a table cannot be read.
    pub fn files(&self) -> Result<Vec<ReportFile>, StoreError> {
        let drawn = self.drawn()?;
        let mut files: Vec<ReportFile> =
            drawn.par_iter().flat_map(|drawn| figure_files(&drawn.picture)).collect();
        let tables = tables::tables(&self.results, &TableOptions::of(self.results.plan.report()));
        files.extend(tables.into_iter().flat_map(table_files));
        let macros = tables::macros(&self.answer, self.results.plan.name());
        files.push(ReportFile::new(format!("{TABLE_FOLDER}/macros.tex"), macros));
        let page = Page {
            title: self.results.plan.name().to_owned(),
            study: None,
            sections: vec![self.section(&drawn, "", "")?],
            figure_css: &scene::css(),
        };
        files.push(ReportFile::new("index.html", page::page(&page)));
        Ok(files)
    }

    /// The figures of the sweep, drawn once more for a phone where they have several panels.
    fn drawn(&self) -> Result<Vec<Drawn>, StoreError> {
        let settings = self.results.plan.report();
        let draw = |phone: Option<f64>| {
            figure::pictures(&Subject { results: &self.results, findings: &self.findings, settings, phone })
        };
        let pictures = draw(None)?;
        let mut narrow = Vec::new();
        if pictures.iter().any(is_wide) {
            narrow = draw(Some(NARROW))?;
        }
        let drawn = |picture: Picture| {
            let same = narrow.iter().find(|other| other.name == picture.name && is_wide(&picture));
            Drawn { narrow: same.map(|other| other.scene.clone()), picture }
        };
        Ok(pictures.into_iter().map(drawn).collect())
    }

    /// The sweep's part of a page that stands in a folder from which `files` leads to its report; ids of
    /// figures begin with `prefix`.
    fn section<'a>(&'a self, drawn: &[Drawn], files: &str, prefix: &str) -> Result<Section<'a>, StoreError> {
        let results = &self.results;
        let plates: Vec<Plate> = drawn.iter().map(|drawn| plate(drawn, files, prefix)).collect();
        let name = results.plan.name();
        // As in the default folder: a page does not change with the place that it stands in.
        let folder = Path::new("out").join(name);
        Ok(Section {
            name: name.to_owned(),
            question: results.plan.question().map(str::to_owned),
            answer: claims(&self.answer, &plates),
            facts: Facts::of(results),
            plates,
            results,
            failures: page::failures(results)?,
            commands: page::commands(&folder.join("sweep.toml"), &folder, &results.manifest.set),
            sweep: results.plan.source().to_owned(),
        })
    }
}

/// The files of one page of several sweeps, which stands in a folder; `reports` leads from there to the
/// report of each.
///
/// # Errors
/// Where a table cannot be read.
pub fn study(reports: &[Report], paths: &[String]) -> Result<Vec<ReportFile>, StoreError> {
    let drawn: Vec<Vec<Drawn>> = reports.iter().map(Report::drawn).collect::<Result<_, _>>()?;
    let mut sections = Vec::new();
    let names: Vec<&str> = reports.iter().map(|report| report.results.plan.name()).collect();
    let prefixes = page::prefixes(&names);
    for (((report, drawn), path), prefix) in reports.iter().zip(&drawn).zip(paths).zip(&prefixes) {
        sections.push(report.section(drawn, path, prefix)?);
    }
    let told: Vec<_> = reports.iter().map(|report| (&report.results, &report.answer)).collect();
    let study = page::study(&answer::study(&told), &sections);
    let page = Page {
        title: format!("What {} sweeps say", reports.len()),
        study: Some(study),
        sections,
        figure_css: &scene::css(),
    };
    Ok(vec![ReportFile::new("index.html", page::page(&page))])
}

/// Whether a picture takes more than a column.
fn is_wide(picture: &Picture) -> bool {
    picture.scene.width > NARROW * 72.0 + 0.5
}

/// The most bytes of a picture as SVG within a page; a larger one stands there as PNG.
const MOST_INLINE: usize = 500_000;

/// A figure on a page.
fn plate(drawn: &Drawn, files: &str, prefix: &str) -> Plate {
    let Picture { name, scene, caption } = &drawn.picture;
    let inline = |scene: &Scene, ending: &str| {
        let svg = Scene { name: format!("{prefix}{name}{ending}"), ..scene.clone() }.inline_svg();
        if svg.len() <= MOST_INLINE { svg } else { page::png(&scene.png(), &scene.description) }
    };
    Plate {
        name: name.clone(),
        title: scene.title.clone(),
        caption: html! { (caption) },
        svg: inline(scene, ""),
        narrow: drawn.narrow.as_ref().map(|scene| inline(scene, "-narrow")),
        wide: is_wide(&drawn.picture),
        files: ENDINGS.map(|ending| format!("{files}{FIGURE_FOLDER}/{name}.{ending}")).to_vec(),
    }
}

/// The statements of an answer that say something, each with its figure where that was drawn.
fn claims(answer: &Answer, plates: &[Plate]) -> Vec<Claim> {
    let claim = |statement: &Statement| Claim {
        verdict: statement.verdict.name().to_owned(),
        is_check: statement.topic == Topic::Runs,
        is_good: statement.verdict == Verdict::Supported,
        holds: statement.holds.to_owned(),
        words: statement.text.html(),
        figure: statement
            .figure
            .filter(|figure| plates.iter().any(|plate| plate.name == *figure))
            .map(str::to_owned),
        cells: statement.evidence.clone(),
    };
    let mut told: Vec<&Statement> = answer.told().collect();
    told.sort_by_key(|statement| statement.rank());
    told.into_iter().map(claim).collect()
}

/// The formats of figures.
const ENDINGS: [&str; 3] = ["svg", "png", "pdf"];

/// A picture in each format.
fn figure_files(picture: &Picture) -> [ReportFile; 3] {
    let Picture { name, scene, .. } = picture;
    let bytes = [scene.svg().into_bytes(), scene.png(), scene.pdf()];
    let mut bytes = bytes.into_iter();
    ENDINGS.map(|ending| {
        let bytes = bytes.next().expect("one a format");
        ReportFile::new(format!("{FIGURE_FOLDER}/{name}.{ending}"), bytes)
    })
}

/// A table in each format.
fn table_files(table: PaperTable) -> [ReportFile; 3] {
    let PaperTable { name, tex, markdown, csv } = table;
    [("tex", tex), ("md", markdown), ("csv", csv)]
        .map(|(ending, text)| ReportFile::new(format!("{TABLE_FOLDER}/{name}.{ending}"), text))
}
