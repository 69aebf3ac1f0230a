//! A model's reply to a critique: what fits the rubric is taken, everything else becomes a complaint that can
//! be sent back. Also watches a reply while it streams, so that each rating can be shown as it closes.
//!
//! Only the model's reply is ever read here, so an answer that contains a critique of itself changes nothing.

use serde_json::Value;

use super::evidence::Quotable;
use super::objects::{last_fitting, without_reasoning};
use super::{Critique, Evidence, Flag, FlaggedMistake, Rating};
use crate::bank::{Criterion, MistakeKind, Rubric};

/// A reply that fits the rubric's form.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What the model found. Ratings above 0 without evidence are marked `unfounded`.
    pub critique: Critique,
    /// What the model cited without its being in the answer, as sentences to send back.
    pub unfounded: Vec<String>,
}

impl Reading {
    /// The critique as it can be believed: what is unfounded earns nothing.
    ///
    /// `None` when nothing above level 0 is founded although the model gave such levels: then the judge
    /// failed, which is no evidence about the answer.
    pub fn settled(self) -> Option<Critique> {
        let mut critique = self.critique;
        let credited = critique.ratings.iter().filter(|rating| rating.level > 0).count();
        let unfounded = critique.ratings.iter().filter(|rating| rating.unfounded).count();
        if credited > 0 && credited == unfounded {
            return None;
        }
        for rating in critique.ratings.iter_mut().filter(|rating| rating.unfounded) {
            rating.level = 0;
            rating.reason = format!("(The judge cited nothing that is in the answer.) {}", rating.reason);
        }
        Some(critique)
    }

    /// The critique as it can be believed where there is an estimate of it: that counts for what is unfounded.
    pub fn settled_by(self, estimate: &Critique) -> Critique {
        let mut critique = self.critique;
        for (rating, estimated) in critique.ratings.iter_mut().zip(&estimate.ratings) {
            if rating.unfounded {
                let reason = format!(
                    "(The judge cited nothing that is in the answer; this is the built-in judge's estimate.) {}",
                    estimated.reason
                );
                *rating = Rating { reason, unfounded: true, ..estimated.clone() };
            }
        }
        critique
    }
}

/// Reads the last JSON object of `reply` that is a critique of `rubric`, or says what is wrong with it.
pub fn read(rubric: &Rubric, answer: &str, reply: &str) -> Result<Reading, Vec<String>> {
    last_fitting(reply, |value| fit(rubric, answer, value))
}

fn fit(rubric: &Rubric, answer: &str, value: &Value) -> Result<Reading, Vec<String>> {
    let quotable = Quotable::new(answer);
    let mut sieve = Sieve { quotable: &quotable, unfounded: Vec::new(), dropped: false };
    let mut complaints = Vec::new();
    let mut critique = Critique::default();
    let ratings = value.get("ratings").unwrap_or(&Value::Null);
    for criterion in &rubric.criteria {
        match entry(ratings, criterion.id.as_str()) {
            Some(rating) => match sieve.rating(criterion, rating) {
                Ok(rating) => critique.ratings.push(rating),
                Err(complaint) => complaints.push(complaint),
            },
            None => complaints.push(format!("`ratings` lacks the criterion \"{}\"", criterion.id)),
        }
    }
    critique.mistakes = sieve.mistakes(rubric, value.get("mistakes").unwrap_or(&Value::Null));
    if !complaints.is_empty() {
        return Err(complaints);
    }
    if sieve.dropped {
        critique.flags.push(Flag::UnfoundedQuotation);
    }
    Ok(Reading { critique, unfounded: sieve.unfounded })
}

/// The entry of that id in an object keyed by id, or in a list of objects that name their id.
fn entry<'v>(entries: &'v Value, id: &str) -> Option<&'v Value> {
    match entries {
        Value::Array(list) => list.iter().find(|item| item.get("id").and_then(Value::as_str) == Some(id)),
        Value::Object(map) => map.get(id),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Lets through what can be found in the answer, and notes the rest.
struct Sieve<'a> {
    quotable: &'a Quotable<'a>,
    unfounded: Vec<String>,
    dropped: bool,
}

impl Sieve<'_> {
    fn rating(&mut self, criterion: &Criterion, value: &Value) -> Result<Rating, String> {
        let level = value.get("level").and_then(whole_number);
        let Some(level) =
            level.and_then(|level| u8::try_from(level).ok()).filter(|l| *l <= criterion.max_level())
        else {
            let got = value.get("level").map_or("nothing".to_owned(), Value::to_string);
            let got: String = got.chars().take(40).collect();
            let highest = criterion.max_level();
            return Err(format!(
                "the level of \"{}\" must be a whole number from 0 to {highest}, not {got}",
                criterion.id
            ));
        };
        let reason = text(value.get("reason"));
        if is_dots(&reason) {
            return Err(format!("the reason for \"{}\" is \"{reason}\": fill the form in", criterion.id));
        }
        let quotes = texts(value.get("quotes"));
        let evidence = self.evidence(&quotes);
        let unfounded = level > 0 && evidence.is_empty();
        if unfounded {
            self.unfounded.push(complaint_of_rating(criterion, level, &quotes));
        }
        Ok(Rating {
            id: criterion.id.clone(),
            level,
            reason,
            advice: text(value.get("advice")),
            evidence,
            missing: missing(criterion, value),
            unfounded,
        })
    }

    fn evidence(&mut self, quotes: &[String]) -> Vec<Evidence> {
        let mut found: Vec<Evidence> = Vec::new();
        for quote in quotes {
            match self.quotable.find(quote) {
                Some(evidence) if found.contains(&evidence) => {}
                Some(evidence) => found.push(evidence),
                None => self.dropped = true,
            }
        }
        found
    }

    fn mistakes(&mut self, rubric: &Rubric, value: &Value) -> Vec<FlaggedMistake> {
        let said = value.as_array().map_or(&[][..], Vec::as_slice);
        let mut flagged = Vec::new();
        for mistake in &rubric.mistakes {
            let Some(entry) = said
                .iter()
                .find(|entry| entry.get("id").and_then(Value::as_str) == Some(mistake.id.as_str()))
            else {
                continue;
            };
            let quote = text(entry.get("quote"));
            let evidence = match mistake.kind {
                MistakeKind::Omitted => None,
                MistakeKind::Said => match self.quotable.find(&quote) {
                    Some(evidence) => Some(evidence),
                    None => {
                        self.dropped = true;
                        self.unfounded.push(complaint_of_mistake(mistake.id.as_str(), &quote));
                        continue;
                    }
                },
            };
            let why = Some(text(entry.get("why"))).filter(|why| !why.is_empty());
            flagged.push(FlaggedMistake {
                id: mistake.id.clone(),
                kind: mistake.kind,
                evidence,
                why: why.unwrap_or_else(|| mistake.description.clone()),
                advice: mistake.advice.clone(),
            });
        }
        flagged
    }
}

fn complaint_of_rating(criterion: &Criterion, level: u8, quotes: &[String]) -> String {
    let id = &criterion.id;
    match quotes.first() {
        Some(quote) => format!("\"{id}\" quotes \"{quote}\", which is not in the answer"),
        None => format!("\"{id}\" has level {level} without any quotation"),
    }
}

fn complaint_of_mistake(id: &str, quote: &str) -> String {
    if quote.is_empty() {
        format!("the mistake \"{id}\" is something said, but has no quotation")
    } else {
        format!("the mistake \"{id}\" quotes \"{quote}\", which is not in the answer")
    }
}

/// A whole number, also as models write it without a schema: 3.0 or "3".
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i64))
        }
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or("").trim().to_owned()
}

/// Whether somebody copied the form instead of filling it in: "...", but not an empty text.
fn is_dots(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_alphanumeric)
}

/// The texts of a list, or a single text, as models sometimes write a list of one.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => {
            list.iter().map(|item| text(Some(item))).filter(|text| !text.is_empty()).collect()
        }
        Some(Value::String(one)) if !one.trim().is_empty() => vec![one.trim().to_owned()],
        _ => Vec::new(),
    }
}

/// The key points that a rating says are not made: each by its number from 1 under `key_points`, or in a list of
/// `missing` ones as models write it that were not held to a schema.
fn missing(criterion: &Criterion, rating: &Value) -> Vec<String> {
    if let Some(Value::Object(made)) = rating.get("key_points") {
        let is_missing = |number: usize| made.get(&number.to_string()).is_some_and(denies);
        let points = (1..).zip(&criterion.key_points).filter(|(number, _)| is_missing(*number));
        return points.map(|(_, point)| point.clone()).collect();
    }
    let list = rating.get("missing").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_named = |number: usize, point: &str| {
        list.iter().any(|item| {
            whole_number(item).and_then(|n| usize::try_from(n).ok()) == Some(number)
                || item.as_str() == Some(point)
        })
    };
    let points = criterion.key_points.iter().enumerate();
    points.filter(|(at, point)| is_named(at + 1, point)).map(|(_, point)| point.clone()).collect()
}

/// A no, also as models write it without a schema.
fn denies(value: &Value) -> bool {
    match value {
        Value::Bool(made) => !made,
        Value::String(text) => ["false", "no"].iter().any(|no| text.trim().eq_ignore_ascii_case(no)),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// Watches a reply arrive and gives each rating once it is complete.
///
/// What it gives is a preview: [`read`] over the whole reply decides.
pub struct RatingWatch<'r> {
    rubric: &'r Rubric,
    answer: &'r str,
    text: String,
    seen: usize,
}

impl<'r> RatingWatch<'r> {
    /// Begins to watch a reply about `answer`.
    pub fn new(rubric: &'r Rubric, answer: &'r str) -> Self {
        Self { rubric, answer, text: String::new(), seen: 0 }
    }

    /// Takes the next piece of the reply; returns the ratings that it completes and that are founded.
    pub fn feed(&mut self, piece: &str) -> Vec<Rating> {
        self.text.push_str(piece);
        // Only a closing brace can complete a rating; without this every token would parse the whole reply.
        if !piece.contains('}') {
            return Vec::new();
        }
        let Some(ratings) = without_reasoning(&self.text).split_once("\"ratings\"").map(|(_, rest)| rest)
        else {
            return Vec::new();
        };
        let quotable = Quotable::new(self.answer);
        let mut sieve = Sieve { quotable: &quotable, unfounded: Vec::new(), dropped: false };
        let mut complete = Vec::new();
        for criterion in &self.rubric.criteria {
            let Some(value) = complete_entry(ratings, criterion.id.as_str()) else { break };
            match sieve.rating(criterion, &value) {
                Ok(rating) => complete.push(rating),
                Err(_) => break,
            }
        }
        let fresh: Vec<Rating> =
            complete.iter().skip(self.seen).filter(|rating| !rating.unfounded).cloned().collect();
        self.seen = self.seen.max(complete.len());
        fresh
    }
}

/// The object behind `"id":` if it is complete by now.
fn complete_entry(text: &str, id: &str) -> Option<Value> {
    let (_, rest) = text.split_once(&format!("\"{id}\""))?;
    let object = rest.trim_start().strip_prefix(':')?.trim_start();
    serde_json::Deserializer::from_str(object).into_iter::<Value>().next()?.ok().filter(Value::is_object)
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
