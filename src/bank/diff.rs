//! What changed between two rubrics, and what it does to grades.
//!
//! Three things can happen to a grade. Its arithmetic or what is rated changes; a judge reads something else and may
//! rate otherwise; or nothing. Who reads what is a fact about the judges: the built-in one reads what `judge::built_in`
//! prepares, a model what `prompts/judge.md` shows it.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::rubric::{Criterion, CriterionId, Exemplar, Mistake, MistakeId, Rubric};

/// What a change does to grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// What is rated or how scores are computed.
    Scores,
    /// What judges read; they may rate otherwise.
    Judging,
    /// No judge reads it, and no score is computed from it.
    Nothing,
}

/// Who reads a text while judging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// The built-in judge.
    BuiltIn,
    /// A model, with the shipped prompts.
    Model,
}

impl Reader {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Model => "models",
        }
    }
}

const BOTH: &[Reader] = &[Reader::BuiltIn, Reader::Model];
const BUILT_IN: &[Reader] = &[Reader::BuiltIn];
const MODEL: &[Reader] = &[Reader::Model];
const NOBODY: &[Reader] = &[];

/// One thing that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where, as a path of fields and ids: `criteria.mechanism.levels.2`.
    pub place: String,
    /// What it does to grades.
    pub effect: Effect,
    /// The judges that read it.
    pub read_by: &'static [Reader],
    /// What stood there; `None` if it is new.
    pub before: Option<String>,
    /// What stands there; `None` if it is gone.
    pub after: Option<String>,
}

/// Every change, those that matter most first and otherwise in the order of the file.
pub fn changes(a: &Rubric, b: &Rubric) -> Vec<Change> {
    let mut found = Found { changes: Vec::new(), renamed: renamed(a, b) };
    found.text("id", NOBODY, a.id.as_str(), b.id.as_str());
    found.text("title", NOBODY, &a.title, &b.title);
    found.text("topic", NOBODY, &a.topic, &b.topic);
    found.text("difficulty", NOBODY, a.difficulty.name(), b.difficulty.name());
    found.text("minutes", NOBODY, &a.minutes.to_string(), &b.minutes.to_string());
    found.text("question", BOTH, &a.question, &b.question);
    found.text("model_answer", BUILT_IN, &a.model_answer, &b.model_answer);
    found.list("follow_ups", NOBODY, &a.follow_ups, &b.follow_ups);
    found.list("sources", NOBODY, &a.sources, &b.sources);
    found.criteria(&a.criteria, &b.criteria);
    found.mistakes(&a.mistakes, &b.mistakes);
    found.exemplars(&a.exemplars, &b.exemplars);
    found.changes.sort_by_key(|change| change.effect);
    found.changes
}

/// Whether any change may change a grade.
pub fn may_change_grades(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.effect != Effect::Nothing)
}

/// The criteria that have another id in `b`, under both ids.
pub fn renamed(a: &Rubric, b: &Rubric) -> Vec<(CriterionId, CriterionId)> {
    let ids = |pair: Pair<'_, Criterion>| match pair {
        Pair::Both { a, b, .. } => (a.id != b.id).then(|| (a.id.clone(), b.id.clone())),
        Pair::Gone(_) | Pair::New(_) => None,
    };
    paired(&a.criteria, &b.criteria, |it| it.id.as_str(), is_renamed).into_iter().filter_map(ids).collect()
}

struct Found {
    changes: Vec<Change>,
    renamed: Vec<(CriterionId, CriterionId)>,
}

impl Found {
    fn add(&mut self, place: String, effect: Effect, read_by: &'static [Reader], was: [Option<&str>; 2]) {
        let [before, after] = was.map(|text| text.map(str::to_owned));
        self.changes.push(Change { place, effect, read_by, before, after });
    }

    /// A text that counts only in so far as somebody reads it.
    fn text(&mut self, place: &str, readers: &'static [Reader], before: &str, after: &str) {
        if before != after {
            self.add(place.to_owned(), effect_on(readers), readers, [Some(before), Some(after)]);
        }
    }

    /// What is rated or computed with.
    fn scores(&mut self, place: String, before: Option<&str>, after: Option<&str>) {
        if before != after {
            self.add(place, Effect::Scores, NOBODY, [before, after]);
        }
    }

    /// Texts without names: what was removed, added or reworded between what stayed.
    fn list(&mut self, place: &str, readers: &'static [Reader], before: &[String], after: &[String]) {
        for op in capture_diff_slices(Algorithm::Myers, before, after) {
            if matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            let (gone, new) = (&before[op.old_range()], &after[op.new_range()]);
            for at in 0..gone.len().max(new.len()) {
                let (was, is) = (gone.get(at).map(String::as_str), new.get(at).map(String::as_str));
                self.add(place.to_owned(), effect_on(readers), readers, [was, is]);
            }
        }
    }

    fn criteria(&mut self, before: &[Criterion], after: &[Criterion]) {
        let pairs = paired(before, after, |it| it.id.as_str(), is_renamed);
        self.order("criteria", &pairs, |it| it.id.as_str());
        for pair in pairs {
            match pair {
                Pair::Both { a, b, .. } => self.criterion(a, b),
                Pair::Gone(a) => self.scores(format!("criteria.{}", a.id), Some(&a.title), None),
                Pair::New(b) => self.scores(format!("criteria.{}", b.id), None, Some(&b.title)),
            }
        }
    }

    fn criterion(&mut self, a: &Criterion, b: &Criterion) {
        let place = |field: &str| format!("criteria.{}.{field}", b.id);
        self.scores(place("id"), Some(a.id.as_str()), Some(b.id.as_str()));
        self.scores(place("weight"), Some(&a.weight.to_string()), Some(&b.weight.to_string()));
        self.text(&place("title"), MODEL, &a.title, &b.title);
        self.text(&place("dimension"), NOBODY, a.dimension.name(), b.dimension.name());
        let (was, is) = (a.levels.len(), b.levels.len());
        self.scores(place("levels"), Some(&format!("{was} levels")), Some(&format!("{is} levels")));
        for at in 0..was.max(is) {
            let (before, after) = (a.levels.get(at), b.levels.get(at));
            if before != after {
                let readers = level_readers(a, b, at);
                let was = [before, after].map(|text| text.map(String::as_str));
                self.add(place(&format!("levels.{at}")), Effect::Judging, readers, was);
            }
        }
        self.list(&place("key_points"), BOTH, &a.key_points, &b.key_points);
    }

    fn mistakes(&mut self, before: &[Mistake], after: &[Mistake]) {
        let same_mistake = |a: &Mistake, b: &Mistake| a.title == b.title || a.description == b.description;
        let pairs = paired(before, after, |it| it.id.as_str(), same_mistake);
        self.order("mistakes", &pairs, |it| it.id.as_str());
        for pair in pairs {
            match pair {
                Pair::Both { a, b, .. } => self.mistake(a, b),
                Pair::Gone(a) => self.scores(format!("mistakes.{}", a.id), Some(&a.title), None),
                Pair::New(b) => self.scores(format!("mistakes.{}", b.id), None, Some(&b.title)),
            }
        }
    }

    fn mistake(&mut self, a: &Mistake, b: &Mistake) {
        let place = |field: &str| format!("mistakes.{}.{field}", b.id);
        self.scores(place("id"), Some(a.id.as_str()), Some(b.id.as_str()));
        self.scores(place("kind"), Some(a.kind.name()), Some(b.kind.name()));
        self.scores(place("penalty"), Some(&a.penalty.to_string()), Some(&b.penalty.to_string()));
        self.text(&place("title"), NOBODY, &a.title, &b.title);
        self.text(&place("description"), MODEL, &a.description, &b.description);
        self.list(&place("signs"), BUILT_IN, &a.signs, &b.signs);
        self.list(&place("not_signs"), BUILT_IN, &a.not_signs, &b.not_signs);
        self.text(&place("advice"), NOBODY, &a.advice, &b.advice);
    }

    fn exemplars(&mut self, before: &[Exemplar], after: &[Exemplar]) {
        let same_answer = |a: &Exemplar, b: &Exemplar| a.answer == b.answer;
        for pair in paired(before, after, |it| it.name.as_str(), same_answer) {
            match pair {
                Pair::Both { a, b, .. } => {
                    let place = |field: &str| format!("exemplars.{}.{field}", b.name);
                    self.text(&place("name"), NOBODY, &a.name, &b.name);
                    self.text(&place("answer"), NOBODY, &a.answer, &b.answer);
                    self.expected_levels(a, b);
                    self.text(&place("mistakes"), NOBODY, &flagged(a), &flagged(b));
                }
                Pair::Gone(a) => self.exemplar(a, [Some(&a.answer), None]),
                Pair::New(b) => self.exemplar(b, [None, Some(&b.answer)]),
            }
        }
    }

    /// The levels that a human expects; that a criterion has another name is no change of its level.
    fn expected_levels(&mut self, a: &Exemplar, b: &Exemplar) {
        for (id, level) in &b.levels {
            let was_id = self.renamed.iter().find(|(_, now)| now == id).map_or(id, |(was, _)| was);
            let before = a.levels.get(was_id).map(u8::to_string);
            let after = Some(level.to_string());
            if before != after {
                let place = format!("exemplars.{}.levels.{id}", b.name);
                self.add(place, Effect::Nothing, NOBODY, [before.as_deref(), after.as_deref()]);
            }
        }
    }

    fn exemplar(&mut self, exemplar: &Exemplar, was: [Option<&str>; 2]) {
        self.add(format!("exemplars.{}", exemplar.name), Effect::Nothing, NOBODY, was);
    }

    /// The order of what stayed: models read one after the other.
    fn order<T>(&mut self, place: &str, pairs: &[Pair<'_, T>], id: fn(&T) -> &str) {
        let both = |pair: &Pair<'_, T>| match pair {
            Pair::Both { was_at, b, .. } => Some((*was_at, id(b).to_owned())),
            Pair::Gone(_) | Pair::New(_) => None,
        };
        let mut stayed: Vec<(usize, String)> = pairs.iter().filter_map(both).collect();
        let after = names(&stayed);
        stayed.sort();
        self.text(&format!("{place}.order"), MODEL, &names(&stayed), &after);
    }
}

fn names(stayed: &[(usize, String)]) -> String {
    stayed.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>().join(", ")
}

fn effect_on(readers: &[Reader]) -> Effect {
    if readers.is_empty() { Effect::Nothing } else { Effect::Judging }
}

/// The built-in judge goes by the key points; of a criterion without any, by its highest level.
fn level_readers(a: &Criterion, b: &Criterion, level: usize) -> &'static [Reader] {
    let stands_in = |it: &Criterion| it.key_points.is_empty() && level + 1 == it.levels.len();
    if stands_in(a) || stands_in(b) { BOTH } else { MODEL }
}

fn is_renamed(a: &Criterion, b: &Criterion) -> bool {
    a.title == b.title || a.levels == b.levels || (!a.key_points.is_empty() && a.key_points == b.key_points)
}

fn flagged(exemplar: &Exemplar) -> String {
    exemplar.mistakes.iter().map(MistakeId::as_str).collect::<Vec<_>>().join(", ")
}

/// What became of one part of a rubric.
enum Pair<'r, T> {
    Both { was_at: usize, a: &'r T, b: &'r T },
    Gone(&'r T),
    New(&'r T),
}

/// Pairs parts of the same id, then what was `renamed`; in the order of `after`, what is gone last.
fn paired<'r, T>(
    before: &'r [T],
    after: &'r [T],
    id: fn(&T) -> &str,
    renamed: impl Fn(&T, &T) -> bool,
) -> Vec<Pair<'r, T>> {
    let mut taken = vec![false; before.len()];
    let has_id = |all: &[T], one: &T| all.iter().any(|other| id(other) == id(one));
    let mut pairs = Vec::new();
    for b in after {
        let same = before.iter().position(|a| id(a) == id(b));
        let was_at = same.or_else(|| {
            let mut free = before.iter().enumerate().filter(|(at, a)| !taken[*at] && !has_id(after, a));
            free.find(|(_, a)| renamed(a, b)).map(|(at, _)| at)
        });
        pairs.push(match was_at {
            Some(was_at) => {
                taken[was_at] = true;
                Pair::Both { was_at, a: &before[was_at], b }
            }
            None => Pair::New(b),
        });
    }
    let gone = before.iter().zip(&taken).filter(|(_, taken)| !**taken);
    pairs.extend(gone.map(|(a, _)| Pair::Gone(a)));
    pairs
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
