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
fn readme_names_only_sweeps_that_exist() {
    let readme = readme();
    let mut seen = 0;
    for rest in readme.split("run sweeps/").skip(1) {
        let name = rest.split(".toml").next().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("sweeps/{name}.toml"));
        assert!(path.exists(), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 3);
}
