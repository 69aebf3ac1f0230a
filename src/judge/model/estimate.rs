//! What the built-in judge makes of an answer, for a model that is to begin with it.
//!
//! A model that can't judge alone gives every criterion the same level, whatever the answer says. Shown which passages
//! make which key points by estimate, it tells good answers from bad ones. It is told that the estimate goes by words
//! and not by meaning, so that one that reads better can say so.

use serde::{Serialize, Serializer};

use crate::bank::{Criterion, Rubric};
use crate::critique::{Critique, FlaggedMistake, Rating};

/// Quotations for one criterion, at most: as many as the prompt asks for.
const MOST_QUOTES: usize = 3;

/// A rating in the form that the prompt asks for, with reason and advice: a small model that has to find a reason
/// between key points and level says that there is nothing, and gives 0.
#[derive(Serialize)]
struct Estimated<'a> {
    quotes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Made::is_empty")]
    key_points: Made<'a>,
    reason: &'a str,
    level: u8,
    advice: &'a str,
}

/// Whether each key point is made, by its number from 1.
struct Made<'a> {
    points: &'a [String],
    missing: &'a [String],
}

impl Made<'_> {
    fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

impl Serialize for Made<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbered = (1_usize..).zip(self.points);
        serializer.collect_map(numbered.map(|(number, point)| (number, !self.missing.contains(point))))
    }
}

/// A mistake in that form, but for the reason, which would be its description once more.
#[derive(Serialize)]
struct Found<'a> {
    id: &'a str,
    quote: &'a str,
}

/// An estimate by that rubric in the form that the prompt asks for, a criterion a line.
pub(super) fn in_json(rubric: &Rubric, critique: &Critique) -> String {
    let line = |(criterion, rating): (&Criterion, &Rating)| {
        format!("  \"{}\": {}", criterion.id, json(&estimated(criterion, rating)))
    };
    let lines: Vec<String> = rubric.criteria.iter().zip(&critique.ratings).map(line).collect();
    let mistakes: Vec<Found<'_>> = critique.mistakes.iter().map(found).collect();
    format!("{{\"ratings\": {{\n{}\n }},\n \"mistakes\": {}}}", lines.join(",\n"), json(&mistakes))
}

fn estimated<'a>(criterion: &'a Criterion, rating: &'a Rating) -> Estimated<'a> {
    let quotes = rating.evidence.iter().take(MOST_QUOTES).map(|evidence| evidence.quote.as_str());
    Estimated {
        quotes: quotes.collect(),
        key_points: Made { points: &criterion.key_points, missing: &rating.missing },
        reason: &rating.reason,
        level: rating.level,
        advice: &rating.advice,
    }
}

fn found(flagged: &FlaggedMistake) -> Found<'_> {
    let quote = flagged.evidence.as_ref().map_or("", |evidence| evidence.quote.as_str());
    Found { id: flagged.id.as_str(), quote }
}

/// JSON of what can always be written: texts, numbers, lists.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{Bank, MistakeId, MistakeKind};
    use crate::critique::Evidence;
    use crate::critique::reader::read;

    #[test]
    fn an_estimate_is_a_reply_that_could_be_used() {
        let bank = Bank::shipped().unwrap();
        for id in ["surprisal", "rag-vs-fine-tuning"] {
            let rubric = bank.rubric(id).unwrap();
            for exemplar in &rubric.exemplars {
                let built_in = crate::judge::built_in::BuiltIn::new();
                let critique = built_in.critique(&built_in.prepare(rubric), rubric, &exemplar.answer);
                let reading = read(rubric, &exemplar.answer, &in_json(rubric, &critique)).unwrap();
                assert_eq!(reading.unfounded, Vec::<String>::new(), "{id}: {}", exemplar.name);
                for (read, estimated) in reading.critique.ratings.iter().zip(&critique.ratings) {
                    assert_eq!((read.level, &read.missing), (estimated.level, &estimated.missing));
                }
                assert_eq!(reading.critique.mistakes.len(), critique.mistakes.len());
            }
        }
    }

    #[test]
    fn an_estimate_in_words() {
        let bank = Bank::shipped().unwrap();
        let mut rubric = Rubric::clone(bank.rubric("surprisal").unwrap());
        rubric.criteria.truncate(2);
        rubric.criteria[1].key_points.clear();
        let [first, second] = [&rubric.criteria[0], &rubric.criteria[1]];
        let rating = |criterion: &Criterion, level, missing, quotes: &[&str]| Rating {
            id: criterion.id.clone(),
            level,
            reason: "Why.".to_owned(),
            advice: String::new(),
            evidence: quotes
                .iter()
                .map(|quote| Evidence { quote: (*quote).to_owned(), start: 0, end: 0 })
                .collect(),
            missing,
            unfounded: false,
        };
        let quotes = ["a \"b\"", "c", "d", "one too many"];
        let critique = Critique {
            ratings: vec![
                rating(first, 2, first.key_points[1..].to_vec(), &quotes),
                rating(second, 0, Vec::new(), &[]),
            ],
            mistakes: vec![FlaggedMistake {
                id: MistakeId::from("m"),
                kind: MistakeKind::Omitted,
                evidence: None,
                why: String::new(),
                advice: String::new(),
            }],
            flags: Vec::new(),
        };
        let points: Vec<String> =
            (1..=first.key_points.len()).map(|number| format!("\"{number}\":{}", number == 1)).collect();
        let expected = format!(
            r#"{{"ratings": {{
  "{}": {{"quotes":["a \"b\"","c","d"],"key_points":{{{}}},"reason":"Why.","level":2,"advice":""}},
  "{}": {{"quotes":[],"reason":"Why.","level":0,"advice":""}}
 }},
 "mistakes": [{{"id":"m","quote":""}}]}}"#,
            first.id,
            points.join(","),
            second.id
        );
        assert_eq!(in_json(&rubric, &critique), expected);
    }
}
