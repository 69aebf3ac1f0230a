//! Follow-up questions: what they are aimed at, and what a reply makes of the answer.
//!
//! An interviewer asks on where an answer is thin, and the reply continues the answer. So it is graded: answer and
//! reply as one text, by the same rubric. The grade says what the answer would have been worth had it said this at
//! once. The follow-up question itself is no part of that text: its words would earn points that nobody said, and
//! those of a model, which has read the answer, could carry orders from the answer to the judge.

use crate::bank::{Criterion, Rubric};
use crate::critique::objects::without_reasoning;
use crate::critique::{Critique, Evidence, Rating};
use crate::score::Grade;

/// Between an answer and the reply that continues it.
const BREAK: &str = "\n\n";

/// The criterion that costs most points, with its rating; `None` where none costs any.
pub fn weakest<'a>(rubric: &'a Rubric, critique: &'a Critique) -> Option<(&'a Criterion, &'a Rating)> {
    let open = |criterion: &Criterion, rating: &Rating| {
        let max = criterion.max_level();
        criterion.weight * f64::from(max - rating.level.min(max)) / f64::from(max)
    };
    critique
        .ratings
        .iter()
        .filter_map(|rating| Some((rubric.criterion(rating.id.as_str())?, rating)))
        .filter(|(criterion, rating)| open(criterion, rating) > 0.0)
        // Of equals the first.
        .min_by(|(a, rating), (b, other)| open(b, other).total_cmp(&open(a, rating)))
}

/// A question that is aimed at a criterion by its title, where the rubric has none that is.
pub fn plain_question(criterion: &Criterion) -> String {
    format!(
        "Let us stay with one part: {}. What would you add?",
        criterion.title.trim_end_matches(['.', '?', '!'])
    )
}

/// An answer continued by a reply.
pub fn joined(answer: &str, reply: &str) -> String {
    format!("{answer}{BREAK}{reply}")
}

/// The grade of an answer with a reply, as the reply's attempt keeps it: levels and mistakes are those of both, the
/// evidence is what the reply says, with its place in the reply.
pub fn of_reply(grade: &Grade, answer: &str) -> Grade {
    let from = answer.len() + BREAK.len();
    let moved = |evidence: &Evidence| {
        let start = evidence.start.checked_sub(from)?;
        Some(Evidence { quote: evidence.quote.clone(), start, end: evidence.end - from })
    };
    let mut critique = grade.critique.clone();
    for rating in &mut critique.ratings {
        rating.evidence = rating.evidence.iter().filter_map(moved).collect();
    }
    for mistake in &mut critique.mistakes {
        mistake.evidence = mistake.evidence.as_ref().and_then(moved);
    }
    Grade { critique, score: grade.score }
}

/// The question in a model's reply: its last paragraph, without marks around it, if that is short enough for one.
pub fn one_question(reply: &str) -> Option<String> {
    const LONGEST: usize = 600;
    let said = without_reasoning(reply);
    let last = said.trim().rsplit("\n\n").next()?;
    let question = last.split_whitespace().collect::<Vec<_>>().join(" ");
    let question = question.trim_matches(['"', '“', '”', '*', '#', ' ']);
    let has_words = question.chars().any(char::is_alphanumeric);
    (has_words && question.len() <= LONGEST).then(|| question.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use crate::critique::FlaggedMistake;

    fn rating(criterion: &Criterion, level: u8) -> Rating {
        Rating {
            id: criterion.id.clone(),
            level,
            reason: String::new(),
            advice: String::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            unfounded: false,
        }
    }

    #[test]
    fn the_criterion_that_costs_most_is_asked_on() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("rag-vs-fine-tuning").unwrap();
        let at = |open: &[usize]| {
            let ratings = rubric.criteria.iter().enumerate().map(|(place, criterion)| {
                rating(criterion, if open.contains(&place) { 0 } else { criterion.max_level() })
            });
            let critique = Critique { ratings: ratings.collect(), ..Critique::default() };
            weakest(rubric, &critique).map(|(criterion, _)| criterion.id.clone())
        };
        assert_eq!(at(&[]), None);
        assert_eq!(at(&[1]), Some(rubric.criteria[1].id.clone()));
        let heaviest = rubric.criteria.iter().map(|criterion| criterion.weight).fold(0.0, f64::max);
        let first = rubric.criteria.iter().position(|criterion| criterion.weight >= heaviest).unwrap();
        let all: Vec<usize> = (0..rubric.criteria.len()).collect();
        assert_eq!(at(&all), Some(rubric.criteria[first].id.clone()));
    }

    #[test]
    fn a_reply_keeps_what_it_says_itself() {
        let (answer, reply) = ("Über tokens.", "Embeddings are vectors.");
        let whole = joined(answer, reply);
        let at = |words: &str| {
            let start = whole.find(words).unwrap();
            Evidence::slice(&whole, start, start + words.len()).unwrap()
        };
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("surprisal").unwrap();
        let mut rated = rating(&rubric.criteria[0], 1);
        rated.evidence = vec![at("tokens"), at("vectors")];
        let mistake = &rubric.mistakes[0];
        let flagged = FlaggedMistake {
            id: mistake.id.clone(),
            kind: mistake.kind,
            evidence: Some(at("tokens")),
            why: String::new(),
            advice: String::new(),
        };
        let critique = Critique { ratings: vec![rated], mistakes: vec![flagged], flags: Vec::new() };
        let kept = of_reply(&Grade::new(rubric, critique), answer).critique;
        let evidence = &kept.ratings[0].evidence;
        assert_eq!(evidence.len(), 1);
        assert_eq!(reply.get(evidence[0].start..evidence[0].end), Some("vectors"));
        assert_eq!((kept.mistakes.len(), kept.mistakes[0].evidence.clone()), (1, None));
    }
}
