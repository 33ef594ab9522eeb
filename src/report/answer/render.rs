//! A text in the words of each writer.

use maud::{Markup, html};

use super::escape;
use super::quantity::{Digits, Form, Quantity};
use super::text::{Piece, Text};

impl Text {
    /// For a terminal: without control characters, variables by their names, ASCII minus so that numbers can
    /// be pasted.
    pub(in crate::report) fn plain(&self) -> String {
        self.pieces().iter().map(plain).collect()
    }

    /// For a page: variables in italics, a true minus.
    pub(in crate::report) fn html(&self) -> Markup {
        html! { @for piece in self.pieces() { (markup(piece)) } }
    }

    /// For LaTeX, with a macro for each number; `macros` names them, `None` where the number itself is
    /// written.
    pub(in crate::report) fn tex(&self, macros: Option<&dyn Fn(&Quantity) -> String>) -> String {
        self.pieces().iter().map(|piece| tex(piece, macros)).collect()
    }

    /// For Markdown.
    pub(in crate::report) fn markdown(&self) -> String {
        self.pieces().iter().map(markdown).collect()
    }
}

fn plain(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => words.clone(),
        Piece::User(words) | Piece::Code(words) => escape::printable(words),
        Piece::Variable(variable) => variable.plain().into(),
        Piece::Number(number) => written(number, "e", ""),
        Piece::Power(base, exponent) => match exponent.digits() {
            Digits { mantissa, ci95: Some(ci95), .. } => format!("{}^{mantissa} (±{ci95})", base.plain()),
            Digits { mantissa, .. } => format!("{}^{mantissa}", base.plain()),
        },
    }
}

/// A number as `-0.0196 ±0.0003`, or `0.152 [0.147, 0.161]` where the sides of its interval are not equal;
/// with a power of ten as `(2.5 ±0.1)e-4`.
fn written(number: &Quantity, ten: &str, after: &str) -> String {
    let Digits { mantissa, ci95, ends, power } = number.digits();
    let percent = if number.form == Form::Percent { " %" } else { "" };
    let interval = match (ci95, ends) {
        (Some(ci95), _) => Some(format!(" ±{ci95}")),
        (None, Some([low, high])) => Some(format!(" [{low}, {high}]")),
        (None, None) => None,
    };
    match (interval, power) {
        (Some(interval), 0) => format!("{mantissa}{interval}{percent}"),
        (None, 0) => format!("{mantissa}{percent}"),
        (Some(interval), power) => format!("({mantissa}{interval}){ten}{power}{after}"),
        (None, power) => format!("{mantissa}{ten}{power}{after}"),
    }
}

fn markup(piece: &Piece) -> Markup {
    let minus = |text: String| text.replace('-', "−");
    match piece {
        Piece::Words(words) => html! { (words.replace(" = ", "\u{a0}=\u{a0}")) },
        Piece::User(words) => html! { (escape::printable(words)) },
        Piece::Code(words) => html! { code { (escape::printable(words)) } },
        Piece::Variable(variable) => html! { i { (variable.symbol()) } },
        Piece::Number(number) => {
            let Digits { mantissa, ci95, ends, power } = number.digits();
            let brackets = (ci95.is_some() || ends.is_some()) && power != 0;
            html! {
                span.number {
                    @if brackets { "(" }
                    (minus(mantissa))
                    @if let Some(ci95) = ci95 { " ± " (ci95) }
                    @if let Some([low, high]) = ends { " [" (minus(low)) ", " (minus(high)) "]" }
                    @if brackets { ")" }
                    @if power != 0 { " × 10" sup { (minus(power.to_string())) } }
                    @if number.form == Form::Percent { "\u{a0}%" }
                }
            }
        }
        Piece::Power(base, exponent) => {
            let Digits { mantissa, ci95, .. } = exponent.digits();
            html! {
                i { (base.symbol()) }
                sup { (minus(mantissa)) @if let Some(ci95) = ci95 { " ± " (ci95) } }
            }
        }
    }
}

fn tex(piece: &Piece, macros: Option<&dyn Fn(&Quantity) -> String>) -> String {
    let number = |number: &Quantity| match macros {
        Some(name) => format!(r"\{}{{}}", name(number)),
        None => tex_number(number),
    };
    match piece {
        Piece::Words(words) => words.replace('%', r"\%").replace('±', r"$\pm$"),
        Piece::User(words) => escape::tex(words),
        Piece::Code(words) => format!(r"\texttt{{{}}}", escape::tex(words)),
        Piece::Variable(variable) => format!("${}$", variable.tex()),
        Piece::Number(quantity) => number(quantity) + &tex_interval(quantity),
        Piece::Power(base, exponent) => {
            let width =
                exponent.digits().ci95.map_or_else(String::new, |width| format!(r" ($\pm$\num{{{width}}})"));
            format!("${}^{{{}}}${width}", base.tex(), number(exponent))
        }
    }
}

/// A number for siunitx, as texts quote it, without its interval.
pub(in crate::report) fn tex_number(number: &Quantity) -> String {
    let Digits { mantissa, power, .. } = number.digits();
    let plus = if mantissa.starts_with('+') { "$+$" } else { "" };
    plus.to_owned() + &siunitx(mantissa.trim_start_matches('+'), power, number.form)
}

/// The interval that a text tells, for siunitx, with the sign between; empty where there is none.
fn tex_interval(number: &Quantity) -> String {
    let Digits { ci95, ends, power, .. } = number.digits();
    let written = |digits: &str| siunitx(digits.trim_start_matches('+'), power, number.form);
    match (ci95, ends) {
        (Some(width), _) => format!(r"$\,\pm\,${}", written(&width)),
        (None, Some([low, high])) => format!("~[{}, {}]", written(&low), written(&high)),
        (None, None) => String::new(),
    }
}

fn siunitx(digits: &str, power: i32, form: Form) -> String {
    let power = if power == 0 { String::new() } else { format!("e{power}") };
    match form {
        Form::Percent => format!(r"\qty{{{digits}{power}}}{{\percent}}"),
        _ => format!(r"\num{{{digits}{power}}}"),
    }
}

fn markdown(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => words.clone(),
        Piece::User(words) => escape::markdown(words),
        Piece::Code(words) => format!("`{}`", escape::printable(words).replace('`', "'")),
        Piece::Variable(variable) => format!("*{}*", variable.symbol()),
        Piece::Number(number) => written(number, " × 10<sup>", "</sup>").replace('-', "−"),
        Piece::Power(base, exponent) => {
            let Digits { mantissa, ci95, .. } = exponent.digits();
            let ci95 = ci95.map_or_else(String::new, |ci95| format!(" ± {ci95}"));
            format!("*{}*<sup>{}{ci95}</sup>", base.symbol(), mantissa.replace('-', "−"))
        }
    }
}
