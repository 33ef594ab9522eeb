//! Texts of users, made harmless.

/// A text as it is shown: characters that steer terminals become their pictures, and those that turn the
/// direction of what follows a replacement character.
pub(super) fn shown(text: &str) -> String {
    let picture = |c: char| match c {
        '\n' | '\t' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{feff}' | '\u{fff9}'..='\u{fffb}' => '\u{fffd}',
        _ => c,
    };
    text.replace("\r\n", "\n").chars().map(picture).collect()
}

/// JSON as it may stand within a page's script: no `<`, so that nothing closes it.
pub(super) fn embedded(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// A text as a part of an id: small letters, digits and hyphens.
pub(super) fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if slug.starts_with(|c: char| c.is_ascii_alphabetic()) { slug } else { format!("sweep-{slug}") }
}

/// A count with its noun.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_a_terminal_or_the_direction_of_writing() {
        assert_eq!(
            shown("a\u{1b}[31m\u{202e}b\r\n\tc\u{85}\u{7f}"),
            "a\u{241b}[31m\u{fffd}b\n\tc\u{fffd}\u{2421}"
        );
        assert_eq!(shown("שלום \u{200f}é"), "שלום \u{200f}é");
    }

    #[test]
    fn json_closes_no_script() {
        let json = embedded(&serde_json::to_string("</script><!--\u{2028}").unwrap());
        assert_eq!(json, r#""\u003c/script>\u003c!--\u2028""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "</script><!--\u{2028}");
    }

    #[test]
    fn slugs_are_ids() {
        assert_eq!(slug("Week 4: <b>N</b>"), "week-4-b-n-b");
        assert_eq!(slug("4 \u{202e}"), "sweep-4");
    }
}
