//! No room: the program says so, keeps what is finished, and goes on once there is some.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::sandbox::{Ended, Sandbox, Sweep, assert_same_bytes};

/// Runs the sweep with files of at most this many blocks of 512 bytes.
fn limited(sandbox: &Sandbox, blocks: u32) -> Ended {
    let script = format!("ulimit -f {blocks} && exec \"$@\"");
    Ended::from(sandbox.shell(&script, "run x.toml --progress none").output().unwrap())
}

/// The program said of a file, whose path starts so, that it has no room, and exited with 1.
#[track_caller]
fn assert_no_room(ended: Ended, file: &str, reason: &str) {
    let said = ended.exits(1).prints_nothing().stderr;
    assert!(said.starts_with(&format!("error: no room to write {file}")), "{said}");
    let end = format!(
        ".parquet: {reason}. Nothing finished is lost: free some space, then run the same command again\n"
    );
    assert!(said.ends_with(&end), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_part_that_has_no_room_loses_only_its_runs() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --limit 12").exits(75);
    let before = sandbox.parts("x");
    assert_no_room(limited(&sandbox, 6), "out/x/parts/", "File too large (os error 27)");
    assert_eq!(sandbox.parts("x"), before);
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 8 runs in TIME");
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

#[test]
fn tables_that_have_no_room_lose_no_run() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    assert_no_room(limited(&sandbox, 70), "out/x/cells", "File too large (os error 27)");
    assert_eq!((sandbox.parts("x").len(), sandbox.done("x")), (1, 20));
    assert!(!sandbox.path("out/x/cells.parquet").exists());
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

/// A file system in memory at `out`, gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None, with the reason printed, where this process may not mount one.
    fn mount(sandbox: &Sandbox, options: &str) -> Option<Self> {
        let at = sandbox.path("out");
        fs::create_dir(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&at).output();
        match mounted {
            Ok(output) if output.status.success() => Some(SmallDisk(at)),
            Ok(output) => {
                println!("skipped: {}", String::from_utf8_lossy(&output.stderr));
                None
            }
            Err(error) => {
                println!("skipped: mount: {error}");
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Nothing can be done about a failure, and the folder above is then left behind.
        _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_no_run() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let Some(disk) = SmallDisk::mount(&sandbox, "size=64k") else { return };
    // Which table comes to be too much is a matter of its columns.
    let full = sandbox.run("run x.toml --progress none");
    assert_no_room(full, "out/x/", "No space left on device (os error 28)");
    assert_eq!(sandbox.done("x"), 20);
    disk.remount("size=4m");
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

#[test]
fn a_disk_that_may_only_be_read_is_named() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let Some(disk) = SmallDisk::mount(&sandbox, "size=4m") else { return };
    disk.remount("ro");
    sandbox.run("run x.toml").exits(1).prints_nothing().says(
        "error: cannot create out/x/parts: Read-only file system (os error 30); choose a folder that you may write \
         to with --out",
    );
}
