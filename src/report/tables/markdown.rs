//! Tables in Markdown.

use super::model::{Cell, Digits, Model, Spread};
use crate::report::answer::markdown_escaped;

pub(super) fn write(model: &Model) -> String {
    let heads: Vec<String> = model
        .columns
        .iter()
        .map(|column| match column.over {
            Some(heading) if !column.plain.contains(heading.plain()) => {
                format!("{} {}", column.plain, heading.plain())
            }
            _ => column.plain.clone(),
        })
        .map(|head| markdown_escaped(&head))
        .collect();
    let rules = model.columns.iter().map(|column| if column.digits == Digits::Words { ":--" } else { "--:" });
    let mut out = format!("| {} |\n| {} |\n", heads.join(" | "), rules.collect::<Vec<_>>().join(" | "));
    for row in &model.rows {
        let entries = model.columns.iter().zip(&row.cells).map(|(column, cell)| match cell {
            Cell::Words(words) | Cell::Again(words) => markdown_escaped(words),
            Cell::Number(value, spread) => {
                let written = |number: &Option<f64>| {
                    number.and_then(|number| column.digits.write(number)).map(|text| text.replace('-', "−"))
                };
                match (written(value), written(spread)) {
                    (None, _) => "–".into(),
                    (Some(value), None) => value,
                    (Some(value), Some(spread)) if model.spread == Spread::Brackets => {
                        format!("{value} ({spread})")
                    }
                    (Some(value), Some(spread)) => format!("{value} ± {spread}"),
                }
            }
        });
        out += &format!("| {} |\n", entries.collect::<Vec<_>>().join(" | "));
    }
    out + "\n" + &model.caption.markdown() + "\n"
}
