//! Shards: whatever becomes of each, what is joined is what one process would have written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::sandbox::{ARRAY_IDS, Sandbox, Sweep, Tables, assert_same_bytes, edit_json, wait_until};

/// Trains these shards of a sweep, one after the other.
#[track_caller]
fn train(sandbox: &Sandbox, shards: &[&str]) {
    for shard in shards {
        sandbox.run(&format!("run x.toml --quiet --shard {shard}")).exits(0).prints_nothing().says("");
    }
}

/// The files of the parts of a shard in `out/x`.
fn parts_of(sandbox: &Sandbox, shard: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(sandbox.path("out/x/parts").join(shard)).unwrap();
    let mut parts: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    parts.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    parts.sort();
    parts
}

/// Joins the shards and compares with one process's tables.
#[track_caller]
fn joins(sandbox: &Sandbox, undisturbed: &Tables) {
    let merged = sandbox.run("merge out/x --quiet").exits(0);
    assert!(merged.stdout.contains("x  20 runs"), "{}", merged.stdout);
    assert_same_bytes(&sandbox.tables("x"), undisturbed);
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
    assert_same_bytes(&sandbox.tables("x"), undisturbed);
}

/// What the program refuses, as words.
#[track_caller]
fn refuses(sandbox: &Sandbox, arguments: &str, said: &[&str]) {
    let before = sandbox.path("out/x/cells.parquet").exists();
    let ended = sandbox.run(arguments).exits(4).prints_nothing();
    for words in said {
        assert!(ended.stderr.contains(words), "{words:?} is not in:\n{}", ended.stderr);
    }
    assert_eq!(sandbox.path("out/x/cells.parquet").exists(), before);
}

#[test]
fn any_number_of_shards_join_into_the_same_bytes() {
    let undisturbed = Sweep::SHORT.undisturbed();
    for count in [1, 2, 3, 5] {
        let sandbox = Sandbox::with(&Sweep::SHORT);
        let mut trained = 0;
        for index in 1..=count {
            sandbox.run(&format!("run x.toml --quiet --shard {index}/{count}")).exits(0).prints_nothing();
            let done = sandbox.done("x");
            assert!(done >= trained);
            trained = done;
            assert!(!sandbox.path("out/x/cells.parquet").exists());
        }
        assert_eq!(trained, 20);
        joins(&sandbox, &undisturbed);
    }
}

#[test]
fn shards_run_twice_and_in_other_numbers_join_too() {
    let undisturbed = Sweep::SHORT.undisturbed();
    let sandbox = Sandbox::with(&Sweep::SHORT);
    train(&sandbox, &["2/3", "2/3"]);
    let second = parts_of(&sandbox, "2-of-3");
    // What another number of shards left to do, and what one process did without shards.
    train(&sandbox, &["1/2"]);
    sandbox.run("run x.toml --quiet --limit 3").exits(75);
    train(&sandbox, &["1/3", "2/2", "3/3"]);
    assert_eq!(parts_of(&sandbox, "2-of-3"), second);
    joins(&sandbox, &undisturbed);
}

#[test]
fn replicates_and_axes_are_added_midway() {
    let sandbox =
        Sandbox::with(&Sweep { replicates: 3, axes: "beta = [10]\nbidders = [2, 3]", ..Sweep::SHORT });
    train(&sandbox, &["1/2"]);
    sandbox.write(&Sweep::SHORT);
    train(&sandbox, &["1/2"]);
    refuses(&sandbox, "merge out/x", &["of 20 runs are missing:", "run again with --shard 2/2"]);
    train(&sandbox, &["2/2"]);
    joins(&sandbox, &Sweep::SHORT.undisturbed());
}

#[test]
fn folders_of_machines_that_share_none_join_in_another() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    for index in 1..=3 {
        sandbox.run(&format!("run x.toml --quiet --shard {index}/3 --out on-{index}")).exits(0);
    }
    sandbox
        .run("merge on-1/x on-2/x on-3/x")
        .exits(2)
        .says("error: several folders are joined in another one: name the folder of the sweeps' folders with --out DIR");
    let gap = sandbox.run("merge on-1/x on-3/x --out out").exits(4).stderr;
    assert!(gap.contains("run again with --shard 2/3"), "{gap}");
    assert!(!sandbox.path("out").exists());
    sandbox.run("merge on-1/x on-2/x on-3/x --out out --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
    // Again, over what is there.
    sandbox.run("merge on-3/x on-2/x on-1/x --out out --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

#[test]
fn gaps_are_refused_and_their_shards_named() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    train(&sandbox, &["1/4", "3/4"]);
    let said =
        ["of 20 runs are missing:", "of shard 2/4", "run again with --shard 2/4, --shard 4/4", "--partial"];
    refuses(&sandbox, "merge out/x", &said);
    let partial = sandbox.run("merge out/x --partial").exits(0);
    assert!(partial.stderr.contains(" runs missing"), "{}", partial.stderr);
    assert!(sandbox.path("out/x/cells.parquet").exists());
    train(&sandbox, &["2/4", "4/4"]);
    joins(&sandbox, &Sweep::SHORT.undisturbed());
}

#[test]
fn other_plans_versions_and_layouts_are_refused() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --shard 1/1 --out a").exits(0);
    sandbox.write(&Sweep { root: 8, ..Sweep::SHORT });
    sandbox.run("run x.toml --quiet --shard 1/1 --out b").exits(0);
    refuses(
        &sandbox,
        "merge a/x b/x --out out",
        &["a/x and b/x are of different plans", "of one sweep file"],
    );
    // Into a folder of another plan.
    refuses(&sandbox, "merge a/x --out b", &["a/x and b/x are of different plans"]);
    for (key, said) in [
        ("results_version", "b/x: the folder holds runs of results version 1"),
        ("schema", "it has schema 1"),
    ] {
        let kept = fs::read(sandbox.path("b/x/manifest.json")).unwrap();
        edit_json(&sandbox.path("b/x/manifest.json"), |manifest| {
            manifest[key] = 1.into();
            if key == "schema" {
                manifest["runs"] = "of another layout".into();
            }
        });
        refuses(&sandbox, "merge a/x b/x --out out", &[said]);
        fs::write(sandbox.path("b/x/manifest.json"), kept).unwrap();
    }
}

#[test]
fn damage_and_foreign_parts_are_refused() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    train(&sandbox, &["1/2", "2/2"]);
    let part = parts_of(&sandbox, "2-of-2").remove(0);
    let whole = fs::read(&part).unwrap();
    fs::write(&part, &whole[..whole.len() / 2]).unwrap();
    refuses(&sandbox, "merge out/x", &["is damaged (", "run its shard again", "run again with --shard 2/2"]);
    assert!(sandbox.run("run x.toml --shard 2/2").exits(0).stderr.contains("it is put aside"));
    sandbox.run("merge out/x --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());

    // A part of another sweep, and one that is none.
    let other = Sandbox::with(&Sweep { root: 8, ..Sweep::SHORT });
    other.run("run x.toml --quiet --shard 1/1").exits(0);
    let foreign = parts_of(&other, "1-of-1").remove(0);
    let copy = sandbox.path("out/x/parts/1-of-2").join(foreign.file_name().unwrap());
    fs::copy(&foreign, &copy).unwrap();
    refuses(&sandbox, "merge out/x", &["20 runs are there that the sweep does not have", "--prune"]);
    sandbox.run("run x.toml --shard 1/2").exits(1).prints_nothing();
    sandbox.run("run x.toml --prune --limit 0 --quiet").exits(0);
    assert!(!copy.exists());
    joins(&sandbox, &Sweep::SHORT.undisturbed());
}

#[test]
fn killed_and_stopped_shards_lose_nothing_and_go_on() {
    let sweep = Sweep { replicates: 200, ..Sweep::LONG };
    let undisturbed = sweep.undisturbed();
    let sandbox = Sandbox::with(&sweep);
    let mut killed = sandbox.start("run x.toml --quiet --shard 1/2 --threads 1");
    let mut stopped = sandbox.start("run x.toml --quiet --shard 2/2 --threads 1");
    wait_until("both have parts", || {
        ["1-of-2", "2-of-2"].iter().all(|shard| {
            sandbox.path("out/x/parts").join(shard).exists() && !parts_of(&sandbox, shard).is_empty()
        })
    });
    killed.kill().unwrap();
    killed.wait().unwrap();
    stopped.signal("TERM");
    stopped.ended().exits(75);
    // It died on this machine: nobody waits for its heart to stop.
    refuses(&sandbox, "merge out/x", &["--shard 1/2", "--shard 2/2"]);
    let status = sandbox.run("status out/x").exits(75).stdout;
    assert!(status.contains("2 shards: 1 stopped, 1 dead"), "{status}");
    train(&sandbox, &["1/2", "2/2"]);
    sandbox.run("merge out/x --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &undisturbed);
    let status = sandbox.run("status out/x --format json").exits(0).json();
    assert_eq!(status["shards"].as_array().unwrap().len(), 2);
    assert!(status["shards"].as_array().unwrap().iter().all(|shard| shard["state"] == "done"), "{status}");
}

#[test]
fn shards_at_work_are_told_and_keep_others_out() {
    let sandbox = Sandbox::with(&Sweep::ENDLESS);
    let mut running = sandbox.start("run x.toml --quiet --shard 1/2 --threads 1");
    wait_until("the shard says so", || sandbox.path("out/x/shards/1-of-2.json").exists());
    refuses(&sandbox, "merge out/x", &["out/x: shard 1/2, process ", " is at work: wait until it ends"]);
    for (verb, said) in [
        ("run x.toml", "error: out/x is in use by shard 1/2, process "),
        ("run x.toml --shard 1/2", "error: out/x is in use by shard 1/2, process "),
    ] {
        let ended = sandbox.run(verb).exits(1).prints_nothing();
        assert!(ended.stderr.starts_with(said), "{}", ended.stderr);
    }
    let status = sandbox.run("status out/x").exits(75).stdout;
    let words = status.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("1 shard: 1 at work") && words.contains("in use by shard 1/2, process "),
        "{status}"
    );
    // Nor does another plan come into the folder meanwhile; another shard does.
    sandbox.write(&Sweep { replicates: 2, ..Sweep::ENDLESS });
    let other = sandbox.run("run x.toml --shard 2/2 --time-limit 0s").exits(1).prints_nothing();
    assert!(other.stderr.contains(" is in use for another plan, by shard 1/2, process "), "{}", other.stderr);
    sandbox.write(&Sweep::ENDLESS);
    sandbox.run("run x.toml --shard 2/2 --quiet").exits(0);
    let partial = sandbox.run("merge out/x --partial --quiet").exits(0);
    assert!(partial.stdout.contains('x'), "{}", partial.stdout);
    running.signal("TERM");
    running.ended().exits(75);
}

/// A library that takes the place of the system's flock in a process.
fn flock_that(sandbox: &Sandbox, does: &str) -> Option<PathBuf> {
    let source = sandbox.path("flock.c");
    fs::write(
        &source,
        format!("#include <errno.h>\nint flock(int f, int o) {{ (void)f; (void)o; {does} }}\n"),
    )
    .unwrap();
    let library = sandbox.path("flock.so");
    let mut compiler = Command::new("cc");
    let made = compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    made.is_ok_and(|status| status.success()).then_some(library)
}

#[test]
fn without_locks_there_is_a_warning_and_a_heartbeat() {
    for errno in ["ENOSYS", "EOPNOTSUPP", "ENOLCK"] {
        let sandbox = Sandbox::with(&Sweep::SHORT);
        let library =
            flock_that(&sandbox, &format!("errno = {errno}; return -1;")).expect("there is a C compiler");
        let run = |arguments: &str| {
            let mut command = sandbox.command(arguments);
            crate::sandbox::Ended::from(command.env("LD_PRELOAD", &library).output().unwrap())
        };
        let first = run("run x.toml --shard 1/2").exits(0);
        assert!(
            first.stderr.contains("the file system has no locks (") && first.stderr.contains("heartbeat")
        );
        // Another host's process is at work at the second, by its heart.
        let note = sandbox.path("out/x/shards/2-of-2.json");
        fs::copy(sandbox.path("out/x/shards/1-of-2.json"), &note).unwrap();
        edit_json(&note, |note| {
            note["shard"] = "2/2".into();
            note["host"] = "elsewhere".into();
            note["running"] = true.into();
        });
        let refused = run("run x.toml --shard 2/2").exits(1);
        assert!(refused.stderr.contains("in use by shard 2/2, process "), "{}", refused.stderr);
        assert!(refused.stderr.contains("if it has died, run again in two minutes"), "{}", refused.stderr);
        assert!(run("merge out/x").exits(4).stderr.contains(" is at work: wait until it ends"));
        // The clock of its node may be hours off: the file system's counts.
        edit_json(&note, |note| note["updated"] = "2030-01-01T00:00:00Z".into());
        let old = SystemTime::now() - Duration::from_secs(200);
        fs::File::options().write(true).open(&note).unwrap().set_modified(old).unwrap();
        run("run x.toml --shard 2/2 --quiet").exits(0);
        run("merge out/x --quiet").exits(0);
        assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
        run("status out/x").exits(0);
        assert!(!sandbox.path("out/x/.lock.held").exists());
    }
}

#[test]
fn two_processes_of_one_shard_do_no_harm() {
    let sweep = Sweep { replicates: 100, ..Sweep::LONG };
    let undisturbed = sweep.undisturbed();
    let sandbox = Sandbox::with(&sweep);
    // As on a file system that keeps locks to each machine.
    let library = flock_that(&sandbox, "return 0;").expect("there is a C compiler");
    let start = || {
        sandbox
            .command("run x.toml --quiet --shard 1/1 --threads 1")
            .env("LD_PRELOAD", &library)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both_succeed = |both: [Child; 2]| {
        for process in both {
            let ended = process.wait_with_output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        }
    };
    both_succeed([start(), start()]);
    sandbox.run("merge out/x --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &undisturbed);
    // And two of the whole.
    let sandbox = Sandbox::with(&sweep);
    let start = || {
        let mut command = sandbox.command("run x.toml --quiet --threads 1");
        command.env("LD_PRELOAD", &library).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
    };
    both_succeed([start(), start()]);
    assert_same_bytes(&sandbox.tables("x"), &undisturbed);
}

#[test]
fn a_shard_that_never_gets_on_ends_otherwise_than_one_that_does() {
    let sandbox = Sandbox::with(&Sweep::ENDLESS);
    for _ in 0..2 {
        sandbox.run("run x.toml --quiet --shard 1/1 --time-limit 100ms").exits(75);
    }
    let third = sandbox.run("run x.toml --quiet --shard 1/1 --time-limit 100ms").exits(1);
    assert!(third.stderr.contains("3 time limits ended, one after the other, and no run of shard 1/1 did"));
}

#[test]
fn an_element_of_an_array_says_which_shard_it_is() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    for variable in ARRAY_IDS {
        let run = |arguments: &str| {
            let mut command = sandbox.command(arguments);
            crate::sandbox::Ended::from(command.env(variable, "7").output().unwrap())
        };
        let refused = run("run x.toml").exits(2).prints_nothing();
        assert!(refused.stderr.contains(&format!("--shard \"${variable}/N\"")), "{}", refused.stderr);
        assert!(!sandbox.path("out/x/cells.parquet").exists());
        run("run x.toml --shard 1/1 --quiet").exits(0);
        run("run x.toml --dry-run").exits(0);
    }
    // What jobs that are no arrays are told.
    for (variable, told) in [("SGE_TASK_ID", "undefined"), ("LSB_JOBINDEX", "0"), ("PBS_ARRAY_INDEX", "")] {
        assert!(sandbox.command("run x.toml --quiet").env(variable, told).output().unwrap().status.success());
    }
}

#[test]
fn a_folder_that_may_only_be_read_is_told_of_and_joined_elsewhere() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    train(&sandbox, &["1/2", "2/2"]);
    let script = "chmod -R a-w out && \"$@\"; code=$?; chmod -R u+w out; exit $code";
    let status = sandbox.shell(script, "status out/x").output().unwrap();
    assert_eq!(status.status.code(), Some(75), "{}", String::from_utf8_lossy(&status.stderr));
    let merged = sandbox.shell(script, "merge out/x --out joined --quiet").output().unwrap();
    assert_eq!(merged.status.code(), Some(0), "{}", String::from_utf8_lossy(&merged.stderr));
    fs::remove_dir_all(sandbox.path("out")).unwrap();
    fs::rename(sandbox.path("joined"), sandbox.path("out")).unwrap();
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

#[test]
fn a_merge_that_is_told_to_end_has_written_no_table() {
    let sweep = Sweep { replicates: 4000, axes: "beta = { from = 10, to = 39, step = 1 }", ..Sweep::SHORT };
    let sandbox = Sandbox::with(&sweep);
    train(&sandbox, &["1/1"]);
    let mut merging = sandbox.start("merge out/x --progress none --threads 1");
    let is_begun = |name: &str| name.starts_with(".cells.parquet.") && name.ends_with(".tmp");
    wait_until("the tables are begun", || {
        let entries = fs::read_dir(sandbox.path("out/x")).unwrap();
        entries.flatten().any(|entry| is_begun(entry.file_name().to_str().unwrap()))
    });
    merging.signal("TERM");
    let ended = merging.ended().exits(75).prints_nothing();
    assert!(ended.stderr.contains("stopped before the tables were written"), "{}", ended.stderr);
    assert!(!sandbox.path("out/x/cells.parquet").exists());
    sandbox.run("merge out/x --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &sweep.undisturbed());
}

#[test]
fn a_shard_that_has_no_room_loses_only_its_runs() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    train(&sandbox, &["1/2"]);
    let limited =
        sandbox.shell("ulimit -f 6 && exec \"$@\"", "run x.toml --quiet --shard 2/2").output().unwrap();
    assert_eq!(limited.status.code(), Some(1));
    let said = String::from_utf8(limited.stderr).unwrap();
    assert!(said.starts_with("error: no room to write out/x/parts/2-of-2/"), "{said}");
    refuses(&sandbox, "merge out/x", &["run again with --shard 2/2"]);
    train(&sandbox, &["2/2"]);
    joins(&sandbox, &Sweep::SHORT.undisturbed());
}

#[test]
fn the_script_for_slurm_is_sound() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let printed = sandbox.run("slurm x.toml --shards 3 --cpus 2 --time 2h --partition short").exits(0);
    let script = &printed.stdout;
    for line in [
        "#!/bin/bash",
        "#SBATCH --array=1-3",
        "#SBATCH --cpus-per-task=2",
        "#SBATCH --time=02:00:00",
        "#SBATCH --partition=short",
        "shards=3  # not SLURM_ARRAY_TASK_COUNT, which is 1 where one element is submitted again",
    ] {
        assert!(script.lines().any(|it| it == line), "{line:?} is not in:\n{script}");
    }
    assert!(script.contains("--time-limit 6900s "), "{script}");
    fs::write(sandbox.path("x.slurm"), script).unwrap();
    match Command::new("shellcheck").arg(sandbox.path("x.slurm")).output() {
        Ok(checked) => assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout)),
        Err(_) => eprintln!("skipped: there is no shellcheck"),
    }
    // Without Slurm: what each element does, and what joins them.
    for index in ["1", "2", "3", "0"] {
        let element = Command::new("bash")
            .arg(sandbox.path("x.slurm"))
            .env("SLURM_ARRAY_TASK_ID", index)
            .current_dir(sandbox.path(""))
            .output()
            .unwrap();
        assert!(element.status.success(), "{}", String::from_utf8_lossy(&element.stderr));
    }
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());

    sandbox.run("slurm x.toml --shards 5").exits(2).says(
        "error: 20 runs of 4 cells cannot keep 5 shards busy, as eight replicates of a cell stay together: write \
         --shards 4 at most",
    );
}

/// Runs the first element of a script for an endless sweep, signals it once it trains, and gives how it exits and what it
/// asked of Slurm.
fn signalled(signals: &[&str]) -> (Option<i32>, String) {
    let sandbox = Sandbox::with(&Sweep::ENDLESS);
    let script = sandbox.run("slurm x.toml --shards 1 --cpus 1 --time 10m").exits(0).stdout;
    fs::write(sandbox.path("x.slurm"), script).unwrap();
    let asked = sandbox.path("asked");
    let stub = sandbox.path("scontrol");
    fs::write(&stub, format!("#!/bin/sh\necho \"$@\" >> {}\n", asked.display())).unwrap();
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", sandbox.path("").display(), std::env::var("PATH").unwrap());
    let mut element = Command::new("bash")
        .arg(sandbox.path("x.slurm"))
        .env("PATH", path)
        .env("SLURM_ARRAY_TASK_ID", "1")
        .env("SLURM_ARRAY_JOB_ID", "7")
        .current_dir(sandbox.path(""))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("the shard is at work", || sandbox.path("out/x/shards/1-of-1.json").exists());
    for signal in signals {
        let status = Command::new("kill").arg(format!("-{signal}")).arg(element.id().to_string()).status();
        assert!(status.unwrap().success());
        std::thread::sleep(Duration::from_millis(50));
    }
    let code = element.wait().unwrap().code();
    (code, fs::read_to_string(asked).unwrap_or_default())
}

#[test]
fn an_element_whose_time_is_up_is_queued_again_and_one_that_is_cancelled_is_not() {
    assert_eq!(signalled(&["USR1"]), (Some(0), "requeue 7_1\n".to_owned()));
    assert_eq!(signalled(&["TERM"]), (Some(75), String::new()));
}

#[test]
fn what_is_printed_for_slurm_is_what_slurm_can_read() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    for (option, said) in [
        ("--time 0s", "is not from 00:01:00 to 365-00:00:00"),
        ("--time 59s", "is not from 00:01:00 to 365-00:00:00"),
        ("--time 1000000000y", "is not from 00:01:00 to 365-00:00:00"),
        ("--partition=", "--partition is one word"),
    ] {
        let ended = sandbox.run(&format!("slurm x.toml --shards 2 {option}")).exits(2);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
    let mut command = sandbox.command("slurm x.toml --shards 2");
    let ended = command.args(["--account", "a\n#SBATCH --exclusive"]).output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    // What joins them has its own time.
    let script = sandbox.run("slurm x.toml --shards 2 --time 1m").exits(0).stdout;
    assert!(script.contains("sbatch --array=0 --time=00:11:00 "), "{script}");
}

#[test]
fn where_all_is_joined_counts_what_is_there_and_is_mended() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    for (out, shard) in [("a", "1/2"), ("b", "2/2")] {
        sandbox.run(&format!("run x.toml --quiet --out {out} --shard {shard}")).exits(0);
    }
    // One after the other.
    sandbox.run("merge a/x --partial --out joined --quiet").exits(0);
    sandbox.run("merge b/x --out joined --quiet").exits(0);
    let undisturbed = Sweep::SHORT.undisturbed();
    let tables = |folder: &str| {
        let read = |name: &str| fs::read(sandbox.path(folder).join(name)).unwrap();
        undisturbed.keys().map(|name| (*name, read(name))).collect::<Tables>()
    };
    assert_same_bytes(&tables("joined/x"), &undisturbed);
    // A part is cut short there, and whole where it came from.
    let damage_all = |folder: &str| {
        for path in fs::read_dir(sandbox.path(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|ending| ending == "parquet") {
                let bytes = fs::read(&path).unwrap();
                // The same file may have a second name.
                fs::remove_file(&path).unwrap();
                fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
    };
    damage_all("joined/x/parts");
    sandbox.run("merge a/x b/x --out joined --quiet").exits(0);
    assert_same_bytes(&tables("joined/x"), &undisturbed);
    sandbox.run("verify joined/x").exits(0);
    // And where no source has another, its runs are missing.
    damage_all("joined/x/parts");
    let refused = sandbox.run("merge b/x --out joined --quiet").exits(4).stderr;
    assert!(refused.contains(" of 20 runs are missing"), "{refused}");
    // Runs of another version are not taken over.
    edit_json(&sandbox.path("joined/x/manifest.json"), |manifest| manifest["results_version"] = 1.into());
    let refused = sandbox.run("merge a/x b/x --out joined --quiet").exits(4).stderr;
    assert!(refused.contains("the folder holds runs of results version 1"), "{refused}");
}

#[test]
fn status_tells_of_tables_that_are_yet_to_be_written() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    train(&sandbox, &["1/2"]);
    sandbox.run("merge out/x --quiet --partial").exits(0);
    train(&sandbox, &["2/2"]);
    let status = sandbox.run("status out/x").exits(75).stdout;
    assert!(status.contains("its tables are not written: `bidsweep merge out/x` does it"), "{status}");
    sandbox.run("merge out/x --quiet").exits(0);
    sandbox.run("status out/x").exits(0);
}
