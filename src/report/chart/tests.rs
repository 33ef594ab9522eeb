//! Pictures of charts: nothing lies outside, nothing overlaps, nothing is empty.

use proptest::prelude::*;

use super::*;
use crate::report::scene::{Dash, Ink, Item, Markup, Point, Rect, Scene, Stroke, Text, escape};

fn figure(inches: f64) -> Figure {
    Figure::new("test", "Test", "A test.", inches)
}

fn axes() -> Chart {
    Chart::new(Axis::linear("epoch"), Axis::linear("multiplier *w*"))
}

fn pen() -> Stroke {
    Stroke::new(Ink::Hue(0), 1.0)
}

fn says(scene: &Scene, text: &str) -> bool {
    scene.texts().any(|item| item.markup.text().contains(text))
}

/// Two texts of a picture that overlap.
fn overlap(scene: &Scene) -> Option<(String, String)> {
    let texts: Vec<&Text> = scene.texts().collect();
    let mut pairs =
        texts.iter().enumerate().flat_map(|(at, one)| texts[at + 1..].iter().map(move |other| (one, other)));
    // Letters seldom fill all of their line.
    let tight = |text: &Text| text.bounds().grown(-0.12 * text.size);
    pairs
        .find(|(one, other)| tight(one).overlaps(&tight(other)))
        .map(|(one, other)| (one.markup.text(), other.markup.text()))
}

/// A text of a picture that leaves it.
fn outside(scene: &Scene) -> Option<String> {
    let paper = Rect::new(0.0, 0.0, scene.width, scene.height).grown(0.5);
    scene.texts().find(|text| !paper.holds(&text.bounds())).map(|text| text.markup.text())
}

#[test]
fn forty_labels_are_shown_as_far_as_they_fit() {
    let mut chart = axes();
    for at in 0..40 {
        let height = f64::from(at % 7);
        chart.line([(0.0, height), (1.0, height)], pen());
        chart.end((1.0, height), escape(&format!("series {at}")), Ink::Hue(at as usize));
    }
    let scene = figure(3.25).single(chart.clone());
    let labels: Vec<Rect> =
        scene.texts().filter(|text| text.markup.text().starts_with("series")).map(Text::bounds).collect();
    assert!((8..40).contains(&labels.len()), "{}", labels.len());
    assert!(says(&scene, &format!("and {} more", 40 - labels.len())));
    assert!(says(&scene, "series 0"));
    assert_eq!((overlap(&scene), outside(&scene)), (None, None));
    // All of them where the chart is tall.
    let scene = figure(3.25).single(chart.tall(Height::Points(400.0)));
    assert!(says(&scene, "series 39") && !says(&scene, "more"));
    assert_eq!(overlap(&scene), None);
}

#[test]
fn what_a_logarithmic_axis_cannot_show_is_counted() {
    let mut chart = Chart::new(Axis::log("*β*"), Axis::log("*ε*"));
    let dots = [(1.0, -1.0), (2.0, 0.0), (3.0, 5.0), (4.0, f64::NAN), (50.0, 2000.0)];
    chart.points(dots.map(|at| Dot { at, mark: None }), Marker::Circle, Ink::Hue(0));
    // The same places again are not counted again.
    chart.line(dots, pen());
    // A bar that reaches below 0 is shown as far as it can.
    chart.intervals(Direction::Up, [(3.0, -1.0, 9.0)], Ink::Hue(0));
    let scene = figure(3.25).single(chart);
    assert!(says(&scene, "2 values not above 0 left out"));
    let circles =
        scene.items.iter().filter(|item| matches!(item, Item::Shape(shape) if shape.fill.is_some()));
    assert_eq!(circles.count(), 2);
}

#[test]
fn a_chart_without_data_says_so() {
    let mut nothing = axes().when_empty("no trajectories were recorded");
    nothing.line([(f64::NAN, 1.0), (1.0, f64::NAN)], pen());
    nothing.reference(Direction::Across, 0.5, "Nash", pen());
    let scene = figure(3.25).single(nothing);
    assert!(says(&scene, "no trajectories were recorded") && says(&scene, "epoch"));
    assert!(!says(&scene, "Nash"));
    // Only numbers that the axis cannot show.
    let mut negative = Chart::new(Axis::linear("x"), Axis::log("y"));
    negative.line([(0.0, -1.0), (1.0, 0.0)], pen());
    assert!(says(&figure(3.25).single(negative), "no data"));
    let nameless = Chart::new(Axis::categories("x", []), Axis::linear("y"));
    assert!(says(&figure(3.25).single(nameless), "no data"));
    // A figure of no charts.
    assert!(figure(3.25).grid(Vec::new()).height > 0.0);
}

#[test]
fn one_point_and_equal_values_have_a_range() {
    for value in [0.0, 0.5, -3e9, 1e-300] {
        let mut chart = axes();
        chart.points([Dot { at: (value, value), mark: None }], Marker::Square, Ink::Hue(0));
        let scene = figure(3.25).single(chart);
        let ticks = scene.texts().filter(|text| text.size == Style::default().tick).count();
        assert!(ticks >= 4, "{value}: {ticks}");
        assert_eq!(outside(&scene), None);
    }
}

#[test]
fn gaps_break_lines() {
    let mut chart = axes();
    chart.line(
        [(0.0, 1.0), (1.0, 2.0), (2.0, f64::NAN), (3.0, 1.0), (4.0, 2.0)],
        Stroke::new(Ink::Hue(3), 1.0),
    );
    let scene = figure(3.25).single(chart);
    let moves = scene.items.iter().filter_map(|item| match item {
        Item::Shape(shape) if shape.stroke.is_some_and(|pen| pen.paint.ink == Ink::Hue(3)) => Some(
            shape
                .path
                .steps
                .iter()
                .filter(|step| matches!(step, crate::report::scene::Step::Move(_)))
                .count(),
        ),
        _ => None,
    });
    assert_eq!(moves.collect::<Vec<_>>(), [2]);
}

#[test]
fn long_names_are_turned_or_shortened() {
    let names =
        |count: usize| (0..count).map(|at| Markup::plain(&format!("a learner of a very long name {at}")));
    let mut across = Chart::new(Axis::categories("learner", names(12)), Axis::linear("*ε*"));
    across.cells((0..12).map(|at| Cell { y: (0.0, 1.0), ..Cell::unit(at, 0, Ink::Hue(at)) }));
    let scene = figure(3.25).single(across);
    assert!(scene.texts().filter(|text| text.turned).count() > 12);
    assert_eq!((overlap(&scene), outside(&scene)), (None, None));
    let mut up = Chart::new(Axis::linear("*w*"), Axis::categories("", names(5))).tall(Height::PerName(12.0));
    up.intervals(Direction::Across, (0..5).map(|at| (f64::from(at), 0.4, 0.5)), Ink::Hue(0));
    let scene = figure(2.0).single(up);
    assert!(says(&scene, "…"));
    assert_eq!((overlap(&scene), outside(&scene)), (None, None));
}

#[test]
fn panels_of_a_column_share_their_sides_and_have_letters() {
    let chart = |top: f64| {
        let mut chart = axes();
        chart.line([(0.0, 0.0), (1.0, top)], pen());
        chart
    };
    let scene = figure(6.75).grid(vec![vec![chart(1.0), chart(1e6)], vec![chart(1e-3), chart(2.0)]]);
    for letter in ["a", "b", "c", "d"] {
        assert!(scene.texts().any(|text| text.bold && text.markup.text() == letter), "{letter}");
    }
    let titles: Vec<Point> =
        scene.texts().filter(|text| text.markup.text() == "epoch").map(|text| text.at).collect();
    assert_eq!(titles.len(), 4);
    assert!((titles[0].x - titles[2].x).abs() < 1e-9 && (titles[0].y - titles[1].y).abs() < 1e-9);
    assert_eq!((overlap(&scene), outside(&scene)), (None, None));
    // Too narrow for two side by side.
    let narrow = figure(3.25).beside(vec![chart(1.0), chart(2.0)]);
    assert!(narrow.height > 250.0);
    // One alone has no letter.
    assert!(!figure(3.25).single(chart(1.0)).texts().any(|text| text.bold));
}

#[test]
fn texts_of_lines_stay_away_from_what_is_drawn() {
    let mut chart = axes();
    chart.line((0..=20).map(|at| (f64::from(at), 0.5 + 0.01 * f64::from(at % 2))), pen());
    chart.line([(0.0, 1.0), (20.0, 0.0)], pen());
    chart.reference(Direction::Across, 0.75, "Nash 0.75", pen().dashed(Dash::Dashed));
    chart.reference(Direction::Up, 5.0, "change", pen());
    chart.note("a note of some words", Ink::Soft);
    let scene = figure(3.25).single(chart);
    assert_eq!((overlap(&scene), outside(&scene)), (None, None));
    assert!(says(&scene, "Nash 0.75") && says(&scene, "change") && says(&scene, "a note"));
}

#[test]
fn stacked_panels_go_row_by_row_and_common_keys_stand_above_all() {
    let chart = |title: &str| {
        let mut chart = axes().titled(title);
        chart.line([(0.0, 0.0), (1.0, 1.0)], pen());
        chart.key(Sample::Line(pen()), "median");
        chart
    };
    let rows = || vec![vec![chart("first"), chart("second")], vec![chart("third"), chart("fourth")]];
    let scene = figure(3.25).headed("a heading").grid(rows());
    let place = |scene: &Scene, text: &str| -> Vec<Point> {
        scene.texts().filter(|item| item.markup.text() == text).map(|item| item.at).collect()
    };
    let order = ["a heading", "median", "first", "second", "third", "fourth"];
    let heights: Vec<f64> = order.iter().map(|text| place(&scene, text)[0].y).collect();
    assert!(heights.windows(2).all(|pair| pair[0] < pair[1]), "{heights:?}");
    for (letter, title) in ["a", "b", "c", "d"].into_iter().zip(&order[2..]) {
        assert_eq!(place(&scene, letter)[0].y, place(&scene, title)[0].y);
    }
    for inches in [3.25, 6.75] {
        let scene = figure(inches).grid(rows());
        assert_eq!(place(&scene, "median").len(), 1);
        assert_eq!((overlap(&scene), outside(&scene)), (None, None));
    }
}

#[test]
fn scales_say_where_they_end_and_have_three_ticks_or_more() {
    let labels = |x: Axis, low: f64, high: f64, inches: f64| {
        let mut chart = Chart::new(x.over(low, high), Axis::linear("y").unlabelled());
        chart.line([(low, 0.0), (high, 1.0)], pen());
        let scene = figure(inches).single(chart);
        let size = Style::default().tick;
        scene.texts().filter(|text| text.size == size).map(|text| text.markup.text()).collect::<Vec<_>>()
    };
    let powers: Vec<f64> = (3..13).map(|power| f64::from(1 << power)).collect();
    for inches in [1.6, 2.0, 3.25] {
        let shown = labels(Axis::log("batch").ticks_at(&powers), 7.0, 4700.0, inches);
        assert!(shown.contains(&"8".to_owned()) && shown.contains(&"4096".to_owned()), "{shown:?}");
    }
    for (low, high) in [(0.27, 0.62), (-0.012, 0.13), (0.0, 2000.0), (-0.39, 0.01)] {
        assert!(labels(Axis::linear("x"), low, high, 2.0).len() >= 3, "{low} {high}");
    }
    for (low, high) in [(1.0, 60.0), (0.012, 0.13), (1.0, 3e5), (2e-3, 0.2)] {
        assert!(labels(Axis::log("x"), low, high, 2.5).len() >= 3, "{low} {high}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_text_of_the_higher_line_stands_above_it_and_that_of_the_lower_below(
        points in prop::collection::vec(0.1..1.0_f64, 2..60),
        first in 0.05..1.1_f64,
        apart in prop::sample::select(vec![1e-4, 0.003, 0.02, 0.1, 0.5]),
        inches in 2.0..6.0_f64,
        logarithmic in any::<bool>(),
        swapped in any::<bool>(),
    ) {
        let y = if logarithmic { Axis::log("*w*") } else { Axis::linear("*w*") };
        let mut chart = Chart::new(Axis::linear("epoch"), y);
        chart.line(points.iter().enumerate().map(|(at, y)| (at as f64, *y)), pen());
        let (low, high) = ((first, "smoothed 0.4805", Ink::Hue(4)), (first + apart, "Nash 0.5", Ink::Hue(5)));
        for (at, label, ink) in if swapped { [high, low] } else { [low, high] } {
            chart.reference(Direction::Across, at, label, Stroke::new(ink, 0.8));
        }
        let scene = figure(inches).single(chart);
        let line = |ink: Ink| {
            let places = scene.items.iter().find_map(|item| match item {
                Item::Shape(shape) if shape.stroke.is_some_and(|pen| pen.paint.ink == ink) => {
                    Some(shape.path.clone())
                }
                _ => None,
            });
            match places.unwrap().steps[0] {
                crate::report::scene::Step::Move(start) => start,
                step => panic!("{step:?}"),
            }
        };
        let text = |ink: Ink| scene.texts().find(|text| text.paint.ink == ink).unwrap().bounds();
        let (above, below) = (text(high.2), text(low.2));
        let (upper, lower) = (line(high.2), line(low.2));
        prop_assert!(above.bottom() <= upper.y, "{above:?} {upper:?}");
        prop_assert!(below.y >= lower.y, "{below:?} {lower:?}");
        // Clear of the axis at the left, which begins the lines, and of the other text.
        prop_assert!(above.x > upper.x + 1.2 && below.x > lower.x + 1.2);
        prop_assert_eq!((overlap(&scene), outside(&scene)), (None, None));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn texts_lie_within_and_apart_whatever_the_data(
        points in prop::collection::vec((-1e3..1e3_f64, -6..6_i32), 1..12),
        inches in 2.5..7.0_f64,
        logarithmic in any::<bool>(),
        labels in prop::collection::vec("[a-z*_{}<& ]{1,30}", 0..12),
        columns in 1..3_usize,
    ) {
        let axis = |title| if logarithmic { Axis::log(title) } else { Axis::linear(title) };
        let mut chart = Chart::new(axis("a title *β*"), axis("gain of a best response, relative to all *ε*"));
        let data: Vec<(f64, f64)> =
            points.iter().map(|(x, power)| (*x, x * libm::pow(10.0, f64::from(*power)))).collect();
        chart.line(data.clone(), pen());
        chart.points(data.iter().map(|at| Dot { at: *at, mark: None }), Marker::Circle, Ink::Hue(0));
        for (at, label) in labels.iter().enumerate() {
            chart.end(data[at % data.len()], escape(label), Ink::Hue(at));
            chart.key(Sample::Line(pen()), escape(label));
        }
        let scene = figure(inches).beside(vec![chart; columns]);
        prop_assert_eq!(outside(&scene), None);
        prop_assert_eq!(overlap(&scene), None);
    }
}
