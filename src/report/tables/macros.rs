//! A LaTeX command for each number of the answer.

use crate::report::answer::{Answer, Quantity, macro_name, tex_number};

/// `\newcommand` for each number that the answer quotes, with its interval in a comment; `name` is the sweep's.
pub(in crate::report) fn macros(answer: &Answer, name: &str) -> String {
    let mut out = String::from("% Needs \\usepackage{siunitx}\n");
    for statement in answer.told() {
        for number in statement.text.numbers() {
            let command = macro_name(name, &number.name);

            // With the digits of its interval, which is in the comment.
            let told = Quantity { tells_interval: true, ..number.clone() };
            let value = tex_number(&told).replace(&interval(number), "");
            out += &format!("\\newcommand{{\\{command}}}{{{value}}}");
            if let Some(ci95) = number.digits_with_interval().ci95 {
                out += &format!(" % +- {ci95} (95 %)");
            }
            out.push('\n');
        }
    }
    out
}

/// The interval as siunitx reads it.
fn interval(number: &Quantity) -> String {
    number.digits_with_interval().ci95.map_or_else(|| " +- none".into(), |ci95| format!(" +- {ci95}"))
}
