//! What a judge's scores of a rubric's own answers say about the rubric.
//!
//! A judge may err, so these are the weakest of all advice: only what lies further off than the judge usually does
//! is worth the author's time.

use std::collections::BTreeMap;

use crate::document::{Path, Remark};

use super::super::rubric::{CriterionId, Exemplar, MistakeId};
use super::{Class, remark};

/// Points below which a model answer is weak: it misses the band "solid", which begins there. Authors aim at 90; the judge's points for
/// the 565 exemplars of the shipped rubrics lie around their labels with a standard deviation of 11, and twice that
/// below 90 is 68, so that a model answer of 90 is hardly ever taken for one below 70.
const WEAK_BELOW: f64 = 70.0;

/// Points between label and judge that are too many for the judge's usual error: more than three standard
/// deviations of the same 565 distances, and as wide as the two middle bands together (45 to 85).
const FAR_OFF: f64 = 40.0;

/// Advice where the built-in judge gives the model answer few points of 100.
pub fn model_answer_score(points: f64) -> Option<Remark> {
    if points >= WEAK_BELOW {
        return None;
    }
    let message = format!("the built-in judge gives the model answer {points:.1} of 100");
    let help =
        "let it make every key point in words like theirs; `coach practice` shows which it is found to miss";
    Some(remark(Class::WeakModelAnswer, Path::top().field("model_answer"), message, help))
}

/// What a judge made of an exemplar.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Points of 100.
    pub points: f64,
    /// The level of each criterion.
    pub levels: BTreeMap<CriterionId, u8>,
    /// The mistakes that were flagged.
    pub mistakes: Vec<MistakeId>,
}

/// Advice where the built-in judge's points for an exemplar are far from the `labelled` points that its levels and
/// mistakes make.
pub fn exemplar_score(number: usize, exemplar: &Exemplar, labelled: f64, judged: &Judged) -> Option<Remark> {
    if (labelled - judged.points).abs() <= FAR_OFF {
        return None;
    }
    let message = format!(
        "the exemplar \"{}\" is worth {labelled:.1} by its labels, but {:.1} to the built-in judge ({})",
        exemplar.name,
        judged.points,
        differences(exemplar, judged).join("; ")
    );
    let help = "check its labels first; if they are right, word key points and signs more as answers do";
    let at = Path::top().field("exemplars").entry(number).field("name");
    Some(remark(Class::ExemplarOffLabel, at, message, help))
}

fn differences(exemplar: &Exemplar, judged: &Judged) -> Vec<String> {
    let levels = exemplar.levels.iter().filter_map(|(id, expected)| {
        let level = judged.levels.get(id)?;
        (level != expected).then(|| format!("{id} {level} instead of {expected}"))
    });
    let only_in = |one: &[MistakeId], other: &[MistakeId], what: &str| -> Vec<String> {
        one.iter().filter(|id| !other.contains(id)).map(|id| format!("{what} {id}")).collect()
    };
    let flagged = only_in(&judged.mistakes, &exemplar.mistakes, "flags");
    let missed = only_in(&exemplar.mistakes, &judged.mistakes, "misses");
    levels.chain(flagged).chain(missed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_answer_is_weak_below_the_band_solid() {
        assert!(model_answer_score(70.0).is_none());
        let remark = model_answer_score(69.9).unwrap();
        assert_eq!(remark.message, "the built-in judge gives the model answer 69.9 of 100");
    }

    #[test]
    fn an_exemplar_far_from_its_labels_names_what_differs() {
        let exemplar = Exemplar {
            name: "solid".to_owned(),
            answer: "...".to_owned(),
            levels: [("a".into(), 3), ("b".into(), 2), ("c".into(), 1)].into(),
            mistakes: vec!["rambles".into()],
        };
        let judged = |points| Judged {
            points,
            levels: [("a".into(), 0), ("b".into(), 2), ("c".into(), 2)].into(),
            mistakes: vec!["guesses".into()],
        };
        assert!(exemplar_score(0, &exemplar, 75.0, &judged(35.0)).is_none());
        assert!(exemplar_score(0, &exemplar, 35.0, &judged(75.0)).is_none());
        assert_eq!(
            exemplar_score(0, &exemplar, 75.0, &judged(34.9)).unwrap().message,
            "the exemplar \"solid\" is worth 75.0 by its labels, but 34.9 to the built-in judge (a 0 instead of 3; \
             c 2 instead of 1; flags guesses; misses rambles)"
        );
    }
}
