//! The hot loop, in nanoseconds per agent-sample and as a share of what this machine's vector units could do.
//!
//! An agent-sample is one bidder's win probability on one sample of one epoch. `cargo bench --bench kernel` prints
//! tables; with `-- --json --n 2 --precision f32` one line for a script, see `Arguments`.

mod arguments;
mod ceilings;
#[path = "../../tests/common/mod.rs"]
mod common;
mod learners;
mod pieces;
#[path = "../rounds.rs"]
mod rounds;
mod work;

use arguments::Arguments;
use bidsweep::numeric::simd::Instance;
use bidsweep::train::Precision;
use rounds::{median, rounds};
use work::Work;

const BIDDERS: [usize; 4] = [2, 3, 5, 10];
/// The steepnesses that share draws.
const BETAS: [f64; 5] = [10.0, 25.0, 50.0, 100.0, 200.0];
const PRECISIONS: [(Precision, &str); 2] = [(Precision::F32, "f32"), (Precision::F64, "f64")];

fn main() {
    let arguments = Arguments::parse();
    if arguments.json {
        println!("{}", arguments.measure());
        return;
    }
    let instance = Instance::current();
    if arguments.learners {
        learners::print(instance);
        return;
    }
    let ceilings = ceilings::measure(instance);
    println!("instruction set: {} (others: see BIDSWEEP_SIMD)", instance.name());
    println!("{ceilings}");
    loops(instance, &ceilings);
    instances();
    pieces::print(instance, &ceilings);
    learners::print(instance);
}

/// A row of a table: a title and a number for each of [`BIDDERS`].
fn row(title: &str, numbers: impl Iterator<Item = String>) {
    let numbers: String = numbers.map(|number| format!("{number:>9}")).collect();
    println!("{title:<38}{numbers}");
}

fn head(title: &str) {
    println!();
    row(title, BIDDERS.iter().map(|n| format!("N = {n}")));
}

/// One group of eight runs, and five groups of five steepnesses with common or separate draws.
fn loops(instance: Instance, ceilings: &ceilings::Ceilings) {
    head("one core, ns per agent-sample");
    for (precision, name) in PRECISIONS {
        let mut rows: [Vec<f64>; 3] = Default::default();
        for bidders in BIDDERS {
            let one = Work::new(instance, precision, bidders, &[50.0]);
            let five = Work::new(instance, precision, bidders, &BETAS);
            let times =
                rounds(11, &mut [&mut || one.common(), &mut || five.common(), &mut || five.separate()]);
            for (row, times) in rows.iter_mut().zip(times) {
                row.push(median(times));
            }
        }
        let [one, common, separate] = &rows;
        row(name, one.iter().map(|ns| format!("{ns:.3}")));
        let limits: Vec<_> = BIDDERS.iter().map(|&n| ceilings.limit(precision, n)).collect();
        if let Some(limits) = limits.into_iter().collect::<Option<Vec<f64>>>() {
            let share = |(ns, limit): (&f64, &f64)| format!("{:.0} %", 100.0 * limit / ns);
            row("  of the limit of the vector units", one.iter().zip(&limits).map(share));
        }
        row("  five betas, common draws", common.iter().map(|ns| format!("{ns:.3}")));
        let gain = |(separate, common): (&f64, &f64)| format!("{:.2}x", separate / common);
        row("  against separate runs of the five", separate.iter().zip(common).map(gain));
    }
}

/// The same on every instruction set of this processor.
fn instances() {
    head("instruction sets, ns per agent-sample");
    for (precision, name) in PRECISIONS {
        for instance in Instance::available() {
            let ns = BIDDERS.map(|bidders| {
                let work = Work::new(instance, precision, bidders, &[50.0]);
                median(rounds(5, &mut [&mut || work.common()]).remove(0))
            });
            row(&format!("{name}, {}", instance.name()), ns.iter().map(|ns| format!("{ns:.3}")));
        }
    }
}
