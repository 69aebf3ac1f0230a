//! The rules of the module map, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a file beyond which it has more than one responsibility.
const MOST_LINES: usize = 400;

/// Each outside crate has one owner: the files whose path begins so.
const OWNERS: &[(&str, &[&str])] = &[
    ("reqwest", &["src/endpoint"]),
    ("eventsource_stream", &["src/endpoint"]),
    ("clap", &["src/cli", "src/main.rs", "src/commands/shell.rs"]),
    ("minijinja", &["src/judge/prompt.rs", "src/report"]),
    ("quick_junit", &["src/report"]),
    ("dialoguer", &["src/terminal"]),
    ("indicatif", &["src/terminal"]),
    ("rustyline", &["src/terminal"]),
    ("console", &["src/terminal"]),
    ("textwrap", &["src/terminal"]),
    ("unicode_width", &["src/terminal"]),
    ("csv", &["src/files"]),
    ("rusqlite", &["src/store"]),
    ("toml_edit", &["src/config"]),
    ("similar", &["src/bank/diff.rs", "src/terminal"]),
    ("notify_debouncer_mini", &["src/files/watch.rs"]),
    ("unicode_segmentation", &["src/trial"]),
    ("fsrs", &["src/schedule"]),
    ("rust_stemmers", &["src/judge/built_in"]),
];

/// Modules that know no clock, environment, disk, network, printing or async.
const PURE: &[&str] = &[
    "src/bank",
    "src/critique",
    "src/agreement",
    "src/answer.rs",
    "src/import",
    "src/score.rs",
    "src/sheet.rs",
    "src/shift.rs",
    "src/record.rs",
    "src/report",
    "src/follow_up.rs",
    "src/debrief.rs",
    "src/schedule",
    "src/progress.rs",
    "src/attempt.rs",
    "src/trial",
    "src/problems",
    "src/summary.rs",
    "src/document",
    "src/nearest.rs",
];

/// What a pure module has no use for.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Timestamp::now",
    "ZonedDateTime",
    "Instant",
    "tokio",
    "println!",
    "async fn",
];

/// What a module may not reach up to: the map goes main, commands, batch, judge, endpoint.
const UPWARDS: &[(&str, &[&str])] = &[
    (
        "src/endpoint",
        &[
            "crate::bank",
            "crate::critique",
            "crate::judge",
            "crate::batch",
            "crate::commands",
            "crate::terminal",
        ],
    ),
    ("src/judge", &["crate::batch", "crate::commands", "crate::terminal", "crate::files", "crate::store"]),
    ("src/batch", &["crate::commands", "crate::terminal", "crate::files", "crate::store"]),
    (
        "src/bank",
        &[
            "crate::judge",
            "crate::endpoint",
            "crate::batch",
            "crate::commands",
            "crate::terminal",
            "crate::files",
        ],
    ),
    (
        "src/critique",
        &[
            "crate::judge",
            "crate::endpoint",
            "crate::batch",
            "crate::commands",
            "crate::terminal",
            "crate::files",
        ],
    ),
    (
        "src/score.rs",
        &[
            "crate::judge",
            "crate::endpoint",
            "crate::batch",
            "crate::commands",
            "crate::terminal",
            "crate::files",
        ],
    ),
];

/// File names that say nothing.
const VAGUE: &[&str] = &["util", "utils", "helper", "helpers", "imp", "common", "core", "manager", "misc"];

struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    /// The lines that are compiled into the program, without comments.
    fn code(&self) -> String {
        let before_tests = self.text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
        before_tests
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(root, &root.join(folder), &mut found);
    assert!(!found.is_empty(), "no Rust files in {folder}");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path: name, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

#[test]
fn files_have_one_responsibility() {
    let long: Vec<String> = sources("src")
        .iter()
        .chain(&sources("tests"))
        .filter(|source| source.text.lines().count() > MOST_LINES)
        .map(|source| format!("{} has {} lines", source.path, source.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "over {MOST_LINES} lines: {long:#?}");
}

#[test]
fn every_module_says_what_it_is_for() {
    for source in sources("src").iter().chain(&sources("tests")) {
        assert!(
            source.text.starts_with("//!"),
            "{} does not open with what it is responsible for",
            source.path
        );
        let stem = Path::new(&source.path).file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!VAGUE.contains(&stem.as_str()), "{} is named after nothing", source.path);
    }
}

#[test]
fn outside_crates_have_one_owner() {
    for source in sources("src") {
        let code = source.code();
        for &(owned, owners) in OWNERS {
            let is_used = code.contains(&format!("{owned}::"));
            assert!(
                !is_used || source.is_in(owners),
                "{} uses {owned}, which belongs to {owners:?}",
                source.path
            );
        }
    }
}

#[test]
fn pure_modules_stay_pure() {
    for source in sources("src").iter().filter(|source| source.is_in(PURE)) {
        let code = source.code();
        for impure in IMPURE {
            assert!(!code.contains(impure), "{} uses {impure}", source.path);
        }
    }
}

#[test]
fn data_flows_one_way() {
    for source in sources("src") {
        let code = source.code();
        for &(place, above) in UPWARDS {
            for module in above.iter().filter(|_| source.is_in(&[place])) {
                assert!(!code.contains(module), "{} reaches up to {module}", source.path);
            }
        }
    }
}

#[test]
fn commands_do_not_import_each_other() {
    const FOLDER: &str = "src/commands/";
    let commands = sources("src/commands");
    // A command is a file or a folder there; the files of one folder are one command.
    let name = |source: &Source| {
        let inside = source.path.strip_prefix(FOLDER).unwrap();
        inside.split(['/', '.']).next().unwrap().to_owned()
    };
    let names: Vec<String> = commands.iter().map(name).filter(|name| name != "mod").collect();
    for source in &commands {
        let up = if source.path[FOLDER.len()..].contains('/') { "super::super" } else { "super" };
        for other in names.iter().filter(|other| **other != name(source)) {
            for import in [format!("{up}::{other}::"), format!("commands::{other}::")] {
                assert!(!source.code().contains(&import), "{} imports the command {other}", source.path);
            }
        }
    }
}
