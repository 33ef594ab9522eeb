//! x
use bidsweep::numeric::simd::Instance;
use bidsweep::train::*;
use std::time::Instant;
#[path = "../tests/common/mod.rs"]
mod common;
use common::{RECORDING, settings};
fn main() {
    let epochs = 500;
    for instance in Instance::available() {
        if instance == Instance::Portable && std::env::args().any(|a| a == "fast") {
            continue;
        }
        for precision in [Precision::F32, Precision::F64] {
            for games in [1, 5] {
                let mut line = format!("{instance:?} {precision:?} games {games}:");
                for n in [2, 3, 5, 10] {
                    let s: Vec<Settings> = (0..games)
                        .map(|g| Settings {
                            epochs: if instance == Instance::Portable { 20 } else { epochs },
                            precision,
                            ..settings(n, 50.0 + 10.0 * g as f64)
                        })
                        .collect();
                    let runs: Vec<_> = (0..8 * games)
                        .map(|k| Run { settings: &s[k / 8], seed: k as u64 % 8, recording: RECORDING })
                        .collect();
                    let mut t: Vec<f64> = (0..9)
                        .map(|_| {
                            let t = Instant::now();
                            std::hint::black_box(train_group(instance, &runs));
                            t.elapsed().as_secs_f64()
                        })
                        .collect();
                    t.sort_by(f64::total_cmp);
                    line += &format!(" {:.3}", t[4] * 1e9 / (runs.len() as f64 * s[0].agent_samples()));
                }
                println!("{line}");
            }
        }
    }
}
