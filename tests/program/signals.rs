//! Stopping a sweep from outside: what ends within a second is kept, and the rest given up.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::sandbox::{Ended, Running, Sandbox, Sweep, assert_same_bytes, wait_until};

/// Waits until a process has the folder `out/x` and listens to signals.
fn wait_until_running(sandbox: &Sandbox) {
    wait_until("the sweep runs", || sandbox.path("out/x/manifest.json").exists());
}

/// Waits until a process has computed for a while, longer than all that comes before the first run.
fn wait_until_training(running: &Running) {
    /// Of the hundredths of a second that the process has computed.
    const A_WHILE: u64 = 30;
    wait_until("the first run is being trained", || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", running.id())).unwrap();
        let after_name = stat.rsplit(')').next().unwrap();
        after_name.split_whitespace().nth(11).unwrap().parse::<u64>().unwrap() > A_WHILE
    });
}

fn assert_stopped(ended: Ended) {
    let said = ended.exits(75).stderr;
    assert!(said.contains("out/x: trained ") && said.contains(" missing\n"), "{said}");
    let stopped = "\nstopped early: run the same command again to continue\nno tables: they are written once no run \
                   is missing, or now with --tables always\n";
    assert!(said.ends_with(stopped), "{said}");
}

#[test]
fn a_sweep_stopped_by_each_signal_and_by_the_clock_ends_in_the_same_bytes() {
    // Longer than all that it runs until it is stopped.
    let sweep = Sweep { replicates: 2000, ..Sweep::LONG };
    let sandbox = Sandbox::with(&sweep);
    let mut done = 0;
    let mut assert_more = |sandbox: &Sandbox| {
        assert!(!sandbox.path("out/x/cells.parquet").exists());
        let now = sandbox.done("x");
        assert!(now > done, "{now} runs are done, and {done} were");
        done = now;
    };
    for signal in ["INT", "TERM", "USR1", "USR2", "HUP", "XCPU", "ALRM"] {
        let parts = sandbox.parts("x").len();
        let mut running = sandbox.start("run x.toml --progress none --threads 1");
        wait_until("a part is written", || sandbox.parts("x").len() > parts);
        running.signal(signal);
        assert_stopped(running.ended());
        assert_more(&sandbox);
    }
    assert_stopped(sandbox.run("run x.toml --progress none --threads 1 --time-limit 300ms"));
    assert_more(&sandbox);
    sandbox.run("run x.toml --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &sweep.undisturbed());
}

#[test]
fn a_second_interrupt_ends_the_program_at_once() {
    let sandbox = Sandbox::with(&Sweep::ENDLESS);
    let mut running = sandbox.start("run x.toml --progress none");
    wait_until_training(&running);
    // Two signals that come too close are one.
    wait_until("the program ends", || {
        if running.try_wait().unwrap().is_none() {
            running.signal("INT");
        }
        running.try_wait().unwrap().is_some()
    });
    running.ended().exits(130).says("").prints_nothing();
}

#[test]
fn a_second_signal_to_end_ends_the_program_at_once_and_warnings_never_do() {
    for (signals, code) in [(["TERM", "TERM"], 143), (["HUP", "TERM"], 143), (["TERM", "HUP"], 129)] {
        let sandbox = Sandbox::with(&Sweep::ENDLESS);
        let mut running = sandbox.start("run x.toml --progress none");
        wait_until_training(&running);
        for warning in ["USR1", "XCPU", "ALRM", "XCPU", "USR2"] {
            running.signal(warning);
        }
        running.signal(signals[0]);
        sleep(Duration::from_millis(300));
        assert!(running.try_wait().unwrap().is_none(), "the first {} ends it", signals[0]);
        wait_until("the program ends", || {
            if running.try_wait().unwrap().is_none() {
                running.signal(signals[1]);
            }
            running.try_wait().unwrap().is_some()
        });
        running.ended().exits(code).says("").prints_nothing();
    }
}

#[test]
fn a_hang_up_that_is_ignored_stays_so() {
    let sweep = Sweep { replicates: 200, ..Sweep::LONG };
    let sandbox = Sandbox::with(&sweep);
    let mut command =
        sandbox.shell("trap '' HUP && exec \"$@\"", "run x.toml --progress none --threads 1 --no-report");
    let mut running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("a part is written", || !sandbox.parts("x").is_empty());
    assert!(
        Command::new("sh").args(["-c", &format!("kill -s HUP {}", running.id())]).status().unwrap().success()
    );
    assert_eq!(running.wait().unwrap().code(), Some(0));
}

#[test]
fn a_folder_has_one_writer_and_any_number_of_readers() {
    let sandbox = Sandbox::with(&Sweep::ENDLESS);
    let first: Running = sandbox.start("run x.toml --progress none");
    wait_until_running(&sandbox);
    let holder = fs::read_to_string(sandbox.path("out/x/.lock")).unwrap();
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| holder.clone());
    assert!(holder.starts_with(&format!("process {} on host ", first.id())), "{holder}");
    assert!(holder.contains(host.trim()), "{holder}");
    sandbox.run("run x.toml").exits(1).prints_nothing().says(&format!(
        "error: out/x is in use by {holder}: wait until it ends, or choose another folder with --out"
    ));
    let status = sandbox.run("status out/x").exits(75).says("");
    assert_eq!(status.stdout, format!("x: 0 of 1 run done\n  1 run missing\n  in use by {holder}\n"));
    assert_eq!(sandbox.run("status out/x --format json").exits(75).json()["holder"], *holder);
    drop(first);
    assert!(sandbox.run("status out/x --format json").exits(75).json()["holder"].is_null());
}
