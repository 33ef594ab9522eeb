//! The files of a module that import from each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path below `src`: law, panels, node.
pub type Module = Vec<String>;

/// What a `use` names: `use path as name;`.
#[derive(Debug, PartialEq)]
struct Use {
    path: Vec<String>,
    /// `*` for all of a module.
    name: String,
    public: bool,
}

/// A text up to its tests, which stand last.
pub fn without_tests(text: &str) -> &str {
    &text[..text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len())]
}

/// A file of a module, without its tests.
#[derive(Debug)]
pub struct File {
    uses: Vec<Use>,
    /// The items that stand in it.
    items: BTreeSet<String>,
    /// All paths in its code, its `use` lines apart.
    paths: Vec<Vec<String>>,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl File {
    fn new(text: &str) -> Self {
        let code: Vec<&str> =
            without_tests(text).lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let mut file = File { uses: Vec::new(), items: BTreeSet::new(), paths: Vec::new() };
        let mut lines = code.iter().enumerate();
        while let Some((at, line)) = lines.next() {
            let (public, rest) = without_visibility(line.trim_start());
            if let Some(tree) = rest.strip_prefix("use ") {
                let mut tree = tree.to_owned();
                while !tree.contains(';') {
                    let (_, line) = lines.next().expect("a use ends");
                    tree += line.trim();
                }
                if at == 0 || code[at - 1].trim() != "#[cfg(test)]" {
                    file.add_uses(&[], tree.split(';').next().unwrap(), public);
                }
                continue;
            }
            // What is not indented is an item of the file itself.
            if !line.starts_with(' ') {
                file.items.extend(item(rest));
            }
            file.add_paths(line);
        }
        file
    }

    fn add_uses(&mut self, before: &[String], tree: &str, public: bool) {
        let tree = tree.trim();
        match tree.split_once('{') {
            Some((stem, group)) => {
                let mut path = before.to_vec();
                path.extend(
                    stem.split("::").map(str::trim).filter(|part| !part.is_empty()).map(String::from),
                );
                let group = group.trim_end().strip_suffix('}').expect("a group closes");
                let (mut depth, mut start) = (0, 0);
                for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            self.add_uses(&path, &group[start..at], public);
                            start = at + 1;
                        }
                        _ => {}
                    }
                }
            }
            None if tree.is_empty() => {}
            None => {
                let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
                let mut path: Vec<String> =
                    before.iter().cloned().chain(path.split("::").map(|part| part.trim().into())).collect();
                let mut name = path[path.len() - 1].clone();
                if path.len() > 1 && (name == "*" || name == "self") {
                    path.pop();
                }
                if name == "self" {
                    name.clone_from(&path[path.len() - 1]);
                }
                if !alias.is_empty() {
                    alias.trim().clone_into(&mut name);
                }
                self.uses.push(Use { path, name, public });
            }
        }
    }

    fn add_paths(&mut self, line: &str) {
        let code = line.split(" //").next().unwrap();
        for path in code.split(|c| !(is_word(c) || c == ':')) {
            let path: Vec<String> = path.split("::").map(|part| part.trim_matches(':').to_owned()).collect();
            if path.iter().any(|part| !part.is_empty()) {
                self.paths.push(path);
            }
        }
    }
}

/// A line after `pub`, `pub(crate)` or nothing, and whether it was public.
fn without_visibility(line: &str) -> (bool, &str) {
    let Some(rest) = line.strip_prefix("pub") else { return (false, line) };
    match rest.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        Some((_, rest)) => (true, rest),
        None => (true, rest.trim_start()),
    }
}

/// The name of the item that a line begins.
fn item(line: &str) -> Option<String> {
    let mut words = line.split(|c| !is_word(c)).filter(|word| !word.is_empty()).peekable();
    while words.next_if(|word| ["const", "unsafe", "async", "extern"].contains(word)).is_some() {
        if line.starts_with("const ") && !line.contains(" fn ") {
            return words.next().map(String::from);
        }
    }
    let kinds = ["struct", "enum", "fn", "trait", "type", "union", "static", "mod", "macro_rules"];
    words.next_if(|word| kinds.contains(word))?;
    words.next().map(String::from)
}

/// The file that has what a path names, seen from a module; none where no file here has it. `inside` where a
/// part of the path has led to that module.
fn home(files: &BTreeMap<Module, File>, module: &[String], path: &[String], inside: bool) -> Option<Module> {
    let Some((first, rest)) = path.split_first() else { return Some(module.to_vec()) };
    match first.as_str() {
        "self" => return home(files, module, rest, true),
        "super" => return home(files, &module[..module.len().checked_sub(1)?], rest, true),
        "crate" => return home(files, &[], rest, false),
        _ => {}
    }
    let child = [module, std::slice::from_ref(first)].concat();
    if files.contains_key(&child) {
        return home(files, &child, rest, true);
    }
    let file = files.get(module)?;
    if file.items.contains(first) {
        return Some(module.to_vec());
    }
    // A use that leads back to itself, as that of another crate of the same name, leads nowhere.
    let leads = |used: &&Use| used.path.first() != Some(first);
    if let Some(used) = file.uses.iter().filter(leads).find(|used| used.name == *first) {
        return home(files, module, &[&used.path, rest].concat(), false);
    }
    let globs = file.uses.iter().filter(leads).filter(|used| used.name == "*");
    let found = globs
        .filter_map(|used| home(files, module, &used.path, false))
        .find(|found| found != module && files[found].items.contains(first));
    found.or_else(|| inside.then(|| module.to_vec()))
}

/// For each file the files that it takes something from. Not counted is what stands in a `mod.rs` above: that
/// is for all files below it.
pub fn arrows(files: &BTreeMap<Module, File>) -> BTreeMap<Module, BTreeSet<Module>> {
    let of_file = |(module, file): (&Module, &File)| {
        // A name that is handed on is not taken, unless the code has it too.
        let in_code = |name: &str| file.paths.iter().any(|path| path[0] == name);
        let taken =
            file.uses.iter().filter(|used| !used.public || in_code(&used.name)).map(|used| &used.path);
        let named = file.paths.iter().filter(|path| path.len() > 1);
        let homes = taken.chain(named).filter_map(|path| home(files, module, path, false));
        (module.clone(), homes.filter(|home| !module.starts_with(home) && files.contains_key(home)).collect())
    };
    files.iter().map(of_file).collect()
}

/// The files that lead back to themselves.
pub fn circular(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<&Module> {
    let leads_back = |from: &&Module| {
        let mut reached = BTreeSet::new();
        let mut next = vec![*from];
        while let Some(at) = next.pop() {
            next.extend(arrows[at].iter().filter(|to| reached.insert(*to)));
        }
        reached.contains(*from)
    };
    arrows.keys().filter(leads_back).collect()
}

/// The files of a module by their places, without those that are for tests alone.
pub fn library_files(texts: &BTreeMap<Module, String>) -> BTreeMap<Module, File> {
    let for_tests: Vec<Module> = texts
        .iter()
        .flat_map(|(module, text)| {
            let declared = text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| {
                let line = without_visibility(rest.lines().next()?).1;
                line.strip_prefix("mod ")?.strip_suffix(';')
            });
            declared.map(|name| [&module[..], &[name.to_owned()]].concat()).collect::<Vec<_>>()
        })
        .collect();
    let in_library = |module: &Module| !for_tests.iter().any(|test| module.starts_with(test));
    texts
        .iter()
        .filter(|(module, _)| in_library(module))
        .map(|(module, text)| (module.clone(), File::new(text)))
        .collect()
}

#[test]
fn circles_of_files_are_found() {
    let circles = |texts: &[(&str, &str)]| -> Vec<String> {
        let module = |path: &str| path.split("::").map(String::from).collect::<Module>();
        let texts = texts.iter().map(|(path, text)| (module(path), (*text).to_owned())).collect();
        circular(&arrows(&library_files(&texts))).into_iter().map(|module| module.join("::")).collect()
    };
    // A line, though all pass through mod.rs, which hands names on.
    let line = [
        ("m", "mod a;\nmod b;\npub use a::One;\npub use b::{Two, Three};"),
        ("m::a", "pub struct One;"),
        ("m::b", "use super::One;\nuse crate::other::b;\npub struct Two(One);\npub fn Three() {}"),
    ];
    assert_eq!(circles(&line), [""; 0]);
    // The same, but that the first takes from the second: by a use, through mod.rs, or by a path in its code.
    for text in [
        "use super::b::Two;\npub struct One(Two);",
        "use super::{\n    Three,\n};\npub struct One;",
        "use crate::m::{b::{Two as Other}, c};\npub struct One;",
        "pub struct One;\nfn f() {\n    super::b::Three();\n}",
        "pub use super::Two;\npub struct One(Two);",
        "use super::b;\npub struct One;",
    ] {
        assert_eq!(circles(&[line[0], ("m::a", text), line[2]]), ["m::a", "m::b"], "{text}");
    }
    // What stands in comments and tests, or is handed on alone, is not taken.
    for text in [
        "// use super::Two;\npub struct One;",
        "pub struct One;\n#[cfg(test)]\nmod tests {\n    use super::b::Two;\n}",
        "#[cfg(test)]\nuse super::b::Two;\npub struct One;",
        "pub use super::Two as Else;\npub struct One;",
    ] {
        assert_eq!(circles(&[line[0], ("m::a", text), line[2]]), [""; 0], "{text}");
    }
    // Files may share what stands in the mod.rs above them.
    let parent = ("m", "mod a;\npub const MOST: u32 = 3;\nfn f() {\n    a::g();\n}");
    assert_eq!(circles(&[parent, ("m::a", "use super::MOST;\npub fn g() {}")]), [""; 0]);
    let three = [("m::a", "use super::b::B;"), ("m::b", "use super::c::*;"), ("m::c", "use super::a::A;")];
    assert_eq!(circles(&[[("m", "")].as_slice(), &three].concat()), ["m::a", "m::b", "m::c"]);
    // Files for tests alone may look anywhere.
    let tested = [("m", "#[cfg(test)]\nmod t;\nuse t::x;"), ("m::t", "use super::y;")];
    assert_eq!(circles(&tested), [""; 0]);
}
