//! A font with the outlines of some glyphs only, under their numbers of before.

use std::collections::BTreeSet;

use ttf_parser::Tag;

use crate::report::scene::faces::Face;

/// The tables that PDF asks for (ISO 32000-2, 9.9), in order of their names.
const TABLES: [&[u8; 4]; 6] = [b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"];

fn table(face: Face, name: &[u8; 4]) -> &'static [u8] {
    face.parsed().raw_face().table(Tag::from_bytes(name)).expect("the fonts of this crate have it")
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// Where glyphs' outlines stand in `glyf`.
fn places(face: Face) -> Vec<usize> {
    let loca = table(face, b"loca");
    if short(table(face, b"head"), 50) == 0 {
        loca.chunks_exact(2).map(|place| usize::from(short(place, 0)) * 2).collect()
    } else {
        loca.chunks_exact(4).map(|place| u32::from_be_bytes(place.try_into().unwrap()) as usize).collect()
    }
}

/// The glyphs that a glyph is made of.
fn parts(outline: &[u8]) -> Vec<u16> {
    let mut parts = Vec::new();
    // A negative number of contours: parts follow its bounds.
    if outline.is_empty() || short(outline, 0) < 0x8000 {
        return parts;
    }
    let mut at = 10;
    loop {
        let flags = short(outline, at);
        parts.push(short(outline, at + 2));
        let arguments = if flags & 0x01 != 0 { 4 } else { 2 };
        let scale = match flags {
            flags if flags & 0x08 != 0 => 2,
            flags if flags & 0x40 != 0 => 4,
            flags if flags & 0x80 != 0 => 8,
            _ => 0,
        };
        at += 4 + arguments + scale;
        if flags & 0x20 == 0 {
            return parts;
        }
    }
}

/// The font's file with the outlines of these glyphs, of what they are made of, and of the missing glyph.
pub fn subset(face: Face, glyphs: &[u16]) -> Vec<u8> {
    let (places, outlines) = (places(face), table(face, b"glyf"));
    let outline = |glyph: u16| &outlines[places[usize::from(glyph)]..places[usize::from(glyph) + 1]];
    let mut kept = BTreeSet::new();
    let mut next: Vec<u16> = glyphs.iter().copied().chain([0]).collect();
    while let Some(glyph) = next.pop() {
        if kept.insert(glyph) {
            next.extend(parts(outline(glyph)));
        }
    }
    let (mut glyf, mut loca) = (Vec::new(), vec![0; 4]);
    for glyph in 0..places.len() as u16 - 1 {
        if kept.contains(&glyph) {
            glyf.extend_from_slice(outline(glyph));
            glyf.resize(glyf.len().next_multiple_of(4), 0);
        }
        loca.extend((glyf.len() as u32).to_be_bytes());
    }
    // Places of four bytes; the checksum of the file is not known yet.
    let mut head = table(face, b"head").to_vec();
    head[50..52].copy_from_slice(&[0, 1]);
    head[8..12].fill(0);
    file(TABLES.map(|name| match name {
        b"glyf" => glyf.clone(),
        b"loca" => loca.clone(),
        b"head" => head.clone(),
        name => table(face, name).to_vec(),
    }))
}

/// The sum of big-endian words, zeros after the last byte.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0, |sum: u32, word| {
        let mut full = [0; 4];
        full[..word.len()].copy_from_slice(word);
        sum.wrapping_add(u32::from_be_bytes(full))
    })
}

fn file(tables: [Vec<u8>; 6]) -> Vec<u8> {
    // Version 1; six tables, and what a binary search of them needs: 64 = 16 x 4, 2 = log2 4, 32 = 16 x 6 -
    // 64.
    let mut file = vec![0, 1, 0, 0, 0, 6, 0, 64, 0, 2, 0, 32];
    let mut place = file.len() + 16 * tables.len();
    let mut head = 0;
    for (name, bytes) in TABLES.iter().zip(&tables) {
        file.extend_from_slice(*name);
        for number in [checksum(bytes), place as u32, bytes.len() as u32] {
            file.extend(number.to_be_bytes());
        }
        if *name == b"head" {
            head = place;
        }
        place += bytes.len().next_multiple_of(4);
    }
    for bytes in &tables {
        file.extend_from_slice(bytes);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&file));
    file[head + 8..head + 12].copy_from_slice(&adjustment.to_be_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::scene::lay::outline;
    use ttf_parser::{Face as Parsed, OutlineBuilder};

    #[test]
    fn kept_glyphs_have_their_outlines_and_others_none() {
        for face in Face::ALL {
            // A letter, and one that is made of a letter and an accent.
            let glyphs = ['w', 'é', '−'].map(|letter| face.glyph(letter));
            let file = subset(face, &glyphs.map(|glyph| glyph.0));
            assert!(file.len() < 12_000, "{}", file.len());
            assert_eq!(checksum(&file), 0xB1B0_AFBA);
            let parsed = Parsed::parse(&file, 0).unwrap();
            for glyph in glyphs {
                assert!(parsed.outline_glyph(glyph, &mut Count(0)).is_some());
                assert_eq!(parsed.glyph_hor_advance(glyph), face.parsed().glyph_hor_advance(glyph));
                let mut count = Count(0);
                parsed.outline_glyph(glyph, &mut count);
                let steps = outline(face, glyph).steps;
                assert_eq!(count.0, steps.len());
            }
            assert!(parsed.outline_glyph(face.glyph('k'), &mut Count(0)).is_none());
        }
    }

    /// Counts the steps of an outline.
    struct Count(usize);

    impl OutlineBuilder for Count {
        fn move_to(&mut self, _: f32, _: f32) {
            self.0 += 1;
        }
        fn line_to(&mut self, _: f32, _: f32) {
            self.0 += 1;
        }
        fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {
            self.0 += 1;
        }
        fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
            self.0 += 1;
        }
        fn close(&mut self) {
            self.0 += 1;
        }
    }
}
