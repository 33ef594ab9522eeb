//! What one would write first in Rust: scalar f64, one sample after another, one run after another, rayon over runs.

use std::time::Instant;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

const BATCH: usize = 128;
const BETA: f64 = 50.0;
const INITIAL_THETA: f64 = 0.9;
const LEARNING_RATE: f64 = 0.01;
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

struct Options {
    n: usize,
    runs: u64,
    epochs: i32,
    threads: usize,
    rounds: usize,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { n: 2, runs: 64, epochs: 2000, threads: 1, rounds: 1 };
        while let Some(name) = words.next() {
            if name == "--json" {
                continue;
            }
            let word = words.next().ok_or(format!("{name} needs a value"))?;
            let count: Result<u32, _> = word.parse();
            let count = || count.map_err(|error| format!("{name} {word}: {error}"));
            match name.as_str() {
                "--n" => options.n = count()? as usize,
                "--runs" => options.runs = count()?.into(),
                "--epochs" => options.epochs = count()? as i32,
                "--threads" => options.threads = count()? as usize,
                "--rounds" => options.rounds = count()? as usize,
                "--precision" if word == "f64" => {}
                _ => {
                    return Err(format!(
                        "{name} {word}: the options are --json --precision f64 --n N --runs R --epochs E --threads T --rounds K"
                    ));
                }
            }
        }
        Ok(options)
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The mean of the bidders' multipliers after the last epoch.
fn train(n: usize, epochs: i32, seed: u64) -> f64 {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut theta = vec![INITIAL_THETA; n];
    let mut m = vec![0.0; n];
    let mut s = vec![0.0; n];
    let mut values = vec![0.0; n];
    for epoch in 1..=epochs {
        let w: Vec<f64> = theta.iter().map(|&theta| sigmoid(theta)).collect();
        let mut gradient = vec![0.0; n];
        for _ in 0..BATCH {
            let (mut first, mut second) = (0.0, 0.0);
            for (value, w) in values.iter_mut().zip(&w) {
                *value = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
                let bid = w * *value;
                if bid > first {
                    second = first;
                    first = bid;
                } else if bid > second {
                    second = bid;
                }
            }
            for i in 0..n {
                let bid = w[i] * values[i];
                let rival = if bid == first { second } else { first };
                let win = sigmoid(BETA * (bid - rival));
                gradient[i] += values[i] * win * ((values[i] - bid) * BETA * (1.0 - win) - 1.0);
            }
        }
        for i in 0..n {
            let g = gradient[i] / BATCH as f64 * w[i] * (1.0 - w[i]);
            m[i] = BETA1 * m[i] + (1.0 - BETA1) * g;
            s[i] = BETA2 * s[i] + (1.0 - BETA2) * g * g;
            let (m, s) = (m[i] / (1.0 - BETA1.powi(epoch)), s[i] / (1.0 - BETA2.powi(epoch)));
            theta[i] += LEARNING_RATE * m / (s.sqrt() + EPSILON);
        }
    }
    theta.iter().map(|&theta| sigmoid(theta)).sum::<f64>() / n as f64
}

fn main() -> Result<(), String> {
    let Options { n, runs, epochs, threads, rounds } = Options::parse(std::env::args().skip(1))?;
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| error.to_string())?;
    let mut seconds = Vec::new();
    let mut means = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        means =
            pool.install(|| (0..runs).into_par_iter().map(|seed| train(n, epochs, seed)).collect::<Vec<_>>());
        seconds.push(start.elapsed().as_secs_f64());
    }
    let mean = means.iter().sum::<f64>() / runs as f64;
    let squares: f64 = means.iter().map(|run| (run - mean).powi(2)).sum();
    let sd = if runs > 1 { (squares / (runs - 1) as f64).sqrt().to_string() } else { "null".to_owned() };
    let rustc = option_env!("RUSTC_VERSION").unwrap_or("unknown");
    println!(
        r#"{{"program": "naive-rust", "n": {n}, "runs": {runs}, "epochs": {epochs}, "batch": {BATCH}, "threads": {threads}, "dtype": "f64", "seconds": {seconds:?}, "set_up_seconds": 0, "mean_multiplier": {mean}, "sd_multiplier": {sd}, "versions": {{"rustc": "{rustc}"}}}}"#
    );
    Ok(())
}
