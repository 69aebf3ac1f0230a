//! How many mistakes the judge finds in wordings that it has not seen, and how often it accuses what is right.

use std::collections::BTreeMap;

use interview_coach::bank::{Bank, MistakeKind, Rubric};
use interview_coach::judge::built_in::{BuiltIn, PreparedRubric};
use serde::Deserialize;

/// The sentences, half for tuning and half for reporting.
const CASES: &str = include_str!("../mistakes.toml");

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    question: String,
    mistake: String,
    made: Vec<String>,
    right: Vec<String>,
}

/// How flags on one half of the sentences came out.
#[derive(Default)]
struct Tally {
    made: u32,
    found: u32,
    right: u32,
    accused: u32,
    other: u32,
}

/// Which half a mistake is in; all its sentences are in the same one.
fn half(mistake: &str) -> &'static str {
    // FNV-1a; only its lowest bit counts.
    let hash = mistake.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    if (hash >> 8) & 1 == 0 { "tuned on" } else { "held out" }
}

/// Reports each half; single sentences only of the half that is tuned on.
pub(crate) fn report(bank: &Bank, details: bool) {
    let file: File = toml::from_str(CASES).expect("valid cases");
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for case in &file.cases {
        let rubric = bank.rubric(&case.question).expect("a shipped rubric");
        assert!(rubric.mistake(&case.mistake).is_some(), "{} has no {}", case.question, case.mistake);
        let prepared = BuiltIn::new().prepare(rubric);
        let half = half(&case.mistake);
        let tally = tallies.entry(half).or_default();
        for (text, made) in case.made.iter().map(|t| (t, true)).chain(case.right.iter().map(|t| (t, false))) {
            let flagged = flagged(rubric, &prepared, text);
            let hit = flagged.contains(&case.mistake);
            tally.made += u32::from(made);
            tally.found += u32::from(made && hit);
            tally.right += u32::from(!made);
            tally.accused += u32::from(!made && hit);
            tally.other += u32::from(!made && !hit && !flagged.is_empty());
            if details && half == "tuned on" && (hit != made || (!made && !flagged.is_empty())) {
                println!("{} {}: {text} {flagged:?}", if made { "MISSED" } else { "WRONG " }, case.mistake);
            }
        }
    }
    for (half, t) in tallies {
        let wrong = t.accused + t.other;
        println!(
            "{half}: {} of {} found ({:.2}), {} of {} right sentences accused of it and {} of another mistake; precision {:.2}",
            t.found,
            t.made,
            f64::from(t.found) / f64::from(t.made),
            t.accused,
            t.right,
            t.other,
            f64::from(t.found) / f64::from(t.found + wrong)
        );
    }
}

/// The `said` mistakes that a text is flagged with.
fn flagged(rubric: &Rubric, prepared: &PreparedRubric, text: &str) -> Vec<String> {
    let critique = BuiltIn::new().critique(prepared, rubric, text);
    let said = critique.mistakes.into_iter().filter(|mistake| mistake.kind == MistakeKind::Said);
    said.map(|mistake| mistake.id.as_str().to_owned()).collect()
}
