//! SARIF 2.1.0 (OASIS, 2020), which code scanning and editors read.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{INVALID, is_error, plain_path};
use crate::document::Problem;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Bytes that a path in a URI has to encode: all but RFC 3986's unreserved ones, and the slash.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A kind of result: its name and what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case.
    pub id: &'static str,
    /// In a few words.
    pub finds: &'static str,
}

/// One run of this program with its results. `rules` are the classes that problems can have.
pub fn sarif(problems: &[Problem], rules: &[Rule]) -> Value {
    let invalid = Rule { id: INVALID, finds: "something that keeps the file from being read" };
    let rules: Vec<Rule> = std::iter::once(invalid).chain(rules.iter().copied()).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "coach",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(descriptor).collect::<Vec<Value>>(),
            }},
            // Columns count characters, not UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "results": problems.iter().map(|problem| result(problem, &rules)).collect::<Vec<Value>>(),
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    let level = if rule.id == INVALID { "error" } else { "warning" };
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.finds},
        "defaultConfiguration": {"level": level},
    })
}

fn result(problem: &Problem, rules: &[Rule]) -> Value {
    let id = problem.class.unwrap_or(INVALID);
    let help = problem.help.as_ref().map_or(String::new(), |help| format!("\n{help}"));
    let mut result = json!({
        "ruleId": id,
        "level": if is_error(problem.severity) { "error" } else { "warning" },
        "message": {"text": format!("{}{help}", problem.message)},
        "locations": [{"physicalLocation": location(problem, (problem.line, problem.column), problem.end())}],
    });
    if let Some(index) = rules.iter().position(|rule| rule.id == id) {
        result["ruleIndex"] = json!(index);
    }
    if let Some((start, end)) = problem.other_place() {
        let related = json!({
            "id": 1,
            "message": {"text": "what it stands in contrast to"},
            "physicalLocation": location(problem, start, end),
        });
        result["relatedLocations"] = json!([related]);
    }
    result
}

fn location(problem: &Problem, start: (usize, usize), end: (usize, usize)) -> Value {
    json!({
        "artifactLocation": {"uri": uri(&problem.file)},
        "region": {"startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1},
    })
}

/// A relative path stays relative, so that whoever reads it can resolve it in a repository.
fn uri(file: &str) -> String {
    let forward = if cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    let encoded = utf8_percent_encode(plain_path(&forward), ENCODED).to_string();
    if std::path::Path::new(file).is_absolute() {
        format!("file://{}{encoded}", if encoded.starts_with('/') { "" } else { "/" })
    } else {
        encoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, expected) in [
            ("rubrics/rag/a.toml", "rubrics/rag/a.toml"),
            ("./my rubrics/ä.toml", "my%20rubrics/%C3%A4.toml"),
            ("../100%.toml", "../100%25.toml"),
            ("a:b.toml", "a%3Ab.toml"),
        ] {
            assert_eq!(uri(path), expected);
        }
        if cfg!(unix) {
            assert_eq!(uri("/tmp/a b.toml"), "file:///tmp/a%20b.toml");
        }
    }
}
