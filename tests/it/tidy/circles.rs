//! No file of a crate needs one that needs it, directly or over others.
//!
//! A file needs another one where its code, or a `use`, names what is defined there; to whom a re-export
//! leads is followed. Declaring a module and re-exporting are no needs, and tests do not count. Calls of
//! methods name no path, so they are not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

use super::root;

/// Needs that may close a circle, as who needs whom and why it may.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];
/// Longest chain of re-exports that is followed.
const REEXPORTS_MAX: usize = 8;

/// The paths by which one file names what another one defines.
type Needs = BTreeMap<(String, String), BTreeSet<String>>;

/// A crate as its sources say it. Paths begin with `crate`.
#[derive(Default)]
struct Crate {
    modules: BTreeMap<String, Module>,
    /// What is defined, by its path, and in which file; a macro with `!`.
    items: BTreeMap<String, String>,
}

/// What one module says.
#[derive(Default)]
struct Module {
    file: String,
    uses: Vec<Use>,
    /// The paths in its code.
    paths: BTreeSet<String>,
}

/// A `use`, with the name that it gives: `*` for all that is there.
struct Use {
    name: String,
    path: String,
    reexport: bool,
}

/// What a path leads to.
enum Target {
    Module(String),
    File(String),
}

fn has(attributes: &[Attribute], text: &str) -> bool {
    attributes.iter().any(|it| it.meta.to_token_stream().to_string().replace(' ', "") == text)
}

/// The attributes of an item, and the name that it defines.
fn head(item: &Item) -> (&[Attribute], Option<String>) {
    let (attributes, name) = match item {
        Item::Const(it) => (&it.attrs, &it.ident),
        Item::Enum(it) => (&it.attrs, &it.ident),
        Item::Fn(it) => (&it.attrs, &it.sig.ident),
        Item::Static(it) => (&it.attrs, &it.ident),
        Item::Struct(it) => (&it.attrs, &it.ident),
        Item::Trait(it) => (&it.attrs, &it.ident),
        Item::Type(it) => (&it.attrs, &it.ident),
        Item::Macro(it) => return (&it.attrs, it.ident.as_ref().map(|name| format!("{name}!"))),
        Item::Impl(it) => return (&it.attrs, None),
        Item::Mod(it) => return (&it.attrs, None),
        Item::Use(it) => return (&it.attrs, None),
        other => panic!("what does this define? {}", other.to_token_stream()),
    };
    (attributes, Some(name.to_string()))
}

impl Crate {
    fn read(&mut self, module: String, file: String, folder: &Path) {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let items = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}")).items;
        self.take(module, file, folder, &items);
    }

    fn take(&mut self, module: String, file: String, folder: &Path, items: &[Item]) {
        let mut here = Module { file: file.clone(), ..Module::default() };
        for item in items {
            let (attributes, name) = head(item);
            if has(attributes, "cfg(test)") {
                continue;
            }
            match item {
                Item::Use(it) => {
                    let reexport = !matches!(it.vis, Visibility::Inherited);
                    uses(&it.tree, "", reexport, &mut here.uses);
                }
                Item::Mod(it) => {
                    let (path, name) = (format!("{module}::{}", it.ident), it.ident.to_string());
                    let below = folder.join(name);
                    match &it.content {
                        Some((_, items)) => self.take(path, file.clone(), &below, items),
                        None => self.read(path, format!("{}.rs", below.display()), &below),
                    }
                }
                _ => paths(item.to_token_stream(), &mut here.paths),
            }
            let of = if has(attributes, "macro_export") { "crate" } else { &module };
            self.items.extend(name.map(|name| (format!("{of}::{name}"), file.clone())));
        }
        self.modules.insert(module, here);
    }

    /// Where a path leads from a module; `None` where out of the crate.
    fn target(&self, from: &str, path: &str, depth: usize) -> Option<Target> {
        let mut at = Target::Module(from.to_owned());
        let mut names = path.split("::").enumerate().peekable();
        while let Some((place, name)) = names.next() {
            let Target::Module(module) = &at else { break };
            let child = format!("{module}::{name}");
            let here = &self.modules[module];
            at = match name {
                "self" => continue,
                "crate" => Target::Module(name.to_owned()),
                "super" => Target::Module(module.rsplit_once("::")?.0.to_owned()),
                _ if names.peek().is_some() && self.modules.contains_key(&child) => {
                    Target::Module(child)
                }
                _ => match self.named(module, name, depth) {
                    // What nobody is seen to define comes from a macro there.
                    None if place > 0 && here.uses.iter().all(|it| it.name != name) => {
                        Target::File(here.file.clone())
                    }
                    found => found?,
                },
            };
        }
        Some(at)
    }

    /// What a name means in a module.
    fn named(&self, module: &str, name: &str, depth: usize) -> Option<Target> {
        let child = format!("{module}::{name}");
        if let Some(file) = self.items.get(&child) {
            return Some(Target::File(file.clone()));
        }
        if self.modules.contains_key(&child) {
            return Some(Target::Module(child));
        }
        let (uses, depth) = (&self.modules[module].uses, depth.checked_sub(1)?);
        if let Some(it) = uses.iter().find(|it| it.name == name) {
            return self.target(module, &it.path, depth);
        }
        let all = uses.iter().filter(|it| it.name == "*");
        all.into_iter().find_map(|it| match self.target(module, &it.path, depth)? {
            Target::Module(of) => self.named(&of, name, depth),
            Target::File(_) => None,
        })
    }

    fn needs(&self) -> Needs {
        let mut needs = Needs::new();
        for (name, module) in &self.modules {
            let used = module.uses.iter().filter(|it| !it.reexport).map(|it| &it.path);
            for path in used.chain(&module.paths) {
                match self.target(name, path, REEXPORTS_MAX) {
                    Some(Target::File(file)) if file != module.file => {
                        needs.entry((module.file.clone(), file)).or_default().insert(path.clone());
                    }
                    _ => {}
                }
            }
        }
        needs
    }
}

fn uses(tree: &UseTree, before: &str, reexport: bool, found: &mut Vec<Use>) {
    let after = |name: &dyn ToString| format!("{before}::{}", name.to_string());
    let (name, path) = match tree {
        UseTree::Path(it) => return uses(&it.tree, &after(&it.ident), reexport, found),
        UseTree::Group(it) => {
            return it.items.iter().for_each(|it| uses(it, before, reexport, found));
        }
        UseTree::Glob(_) => ("*".to_owned(), before.to_owned()),
        UseTree::Name(it) if it.ident == "self" => {
            (before.rsplit("::").next().unwrap().to_owned(), before.to_owned())
        }
        UseTree::Name(it) => (it.ident.to_string(), after(&it.ident)),
        UseTree::Rename(it) => (it.rename.to_string(), after(&it.ident)),
    };
    found.push(Use { name, path: path.trim_start_matches(':').to_owned(), reexport });
}

/// Every path in code, also in what macros are given; that of a macro with `!`.
fn paths(code: TokenStream, found: &mut BTreeSet<String>) {
    let (mut path, mut marks) = (String::new(), String::new());
    for token in code {
        match token {
            TokenTree::Punct(mark) => {
                marks.push(mark.as_char());
                continue;
            }
            TokenTree::Ident(name) if marks == "::" => path.push_str(&format!("::{name}")),
            token => {
                let mark = if marks == "!" { "!" } else { "" };
                let before = std::mem::take(&mut path) + mark;
                match token {
                    // What `quote!` writes is read in another crate.
                    TokenTree::Group(group) if before != "quote!" => paths(group.stream(), found),
                    // After one dot stands a field or a method.
                    TokenTree::Ident(name) if !marks.ends_with('.') || marks.ends_with("..") => {
                        path = name.to_string();
                    }
                    _ => {}
                }
                found.insert(before);
            }
        }
        marks.clear();
    }
    found.insert(path);
}

/// The files that a file needs, directly or over others.
fn reached<'n>(needs: &'n Needs, from: &'n str) -> BTreeSet<&'n str> {
    let (mut reached, mut todo) = (BTreeSet::new(), vec![from]);
    while let Some(at) = todo.pop() {
        let next = needs.keys().filter(|(from, _)| from == at).map(|(_, to)| to.as_str());
        todo.extend(next.filter(|to| reached.insert(*to)));
    }
    reached
}

#[test]
fn no_file_of_a_crate_needs_one_that_needs_it() {
    let mut roots = ["src", "src/domain", "src/store/table/src"].map(PathBuf::from).to_vec();
    let workers = fs::read_dir(root().join("workers")).into_iter().flatten();
    roots.extend(workers.map(|it| Path::new("workers").join(it.unwrap().file_name()).join("src")));
    let passed = EXCEPTIONS.iter().map(|(from, to, _)| ((*from).to_owned(), (*to).to_owned()));
    let mut passed: BTreeSet<_> = passed.collect();
    for folder in roots.iter().filter(|it| root().join(it).join("lib.rs").exists()) {
        let mut whole = Crate::default();
        whole.read("crate".into(), folder.join("lib.rs").display().to_string(), folder);
        let mut needs = whole.needs();
        needs.retain(|need, _| !passed.remove(need));
        let circles = needs.iter().filter(|((from, to), _)| reached(&needs, to).contains(&**from));
        let circles = circles.map(|((from, to), paths)| format!("{from} needs {to}: {paths:?}"));
        let circles: Vec<_> = circles.collect();
        assert!(circles.is_empty(), "move what both want into a file below: {circles:#?}");
    }
    assert!(passed.is_empty(), "these are mended; strike them from the exceptions: {passed:?}");
}
