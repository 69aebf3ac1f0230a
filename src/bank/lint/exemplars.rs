//! Exemplars that leave part of the rubric without an example.

use crate::document::{Path, Remark};

use super::super::rubric::{Criterion, Mistake, Rubric};
use super::mistakes::origin;
use super::{Class, remark};

pub(super) fn advise(rubric: &Rubric, catalogue: &[Mistake], remarks: &mut Vec<Remark>) {
    if rubric.exemplars.is_empty() {
        remarks.push(none_at_all());
        return;
    }
    for (number, criterion) in rubric.criteria.iter().enumerate() {
        let at = Path::top().field("criteria").entry(number).field("id");
        remarks.extend(unreached(rubric, criterion, at));
    }
    for (number, mistake) in rubric.mistakes.iter().enumerate() {
        let is_made = rubric.exemplars.iter().any(|exemplar| exemplar.mistakes.contains(&mistake.id));
        // The catalogue's mistakes are proven once for all rubrics.
        if !is_made && origin(mistake, catalogue).is_none() {
            let at = Path::top().field("mistakes").entry(number).field("id");
            let message = format!("no exemplar makes the mistake \"{}\"", mistake.id);
            let help = "add an exemplar that makes it in passing, as a candidate would, and list it in its `mistakes`";
            remarks.push(remark(Class::NoExemplarOfMistake, at, message, help));
        }
    }
}

fn none_at_all() -> Remark {
    let message = "this rubric has no exemplars, so nothing shows that its levels can be applied";
    let help = "add [[exemplars]]: a strong, a partial and a weak answer, each with the levels you expect";
    remark(Class::NoExemplarOfLevel, Path::top().field("id"), message, help)
}

fn unreached(rubric: &Rubric, criterion: &Criterion, at: Path) -> Option<Remark> {
    let max = criterion.max_level();
    let reached = |level: u8| {
        rubric.exemplars.iter().any(|exemplar| exemplar.levels.get(&criterion.id) == Some(&level))
    };
    let ends = match (reached(0), reached(max)) {
        (true, true) => return None,
        (true, false) => format!("level {max}, the highest,"),
        (false, true) => "level 0, the lowest,".to_owned(),
        (false, false) => format!("level 0 or level {max}"),
    };
    let message = format!("no exemplar reaches {ends} of the criterion \"{}\"", criterion.id);
    let help = "add an exemplar that does, or reword the level if no answer would";
    Some(remark(Class::NoExemplarOfLevel, at, message, help))
}
