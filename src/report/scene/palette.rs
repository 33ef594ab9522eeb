//! The colours behind the names of inks: one set for light paper, one for dark.

use std::fmt::Write;

use super::ink::Ink;

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// A set of colours.
struct Palette {
    text: Rgb,
    soft: Rgb,
    hair: Rgb,
    paper: Rgb,
    hues: [Rgb; 7],
    /// From -1 to 1, evenly.
    ramp: [Rgb; 5],
    /// From 0 to 1, evenly.
    shade: [Rgb; 3],
}

/// The colours of Okabe and Ito (2008) without yellow, ordered so that neighbours differ in lightness.
const LIGHT: Palette = Palette {
    text: [0x22, 0x22, 0x22],
    soft: [0x6b, 0x6b, 0x6b],
    hair: [0xe3, 0xe3, 0xe3],
    paper: [0xff, 0xff, 0xff],
    hues: [
        [0x00, 0x72, 0xb2],
        [0xd5, 0x5e, 0x00],
        [0x00, 0x9e, 0x73],
        [0xcc, 0x79, 0xa7],
        [0xe6, 0x9f, 0x00],
        [0x56, 0xb4, 0xe9],
        [0x00, 0x00, 0x00],
    ],
    ramp: [
        [0x08, 0x4f, 0x85],
        [0x7f, 0xb9, 0xdd],
        [0xf7, 0xf7, 0xf7],
        [0xe8, 0x93, 0x5a],
        [0x96, 0x3c, 0x00],
    ],
    shade: [[0xff, 0xff, 0xff], [0x7f, 0xb9, 0xdd], [0x08, 0x45, 0x75]],
};

/// The same hues, lighter; ramps grow light, as those of light paper grow dark.
const DARK: Palette = Palette {
    text: [0xe6, 0xe6, 0xe6],
    soft: [0xa0, 0xa6, 0xad],
    hair: [0x33, 0x38, 0x3f],
    paper: [0x16, 0x19, 0x1d],
    hues: [
        [0x3d, 0x9b, 0xe0],
        [0xf0, 0x7f, 0x3c],
        [0x2f, 0xc0, 0x94],
        [0xdd, 0x92, 0xbd],
        [0xf0, 0xb4, 0x29],
        [0x8f, 0xd0, 0xf5],
        [0xf4, 0xf4, 0xf4],
    ],
    ramp: [
        [0x7d, 0xb8, 0xe0],
        [0x1d, 0x55, 0x80],
        [0x24, 0x29, 0x2f],
        [0x80, 0x3f, 0x14],
        [0xe8, 0x9a, 0x66],
    ],
    shade: [[0x16, 0x19, 0x1d], [0x1d, 0x55, 0x80], [0x8f, 0xc6, 0xec]],
};

/// Steps of a scale of colours on the page, on each side of 0: what an eye can tell apart.
const STEPS: u8 = 24;

/// The colour of an ink in files: on white paper.
pub fn light(ink: Ink) -> Rgb {
    LIGHT.colour(ink)
}

/// A colour as `#rrggbb`.
pub fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The name of an ink's variable on the page. Scales of colours have a variable a step.
pub fn variable(ink: Ink) -> String {
    let step = |value: f64| libm::round(value * f64::from(STEPS)) as i64;
    match ink {
        Ink::Text => "--text".into(),
        Ink::Soft => "--soft".into(),
        Ink::Hair => "--hair".into(),
        Ink::Paper => "--paper".into(),
        Ink::Hue(at) => format!("--c{}", at % LIGHT.hues.len()),
        Ink::Ramp(value) => format!("--r{}", step(within(value, -1.0)) + i64::from(STEPS)),
        Ink::Shade(value) => format!("--s{}", step(within(value, 0.0))),
    }
}

/// The variables of one set of colours: `--text:#222222;--soft:..`.
pub fn variables(dark: bool) -> String {
    let palette = if dark { &DARK } else { &LIGHT };
    let steps = |from: i32| (from..=i32::from(STEPS)).map(|step| f64::from(step) / f64::from(STEPS));
    let plain = [Ink::Text, Ink::Soft, Ink::Hair, Ink::Paper];
    let hues = (0..palette.hues.len()).map(Ink::Hue);
    let scales = steps(-i32::from(STEPS)).map(Ink::Ramp).chain(steps(0).map(Ink::Shade));
    let mut rules = String::new();
    for ink in plain.into_iter().chain(hues).chain(scales) {
        write!(rules, "{}:{};", variable(ink), hex(palette.colour(ink))).expect("a String takes all");
    }
    rules
}

/// The rules that give a page the colours of both modes, as the reader's system asks.
pub fn css() -> String {
    let (light, dark) = (variables(false), variables(true));
    format!(
        ":root{{color-scheme:light dark;{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )
}

/// A value within [low, 1]; 0 where it is no number.
fn within(value: f64, low: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(low, 1.0) }
}

impl Palette {
    fn colour(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Text => self.text,
            Ink::Soft => self.soft,
            Ink::Hair => self.hair,
            Ink::Paper => self.paper,
            Ink::Hue(at) => self.hues[at % self.hues.len()],
            Ink::Ramp(value) => between(&self.ramp, (within(value, -1.0) + 1.0) / 2.0),
            Ink::Shade(value) => between(&self.shade, within(value, 0.0)),
        }
    }
}

/// The colour at a share of the way along colours that stand evenly.
fn between(colours: &[Rgb], share: f64) -> Rgb {
    let place = share * (colours.len() - 1) as f64;
    let below = (libm::floor(place) as usize).min(colours.len() - 2);
    let part = place - below as f64;
    let mix =
        |low: u8, high: u8| libm::round(f64::from(low) + part * (f64::from(high) - f64::from(low))) as u8;
    let (low, high) = (colours[below], colours[below + 1]);
    [0, 1, 2].map(|at| mix(low[at], high[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of WCAG 2.
    fn luminance(rgb: Rgb) -> f64 {
        let linear = rgb.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        (one / other).max(other / one)
    }

    #[test]
    fn numbers_on_coloured_cells_can_be_read_in_both_modes() {
        for palette in [&LIGHT, &DARK] {
            for step in -100..=100 {
                let value = f64::from(step) / 100.0;
                for ink in [Ink::Ramp(value), Ink::Shade(value)] {
                    let seen = contrast(palette.colour(ink), palette.colour(ink.on_top()));
                    assert!(seen > 3.2, "{ink:?}: {seen}");
                }
            }
            assert!(contrast(palette.soft, palette.paper) > 4.5);
        }
    }

    #[test]
    fn the_page_has_a_variable_for_each_ink_in_both_modes() {
        let inks = [Ink::Hue(9), Ink::Ramp(-2.0), Ink::Ramp(0.013), Ink::Shade(1.0), Ink::Shade(f64::NAN)];
        for ink in inks {
            for dark in [false, true] {
                assert!(variables(dark).contains(&format!("{}:#", variable(ink))), "{ink:?}");
            }
        }
        assert_eq!(variable(Ink::Hue(9)), "--c2");
        assert_eq!(light(Ink::Ramp(0.0)), LIGHT.ramp[2]);
        assert_eq!(light(Ink::Shade(0.25)), [0xbf, 0xdc, 0xee]);
    }
}
