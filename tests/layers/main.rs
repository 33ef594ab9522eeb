//! A module imports only from lower layers, and its files not from each other in a circle: the data flows one
//! way. Tests may look up, for a second method to compare with.

mod circles;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use circles::{arrows, circular, library_files};

/// The layers of the design, lowest first.
const LAYERS: &[(usize, &str)] = &[
    (0, "numeric"),
    (0, "data"),
    (1, "auction"),
    (2, "law"),
    (2, "learner"),
    (3, "expectation"),
    (4, "response"),
    (4, "train"),
    (5, "equilibrium"),
    (6, "measure"),
    (7, "sweep"),
    (8, "store"),
    (9, "engine"),
    (10, "report"),
    (11, "execute"),
    (12, "cli"),
];

fn layer(module: &str) -> usize {
    let found = LAYERS.iter().find(|(_, name)| *name == module);
    found.unwrap_or_else(|| panic!("src/{module} has no layer; add it to LAYERS")).0
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The text of a file of the library; none of its tests.
fn library_text(path: &Path) -> String {
    if path.ends_with("tests.rs") {
        return String::new();
    }
    circles::without_tests(&fs::read_to_string(path).unwrap()).to_owned()
}

/// The top-level modules of this crate that a text names, outside comments.
fn named_modules(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code: String = code.split_whitespace().collect();
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let identifier = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        match rest.strip_prefix('{') {
            // use crate::{a::X, b::{Y, Z}}: what follows the opening brace or a comma at its own depth.
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        _ if start => {
                            names.push(identifier(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => names.push(identifier(rest)),
        }
    }
    names
}

#[test]
fn modules_import_only_from_lower_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for (own_layer, module) in LAYERS {
        for path in rust_files(&src.join(module)) {
            for name in named_modules(&library_text(&path)) {
                seen += 1;
                let lower = layer(&name) < *own_layer || name == *module;
                assert!(lower, "{} imports from `{name}`", path.display());
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were seen: the search is broken");
}

#[test]
fn only_store_and_data_name_arrow_and_parquet() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in rust_files(&src) {
        let text = fs::read_to_string(&path).unwrap();
        let names_them = text.contains("arrow::") || text.contains("parquet::");
        let may = ["store", "data"].iter().any(|layer| path.starts_with(src.join(layer)));
        assert!(!names_them || may, "{} names Arrow", path.display());
    }
}

/// A crate of its own, which calls this one as any other program does.
const PYTHON: &str = "python";

#[test]
fn every_folder_of_src_is_a_layer() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() && entry.file_name() != PYTHON {
            layer(entry.file_name().to_str().unwrap());
        }
    }
}

#[test]
fn the_program_is_built_without_python() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = |arguments: &[&str]| {
        let mut tree = Command::new(env!("CARGO"));
        tree.args(["tree", "--offline", "--edges", "all"]).args(arguments).current_dir(root);
        let output = tree.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(told(&["--package", "bidsweep-python"]).contains("pyo3"), "the search finds it where it is");
    let own = told(&[]);
    assert!(own.starts_with("bidsweep v") && !own.contains("pyo3"), "{own}");
}

#[test]
fn named_modules_are_found_in_groups_and_alone() {
    let text = "use crate::store::{Scan, cli};\n\
                use crate::{sweep::{Plan, Cell}, train,\n measure::*};\n// crate::no";
    assert_eq!(named_modules(text), ["store", "sweep", "train", "measure"]);
}

/// The learner that was added last: how many lines outside its file and its row name it.
#[test]
fn a_learner_is_one_file_and_one_row() {
    let name = bidsweep::learner::Learner::REGISTRY.last().unwrap().name.replace('-', "_");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join(format!("src/learner/{name}.rs"));
    assert!(own.exists(), "{} is not there", own.display());
    let mut rows = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in rust_files(&root.join(folder)).into_iter().filter(|path| *path != own) {
            let text = fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| line.to_lowercase().replace('-', "_").contains(&name)) {
                rows.push(format!("{}: {}", path.strip_prefix(root).unwrap().display(), line.trim()));
            }
        }
    }
    // The row, and the declaration of the file, without which it would not be compiled.
    assert_eq!(rows.len(), 2, "{rows:#?}");
    assert!(rows.iter().all(|row| row.starts_with("src/learner/mod.rs: ")), "{rows:#?}");
}

#[test]
fn no_files_of_a_module_import_in_a_circle() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut seen, mut found) = (0, String::new());
    for (_, name) in LAYERS {
        let text = |path: PathBuf| {
            let parts = path.strip_prefix(&src).unwrap().with_extension("");
            let module =
                parts.iter().map(|part| part.to_str().unwrap().to_owned()).filter(|part| part != "mod");
            (module.collect(), fs::read_to_string(path).unwrap())
        };
        let files = library_files(&rust_files(&src.join(name)).into_iter().map(text).collect());
        let arrows = arrows(&files);
        seen += arrows.values().map(BTreeSet::len).sum::<usize>();
        let circular = circular(&arrows);
        for from in &circular {
            for to in arrows[*from].iter().filter(|to| circular.contains(to)) {
                found += &format!("\n{} -> {}", from.join("::"), to.join("::"));
            }
        }
    }
    assert!(seen > 200, "only {seen} imports were seen: the search is broken");
    assert!(found.is_empty(), "files import from each other in circles:{found}");
}

/// But for formulas and tables, which have lines of their own.
#[test]
fn comments_stay_within_110_columns() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in rust_files(&src) {
        let mut in_formula = false;
        for (number, line) in (1..).zip(fs::read_to_string(&path).unwrap().lines()) {
            let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
            let text = comment.trim_start_matches(['/', '!']).trim_start();
            in_formula ^= text.starts_with("```");
            let prose = !in_formula && !text.starts_with('|');
            assert!(!prose || line.chars().count() <= 110, "{}:{number} is too long", path.display());
        }
    }
}
