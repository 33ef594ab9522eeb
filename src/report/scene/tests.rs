//! All formats of small pictures.

use proptest::prelude::*;

use super::*;

/// A picture with everything that a picture can have.
fn picture() -> Scene {
    let mut scene = Scene::new("test", "A <test> & more", "Shapes and texts.", 120.0, 80.0);
    let clip = Rect::new(10.0, 10.0, 60.0, 50.0);
    scene.shape(
        Shape::filled(Path::circle(Point::new(40.0, 35.0), 30.0), Ink::Hue(0).faint(0.3)).within(clip),
    );
    let line = Path::lines([Point::new(0.0, 0.0), Point::new(50.004, 33.333), Point::new(120.0, 20.0)]);
    scene.shape(Shape::drawn(line, Stroke::new(Ink::Hue(1), 1.3).dashed(Dash::Dashed)));
    let mark = Some(Mark { cell: 7, tip: "beta 10 <b>".into() });
    let square = Path::rect(Rect::new(80.0, 40.0, 6.0, 6.0));
    let pen = Some(Stroke::new(Ink::Paper, 0.5));
    scene.shape(Shape { mark, stroke: pen, ..Shape::filled(square, Ink::Ramp(-0.4)) });
    let curve = Path {
        steps: vec![
            Step::Move(Point::new(5.0, 70.0)),
            Step::Quad(Point::new(9.0, 60.0), Point::new(20.0, 70.0)),
        ],
    };
    scene.shape(Shape::drawn(curve, Stroke::new(Ink::Shade(0.8), 0.7)));
    scene.text(Text::new("*c*_{*N*}/10^{−2} é", Point::new(20.0, 40.0), 9.0).haloed());
    let soft = Ink::Soft.faint(0.8);
    scene.text(
        Text::new("gain *ε*", Point::new(8.0, 50.0), 8.0).turned().anchored(Anchor::Middle).painted(soft),
    );
    scene.text(Text::new("a", Point::new(118.0, 12.0), 9.0).bold().anchored(Anchor::End));
    scene
}

#[test]
fn each_format_has_its_bytes() {
    let scene = picture();
    let hashes = [scene.svg().into_bytes(), scene.inline_svg().into_bytes(), scene.png(), scene.pdf()]
        .map(|bytes| blake3::hash(&bytes).to_hex()[..16].to_owned());
    assert_eq!(hashes, ["9f0819fb7e3fa91a", "802b77758b48047e", "bb6ceab9553c4d8b", "3de59f659dfa5439"]);
}

#[test]
fn clips_of_two_pictures_have_other_ids() {
    let ids = |name: &str| -> Vec<String> {
        let scene = Scene { name: name.into(), ..picture() };
        let (file, inline) = (scene.svg(), scene.inline_svg());
        let ids = |text: &str| {
            text.split(" id=\"")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        [ids(&file), ids(&inline)].concat()
    };
    let (one, other) = (ids("beta"), ids("bias"));
    assert!(one.iter().any(|id| id == "f-beta-clip0"));
    assert!(one.iter().all(|id| !other.contains(id)));
    // What is used is defined.
    for text in [picture().svg(), picture().inline_svg()] {
        for rest in text.split("url(#").skip(1).chain(text.split("href=\"#").skip(1)) {
            let id = rest.split([')', '"']).next().unwrap();
            assert!(text.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
}

#[test]
fn equal_clips_are_defined_once() {
    let mut scene = picture();
    scene.items.extend(picture().items);
    assert_eq!(scene.inline_svg().matches("<clipPath").count(), 1);
}

#[test]
fn marks_are_for_the_page_alone() {
    let scene = picture();
    assert!(scene.inline_svg().contains("data-cell=\"7\"><title>beta 10 &lt;b&gt;</title></path>"));
    assert!(!scene.svg().contains("data-cell") && !scene.svg().contains("beta 10"));
}

#[test]
fn the_page_names_colours_and_files_have_them() {
    let scene = picture();
    assert!(scene.inline_svg().contains("fill=\"var(--c0)\" fill-opacity=\"0.3\""));
    assert!(!scene.inline_svg().contains("=\"#"));
    assert!(scene.svg().contains("fill=\"#0072b2\" fill-opacity=\"0.3\""));
    assert!(!scene.svg().contains("var("));
}

/// Red, green and blue of a dot of a PNG file.
fn dot(scene: &Scene, x: f64, y: f64) -> [u8; 3] {
    let file = scene.png();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
    let mut dots = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut dots).unwrap();
    let at = |length: f64| (length * 300.0 / 72.0) as usize;
    let start = (at(y) * info.width as usize + at(x)) * 3;
    dots[start..start + 3].try_into().unwrap()
}

#[test]
fn opacities_let_the_paper_through() {
    let mut scene = Scene::new("opacity", "", "", 10.0, 10.0);
    scene.shape(Shape::filled(Path::rect(Rect::new(0.0, 0.0, 10.0, 10.0)), Ink::Hue(6).faint(0.5)));
    let [red, green, blue] = dot(&scene, 5.0, 5.0);
    assert!(red == green && green == blue && (126..=129).contains(&red), "{red}");
    // Fill and stroke of a PDF file's state.
    let file = scene.pdf();
    let text = String::from_utf8_lossy(&file);
    assert!(text.contains("/ca 0.5") && text.contains("/CA 1"), "{text}");
}

#[test]
fn halos_are_paper_about_letters() {
    let ground = |halo: bool| {
        let mut scene = Scene::new("halo", "", "", 20.0, 20.0);
        scene.shape(Shape::filled(Path::rect(Rect::new(0.0, 0.0, 20.0, 20.0)), Ink::Hue(0)));
        let text = Text::new("I", Point::new(10.0, 15.0), 14.0).anchored(Anchor::Middle);
        scene.text(if halo { text.haloed() } else { text });
        scene
    };
    // The letter is 1.3 points wide, its rim 1.1 more on each side.
    assert_eq!(dot(&ground(false), 8.7, 10.0), [0x00, 0x72, 0xb2]);
    assert_eq!(dot(&ground(true), 8.7, 10.0), [0xff, 0xff, 0xff]);
    assert_eq!(dot(&ground(true), 10.0, 10.0), [0x22, 0x22, 0x22]);
    assert_eq!(dot(&ground(true), 4.0, 10.0), [0x00, 0x72, 0xb2]);
    assert!(ground(true).inline_svg().contains("paint-order=\"stroke\""));
}

#[test]
fn pictures_are_as_large_as_they_say() {
    let file = picture().png();
    let reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
    let info = reader.info();
    assert_eq!((info.width, info.height), (500, 334));
    assert_eq!(info.color_type, png::ColorType::Rgb);
    let dims = info.pixel_dims.unwrap();
    assert_eq!((dims.xppu, dims.yppu), (11_811, 11_811));
    assert!(String::from_utf8_lossy(&picture().pdf()).contains("/MediaBox [0 0 120 80]"));
    assert!(picture().svg().contains("width=\"120pt\" height=\"80pt\""));
}

#[test]
fn pdf_files_name_their_title_and_no_clock() {
    let file = picture().pdf();
    let text = String::from_utf8_lossy(&file);
    assert!(text.starts_with("%PDF-1.7") && text.ends_with("%%EOF"), "{text}");
    assert!(text.contains("/Title (A <test> & more)"));
    assert!(!text.contains("Date") && !text.contains("/ID"));
    for font in ["Regular", "Italic", "Bold"] {
        assert!(text.contains(&format!("+BidsweepSans-{font}")), "{font}");
    }
    assert_eq!(text.matches("/ToUnicode").count(), 3);
    assert_eq!(text.matches("/FontFile2").count(), 3);
}

#[test]
fn the_fonts_have_what_figures_write() {
    let letters = "−·×÷±…–—≤≥≈≠√∞∂∑∫ΔΣΩαβγδεζηθικλμνξοπρστυφχψωℓ′″←→↑↓²³½%‰°éñüßåøŁłŞğçŐő‘’“”□";
    for face in Face::ALL {
        let missing: Vec<char> =
            letters.chars().chain((32_u8..127).map(char::from)).filter(|c| !face.has(*c)).collect();
        assert!(missing.is_empty(), "{face:?}: {missing:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_breaks_a_format(
        name in any::<String>(), text in any::<String>(), notation in any::<String>()
    ) {
        let mut scene = Scene::new(&name, &text, &notation, 60.0, 20.0);
        scene.text(Text::new(escape(&text), Point::new(1.0, 9.0), 8.0).haloed());
        scene.text(Text::new(notation, Point::new(1.0, 18.0), 8.0));
        let mark = Some(Mark { cell: 0, tip: text });
        scene.shape(Shape { mark, ..Shape::filled(Path::circle(Point::new(5.0, 5.0), 2.0), Ink::Text) });
        for file in [scene.svg(), scene.inline_svg()] {
            prop_assert!(file.chars().all(|c| c == '\n' || !c.is_control()));
            // Each part of a tag's end is one of ours: nothing of a text opens or closes an element.
            prop_assert_eq!(file.matches('<').count(), file.matches('>').count());
            prop_assert_eq!(file.matches("<svg").count(), 1);
        }
        prop_assert!(scene.png().len() > 100);
        prop_assert!(scene.pdf().ends_with(b"%%EOF"));
    }

    #[test]
    fn no_length_breaks_a_format(lengths in prop::collection::vec(any::<f64>(), 8)) {
        let mut scene = Scene::new("lengths", "", "", 60.0, 20.0);
        let at = |first: usize| Point::new(lengths[first], lengths[first + 1]);
        let pen = Stroke::new(Ink::Text, 1.0).dashed(Dash::Fine);
        scene.shape(Shape::drawn(Path::lines([at(0), at(2), at(4)]), pen));
        scene.shape(Shape::filled(Path::rect(Rect::between(at(4), at(6))), Ink::Shade(lengths[0])));
        for file in [scene.svg(), scene.inline_svg()] {
            prop_assert!(!file.contains("NaN") && !file.contains("inf"));
        }
        prop_assert!(!scene.png().is_empty() && !scene.pdf().is_empty());
    }
}
