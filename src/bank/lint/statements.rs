//! Key points that are not one statement: an answer cannot make them whole, or makes half of them.

use crate::document::{Path, Remark};

use super::super::rubric::Criterion;
use super::{Class, clauses, remark, wording};

/// Words of a key point beyond which it says more than one thing, whatever its grammar. A sentence of more than 40
/// words is read twice by most readers, and the longest key point of the shipped rubrics has 24.
const MOST_WORDS: usize = 40;

pub(super) fn advise(criterion: &Criterion, at: &Path, remarks: &mut Vec<Remark>) {
    for (number, point) in criterion.key_points.iter().enumerate() {
        let at = || at.clone().field("key_points").entry(number);
        if let Some((message, help)) = fault(point) {
            remarks.push(remark(Class::NotOneStatement, at(), message, help));
        } else if let Some(halves) = clauses::halves(point) {
            let message = "this key point joins two statements, and an answer may make only one of them";
            let help = format!(
                "make two key points of it, the second of \"{}\"; or say in one clause what links the two",
                halves.second
            );
            remarks.push(remark(Class::DoubleBarrelled, at(), message, help));
        }
    }
}

fn fault(point: &str) -> Option<(String, String)> {
    let sentences = wording::sentences(point).len();
    let words = wording::count(point);
    let (message, help) = if point.ends_with('?') {
        ("this key point is a question".to_owned(), "write the answer that you expect to it, as a statement")
    } else if sentences > 1 {
        (
            format!("this key point has {sentences} sentences"),
            "make a key point of each, or keep the one that matters",
        )
    } else if words > MOST_WORDS {
        (format!("this key point has {words} words"), "split it into statements of one thing each")
    } else if clauses::is_fragment(point) {
        (
            "this key point names something and says nothing of it".to_owned(),
            "write a whole sentence that an answer could contain: what is true of it?",
        )
    } else {
        return None;
    };
    Some((message, help.to_owned()))
}
