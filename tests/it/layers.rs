//! Who may depend on whom, and on what: the real dependency graph, and the words in the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

const ROOT: &str = "leadmill";
const DOMAIN: &str = "leadmill-domain";
/// What measures the product and breaks it: it may ask the tables more than the product does.
const LAB: &str = "leadmill-lab";
/// What waits, or talks to a server: never under the domain or a worker.
const EDGES: [&str; 8] =
    ["tokio", "sqlx", "sqlx-core", "lapin", "async-std", "smol", "hyper", "reqwest"];
/// One TLS provider, ring: a second one is a second set of faults and a C or assembly build.
const TLS_ELSEWHERE: [&str; 6] =
    ["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys", "boring"];
/// Licences that may be in the program, each with why.
const LICENCES: [(&str, &str); 10] = [
    ("MIT", "asks for its notice"),
    ("MIT-0", "asks for nothing"),
    ("Apache-2.0", "asks for its notice, grants patents"),
    ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 that asks for less"),
    ("BSD-2-Clause", "asks for its notice: lapin's protocol crates"),
    ("BSD-3-Clause", "asks for its notice and not to advertise with it: encoding_rs, subtle"),
    ("ISC", "asks for its notice: rustls-webpki, ring"),
    ("Zlib", "asks not to claim its origin: foldhash"),
    ("0BSD", "asks for nothing: enum-iterator, of the sounds of names"),
    ("Unicode-3.0", "asks for its notice: tables of Unicode"),
];

/// What cargo says of the whole workspace; `None` where there is no cargo, as on a machine that has
/// only the built programs. These tests judge the sources, which were judged where they were built.
static METADATA: LazyLock<Option<Metadata>> = LazyLock::new(|| {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let options = ["--locked", "--filter-platform", &platform].map(str::to_owned);
    let mut command = MetadataCommand::new();
    command.manifest_path(root("Cargo.toml")).other_options(options);
    match command.exec() {
        Ok(metadata) => Some(metadata),
        Err(cargo_metadata::Error::Io(error)) => {
            eprintln!("Passed over: cargo cannot be run here ({error}).");
            None
        }
        Err(error) => panic!("{error}"),
    }
});

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The packages of the graph; those of other platforms are not in it.
fn packages(metadata: &Metadata) -> Vec<&Package> {
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    nodes.iter().map(|node| &metadata[&node.id]).collect()
}

fn workers(metadata: &Metadata) -> Vec<&Package> {
    let folder = root("workers");
    let members = metadata.workspace_packages().into_iter();
    members.filter(|package| package.manifest_path.starts_with(&folder)).collect()
}

fn direct(package: &Package) -> BTreeSet<&str> {
    package.dependencies.iter().map(|dependency| dependency.name.as_str()).collect()
}

/// The names of everything that ends up in what is built of a package.
fn beneath<'m>(metadata: &'m Metadata, package: &Package) -> BTreeSet<&'m str> {
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let nodes: BTreeMap<&PackageId, _> = nodes.iter().map(|node| (&node.id, node)).collect();
    let mut open = vec![&package.id];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        let built = nodes[id].deps.iter().filter(|dependency| {
            let kinds = &dependency.dep_kinds;
            kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
        });
        open.extend(built.map(|dependency| &dependency.pkg).filter(|id| seen.insert(*id)));
    }
    seen.into_iter().map(|id| metadata[id].name.as_str()).collect()
}

#[test]
fn only_the_root_package_and_the_lab_depend_on_the_database_and_only_the_root_on_the_broker() {
    let Some(metadata) = METADATA.as_ref() else { return };
    for package in metadata.workspace_packages() {
        let edges: Vec<_> =
            direct(package).into_iter().filter(|name| ["sqlx", "lapin"].contains(name)).collect();
        let expected: &[&str] = match package.name.as_str() {
            ROOT => &["lapin", "sqlx"],
            LAB => &["sqlx"],
            _ => &[],
        };
        assert_eq!(edges, expected, "{}", package.name);
    }
}

#[test]
fn domain_and_workers_wait_for_nothing() {
    let Some(metadata) = METADATA.as_ref() else { return };
    let domain = metadata.workspace_packages().into_iter().find(|it| it.name == DOMAIN).unwrap();
    for package in workers(metadata).into_iter().chain([domain]) {
        let beneath = beneath(metadata, package);
        assert!(beneath.contains("serde"), "the graph under {} was not walked", package.name);
        let found: Vec<_> = EDGES.iter().filter(|edge| beneath.contains(**edge)).collect();
        assert!(found.is_empty(), "{} must decide without {found:?}", package.name);
    }
    let all = beneath(metadata, metadata.root_package().unwrap());
    assert!(all.contains("tokio") && all.contains("lapin"), "the walk finds what is there");
}

#[test]
fn nothing_of_the_product_knows_the_lab() {
    let Some(metadata) = METADATA.as_ref() else { return };
    for package in metadata.workspace_packages().into_iter().filter(|it| it.name != LAB) {
        assert!(!beneath(metadata, package).contains(LAB), "{} is built of it", package.name);
    }
}

#[test]
fn workers_know_the_domain_and_neither_each_other_nor_the_root() {
    let Some(metadata) = METADATA.as_ref() else { return };
    let workers = workers(metadata);
    let names: BTreeSet<_> = workers.iter().map(|worker| worker.name.as_str()).collect();
    assert_eq!(names, leadmill::workers::NAMES.into_iter().collect());
    for worker in &workers {
        let direct = direct(worker);
        assert!(direct.contains(DOMAIN), "{} is no worker without the domain", worker.name);
        assert!(!direct.contains(ROOT), "{} must not know the root", worker.name);
        let others: Vec<_> = names.intersection(&direct).collect();
        assert!(others.is_empty(), "{} must be blind to {others:?}", worker.name);
    }
    let domain = metadata.workspace_packages().into_iter().find(|it| it.name == DOMAIN).unwrap();
    let above: Vec<_> = direct(domain).into_iter().filter(|it| names.contains(it)).collect();
    assert!(above.is_empty(), "the domain must not know {above:?}");
}

#[test]
fn every_package_comes_from_crates_io_or_from_here() {
    let Some(metadata) = METADATA.as_ref() else { return };
    for package in packages(metadata) {
        match &package.source {
            Some(source) => assert!(source.is_crates_io(), "{} comes from {source}", package.name),
            None => assert!(
                package.manifest_path.starts_with(root("")),
                "{} lies outside the repository",
                package.name
            ),
        }
    }
}

#[test]
fn every_licence_is_one_that_we_can_keep() {
    let Some(metadata) = METADATA.as_ref() else { return };
    for package in packages(metadata) {
        let licence = package.license.as_deref().unwrap_or("none");
        assert!(
            allowed(licence),
            "{} {} has the licence `{licence}`; choose another crate, or add the licence with a \
             reason to LICENCES",
            package.name,
            package.version
        );
    }
}

#[test]
fn a_licence_of_choices_needs_one_that_is_allowed_and_a_sum_needs_all() {
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT/Apache-2.0", true),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("(MIT OR ISC) AND GPL-3.0", false),
        ("MIT OR GPL-3.0 AND AGPL-3.0", true),
        ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
        ("none", false),
    ] {
        assert_eq!(allowed(expression), expected, "{expression}");
    }
}

#[test]
fn tls_has_one_provider() {
    let Some(metadata) = METADATA.as_ref() else { return };
    for package in packages(metadata) {
        let name = package.name.as_str();
        assert!(
            !TLS_ELSEWHERE.contains(&name),
            "{name} is in the graph; all TLS is rustls on ring"
        );
    }
}

#[test]
fn each_edge_is_named_in_its_own_folder_only_and_the_two_are_blind_to_each_other() {
    let sources = sources();
    assert!(sources.len() > 100, "{} sources", sources.len());
    let store = |path: &str| path == "src/store.rs" || path.starts_with("src/store/");
    let asks = |path: &str| store(path) || path.starts_with("tests/lab/src/queries/");
    let messaging = |path: &str| path == "src/messaging.rs" || path.starts_with("src/messaging/");
    let mut named = [false; 2];
    for (path, code) in &sources {
        let (in_store, in_messaging) = (store(path), messaging(path));
        named[0] |= in_store && has_word(code, "sqlx");
        named[1] |= in_messaging && has_word(code, "lapin");
        assert!(asks(path) || !has_word(code, "sqlx"), "{path} names sqlx: only src/store may");
        assert!(in_messaging || !has_word(code, "lapin"), "{path} names lapin");
        assert!(!in_store || !has_word(code, "messaging"), "{path} must not know messaging");
        assert!(!in_messaging || !has_word(code, "store"), "{path} must not know the store");
    }
    assert_eq!(named, [true; 2], "the scan finds what is there");
}

/// Whether the expression, in the grammar of SPDX or with the older `/`, can be kept.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut words = &words[..];
    let fine = any(&mut words);
    assert!(words.is_empty(), "`{expression}` is no licence expression");
    fine
}

fn any(words: &mut &[&str]) -> bool {
    let mut fine = all(words);
    while take(words, "OR") {
        fine |= all(words);
    }
    fine
}

fn all(words: &mut &[&str]) -> bool {
    let mut fine = one(words);
    while take(words, "AND") {
        fine &= one(words);
    }
    fine
}

fn one(words: &mut &[&str]) -> bool {
    if take(words, "(") {
        let fine = any(words);
        assert!(take(words, ")"), "a bracket is open");
        return fine;
    }
    let (first, rest) = words.split_first().unwrap();
    *words = rest;
    let mut name = (*first).to_owned();
    if take(words, "WITH") {
        let (exception, rest) = words.split_first().unwrap();
        *words = rest;
        name = format!("{name} WITH {exception}");
    }
    LICENCES.iter().any(|(licence, _)| *licence == name)
}

fn take(words: &mut &[&str], word: &str) -> bool {
    match words.split_first() {
        Some((first, rest)) if *first == word => {
            *words = rest;
            true
        }
        _ => false,
    }
}

/// Every source of the product and of the lab with its path from the root, without comments.
fn sources() -> Vec<(String, String)> {
    let mut open = vec![root("src"), root("workers"), root("tests/lab/src")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                let code = code.collect::<Vec<_>>().join("\n");
                let path = path.strip_prefix(root("")).unwrap().to_str().unwrap().to_owned();
                found.push((path, code));
            }
        }
    }
    found
}

/// Whether the word stands in the code as a path or a name; in a text (`"lapin=warn"`) it is none.
fn has_word(code: &str, word: &str) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let bytes = code.as_bytes();
    code.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = &bytes[at + word.len()..];
        let path =
            after.starts_with(b"::") || after.starts_with(b";") || after.starts_with(b" as ");
        !part(before) && path
    })
}
