//! Tables in LaTeX, with booktabs and siunitx, and longtable where they are long.

use super::model::{Cell, Column, Digits, Model, Row, Spread};
use crate::report::answer::tex_escaped;

/// From how many rows on a table may break between pages.
const LONG: usize = 40;

pub(super) fn write(model: &Model) -> String {
    let long = model.rows.len() > LONG;
    let packages = if long { "booktabs,siunitx,longtable" } else { "booktabs,siunitx" };
    let mut out = format!("% {}. Needs \\usepackage{{{packages}}}\n", comment(&model.source));
    let caption = format!("\\caption{{{}}}", model.caption.tex(None));
    let label = format!("\\label{{tab:{}}}", model.label);
    let size = size(model);
    let spec: String = model.columns.iter().enumerate().map(|(at, column)| spec(model, at, column)).collect();
    let spec = format!("@{{}} {}@{{}}", spec);
    let head = head(model);
    let body = body(model);
    if long {
        out += &format!(
            "{{{size}\n\\sisetup{{group-digits=none}}\n\\begin{{longtable}}{{{spec}}}\n  {caption}\n  {label}\\\\\n\
             \\toprule\n{head}    \\midrule\n  \\endfirsthead\n    \\toprule\n{head}    \\midrule\n  \\endhead\n    \
             \\bottomrule\n  \\endlastfoot\n{body}\\end{{longtable}}\n}}\n"
        );
    } else {
        out += &format!(
            "\\begin{{table}}[t]\n  \\centering\n  {caption}\n  {label}\n  \\par\\medskip{size}\n  \
             \\sisetup{{group-digits=none}}\n  \\begin{{tabular}}{{{spec}}}\n    \\toprule\n{head}    \\midrule\n\
             {body}    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}\n"
        );
    }
    out
}

/// A text that cannot end its comment.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() && !c.is_control() { c } else { '?' }).collect()
}

/// Smaller letters for wide tables.
fn size(model: &Model) -> &'static str {
    match model.width() {
        ..=75 => r"\small",
        76..=100 => r"\small\setlength{\tabcolsep}{4pt}",
        101..=122 => r"\footnotesize\setlength{\tabcolsep}{3pt}",
        _ => r"\scriptsize\setlength{\tabcolsep}{2pt}",
    }
}

/// The specification of a column.
fn spec(model: &Model, at: usize, column: &Column) -> String {
    match column.digits {
        Digits::Words => "l ".into(),
        Digits::Setting => "r ".into(),
        Digits::Powers => {
            let exponents = numbers(model, at, column).filter_map(|text| {
                text.split_once('e').map(|(_, power)| power.trim_start_matches('-').len())
            });
            format!("S[table-format=1.1e-{}] ", "9".repeat(exponents.max().unwrap_or(1)))
        }
        Digits::Places { spread, .. } => {
            let mean = format(numbers(model, at, column));
            if !spread {
                return format!("S[table-format={mean}] ");
            }
            match model.spread {
                Spread::PlusMinus => {
                    let spread = format(spreads(model, at, column));
                    format!("S[table-format={mean}] @{{${{}}\\pm{{}}$}} S[table-format={spread}] ")
                }
                Spread::Brackets => format!("S[table-format={mean}] @{{\\,}} l "),
            }
        }
    }
}

/// The numbers of a column as they are written.
fn numbers<'m>(model: &'m Model, at: usize, column: &'m Column) -> impl Iterator<Item = String> + 'm {
    model.rows.iter().filter_map(move |row| match row.cells[at] {
        Cell::Number(Some(value), _) => column.digits.write(value),
        _ => None,
    })
}

/// The spreads of a column as they are written.
fn spreads<'m>(model: &'m Model, at: usize, column: &'m Column) -> impl Iterator<Item = String> + 'm {
    model.rows.iter().filter_map(move |row| match row.cells[at] {
        Cell::Number(_, Some(spread)) => column.digits.write(spread),
        _ => None,
    })
}

/// siunitx's format of some numbers: sign, digits before the point and behind.
fn format(numbers: impl Iterator<Item = String>) -> String {
    let (mut sign, mut whole, mut places) = ("", 1, 0);
    for number in numbers {
        let digits = number.trim_start_matches('-');
        if digits.len() < number.len() {
            sign = "-";
        }
        let (before, behind) = digits.split_once('.').unwrap_or((digits, ""));
        whole = whole.max(before.len());
        places = places.max(behind.len());
    }
    format!("{sign}{whole}.{places}")
}

/// The columns of the tabular that a column takes.
fn span(column: &Column) -> usize {
    1 + usize::from(column.digits.has_spread())
}

/// The heads, and above them the headings that several share.
fn head(model: &Model) -> String {
    let mut out = String::new();
    if model.columns.iter().any(|column| column.over.is_some()) {
        let mut upper: Vec<String> = Vec::new();
        let mut rules = String::new();
        let mut at = 1;
        let mut columns = model.columns.iter().peekable();
        while let Some(column) = columns.next() {
            let mut width = span(column);
            while columns.peek().is_some_and(|next| column.over.is_some() && next.over == column.over) {
                width += span(columns.next().expect("peeked"));
            }
            match column.over {
                Some(heading) => {
                    let told = if width == 1 { heading.plain() } else { heading.tex() };
                    upper.push(format!("\\multicolumn{{{width}}}{{c}}{{{told}}}"));
                    rules += &format!("\\cmidrule(lr){{{at}-{}}} ", at + width - 1);
                }
                None if width > 1 => upper.push(format!("\\multicolumn{{{width}}}{{c}}{{}}")),
                None => upper.push(String::new()),
            }
            at += width;
        }
        out += &format!("    {} \\\\\n    {}\n", upper.join(" & "), rules.trim_end());
    }
    let heads: Vec<String> = model
        .columns
        .iter()
        .map(|column| match span(column) {
            1 => format!("{{{}}}", column.tex),
            width => format!("\\multicolumn{{{width}}}{{c}}{{{}}}", column.tex),
        })
        .collect();
    out + &format!("    {} \\\\\n", heads.join(" & "))
}

fn body(model: &Model) -> String {
    let mut out = String::new();
    for row in &model.rows {
        if row.begins {
            out += "    \\addlinespace\n";
        }
        out += &format!("    {} \\\\\n", entries(model, row).join(" & "));
    }
    out
}

fn entries(model: &Model, row: &Row) -> Vec<String> {
    let mut entries = Vec::new();
    for (column, cell) in model.columns.iter().zip(&row.cells) {
        match cell {
            Cell::Words(words) if words == "inf" => entries.push(r"$\infty$".into()),
            Cell::Words(words) => entries.push(tex_escaped(words)),
            Cell::Again(_) => entries.push(String::new()),
            Cell::Number(value, spread) => {
                let written = |number: &Option<f64>| number.and_then(|number| column.digits.write(number));
                entries.push(written(value).unwrap_or_else(|| "{--}".into()));
                if column.digits.has_spread() {
                    entries.push(match (written(spread), model.spread) {
                        (Some(text), Spread::PlusMinus) => text,
                        (Some(text), Spread::Brackets) => format!("({text})"),
                        (None, Spread::PlusMinus) => "{--}".into(),
                        (None, Spread::Brackets) => String::new(),
                    });
                }
            }
        }
    }
    entries
}
