//! `coach rubric check`: what an author, a CI job and an editor see of problems and advice.

mod coach;

use serde_json::Value;

use coach::Coach;

/// A rubric that draws no advice.
const CLEAN: &str = include_str!("coach/cache.toml");

/// The clean rubric with two levels that differ only in degree.
fn overlapping() -> String {
    CLEAN
        .replace("Names stale answers or a time limit.", "Names stale answers and a time limit very clearly.")
}

#[test]
fn advice_shows_both_lines_and_what_to_write() {
    let coach = Coach::new();
    coach.write("cache.toml", overlapping());
    let ran = coach.run(&["rubric", "check", "cache.toml"]);
    insta::assert_snapshot!(ran.transcript(), @r##"
    overlapping-levels

      ⚠ levels 1 and 2 differ only in degree
        ╭─[cache.toml:32:3]
     30 │   "Absent or wrong: nothing goes wrong.",
     31 │   "Names stale answers and a time limit very clearly.",
        ·   ────────────────────────────────────────────────────
     32 │   "Names stale answers and a time limit.",
        ·   ───────────────────────────────────────
     33 │ ]
        ╰────
      help: name something that an answer of level 2 has and one of level 1 lacks

    1 rubric, no problems, 1 piece of advice
    --- stderr
    --- exit 0
    "##);
}

#[test]
fn advice_passes_unless_it_is_denied() {
    let coach = Coach::new();
    coach.write("cache.toml", overlapping());
    for (deny, code, error) in [
        ("vague-level", 0, ""),
        ("overlapping-levels", 2, "error: 1 piece of advice denied in 1 of 1 files\n"),
        ("vague-level,overlapping-levels", 2, "error: 1 piece of advice denied in 1 of 1 files\n"),
        ("advice", 2, "error: 1 piece of advice denied in 1 of 1 files\n"),
    ] {
        let ran = coach.run(&["rubric", "check", "cache.toml", "--deny", deny]);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, error), "{deny}");
        assert!(ran.stdout.ends_with("1 rubric, no problems, 1 piece of advice\n"), "{}", ran.stdout);
    }
    let ran = coach.run(&["rubric", "check", "--deny", "vague"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("vague-level"), "{}", ran.stderr);
}

#[test]
fn github_gets_a_command_a_line() {
    let coach = Coach::new();
    coach.write("cache.toml", overlapping());
    coach.write("broken.toml", CLEAN.replace("\"cache\"", "\"broken\"").replace("weight = 2", "weight = 0"));
    let ran = coach.run(&["rubric", "check", ".", "--format", "github", "--deny", "advice"]);
    insta::assert_snapshot!(ran.transcript(), @r##"
    ::error file=broken.toml,line=16,endLine=16,col=10,endColumn=11,title=invalid::`criteria[1].weight` is the number 0, but must be a number from 0.001 to 1000
    ::error file=broken.toml,line=28,endLine=28,col=10,endColumn=11,title=invalid::`criteria[2].weight` is the number 0, but must be a number from 0.001 to 1000
    ::error file=cache.toml,line=32,endLine=32,col=3,endColumn=42,title=overlapping-levels::levels 1 and 2 differ only in degree%0Aname something that an answer of level 2 has and one of level 1 lacks
    --- stderr
    2 rubrics, 2 problems, 1 piece of advice
    error: 2 problems and 1 piece of advice denied in 2 of 2 files
    --- exit 2
    "##);
}

#[test]
fn sarif_names_rules_places_and_levels() {
    let coach = Coach::new();
    coach.write("my rubrics/cache.toml", overlapping());
    let ran = coach.run(&["rubric", "check", "my rubrics", "--format", "sarif"]);
    let mut sarif: Value = serde_json::from_str(&ran.stdout).unwrap();
    let driver = &mut sarif["runs"][0]["tool"]["driver"];
    let rules = driver["rules"].take();
    let named: Vec<&str> =
        rules.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(named.contains(&"invalid") && named.contains(&"overlapping-levels"), "{named:?}");
    let index = sarif["runs"][0]["results"][0]["ruleIndex"].as_u64().unwrap();
    assert_eq!(rules[usize::try_from(index).unwrap()]["id"], "overlapping-levels");
    sarif["runs"][0]["tool"]["driver"]["semanticVersion"] = Value::from("0");
    insta::assert_snapshot!(format!("{sarif:#}"), @r##"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "coach",
              "semanticVersion": "0",
              "rules": null
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "overlapping-levels",
              "level": "warning",
              "message": {
                "text": "levels 1 and 2 differ only in degree\nname something that an answer of level 2 has and one of level 1 lacks"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "my%20rubrics/cache.toml"
                    },
                    "region": {
                      "startLine": 32,
                      "startColumn": 3,
                      "endLine": 32,
                      "endColumn": 42
                    }
                  }
                }
              ],
              "ruleIndex": 5,
              "relatedLocations": [
                {
                  "id": 1,
                  "message": {
                    "text": "what it stands in contrast to"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "my%20rubrics/cache.toml"
                    },
                    "region": {
                      "startLine": 31,
                      "startColumn": 3,
                      "endLine": 31,
                      "endColumn": 55
                    }
                  }
                }
              ]
            }
          ]
        }
      ]
    }
    "##);
}

#[test]
fn what_is_broken_is_reported_once_and_not_by_every_exemplar() {
    let coach = Coach::new();
    let broken = CLEAN.replace("dimension = \"practice\"", "dimension = \"practise\"");
    coach.write("cache.toml", broken.replace("title = \"Caches everything\"\n", ""));
    let ran = coach.run(&["rubric", "check", "cache.toml"]);
    assert!(ran.stderr.contains("error: 2 problems in 1 of 1 files"), "{}", ran.transcript());
    assert!(ran.stdout.contains("did you mean \"practice\"?"), "{}", ran.stdout);
    assert!(ran.stdout.contains("`mistakes[1].title` is missing"), "{}", ran.stdout);
}

#[test]
fn a_broken_catalogue_is_not_reported_by_every_rubric_that_uses_it() {
    let coach = Coach::new();
    let uses = CLEAN.replace(
        "[[exemplars]]\nname = \"strong",
        "[[mistakes]]\nuse = \"rambles\"\n\n[[exemplars]]\nname = \"strong",
    );
    coach.write("mine/cache.toml", uses);
    coach
        .write("mine/mistakes.toml", "[[mistakes]]\nid = \"rambles\"\ntitle = \"Rambles\"\nkind = \"sad\"\n");
    let ran = coach.run(&["rubric", "check", "mine/cache.toml"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.stdout.contains("the catalogue has no mistake"), "{}", ran.stdout);
    assert!(ran.stdout.contains("mistakes.toml:4:8"), "{}", ran.stdout);
}

#[test]
fn a_catalogue_is_advised_on_too() {
    let coach = Coach::new();
    let mistake = "[[mistakes]]\nid = \"rambles\"\ntitle = \"Rambles\"\nkind = \"said\"\npenalty = 3\n\
                   description = \"d\"\nadvice = \"a\"\n";
    coach.write("mine/mistakes.toml", mistake);
    let ran = coach.run(&["rubric", "check", "mine", "--deny", "no-signs"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("the mistake \"rambles\" is said, but has no `signs`"), "{}", ran.stdout);
}

#[test]
fn two_files_of_one_id_are_a_problem_and_one_file_named_twice_is_none() {
    let coach = Coach::new();
    coach.write("a/cache.toml", CLEAN);
    coach.write("b/cache.toml", CLEAN);
    let twice = coach.run(&["rubric", "check", "a", "a/cache.toml"]);
    assert_eq!(twice.transcript(), "1 rubric, no problems, no advice\n--- stderr\n--- exit 0");
    let ran = coach.run(&["rubric", "check", "a", "b/cache.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("has a rubric of the same id"), "{}", ran.stdout);
}

#[test]
fn watching_needs_something_to_watch_and_a_reader() {
    let coach = Coach::new();
    coach.write("cache.toml", CLEAN);
    for (arguments, said) in [
        (&["rubric", "check", "--watch"][..], "there is nothing to watch"),
        (&["rubric", "check", "--watch", "none"], "cannot watch none"),
        (&["rubric", "check", "--watch", "cache.toml", "--format", "json"], "--watch reports to people"),
    ] {
        let ran = coach.run(arguments);
        assert_ne!(ran.code, 0, "{arguments:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_save_by_renaming_is_checked_again_until_interrupted() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let coach = Coach::new();
    coach.write("cache.toml", CLEAN);
    let mut command = coach.command(&["rubric", "check", "--watch", "cache.toml"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut notices = BufReader::new(child.stderr.take().unwrap()).lines();
    assert_eq!(reports.next().unwrap().unwrap(), "1 rubric, no problems, no advice");
    // What is said last says that the file is watched.
    assert_eq!(notices.next().unwrap().unwrap(), "Watching; a save checks again, Ctrl-C ends.");
    coach.write("cache.toml.new", overlapping());
    std::fs::rename(coach.path("cache.toml.new"), coach.path("cache.toml")).unwrap();
    // The new file by itself may have it checked once more before it has the name.
    let again = "1 rubric, no problems, 1 piece of advice";
    assert!(reports.any(|line| line.unwrap() == again));
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
