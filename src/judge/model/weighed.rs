//! From what a model and the built-in judge say of a criterion to its rating: half a level each.

use std::ops::Range;

use crate::bank::Criterion;
use crate::critique::{Evidence, Rating};

use super::scale::{self, Ends};

/// Something is said where "yes" is at least as likely as "no"; a key point is made where it is so on the model's own scale.
pub(super) const SAID: f64 = 0.5;
/// More quotations than this for one criterion are not read.
const MOST_EVIDENCE: usize = 4;

/// A key point, the passage nearest to it, and how sure the model is that the passage makes it.
pub(super) struct Weighed {
    pub(super) point: String,
    pub(super) passage: Range<usize>,
    pub(super) yes: f64,
}

/// What the model and the built-in judge say of a criterion.
pub(super) struct Heard<'a> {
    /// By key point.
    pub(super) weighed: Vec<Weighed>,
    /// The model's scale.
    pub(super) ends: Ends,
    pub(super) estimate: Option<&'a Rating>,
}

/// How sure the model is on average.
pub(super) fn mean(weighed: &[Weighed]) -> f64 {
    weighed.iter().map(|weighed| weighed.yes).sum::<f64>() / weighed.len().max(1) as f64
}

/// The rating of a criterion: half the model's share, half the built-in judge's level. A key point is made where one of
/// them finds it.
pub(super) fn rating(criterion: &Criterion, heard: &Heard<'_>, text: &str) -> Rating {
    let weighed = &heard.weighed;
    let share = f64::midpoint(heard.ends.calibrated(mean(weighed)), found(criterion, heard.estimate));
    let evidence = heard.evidence(text);
    let level = if evidence.is_empty() { 0 } else { scale::level(share, criterion.max_level()) };
    // Who gets no level has made no point.
    let is_made = |weighed: &&Weighed| level > 0 && heard.is_made(criterion, weighed);
    let number = weighed.iter().filter(is_made).count();
    let reason = match number {
        0 if level > 0 => "Comes near to this without making a key point in full.".to_owned(),
        0 => "Does not speak of this.".to_owned(),
        _ if number == weighed.len() => "Makes every key point.".to_owned(),
        _ => format!("Makes {number} of {} key points.", weighed.len()),
    };
    let missing = weighed.iter().filter(|weighed| !is_made(weighed)).map(|weighed| weighed.point.clone());
    let missing = if criterion.key_points.is_empty() { Vec::new() } else { missing.collect() };
    rated(criterion, level, reason, evidence, missing)
}

impl Heard<'_> {
    fn is_made(&self, criterion: &Criterion, weighed: &Weighed) -> bool {
        let by_words = |rating: &Rating| {
            // Of a criterion without key points the one point is its highest level.
            if criterion.key_points.is_empty() {
                rating.level == criterion.max_level()
            } else {
                rating.level > 0 && !rating.missing.contains(&weighed.point)
            }
        };
        self.is_sure(weighed) || self.estimate.is_some_and(by_words)
    }

    /// Whether the model, on its own scale, says that the key point is made.
    fn is_sure(&self, weighed: &Weighed) -> bool {
        self.ends.calibrated(weighed.yes) >= SAID
    }

    /// The passages that make key points by the model, the surest first, then those that the built-in judge cites; else the
    /// passage that comes nearest. In the answer's order.
    fn evidence(&self, text: &str) -> Vec<Evidence> {
        let mut best: Vec<&Weighed> = self.weighed.iter().collect();
        best.sort_by(|a, b| b.yes.total_cmp(&a.yes));
        let place = |weighed: &&Weighed| (weighed.passage.start, weighed.passage.end);
        let sure = best.iter().filter(|weighed| self.is_sure(weighed)).map(place);
        let cited = self.estimate.iter().flat_map(|rating| &rating.evidence).map(|it| (it.start, it.end));
        let mut places: Vec<(usize, usize)> = Vec::new();
        for (start, end) in sure.chain(cited) {
            let is_new = places.iter().all(|&(from, to)| end <= from || to <= start);
            if is_new && places.len() < MOST_EVIDENCE {
                places.push((start, end));
            }
        }
        if places.is_empty() {
            places.extend(best.first().map(place));
        }
        places.sort_unstable();
        places.into_iter().filter_map(|(start, end)| Evidence::slice(text, start, end)).collect()
    }
}

/// The built-in judge's level as a share of the highest one.
fn found(criterion: &Criterion, estimate: Option<&Rating>) -> f64 {
    estimate.map_or(0.0, |rating| f64::from(rating.level) / f64::from(criterion.max_level()))
}

/// The rating of an answer as a whole: half the model's impression, half the built-in judge's level, with what that one
/// finds in the answer.
pub(super) fn whole_rating(
    criterion: &Criterion,
    impression: f64,
    estimate: Option<&Rating>,
    nearest: &[Range<usize>],
    text: &str,
) -> Rating {
    let mut evidence = estimate.map(|rating| rating.evidence.clone()).unwrap_or_default();
    if evidence.is_empty() {
        evidence
            .extend(nearest.first().and_then(|passage| Evidence::slice(text, passage.start, passage.end)));
    }
    let share = f64::midpoint(impression, found(criterion, estimate));
    let level = if evidence.is_empty() { 0 } else { scale::level(share, criterion.max_level()) };
    let missing = estimate.map(|rating| rating.missing.clone()).unwrap_or_default();
    let percent = (share * 10.0).round() * 10.0;
    let reason = format!("As a whole it gets about {percent:.0} % of a full answer right.");
    rated(criterion, level, reason, evidence, missing)
}

fn rated(
    criterion: &Criterion,
    level: u8,
    reason: String,
    evidence: Vec<Evidence>,
    missing: Vec<String>,
) -> Rating {
    Rating {
        id: criterion.id.clone(),
        level,
        reason,
        advice: if level == criterion.max_level() { String::new() } else { advice(criterion, &missing) },
        evidence: if level == 0 { Vec::new() } else { evidence },
        missing,
        unfounded: false,
    }
}

fn advice(criterion: &Criterion, missing: &[String]) -> String {
    match missing.first() {
        Some(point) => format!("Say this: {point}"),
        None if criterion.key_points.is_empty() => String::new(),
        None => "Spell the points out; some are only hinted at.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;

    const TEXT: &str = "Bits are cheap. Words are not.";
    const ENDS: Ends = Ends { nothing: 0.5, everything: 0.7 };

    fn criterion(key_points: &[&str]) -> Criterion {
        let bank = Bank::shipped().unwrap();
        let criterion = bank.rubric("surprisal").unwrap().criteria.first().unwrap().clone();
        Criterion { key_points: key_points.iter().map(|&point| point.to_owned()).collect(), ..criterion }
    }

    /// What the built-in judge says: a level, the second sentence as evidence, what is missing.
    fn estimated(level: u8, missing: &[&str]) -> Rating {
        let missing = missing.iter().map(|&point| point.to_owned()).collect();
        let evidence = if level > 0 { vec![Evidence::slice(TEXT, 16, 30).unwrap()] } else { Vec::new() };
        rated(&criterion(&[]), level, String::new(), evidence, missing)
    }

    /// What the model says of points "a", "b", ... and the first sentence.
    fn heard<'a>(yes: &[f64], estimate: &'a Rating) -> Heard<'a> {
        let weighed =
            |(point, &yes): (u8, &f64)| Weighed { point: char::from(point).to_string(), passage: 0..15, yes };
        let weighed = (b'a'..).zip(yes).map(weighed).collect();
        Heard { weighed, ends: ENDS, estimate: Some(estimate) }
    }

    #[test]
    fn reason_missing_and_evidence_fit_the_level() {
        const NONE: &[&str] = &[];
        for (yes, (by_words, lacks), level, reason, missing, quotes) in [
            (&[0.7, 0.7][..], (4, NONE), 4, "Makes every key point.", NONE, 2),
            (&[0.7, 0.5], (0, &["a", "b"]), 1, "Makes 1 of 2 key points.", &["b"], 1),
            (&[0.5, 0.5], (2, &["b"]), 1, "Makes 1 of 2 key points.", &["b"], 1),
            (&[0.5, 0.5], (4, NONE), 2, "Makes every key point.", NONE, 1),
            (
                &[0.55, 0.55],
                (0, &["a", "b"]),
                1,
                "Comes near to this without making a key point in full.",
                &["a", "b"],
                1,
            ),
            // A model that says yes to everything says nothing by that.
            (&[0.51, 0.5], (0, &["a", "b"]), 0, "Does not speak of this.", &["a", "b"], 0),
        ] {
            let points: Vec<&str> = ["a", "b"].into_iter().take(yes.len()).collect();
            let estimate = estimated(by_words, lacks);
            let rating = rating(&criterion(&points), &heard(yes, &estimate), TEXT);
            assert_eq!(
                (rating.level, rating.reason.as_str(), rating.evidence.len()),
                (level, reason, quotes),
                "{yes:?}, {by_words}"
            );
            assert_eq!(rating.missing, missing, "{yes:?}, {by_words}");
            assert_eq!(rating.advice.is_empty(), level == 4, "{}", rating.advice);
        }
    }

    #[test]
    fn a_criterion_without_key_points_is_made_at_the_top_only() {
        for (by_words, level, reason) in [
            (1, 1, "Comes near to this without making a key point in full."),
            (4, 2, "Makes every key point."),
        ] {
            let estimate = estimated(by_words, &[]);
            let rating = rating(&criterion(&[]), &heard(&[0.5], &estimate), TEXT);
            assert_eq!((rating.level, rating.reason.as_str()), (level, reason));
            assert!(rating.missing.is_empty());
        }
    }
}
