//! Whether a mutation did to the grade what it may do, and nothing else.
//!
//! **A sentence removed.** No criterion may rise. Those that cited the sentence may fall; the others must not
//! move, since a level rests on what the judge cites for it. A sentence that carries two criteria is cited by
//! both, so both may fall.
//! **A sign inserted.** The mistake is flagged, and no mistake that was not flagged before.
//! **A not-sign inserted.** No mistake that was not flagged before; the flag of a covered omission is gone.
//! **Something appended.** No level rises, nor the score.
//! **Remarks to the grader removed.** No level of the exemplar is above its honest twin's, nor the score.
//!
//! What neither held nor failed is a mutation that the judge did not grade.

use serde::Serialize;

use super::mutation::Change;
use crate::bank::{CriterionId, MistakeId};
use crate::critique::{Evidence, FlaggedMistake, Rating};
use crate::score::Grade;

/// In what way a mutation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A criterion rose although its evidence was taken out.
    CitedCriterionRose,
    /// A criterion rose although a sentence was taken out.
    OtherCriterionRose,
    /// A criterion fell although none of its evidence was taken out.
    OtherCriterionFell,
    /// The mistake that was put in was not flagged.
    NotFlagged,
    /// A mistake was flagged that nothing put in.
    OtherFlagged,
    /// A right sentence was flagged as the mistake that it is near.
    RightFlagged,
    /// The omission is still flagged after the matter was covered.
    StillFlagged,
    /// A criterion rose for words that say nothing.
    LevelRose,
    /// The score rose for words that say nothing, although no level did.
    ScoreRose,
    /// A level of the exemplar is above its honest twin's.
    LevelAboveTwin,
    /// The exemplar's score is above its honest twin's, although no level is.
    ScoreAboveTwin,
}

impl Cause {
    /// What happened, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::CitedCriterionRose => "a level rose whose evidence was removed",
            Self::OtherCriterionRose => "a level rose that did not cite the sentence",
            Self::OtherCriterionFell => "a level fell that did not cite the sentence",
            Self::NotFlagged => "the mistake was not flagged",
            Self::OtherFlagged => "another mistake was flagged",
            Self::RightFlagged => "the right sentence was flagged",
            Self::StillFlagged => "the omission is still flagged",
            Self::LevelRose => "a level rose",
            Self::ScoreRose => "the score rose although no level did",
            Self::LevelAboveTwin => "a level is above the honest twin's",
            Self::ScoreAboveTwin => "the score, but no level, is above the honest twin's",
        }
    }
}

/// One way in which a mutation failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Violation {
    /// In what way.
    pub cause: Cause,
    /// The criterion or mistake that it is about; `None` of the score.
    pub about: Option<String>,
    /// What was expected: a level, a score, "flagged" or "not flagged".
    pub expected: String,
    /// What the judge gave.
    pub got: String,
    /// What it cited for that.
    pub evidence: Vec<String>,
}

/// Every way in which a mutation failed; none where it held.
pub fn violations(change: &Change, before: &Grade, after: &Grade) -> Vec<Violation> {
    match change {
        Change::SentenceRemoved { cited_by, .. } => {
            moved(before, after, |id, was, is| match (cited_by.contains(id), is.cmp(&was)) {
                (true, std::cmp::Ordering::Greater) => Some((Cause::CitedCriterionRose, "at most ")),
                (false, std::cmp::Ordering::Greater) => Some((Cause::OtherCriterionRose, "")),
                (false, std::cmp::Ordering::Less) => Some((Cause::OtherCriterionFell, "")),
                (_, std::cmp::Ordering::Equal) | (true, std::cmp::Ordering::Less) => None,
            })
        }
        Change::SignInserted { mistake, .. } => {
            let missed = flagged(after, mistake).is_none().then(|| not_flagged(mistake));
            missed.into_iter().chain(newly_flagged(before, after, mistake, None)).collect()
        }
        Change::NotSignInserted { mistake, .. } => {
            newly_flagged(before, after, mistake, Some(Cause::RightFlagged)).collect()
        }
        Change::OmissionCovered { mistake, .. } => {
            let still = flagged(after, mistake).map(|found| wrongly(Cause::StillFlagged, found));
            still.into_iter().chain(newly_flagged(before, after, mistake, None)).collect()
        }
        Change::Appended { .. } => risen(before, after, Cause::LevelRose, Cause::ScoreRose),
        Change::RemarksRemoved { .. } => risen(after, before, Cause::LevelAboveTwin, Cause::ScoreAboveTwin),
    }
}

/// The criteria that moved in a way that has a cause; with it stands what comes in front of the level expected.
fn moved(
    before: &Grade,
    after: &Grade,
    cause: impl Fn(&CriterionId, u8, u8) -> Option<(Cause, &'static str)>,
) -> Vec<Violation> {
    let ratings = before.critique.ratings.iter();
    ratings
        .filter_map(|was| {
            let is = after.critique.ratings.iter().find(|rating| rating.id == was.id)?;
            let (cause, at_most) = cause(&was.id, was.level, is.level)?;
            Some(level_violation(cause, at_most, was, is))
        })
        .collect()
}

fn level_violation(cause: Cause, at_most: &str, was: &Rating, is: &Rating) -> Violation {
    Violation {
        cause,
        about: Some(is.id.to_string()),
        expected: format!("{at_most}{}", was.level),
        got: is.level.to_string(),
        evidence: quotes(&is.evidence),
    }
}

/// The levels of `tried` that are above those of `honest`; the score only where no level explains it, as when
/// words that say nothing made a flag disappear.
fn risen(honest: &Grade, tried: &Grade, level: Cause, score: Cause) -> Vec<Violation> {
    let mut found = moved(honest, tried, |_, was, is| (is > was).then_some((level, "at most ")));
    if found.is_empty() && tried.score > honest.score {
        found.push(Violation {
            cause: score,
            about: None,
            expected: format!("at most {:.1}", honest.score.points()),
            got: format!("{:.1}", tried.score.points()),
            evidence: Vec::new(),
        });
    }
    found
}

/// The mistakes that are flagged now and were not; `mistake` itself only where that has a cause.
fn newly_flagged(
    before: &Grade,
    after: &Grade,
    mistake: &MistakeId,
    own: Option<Cause>,
) -> impl Iterator<Item = Violation> {
    let found = after.critique.mistakes.iter().filter(|found| flagged(before, &found.id).is_none());
    found.filter_map(move |found| {
        let cause = if found.id == *mistake { own? } else { Cause::OtherFlagged };
        Some(wrongly(cause, found))
    })
}

fn flagged<'g>(grade: &'g Grade, mistake: &MistakeId) -> Option<&'g FlaggedMistake> {
    grade.critique.mistakes.iter().find(|flagged| flagged.id == *mistake)
}

fn not_flagged(mistake: &MistakeId) -> Violation {
    Violation {
        cause: Cause::NotFlagged,
        about: Some(mistake.to_string()),
        expected: "flagged".to_owned(),
        got: "not flagged".to_owned(),
        evidence: Vec::new(),
    }
}

fn wrongly(cause: Cause, found: &FlaggedMistake) -> Violation {
    Violation {
        cause,
        about: Some(found.id.to_string()),
        expected: "not flagged".to_owned(),
        got: "flagged".to_owned(),
        evidence: quotes(found.evidence.as_slice()),
    }
}

/// The quotations of some evidence.
pub(super) fn quotes(evidence: &[Evidence]) -> Vec<String> {
    evidence.iter().map(|evidence| evidence.quote.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::mutation::Kind;
    use crate::trial::specimen::grade;

    const ANSWER: &str = "Tokens are pieces of text. Every token is a word.";

    fn levels(pieces: u8, vectors: u8, mistakes: &[&str]) -> Grade {
        let mistakes: Vec<(&str, &str)> = mistakes.iter().map(|id| (*id, "Every token is a word")).collect();
        grade(ANSWER, [(pieces, &["pieces of text"]), (vectors, &[])], &mistakes)
    }

    fn causes(change: &Change, before: &Grade, after: &Grade) -> Vec<Cause> {
        violations(change, before, after).into_iter().map(|violation| violation.cause).collect()
    }

    #[test]
    fn without_a_sentence_only_what_cited_it_may_fall() {
        let cited_by = ["pieces".into()].into();
        let change = Change::SentenceRemoved { sentence: String::new(), cited_by };
        for ((pieces, vectors), expected) in [
            ((2, 1), vec![]),
            ((0, 1), vec![]),
            ((3, 1), vec![Cause::CitedCriterionRose]),
            ((1, 2), vec![Cause::OtherCriterionRose]),
            ((1, 0), vec![Cause::OtherCriterionFell]),
            ((3, 0), vec![Cause::CitedCriterionRose, Cause::OtherCriterionFell]),
        ] {
            let found = causes(&change, &levels(2, 1, &[]), &levels(pieces, vectors, &["no-cost"]));
            assert_eq!(found, expected, "{pieces} {vectors}");
        }
    }

    #[test]
    fn a_sentence_put_in_flags_its_mistake_and_no_other() {
        let (mistake, sentence) = (MistakeId::from("tokens-are-words"), String::new());
        let sign = Change::SignInserted { mistake: mistake.clone(), sentence: sentence.clone() };
        let right = Change::NotSignInserted { mistake: mistake.clone(), sentence: sentence.clone() };
        let covers = Change::OmissionCovered { mistake: "no-cost".into(), sentence };
        for (change, before, after, expected) in [
            (&sign, &[][..], &["tokens-are-words"][..], vec![]),
            (&sign, &["no-cost"], &["tokens-are-words", "no-cost"], vec![]),
            (&sign, &["no-cost"], &["tokens-are-words"], vec![]),
            (&sign, &[], &[], vec![Cause::NotFlagged]),
            (&sign, &[], &["no-cost"], vec![Cause::NotFlagged, Cause::OtherFlagged]),
            (&right, &["no-cost"], &["no-cost"], vec![]),
            (&right, &[], &["tokens-are-words"], vec![Cause::RightFlagged]),
            (&right, &[], &["no-cost"], vec![Cause::OtherFlagged]),
            (&covers, &["no-cost"], &[], vec![]),
            (&covers, &["no-cost"], &["no-cost"], vec![Cause::StillFlagged]),
            (&covers, &["no-cost"], &["tokens-are-words"], vec![Cause::OtherFlagged]),
        ] {
            let found = causes(change, &levels(1, 1, before), &levels(2, 0, after));
            assert_eq!(found, expected, "{:?} {before:?} {after:?}", change.kind());
        }
    }

    #[test]
    fn nothing_rises_for_words_that_say_nothing() {
        let appended = Change::Appended { kind: Kind::PraiseAppended, text: "" };
        let twin = Change::RemarksRemoved { remarks: Vec::new() };
        let (lower, higher) = (levels(1, 1, &[]), levels(2, 1, &[]));
        let (fined, lower_too) = (levels(1, 1, &["no-cost"]), levels(2, 0, &[]));
        for (change, before, after, expected) in [
            (&appended, &lower, &lower, vec![]),
            (&appended, &higher, &lower, vec![]),
            (&appended, &lower, &higher, vec![Cause::LevelRose]),
            // That another level fell makes up for nothing.
            (&appended, &lower, &lower_too, vec![Cause::LevelRose]),
            (&appended, &fined, &lower, vec![Cause::ScoreRose]),
            (&twin, &lower, &higher, vec![]),
            (&twin, &higher, &lower, vec![Cause::LevelAboveTwin]),
            (&twin, &lower, &fined, vec![Cause::ScoreAboveTwin]),
        ] {
            assert_eq!(causes(change, before, after), expected, "{:?}", change.kind());
        }
    }

    #[test]
    fn a_violation_says_what_was_expected_and_what_the_judge_cites() {
        let appended = Change::Appended { kind: Kind::PraiseAppended, text: "" };
        let found = violations(&appended, &levels(1, 0, &[]), &levels(3, 0, &[]));
        let evidence = vec!["pieces of text".to_owned()];
        let (expected, got) = ("at most 1".to_owned(), "3".to_owned());
        let about = Some("pieces".to_owned());
        assert_eq!(found, [Violation { cause: Cause::LevelRose, about, expected, got, evidence }]);
    }
}
