//! What axes, their values, bidders and numbers are called in pictures.

use super::written;
use crate::report::results::{Axis, Line, Results};
use crate::report::scene::{Markup, escape, width};

/// The letter of a setting, and what it is called on an axis.
const LETTERS: [(&str, &str, &str); 2] =
    [("bidders", "*N*", "bidders *N*"), ("beta", "*β*", "steepness *β*")];

/// Numbers of more letters are rounded.
const LONG: usize = 7;

/// What the axis is called along an axis of a chart, as markup.
pub(super) fn title(axis: &Axis) -> String {
    let letter = LETTERS.iter().find(|(key, ..)| axis.keys.len() == 1 && axis.name == *key);
    letter.map_or_else(|| escape(&spaced(&axis.name)), |(_, _, title)| (*title).to_owned())
}

/// What a value is called at a tick of its axis, as markup: `50`, `∞`, `mwu, optimism 1`.
pub(super) fn tick(axis: &Axis, place: usize) -> String {
    match axis.values[place].number {
        Some(number) if number == f64::INFINITY => "∞".to_owned(),
        Some(number) if number < 0.0 => format!("−{}", -number),
        // Of a geometric progression, say.
        Some(number) if axis.values[place].text.len() > LONG => short(number, 3),
        Some(_) => escape(&axis.values[place].text),
        None => escape(&words(axis).0[place]),
    }
}

/// What a value is called where its axis is not named beside it, as markup: `*N* = 3`, `mwu`, `profiles own`.
pub(super) fn value(axis: &Axis, place: usize) -> String {
    let tick = tick(axis, place);
    let letter = LETTERS.iter().find(|(key, ..)| axis.keys.len() == 1 && axis.name == *key);
    // Words say by themselves what they are, but for yes and no.
    let plain = axis.keys.len() != 1 || !["true", "false"].contains(&tick.as_str());
    match letter {
        Some((_, letter, _)) => format!("{letter} = {tick}"),
        // Words of a zip say by themselves what they are, and its numbers by their keys.
        None if axis.keys.len() > 1 => zipped(axis, place),
        // So do the words of a key, but for those beside numbers: `batch exact`.
        None if plain && axis.values.iter().all(|value| value.number.is_none()) => tick,
        None => format!("{} {tick}", key(&axis.name)),
    }
}

/// What a key is called before its number, as markup. A key of a learner is named without the learner: `step`
/// of
/// `mwu.step`.
fn key(name: &str) -> String {
    escape(&spaced(name.rsplit('.').next().unwrap_or_default()))
}

/// A value of a zip: `adam, learning rate 0.003`.
fn zipped(axis: &Axis, place: usize) -> String {
    let (_, count) = words(axis);
    let options = options(axis);
    let parts = axis.keys.iter().enumerate().take(count).filter_map(|(at, name)| {
        let word = axis.values[place].words.get(at)?;
        Some(match word.parse::<f64>() {
            Ok(_) if at > 0 => format!("{} {}", key(name), escape(word)),
            _ => escape(&label(&options, &options[place], at)?),
        })
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The name of a learner in a sweep file, without its options.
pub(super) fn learner(word: &str) -> String {
    escape(&named(word).name)
}

/// What a cell is called by its places along some axes, as markup; empty along none. Learners come last:
/// their names are the longest, and what is too long is shortened at its end.
pub(super) fn cell(results: &Results, cell: usize, axes: &[usize]) -> String {
    let all = results.axes.all();
    let is_learner = |axis: &Axis| axis.keys.iter().any(|key| key == "learner");
    let value = |&axis: &usize| results.axes.place(cell, axis).map(|place| value(&all[axis], place));
    let (last, first): (Vec<usize>, Vec<usize>) = axes.iter().partition(|axis| is_learner(&all[**axis]));
    first.iter().chain(&last).filter_map(value).collect::<Vec<_>>().join(", ")
}

/// What a cell is called by its places along all axes but some, as markup.
pub(super) fn cell_but(results: &Results, cell: usize, but: &[usize]) -> String {
    let axes: Vec<usize> = (0..results.axes.all().len()).filter(|axis| !but.contains(axis)).collect();
    self::cell(results, cell, &axes)
}

/// The same of a line, the bidder first: a name that is too long is shortened at its end. Empty of the only
/// cell's only line.
pub(super) fn row(results: &Results, line: Line, but: &[usize]) -> String {
    let bidder = line.bidder.map(|bidder| format!("bidder {}", bidder + 1));
    let cell = Some(cell_but(results, line.cell, but)).filter(|cell| !cell.is_empty());
    bidder.into_iter().chain(cell).collect::<Vec<_>>().join(", ")
}

/// The most of a panel's width that names at its left take.
pub(super) const LETTERS_OF_NAMES: f64 = 0.46;

/// The size of names at ticks, in points.
const NAME: f64 = 7.0;

/// A name in at most so many points: its longest part is shortened, which is that of a learner, and never
/// what tells a bidder, a setting or an option.
pub(super) fn squeezed(name: &str, length: f64) -> Markup {
    let parts: Vec<Markup> = name.split(", ").map(Markup::from).collect();
    let long = |part: &Markup| width(part, NAME, false);
    let longest = (0..parts.len()).max_by(|&a, &b| long(&parts[a]).total_cmp(&long(&parts[b])));
    let joined = |keep: Option<usize>| {
        let mut all = Markup::default();
        for (at, part) in parts.iter().enumerate() {
            let comma = if at == 0 { Markup::default() } else { ", ".into() };
            let keep = keep.filter(|_| Some(at) == longest);
            let part = keep.map_or_else(|| part.clone(), |keep| part.shortened(keep));
            all = all.followed(&comma).followed(&part);
        }
        all
    };
    let whole = joined(None);
    let letters = longest.map_or(0, |at| parts[at].text().chars().count());
    if long(&whole) <= length || letters <= FEWEST {
        return whole;
    }
    let shorter = (FEWEST..letters).rev().map(|keep| joined(Some(keep)));
    shorter.into_iter().find(|name| long(name) <= length).unwrap_or_else(|| joined(Some(FEWEST)))
}

/// So many letters of a learner's name are kept.
const FEWEST: usize = 3;

/// What a line is called by its places along all axes, and its bidder, as markup; the sweep's name where
/// there is neither.
pub(super) fn line(results: &Results, line: Line) -> String {
    let axes: Vec<usize> = (0..results.axes.all().len()).collect();
    let label = cell(results, line.cell, &axes);
    let label = if label.is_empty() { escape(results.plan.name()) } else { label };
    match line.bidder {
        Some(bidder) => format!("{label}, bidder {}", bidder + 1),
        None => label,
    }
}

/// The letters of a markup.
pub(super) fn plain(markup: &str) -> String {
    Markup::from(markup).text()
}

fn spaced(name: &str) -> String {
    name.replace(['_', '.'], " ")
}

fn options(axis: &Axis) -> Vec<Vec<Named>> {
    axis.values.iter().map(|value| value.words.iter().map(|word| named(word)).collect()).collect()
}

/// What the values of an axis of words are called, and by how many of its keys: of several keys the fewest
/// first ones that tell the values apart; options that all values of one name share are left out.
fn words(axis: &Axis) -> (Vec<String>, usize) {
    let options = options(axis);
    let mut most = 0;
    for count in 1..=axis.keys.len().max(1) {
        most = count;
        let labels = labels(&options, count);
        if are_different(&labels) {
            return (labels, count);
        }
    }
    let labels = labels(&options, most);
    let texts = || axis.values.iter().map(|value| value.text.clone()).collect();
    (if are_different(&labels) { labels } else { texts() }, most)
}

fn are_different(labels: &[String]) -> bool {
    let mut sorted: Vec<&String> = labels.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

/// A word of a sweep file: `mwu`, or `{ mwu = { step = 1, cross = true } }` with its options.
#[derive(Debug, PartialEq)]
struct Named {
    name: String,
    options: Vec<(String, String)>,
}

fn labels(all: &[Vec<Named>], count: usize) -> Vec<String> {
    let joined = |words: &Vec<Named>| {
        let texts: Vec<String> = (0..count).filter_map(|key| label(all, words, key)).collect();
        texts.join(" ")
    };
    all.iter().map(joined).collect()
}

/// A value's word of a key, with the options that tell it from those of the same name.
fn label(all: &[Vec<Named>], words: &[Named], key: usize) -> Option<String> {
    let word = words.get(key)?;
    let same = || all.iter().filter_map(|words| words.get(key)).filter(|w| w.name == word.name);
    let shared = |option: &&(String, String)| same().all(|word| word.options.contains(option));
    let told = word.options.iter().filter(|option| !shared(option)).map(told_option);
    Some(std::iter::once(word.name.clone()).chain(told).collect::<Vec<_>>().join(", "))
}

/// `cross` of cross = true, `winning-bid` of feedback = "winning-bid", `step 1` of step = 1.
fn told_option((key, value): &(String, String)) -> String {
    match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(word) => word.to_owned(),
        None if value == "true" => spaced(key),
        None => format!("{} {value}", spaced(key)),
    }
}

fn named(word: &str) -> Named {
    let Some((name, rest)) = inside(word).and_then(|inner| inner.split_once('=')) else {
        return Named { name: word.to_owned(), options: Vec::new() };
    };
    let (name, rest) = (name.trim(), rest.trim());
    let Some(inner) = inside(rest) else {
        return Named { name: format!("{name} {rest}"), options: Vec::new() };
    };
    let options = split(inner).into_iter().filter_map(|option| {
        let (key, value) = option.split_once('=')?;
        Some((key.trim().to_owned(), value.trim().to_owned()))
    });
    Named { name: name.to_owned(), options: options.collect() }
}

/// What stands within braces.
fn inside(text: &str) -> Option<&str> {
    text.trim().strip_prefix('{')?.strip_suffix('}').map(str::trim)
}

/// The parts between commas that stand in no bracket or quotation.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// A prior in few letters: `U[0, 2]`, `beta(2, 5)`.
pub(super) fn prior(spelling: &str) -> String {
    let mut parts = spelling.split(':');
    let name = parts.next().unwrap_or_default();
    let numbers: Vec<&str> = parts.collect();
    match (name, &numbers[..]) {
        ("uniform", [low, high]) => format!("U[{low}, {high}]"),
        (name, []) => name.to_owned(),
        // The support comes last, and mostly is the unit interval.
        (name, [rest @ .., "0", "1"]) => format!("{name}({})", rest.join(", ")),
        (name, numbers) => format!("{name}({})", numbers.join(", ")),
    }
}

/// The decimal places that show a number by so many digits, at most eight.
pub(super) fn places(number: f64, digits: i32) -> usize {
    if number == 0.0 || !number.is_finite() {
        return 0;
    }
    // The power of ten once it is rounded: 9.96 is 10 by two digits.
    let rounded = format!("{number:.*e}", (digits - 1).max(0) as usize);
    let power = rounded.split_once('e').and_then(|(_, power)| power.parse::<i32>().ok()).unwrap_or(0);
    (digits - 1 - power).clamp(0, 8) as usize
}

/// A number by so many digits.
pub(super) fn short(number: f64, digits: i32) -> String {
    written::number(number, places(number, digits))
}

/// A number in as few digits as tell it, at most four.
pub(super) fn setting(number: f64) -> String {
    let text = short(number, 4);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 run`, `3 runs`.
pub(super) fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::results::AxisValue;

    fn axis(name: &str, keys: &[&str], values: &[&[&str]]) -> Axis {
        let value = |words: &&[&str]| AxisValue {
            text: words.join(" "),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            number: if keys.len() == 1 { words[0].parse().ok() } else { None },
        };
        Axis {
            name: name.into(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            values: values.iter().map(value).collect(),
        }
    }

    #[test]
    fn settings_have_letters_and_words_their_axis_where_they_need_it() {
        let beta = axis("beta", &["beta"], &[&["10"], &["inf"]]);
        assert_eq!(title(&beta), "steepness *β*");
        assert_eq!(value(&beta, 1), "*β* = ∞");
        let profiles = axis("profiles", &["profiles"], &[&["own"]]);
        assert_eq!(value(&profiles, 0), "own");
        let flag = axis("mwu.cross", &["mwu.cross"], &[&["true"]]);
        assert_eq!(value(&flag, 0), "cross true");
        let sigma = axis("es.sigma", &["es.sigma"], &[&["0.05"]]);
        assert_eq!([title(&sigma), value(&sigma, 0)], ["es sigma", "sigma 0.05"]);
    }

    #[test]
    fn words_of_a_zip_are_as_few_as_tell_them_apart() {
        let rows: [&[&str]; 3] = [&["adam", "0.003"], &["adam", "0.01"], &["sgd", "0.1"]];
        let zip = axis("optimiser", &["learner", "learning_rate"], &rows);
        assert_eq!([tick(&zip, 0), value(&zip, 0)], ["adam 0.003", "adam, learning rate 0.003"]);
        let batch = axis("batch", &["batch"], &[&["8"], &["exact"]]);
        assert_eq!([value(&batch, 0), value(&batch, 1)], ["batch 8", "batch exact"]);
        let rows: [&[&str]; 4] = [
            &["{ mwu = { step = 1 } }", "128"],
            &["{ mwu = { step = 1, cross = true } }", "128"],
            &["{ mwu = { step = 1, feedback = \"winning-bid\" } }", "128"],
            &["soda", "exact"],
        ];
        let zip = axis("learner", &["learner", "batch"], &rows);
        let ticks: Vec<String> = (0..4).map(|place| tick(&zip, place)).collect();
        assert_eq!(ticks, ["mwu", "mwu, cross", "mwu, winning-bid", "soda"]);
        assert_eq!([value(&zip, 1), value(&zip, 3)], ["mwu, cross", "soda"]);
        assert_eq!(learner(rows[1][0]), "mwu");
    }

    #[test]
    fn of_long_names_the_learner_is_shortened() {
        let name = "bidder 2, mwu-contextual, cross, winning-bid";
        assert_eq!(squeezed(name, 400.0).text(), name);
        let squeezed = squeezed(name, 125.0);
        let text = squeezed.text();
        assert!(width(&squeezed, NAME, false) <= 125.0);
        assert!(text.starts_with("bidder 2, mwu") && text.ends_with("…, cross, winning-bid"), "{text}");
    }

    #[test]
    fn hostile_words_stand_for_themselves() {
        let axis = axis("population", &["population"], &[&["*a*_{b}"], &["{"], &["{ = }"]]);
        let all: Vec<String> = (0..3).map(|place| plain(&tick(&axis, place))).collect();
        assert_eq!(all, ["*a*_{b}", "{", " "]);
    }

    #[test]
    fn numbers_have_as_many_digits_once_rounded() {
        assert_eq!([short(-0.01964, 3), short(123.4, 2), short(0.0, 2)], ["−0.0196", "123", "0"]);
        assert_eq!([short(-9.96, 2), short(0.0996, 2), setting(0.25)], ["−10", "0.10", "0.25"]);
        assert_eq!(prior("uniform:0:2"), "U[0, 2]");
        assert_eq!(prior("beta:2:5:0:1"), "beta(2, 5)");
    }
}
