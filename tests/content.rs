//! The shipped rubrics: valid, complete and in step with their schema.

use std::collections::BTreeSet;
use std::path::Path;

use interview_coach::bank::{Bank, Criterion, Exemplar, MistakeKind, Rubric, rubric_schema};
use interview_coach::score::Band;

fn bank() -> Bank {
    Bank::shipped().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[test]
fn the_catalogue_has_the_five_common_mistakes() {
    let bank = bank();
    let kinds: Vec<(&str, MistakeKind)> =
        bank.catalogue().iter().map(|mistake| (mistake.id.as_str(), mistake.kind)).collect();
    let mut expected = vec![
        ("confuses-fine-tuning-with-in-context-learning", MistakeKind::Said),
        ("ignores-hallucination", MistakeKind::Omitted),
        ("overcomplicates-where-a-prompt-would-do", MistakeKind::Said),
        ("no-latency-cost-or-token-budget", MistakeKind::Omitted),
        ("treats-model-as-deterministic", MistakeKind::Said),
    ];
    let mut kinds = kinds;
    kinds.sort_unstable();
    expected.sort_unstable();
    assert_eq!(kinds, expected);
}

#[test]
fn every_rubric_is_complete() {
    for rubric in bank().rubrics() {
        let id = &rubric.id;
        assert!((3..=6).contains(&rubric.criteria.len()), "{id}: {} criteria", rubric.criteria.len());
        assert!((2..=3).contains(&rubric.follow_ups.len()), "{id}: {} follow-ups", rubric.follow_ups.len());
        assert!(!rubric.sources.is_empty(), "{id} has no sources");
        let spoken = 130 * rubric.minutes as usize;
        assert!(words(&rubric.model_answer) <= spoken, "{id}: the model answer has more than {spoken} words");
        for criterion in &rubric.criteria {
            let points = criterion.key_points.len();
            assert!((2..=6).contains(&points), "{id}/{}: {points} key points", criterion.id);
        }
        for mistake in &rubric.mistakes {
            assert!(mistake.not_signs.len() >= 3, "{id}/{}: few not_signs", mistake.id);
            let needed = if mistake.kind == MistakeKind::Said { 3 } else { 1 };
            assert!(mistake.signs.len() >= needed, "{id}/{}: few signs", mistake.id);
            assert!(mistake.penalty > 0.0, "{id}/{}: no penalty", mistake.id);
        }
    }
}

#[test]
fn exemplars_span_the_levels_and_the_mistakes() {
    let bank = bank();
    let shared: BTreeSet<_> = bank.catalogue().iter().map(|mistake| &mistake.id).collect();
    for rubric in bank.rubrics() {
        let id = &rubric.id;
        assert!(rubric.exemplars.len() >= 6, "{id}: {} exemplars", rubric.exemplars.len());
        let flagged: BTreeSet<_> = rubric.exemplars.iter().flat_map(|exemplar| &exemplar.mistakes).collect();
        for mistake in rubric.mistakes.iter().filter(|mistake| !shared.contains(&mistake.id)) {
            assert!(flagged.contains(&mistake.id), "{id}: no exemplar makes {}", mistake.id);
        }
        for criterion in &rubric.criteria {
            let levels: BTreeSet<u8> =
                rubric.exemplars.iter().map(|exemplar| exemplar.levels[&criterion.id]).collect();
            assert!(levels.contains(&0), "{id}/{}: no exemplar at the bottom", criterion.id);
            assert!(levels.contains(&criterion.max_level()), "{id}/{}: no exemplar at the top", criterion.id);
        }
    }
}

#[test]
fn exemplars_span_the_bands_and_have_the_length_of_an_answer() {
    for rubric in bank().rubrics() {
        let id = &rubric.id;
        for exemplar in &rubric.exemplars {
            let words = words(&exemplar.answer);
            assert!((60..=200).contains(&words), "{id}: \"{}\" has {words} words", exemplar.name);
        }
        let bands: Vec<Band> =
            rubric.exemplars.iter().map(|exemplar| Band::of(points(rubric, exemplar))).collect();
        for band in Band::ALL {
            assert!(bands.contains(&band), "{id}: no {} exemplar", band.name());
        }
    }
}

/// What an exemplar is worth by its labels.
fn points(rubric: &Rubric, exemplar: &Exemplar) -> f64 {
    let share = |criterion: &Criterion| {
        criterion.weight * f64::from(exemplar.levels[&criterion.id]) / f64::from(criterion.max_level())
    };
    let weights: f64 = rubric.criteria.iter().map(|criterion| criterion.weight).sum();
    let earned: f64 = rubric.criteria.iter().map(share).sum();
    let penalties = exemplar.mistakes.iter().filter_map(|id| rubric.mistake(id.as_str()));
    100.0 * earned / weights - penalties.map(|mistake| mistake.penalty).sum::<f64>()
}

#[test]
fn texts_carry_nothing_unseen() {
    for rubric in bank().rubrics() {
        let json = serde_json::to_string(rubric.as_ref()).unwrap();
        for unseen in ['\u{200b}', '\u{feff}', '\u{ad}', '\u{a0}'] {
            assert!(!json.contains(unseen), "{} has {unseen:?}", rubric.id);
        }
    }
}

/// A line that begins like a list item keeps its own line when prose is folded, so no wrapped sentence may.
#[test]
fn no_sentence_is_wrapped_into_a_list() {
    for rubric in bank().rubrics() {
        let (path, text) = file(rubric);
        for line in text.lines() {
            let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let is_numbered =
                number.len() < line.len() && (number.starts_with(". ") || number.starts_with(") "));
            assert!(!is_numbered && !line.starts_with("- ") && !line.starts_with("* "), "{path}: {line}");
        }
    }
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rubrics/schema/rubric.json");
    let published: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let hint = "run: cargo run -- rubric schema > rubrics/schema/rubric.json";
    assert_eq!(published, rubric_schema(), "the published schema is stale; {hint}");
}

#[test]
fn every_shipped_file_fits_the_schema_and_wrong_ones_do_not() {
    let schema = jsonschema::validator_for(&rubric_schema()).unwrap();
    for rubric in bank().rubrics() {
        let json = file_as_json(rubric);
        let wrong: Vec<String> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", rubric.id);
        for (pointer, value) in [
            ("/difficulty", serde_json::json!("hard")),
            ("/criteria/0/weight", serde_json::json!(0)),
            ("/criteria/0/levels", serde_json::json!(["only one"])),
            ("/criteria", serde_json::json!([])),
            ("/id", serde_json::json!("Not Kebab")),
            ("/format", serde_json::json!(2)),
        ] {
            let mut broken = json.clone();
            *broken.pointer_mut(pointer).unwrap() = value;
            assert!(!schema.is_valid(&broken), "{}: {pointer} is not checked", rubric.id);
        }
    }
}

/// The file itself, as an editor's TOML plug-in would hand it to the schema.
fn file_as_json(rubric: &Rubric) -> serde_json::Value {
    toml::from_str(&file(rubric).1).unwrap()
}

/// The path of the rubric's file and its text.
fn file(rubric: &Rubric) -> (String, String) {
    let file = format!("rubrics/{}/{}.toml", rubric.topic, rubric.id);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    let text = std::fs::read_to_string(path).unwrap_or_else(|_| panic!("{} is not at {file}", rubric.id));
    (file, text)
}
