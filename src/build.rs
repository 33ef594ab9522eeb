//! Tells the build which commit it is of, for the manifest.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    println!("cargo::rerun-if-env-changed=BIDSWEEP_GIT_COMMIT");
    // A linked worktree has a file there, which names the folder where HEAD is.
    let folder = git(&["rev-parse", "--absolute-git-dir"]);
    let (Some(folder), Some(commit)) = (folder, git(&["rev-parse", "HEAD"])) else {
        // Built from a package: whoever builds may set the variable.
        return;
    };
    // Every commit and checkout appends to the log of HEAD; a fresh clone has one too.
    println!("cargo::rerun-if-changed={}", Path::new(&folder).join("logs/HEAD").display());
    println!("cargo::rustc-env=BIDSWEEP_GIT_COMMIT={commit}");
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
