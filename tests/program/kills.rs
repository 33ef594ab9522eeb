//! A killed sweep has lost nothing that was finished, and ends in the bytes of one that was left alone.

use std::thread::sleep;
use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::sandbox::{Sandbox, Sweep, assert_same_bytes};

/// Kills of each test; there are five.
const KILLS: u32 = 26;

/// Runs a sweep again and again, each time killed after a random delay, until it is complete; then another from the
/// start, until there were enough kills.
fn killed_again_and_again(sweep: &Sweep, threads: u32, seed: u64) {
    let undisturbed = sweep.undisturbed();
    let mut delays = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut killed = 0;
    while killed < KILLS {
        let sandbox = Sandbox::with(sweep);
        let mut done = 0;
        for attempt in 0.. {
            let mut running = sandbox.start(&format!("run x.toml --quiet --threads {threads}"));
            // Longer from one time to the next, so that a slow machine gets to the end too.
            sleep(Duration::from_millis(delays.next_u64() % (100 + 50 * attempt)));
            if running.try_wait().unwrap().is_some() {
                running.ended().exits(0).says("");
                break;
            }
            running.kill().unwrap();
            running.wait().unwrap();
            killed += 1;
            let now = sandbox.done("x");
            assert!(now >= done, "{done} runs were done, and {now} are after kill {killed}");
            done = now;
        }
        assert_same_bytes(&sandbox.tables("x"), &undisturbed);
        assert_eq!(sandbox.done("x"), sandbox.run("plan x.toml --format json").json()["runs"]);
    }
}

#[test]
fn on_one_thread() {
    killed_again_and_again(&Sweep { replicates: 200, ..Sweep::LONG }, 1, 1);
}

#[test]
fn on_two_threads() {
    killed_again_and_again(&Sweep { replicates: 400, ..Sweep::LONG }, 2, 2);
}

#[test]
fn among_many_short_runs_whose_tables_take_long() {
    killed_again_and_again(&Sweep { replicates: 2500, ..Sweep::SHORT }, 2, 3);
}

#[test]
fn among_long_trajectories() {
    let measure = "trajectories = { replicates = 100, every = 1 }";
    let fixed = "epochs = 2000\nbatch = 128";
    killed_again_and_again(&Sweep { replicates: 100, fixed, measure, ..Sweep::LONG }, 2, 4);
}

#[test]
fn among_continuations() {
    // Steps too long to come to rest: every continuation goes on to its last epoch.
    let fixed = "epochs = 400\nbatch = 64\nprior = \"beta:2:5\"\nlearner = \"sgd\"\nlearning_rate = 60.0";
    let measure = "continuation = { replicates = 6, epochs = 1000, share = 1e9 }";
    let axes = "beta = [20, 50]\nbidders = [3]";
    killed_again_and_again(&Sweep { replicates: 8, fixed, axes, measure, ..Sweep::SHORT }, 2, 5);
}
