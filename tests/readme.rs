//! The README follows the registries and the files of the repository.

use std::fs;
use std::path::Path;

use bidsweep::auction::Prior;
use bidsweep::learner::Learner;
use bidsweep::store::TableName;
use bidsweep::sweep::Plan;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

#[test]
fn readme_is_short_and_shows_what_the_first_command_prints() {
    assert!(readme().lines().count() <= 300, "{} lines", readme().lines().count());
    let printed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/summaries/week4.txt");
    let shown = readme().split("```text\n").nth(1).unwrap().split("```").next().unwrap().to_owned();
    assert!(shown.starts_with("week4  200 runs\n") && shown.lines().count() <= 24, "{shown}");
    assert!(
        fs::read_to_string(printed).unwrap().starts_with(&shown),
        "the first command prints something else"
    );
}

#[test]
fn readme_lists_every_learner() {
    for entry in Learner::REGISTRY {
        let row = format!("| `{}` | {} |", entry.name, entry.doc);
        assert!(readme().contains(&row), "the README's table of learners lacks {row}");
    }
}

#[test]
fn readme_lists_every_prior() {
    for entry in Prior::REGISTRY {
        let row = format!("| `{}` | {} | {} |", entry.name, entry.keys().join(", "), entry.doc);
        assert!(readme().contains(&row), "the README's table of priors lacks {row}");
    }
}

#[test]
fn readme_lists_every_table() {
    for table in TableName::ALL {
        assert!(readme().contains(&format!("| `{}` |", table.file())), "{}", table.file());
    }
}

#[test]
fn the_sweep_files_of_the_readme_are_valid_and_without_warning() {
    let readme = readme();
    let blocks: Vec<_> =
        readme.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let plan = Plan::parse(block, "README.md", &[]).unwrap_or_else(|error| panic!("{error}"));
        assert!(plan.warnings().is_empty(), "{}", plan.warnings().render(false));
    }
}

#[test]
fn readme_names_every_shipped_sweep_but_the_smallest_and_runs_only_such() {
    let readme = readme();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps");
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(name == "smoke" || readme.contains(&format!("| `{name}` |")), "{name}");
    }
    for rest in readme.split("run sweeps/").skip(1) {
        let name = rest.split(".toml").next().unwrap();
        let path = folder.join(format!("{name}.toml"));
        assert!(name == "*" || path.exists(), "{}", path.display());
    }
}
