//! `docs/rubrics.md`, followed as an author would: every command is run, and what it prints has to be what the page
//! shows.
#![cfg(unix)]

mod coach;

use std::path::Path;
use std::process::Command;

use coach::Coach;

/// The line that the author adds in the last step.
const ADDED: &str = "It also fixes vanishing gradients, because it raises very small ones.";

/// Where a command in the guide stands for work in an editor.
const EDIT: &str = "$EDITOR ";

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The commands of the guide's transcripts, each with the lines shown under it.
fn transcript(guide: &str) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for block in guide.split("```console\n").skip(1) {
        let block = block.split("\n```").next().unwrap();
        let mut goes_on = false;
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                commands.push((command.to_owned(), Vec::new()));
            } else if goes_on {
                let (command, _) = commands.last_mut().unwrap();
                *command = format!("{}{}", command.trim_end_matches('\\'), line.trim_start());
            } else {
                commands.last_mut().unwrap().1.push(line.to_owned());
                continue;
            }
            goes_on = line.ends_with('\\');
        }
    }
    commands
}

/// Both streams of a command, as a terminal shows them.
fn run(coach: &Coach, command: &str) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_coach")).parent().unwrap().display();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{{ {command}\n}} 2>&1")).current_dir(coach.folder()).env_clear();
    // What the program gets in every other test.
    let program = coach.command(&[]);
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", format!("{bin}:/usr/bin:/bin"));
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

/// Figures of the built-in judge move with its version; what stands around them does not.
fn without_figures(line: &str) -> String {
    let mut shown = String::new();
    for c in line.chars() {
        let c = if c.is_ascii_digit() || matches!(c, '+' | '-') { '0' } else { c };
        if !(matches!(c, '0' | ' ') && shown.ends_with(c)) {
            shown.push(c);
        }
    }
    shown.trim_end().to_owned()
}

/// Whether the lines were printed as the page shows them; `...` stands for any lines.
fn fits(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "..." => (0..=printed.len()).any(|at| fits(rest, &printed[at..])),
        Some((first, rest)) => printed.first().is_some_and(|line| line == first) && fits(rest, &printed[1..]),
    }
}

#[test]
fn every_command_of_the_guide_prints_what_the_guide_shows() {
    let guide = file("docs/rubrics.md");
    let finished = file("examples/rubrics/gradient-clipping.toml");
    assert!(guide.contains(ADDED) && finished.contains(ADDED));
    let first: Vec<&str> = finished.lines().filter(|line| !line.contains(ADDED)).collect();
    let first = first.join("\n");
    let mut versions = [first, finished].into_iter();
    let coach = Coach::new();
    coach.write("answers.jsonl", file("examples/rubrics/gradient-clipping-answers.jsonl"));
    let commands = transcript(&guide);
    assert!(commands.len() >= 10, "{commands:#?}");
    for (command, shown) in commands {
        if let Some(path) = command.strip_prefix(EDIT) {
            coach.write(path, versions.next().unwrap());
            continue;
        }
        let printed = run(&coach, &command);
        let lines = |text: &mut dyn Iterator<Item = &str>| text.map(without_figures).collect::<Vec<String>>();
        let (shown, got) = (lines(&mut shown.iter().map(String::as_str)), lines(&mut printed.lines()));
        assert!(
            fits(&shown, &got),
            "$ {command}\nprinted:\n{printed}\nbut the guide shows:\n{}",
            shown.join("\n")
        );
    }
    assert_eq!(versions.next(), None, "the guide edits the rubric twice");
}

#[test]
fn what_the_guide_shows_of_the_finished_rubric_is_in_it() {
    let (guide, finished) = (file("docs/rubrics.md"), file("examples/rubrics/gradient-clipping.toml"));
    for block in guide.split("```toml\n").skip(1) {
        let block = block.split("\n```").next().unwrap();
        assert!(finished.contains(block), "{block}");
    }
    for row in guide.lines().filter(|line| line.starts_with("| ") && line.ends_with(". |")) {
        let text = row.split(" | ").last().unwrap().trim_end_matches(" |");
        assert!(finished.contains(text), "{text}");
    }
}

#[test]
fn links_of_the_guide_lead_somewhere() {
    let guide = file("docs/rubrics.md");
    for link in guide.split("](").skip(1) {
        let link = link.split(')').next().unwrap();
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(link).exists(), "{link}");
    }
}
