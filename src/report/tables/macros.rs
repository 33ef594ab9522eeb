//! A LaTeX command for each number of the answer.

use crate::report::answer::{Answer, Form, macro_name, tex_number};

/// `\newcommand` for each number that the answer quotes, with its interval in a comment; `name` is the
/// sweep's.
pub(in crate::report) fn macros(answer: &Answer, name: &str) -> String {
    let mut out = String::from("% Needs \\usepackage{siunitx}\n");
    for statement in answer.told() {
        for number in statement.text.numbers() {
            let command = macro_name(name, &number.name);

            // With the digits of its interval, which is in the comment.
            out += &format!("\\newcommand{{\\{command}}}{{{}}}", tex_number(number));
            let told = number.digits_with_interval();
            if let Some(ci95) = &told.ci95 {
                let power = if told.power == 0 { String::new() } else { format!("e{}", told.power) };
                let percent = if number.form == Form::Percent { " %" } else { "" };
                out += &format!(" % +- {ci95}{power}{percent} (95 %)");
            } else if let Some([low, high]) = &told.ends {
                let power = if told.power == 0 { String::new() } else { format!("e{}", told.power) };
                let percent = if number.form == Form::Percent { " %" } else { "" };
                out += &format!(" % [{low}{power}, {high}{power}]{percent} (95 %)");
            }
            out.push('\n');
        }
    }
    out
}
