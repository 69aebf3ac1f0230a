//! The bank covers the interview guide that it grew from: every line of `guide.toml` has its rubric.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use interview_coach::bank::{Bank, Dimension, Rubric};
use serde::Deserialize;

/// The lines of the guide: as many as it has, so that none can be dropped unnoticed.
const QUESTIONS: usize = 19;
const FREQUENT: usize = 2;
const PATTERNS: usize = 7;
const MISTAKES: usize = 5;
const DIMENSIONS: usize = 3;

/// How many questions the bank asks beyond the guide, at least.
const FURTHER: usize = 20;

/// How many rubrics take up a mistake, or judge a dimension, before a line of the guide counts as covered.
const USES: usize = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Guide {
    questions: BTreeMap<String, String>,
    frequent: BTreeMap<String, String>,
    patterns: BTreeMap<String, Pattern>,
    mistakes: BTreeMap<String, String>,
    dimensions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pattern {
    rubric: String,
    further: Vec<String>,
}

impl Guide {
    fn read() -> Self {
        toml::from_str(include_str!("guide.toml")).unwrap()
    }

    /// Each line that asks something, with the rubric that answers it.
    fn asked(&self) -> impl Iterator<Item = (&String, &String)> {
        let patterns = self.patterns.iter().map(|(line, pattern)| (line, &pattern.rubric));
        self.questions.iter().chain(&self.frequent).chain(patterns)
    }

    /// Each question beyond the guide, with the pattern it belongs to.
    fn further(&self) -> impl Iterator<Item = (&String, &String)> {
        self.patterns.iter().flat_map(|(line, pattern)| pattern.further.iter().map(move |id| (line, id)))
    }
}

fn bank() -> Bank {
    Bank::shipped().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn no_line_of_the_guide_is_missing() {
    let guide = Guide::read();
    assert_eq!(guide.questions.len(), QUESTIONS);
    assert_eq!(guide.frequent.len(), FREQUENT);
    assert_eq!(guide.patterns.len(), PATTERNS);
    assert_eq!(guide.mistakes.len(), MISTAKES);
    assert_eq!(guide.dimensions.len(), DIMENSIONS);
    assert!(guide.further().count() >= FURTHER, "{} questions beyond the guide", guide.further().count());
}

#[test]
fn every_line_that_asks_has_a_rubric_of_its_own() {
    let (bank, guide) = (bank(), Guide::read());
    let mut seen = BTreeMap::new();
    for (line, id) in guide.asked().chain(guide.further()) {
        assert!(bank.rubric(id).is_some(), "\"{line}\" names the rubric {id}, which does not exist");
        if let Some(other) = seen.insert(id, line) {
            panic!("{id} stands both under \"{other}\" and under \"{line}\"");
        }
    }
}

#[test]
fn every_rubric_stands_under_a_line_or_a_pattern() {
    let guide = Guide::read();
    let named: BTreeSet<&str> = guide.asked().chain(guide.further()).map(|(_, id)| id.as_str()).collect();
    for rubric in bank().rubrics() {
        let id = rubric.id.as_str();
        assert!(named.contains(id), "{id} belongs to no line; name its pattern in tests/guide.toml");
    }
}

#[test]
fn every_question_beyond_the_guide_names_its_pattern() {
    let bank = bank();
    for (line, id) in Guide::read().further() {
        let topic = &bank.rubric(id).unwrap_or_else(|| panic!("{id} does not exist")).topic;
        let file = format!("rubrics/{topic}/{id}.toml");
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
        let named = text.lines().find_map(|text| text.strip_prefix("# Pattern: "));
        assert_eq!(named, Some(line.as_str()), "the comment `# Pattern: ...` at the head of {file}");
    }
}

#[test]
fn every_warning_is_a_mistake_that_rubrics_flag() {
    let bank = bank();
    for (line, id) in &Guide::read().mistakes {
        let known = bank.catalogue().iter().any(|mistake| mistake.id.as_str() == id);
        assert!(known, "\"{line}\" names the mistake {id}, which the catalogue does not have");
        let uses = |rubric: &Rubric| rubric.mistakes.iter().any(|mistake| mistake.id.as_str() == id);
        let count = bank.rubrics().filter(|rubric| uses(rubric)).count();
        assert!(count >= USES, "{id} is used by {count} rubrics");
    }
}

#[test]
fn every_way_of_evaluation_is_a_dimension_that_criteria_carry() {
    let bank = bank();
    for (line, name) in &Guide::read().dimensions {
        let dimension =
            Dimension::ALL.into_iter().find(|(known, _)| known == name).map(|(_, dimension)| dimension);
        let dimension = dimension.unwrap_or_else(|| panic!("\"{line}\" names {name}, which is no dimension"));
        let judged = bank
            .rubrics()
            .filter(|rubric| rubric.criteria.iter().any(|criterion| criterion.dimension == dimension));
        let count = judged.count();
        assert!(count >= USES, "{name} is judged by {count} rubrics");
    }
}
