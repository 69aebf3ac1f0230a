//! What a judge's scores of a rubric's own answers say about the rubric.
//!
//! A judge may err, so these are the weakest of all advice: only what lies further off than the judge usually does
//! is worth the author's time.

use crate::document::{Path, Remark};

use super::super::rubric::Exemplar;
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

/// Advice where the built-in judge's points for an exemplar are far from the points that its labels make.
pub fn exemplar_score(number: usize, exemplar: &Exemplar, labelled: f64, judged: f64) -> Option<Remark> {
    if (labelled - judged).abs() <= FAR_OFF {
        return None;
    }
    let message = format!(
        "the exemplar \"{}\" is worth {labelled:.1} by its labels, but {judged:.1} to the built-in judge",
        exemplar.name
    );
    let help =
        "check its levels and mistakes first; if they are right, word key points and signs nearer to answers";
    let at = Path::top().field("exemplars").entry(number).field("name");
    Some(remark(Class::ExemplarOffLabel, at, message, help))
}
