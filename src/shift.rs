//! How the grades of the same answers shift from one rubric to another.
//!
//! Judging is done elsewhere; here two outcomes of each answer become one line, and all lines a mean.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::bank::{CriterionId, MistakeId};
use crate::score::{Grade, Outcome};

/// An answer's grade before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// The answer.
    pub id: String,
    /// Its score under the first rubric, 0 to 100.
    pub before: f64,
    /// Its score under the second.
    pub after: f64,
    /// The criteria whose level is not the same.
    pub criteria: Vec<LevelMoved>,
    /// Mistakes that are flagged only under the second rubric.
    pub new_mistakes: Vec<MistakeId>,
    /// Mistakes that are flagged only under the first.
    pub gone_mistakes: Vec<MistakeId>,
}

/// A criterion's level before and after; `None` where the rubric has no such criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelMoved {
    /// The criterion.
    pub id: CriterionId,
    /// Its level under the first rubric.
    pub before: Option<u8>,
    /// Its level under the second.
    pub after: Option<u8>,
}

/// An answer that has no grade under one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ungraded {
    /// The answer.
    pub id: String,
    /// Why.
    pub message: String,
}

/// What became of all answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Shift {
    /// Answers that have a grade under both.
    pub graded: usize,
    /// Mean score of those under the first rubric.
    pub mean_before: Option<f64>,
    /// Mean score of those under the second.
    pub mean_after: Option<f64>,
    /// The answers whose score, levels or mistakes are not the same, furthest first.
    pub moved: Vec<Moved>,
    /// Answers without a grade under one of the two; nothing is said about them.
    pub ungraded: Vec<Ungraded>,
}

impl Shift {
    /// Compares the outcomes of the same answers. `renamed` are criteria that have another id in the second rubric.
    pub fn of(
        outcomes: impl IntoIterator<Item = (String, Outcome, Outcome)>,
        renamed: &[(CriterionId, CriterionId)],
    ) -> Self {
        let mut shift = Self::default();
        let (mut before, mut after) = (0.0, 0.0);
        for (id, first, second) in outcomes {
            match (first, second) {
                (Outcome::Graded(a), Outcome::Graded(b)) => {
                    shift.graded += 1;
                    before += a.score.points();
                    after += b.score.points();
                    shift.moved.extend(moved(id, &a, &b, renamed));
                }
                (Outcome::Ungraded(reason), _) | (_, Outcome::Ungraded(reason)) => {
                    shift.ungraded.push(Ungraded { id, message: reason.message });
                }
            }
        }
        if shift.graded > 0 {
            shift.mean_before = Some(before / shift.graded as f64);
            shift.mean_after = Some(after / shift.graded as f64);
        }
        let distance = |it: &Moved| (it.after - it.before).abs();
        shift.moved.sort_by(|x, y| distance(y).total_cmp(&distance(x)));
        shift
    }
}

fn moved(id: String, a: &Grade, b: &Grade, renamed: &[(CriterionId, CriterionId)]) -> Option<Moved> {
    let (before, after) = (a.score.points(), b.score.points());
    let criteria = levels_moved(a, b, renamed);
    let (gone_mistakes, new_mistakes) = (only_in(a, b), only_in(b, a));
    let is_same =
        a.score == b.score && criteria.is_empty() && gone_mistakes.is_empty() && new_mistakes.is_empty();
    (!is_same).then_some(Moved { id, before, after, criteria, new_mistakes, gone_mistakes })
}

fn levels_moved(a: &Grade, b: &Grade, renamed: &[(CriterionId, CriterionId)]) -> Vec<LevelMoved> {
    let level = |grade: &Grade, id: &CriterionId| {
        grade.critique.ratings.iter().find(|rating| rating.id == *id).map(|rating| rating.level)
    };
    let now = |id: &CriterionId| renamed.iter().find(|(was, _)| was == id).map_or(id, |(_, now)| now).clone();
    let was = |id: &CriterionId| renamed.iter().find(|(_, now)| now == id).map_or(id, |(was, _)| was).clone();
    let mut seen = BTreeSet::new();
    let ids = a.critique.ratings.iter().map(|rating| now(&rating.id));
    ids.chain(b.critique.ratings.iter().map(|rating| rating.id.clone()))
        .filter(|id| seen.insert(id.clone()))
        .map(|id| LevelMoved { before: level(a, &was(&id)), after: level(b, &id), id })
        .filter(|it| it.before != it.after)
        .collect()
}

/// The mistakes that the one grade flags and the other does not.
fn only_in(one: &Grade, other: &Grade) -> Vec<MistakeId> {
    let flags = |grade: &Grade, id: &MistakeId| grade.critique.mistakes.iter().any(|it| it.id == *id);
    let ids = one.critique.mistakes.iter().map(|mistake| &mistake.id);
    ids.filter(|id| !flags(other, id)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use crate::critique::{Critique, Rating};
    use crate::score::{Reason, ReasonKind};

    /// A grade of a shipped question with these levels.
    fn graded(levels: &[(&str, u8)]) -> Outcome {
        let bank = Bank::shipped().unwrap();
        let rating = |(id, level): &(&str, u8)| Rating {
            id: (*id).into(),
            level: *level,
            reason: String::new(),
            advice: String::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            unfounded: false,
        };
        let critique = Critique { ratings: levels.iter().map(rating).collect(), ..Critique::default() };
        Outcome::Graded(Box::new(Grade::new(bank.rubric("surprisal").unwrap(), critique)))
    }

    #[test]
    fn what_moved_is_listed_furthest_first_and_the_rest_is_counted() {
        let failed = Reason { kind: ReasonKind::Refused, message: "refused".to_owned() };
        let outcomes = [
            ("same".to_owned(), graded(&[("units", 2)]), graded(&[("units", 2)])),
            ("near".to_owned(), graded(&[("units", 2)]), graded(&[("units", 3)])),
            ("far".to_owned(), graded(&[("units", 4)]), graded(&[("entropy", 0)])),
            ("failed".to_owned(), graded(&[]), Outcome::Ungraded(failed)),
        ];
        let shift = Shift::of(outcomes, &[]);
        let ids: Vec<&str> = shift.moved.iter().map(|it| it.id.as_str()).collect();
        assert_eq!((ids, shift.graded), (vec!["far", "near"], 3));
        assert_eq!(shift.ungraded, [Ungraded { id: "failed".to_owned(), message: "refused".to_owned() }]);
        let levels = |id: &str, before, after| LevelMoved { id: id.into(), before, after };
        assert_eq!(
            shift.moved[0].criteria,
            [levels("units", Some(4), None), levels("entropy", None, Some(0))]
        );
        let renamed = Shift::of(
            [("x".to_owned(), graded(&[("units", 2)]), graded(&[("entropy", 2)]))],
            &[("units".into(), "entropy".into())],
        );
        assert_eq!(renamed.moved[0].criteria, [], "the same criterion under another name");
        // Units weigh 2 of 13: levels 2, 2, 4 of 4 make 7.7, 7.7 and 15.4 points; then 7.7, 11.5 and 0.
        let mean = |of: Option<f64>| (of.unwrap() * 1000.0).round() / 1000.0;
        assert_eq!((mean(shift.mean_before), mean(shift.mean_after)), (10.267, 6.4));
    }
}
