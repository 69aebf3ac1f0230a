//! Grades and human ratings brought together by the answer's id, and a count of what has no counterpart.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::human::{Human, HumanRecord};
use super::statistics::Pair;
use crate::bank::{CriterionId, MistakeId, QuestionId};
use crate::record::{GradeRecord, GradedRecord, RatingRecord, Status};
use crate::score::Band;

/// So many ids are named; the others are only counted.
const MOST_NAMED: usize = 3;

/// What a grades file says of the answers, as far as agreement needs it.
#[derive(Debug, Clone, Default)]
pub struct OurGrades {
    answers: BTreeMap<String, Option<OurGrade>>,
    judges: BTreeSet<String>,
}

/// A grade without its reasons and quotations, so that a million of them fit into memory.
#[derive(Debug, Clone)]
struct OurGrade {
    question: Option<QuestionId>,
    score: f64,
    levels: Vec<OurLevel>,
    mistakes: BTreeSet<MistakeId>,
}

#[derive(Debug, Clone)]
struct OurLevel {
    criterion: CriterionId,
    level: u8,
    max_level: u8,
    weight: f64,
}

impl OurGrades {
    /// Takes one line. A later line about the same answer replaces an earlier one, as when a run is resumed.
    pub fn add(&mut self, record: GradeRecord) {
        let grade = match record.status {
            Status::Ungraded { .. } => None,
            Status::Graded(graded) => {
                let judge = [Some(&graded.judge.name), graded.judge.model.as_ref()];
                let judge: Vec<&str> = judge.into_iter().flatten().map(String::as_str).collect();
                self.judges.insert(judge.join(", "));
                Some(OurGrade::of(record.question, &graded))
            }
        };
        self.answers.insert(record.id, grade);
    }

    /// How many answers there are lines about.
    pub fn answers(&self) -> usize {
        self.answers.len()
    }
}

impl OurGrade {
    fn of(question: Option<QuestionId>, graded: &GradedRecord) -> Self {
        let level = |rating: &RatingRecord| OurLevel {
            criterion: rating.id.clone(),
            level: rating.level,
            max_level: rating.max_level,
            weight: rating.weight,
        };
        Self {
            question,
            score: graded.score.points(),
            levels: graded.criteria.iter().map(level).collect(),
            mistakes: graded.mistakes.iter().map(|mistake| mistake.id.clone()).collect(),
        }
    }
}

/// An answer that a human and the judge rated.
#[derive(Debug, Clone, PartialEq)]
pub struct RatedAnswer {
    /// The answer's id.
    pub id: String,
    /// Its question, if the grade names one.
    pub question: Option<QuestionId>,
    /// The scores, with bands as steps.
    pub score: Option<Pair>,
    /// The levels of each criterion that both rated.
    pub levels: Vec<(CriterionId, Pair)>,
    /// The mistakes that the human listed and those that the judge flagged, if the human looked for any.
    pub mistakes: Option<(BTreeSet<MistakeId>, BTreeSet<MistakeId>)>,
}

/// Ids of answers: how many, and the first few.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ids {
    /// How many there are.
    pub count: usize,
    /// The first few.
    pub first: Vec<String>,
}

impl Ids {
    fn add(&mut self, id: &str) {
        self.count += 1;
        if self.first.len() < MOST_NAMED {
            self.first.push(id.to_owned());
        }
    }
}

/// What could not be compared, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Lines of the grades file without a grade; they say nothing about the answer.
    pub ungraded: Ids,
    /// Graded answers that the file of human ratings does not have.
    pub only_in_grades: Ids,
    /// Rated answers that the grades file does not have.
    pub only_in_human: Ids,
    /// Graded answers whose human record has no rating.
    pub not_rated: Ids,
    /// Further human records of an id; the first one counts, as in grading.
    pub repeated: Ids,
}

/// Grades and human ratings, brought together.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Answers that both rated, in the order of their ids.
    pub rated: Vec<RatedAnswer>,
    /// What could not be compared.
    pub left_out: LeftOut,
    /// Who judged, as the grades say: name and model.
    pub judges: BTreeSet<String>,
    /// Answers whose two scores were computed from levels.
    pub from_levels: usize,
}

/// Brings grades and human records together. The error names an answer whose levels cannot be compared.
pub fn join(ours: OurGrades, records: Vec<HumanRecord>) -> Result<Joined, String> {
    let mut left_out = LeftOut::default();
    let mut humans = BTreeMap::new();
    for record in records {
        match humans.entry(record.id) {
            Entry::Occupied(first) => left_out.repeated.add(first.key()),
            Entry::Vacant(place) => {
                place.insert(record.human);
            }
        }
    }
    for (id, human) in &humans {
        if human.is_some() && !ours.answers.contains_key(id) {
            left_out.only_in_human.add(id);
        }
    }
    let mut joined = Joined { rated: Vec::new(), left_out, judges: ours.judges, from_levels: 0 };
    for (id, grade) in ours.answers {
        match (grade, humans.remove(&id)) {
            (None, _) => joined.left_out.ungraded.add(&id),
            (Some(_), None) => joined.left_out.only_in_grades.add(&id),
            (Some(_), Some(None)) => joined.left_out.not_rated.add(&id),
            (Some(grade), Some(Some(human))) => joined.add(id, grade, human)?,
        }
    }
    Ok(joined)
}

impl Joined {
    fn add(&mut self, id: String, grade: OurGrade, human: Human) -> Result<(), String> {
        let levels = levels(&id, &grade, &human)?;
        let score = match human.score {
            Some(score) => Some(score_pair(score, grade.score)),
            None => {
                let computed = score_from_levels(&grade, &levels);
                self.from_levels += usize::from(computed.is_some());
                computed
            }
        };
        let mistakes = human.mistakes.map(|listed| (listed, grade.mistakes));
        self.rated.push(RatedAnswer { id, question: grade.question, score, levels, mistakes });
        Ok(())
    }
}

fn levels(id: &str, grade: &OurGrade, human: &Human) -> Result<Vec<(CriterionId, Pair)>, String> {
    // A sheet for several questions has a column for every criterion; those of other questions stay empty.
    let known = |criterion: &CriterionId| grade.levels.iter().any(|ours| ours.criterion == *criterion);
    if let Some(unknown) = human.levels.keys().find(|criterion| !known(criterion)) {
        let has: Vec<&str> = grade.levels.iter().map(|ours| ours.criterion.as_str()).collect();
        let has = has.join(", ");
        return Err(format!("the human rated \"{unknown}\" of {id}, but its grade has the criteria {has}"));
    }
    let mut pairs = Vec::new();
    for ours in &grade.levels {
        let Some(&level) = human.levels.get(&ours.criterion) else { continue };
        if level > ours.max_level {
            let highest = ours.max_level;
            let criterion = &ours.criterion;
            return Err(format!(
                "the human level {level} of {criterion} of {id} is above the highest, {highest}"
            ));
        }
        let (human, our) = (f64::from(level), f64::from(ours.level));
        let pair = Pair { human, ours: our, human_step: level, our_step: ours.level };
        pairs.push((ours.criterion.clone(), pair));
    }
    Ok(pairs)
}

fn score_pair(human: f64, ours: f64) -> Pair {
    Pair { human, ours, human_step: Band::of(human).step(), our_step: Band::of(ours).step() }
}

/// Both scores from the levels alone, where a human rated every criterion. The grades file does not say what a
/// mistake costs, so penalties count on neither side.
fn score_from_levels(grade: &OurGrade, levels: &[(CriterionId, Pair)]) -> Option<Pair> {
    let weights: f64 = grade.levels.iter().map(|ours| ours.weight).sum();
    if levels.len() < grade.levels.len() || weights <= 0.0 {
        return None;
    }
    let points = |level: fn(&Pair) -> f64| {
        let shares = grade.levels.iter().zip(levels);
        let earned =
            shares.map(|(ours, (_, pair))| ours.weight * level(pair) / f64::from(ours.max_level.max(1)));
        100.0 * earned.sum::<f64>() / weights
    };
    Some(score_pair(points(|pair| pair.human), points(|pair| pair.ours)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(id: &str, levels: &[(u8, u8, f64)], score: f64) -> GradeRecord {
        let criteria: Vec<_> = levels
            .iter()
            .enumerate()
            .map(|(index, (level, max_level, weight))| {
                serde_json::json!({"id": format!("c{index}"), "level": level, "max_level": max_level,
                    "weight": weight, "reason": "", "advice": "", "evidence": [], "missing": []})
            })
            .collect();
        serde_json::from_value(serde_json::json!({
            "id": id, "question": "q", "status": "graded", "score": score, "band": "weak", "criteria": criteria,
            "mistakes": [], "flags": [], "key": "k",
            "judge": {"name": "local", "model": "m", "samples": 1, "agreement": null},
            "usage": {"prompt_tokens": 0, "completion_tokens": 0, "cost": null, "latency_ms": 0},
        }))
        .unwrap()
    }

    fn ungraded(id: &str) -> GradeRecord {
        let line = format!(
            r#"{{"id": "{id}", "status": "ungraded", "reason": {{"kind": "truncated", "message": ""}}, "key": "k"}}"#
        );
        serde_json::from_str(&line).unwrap()
    }

    fn human(id: &str, human: &str) -> HumanRecord {
        HumanRecord::from_json(&format!(r#"{{"id": "{id}", "human": {human}}}"#), 100.0).unwrap()
    }

    fn ours(records: Vec<GradeRecord>) -> OurGrades {
        let mut ours = OurGrades::default();
        for record in records {
            ours.add(record);
        }
        ours
    }

    #[test]
    fn what_has_no_counterpart_is_counted_and_never_zero() {
        let grades = ours(vec![
            graded("a", &[(1, 4, 1.0)], 25.0),
            ungraded("b"),
            graded("c", &[(1, 4, 1.0)], 25.0),
            graded("d", &[(1, 4, 1.0)], 25.0),
        ]);
        let score = r#"{"score": 50}"#;
        let records = vec![
            human("a", score),
            human("b", score),
            human("d", "null"),
            human("e", score),
            human("a", r#"{"score": 1}"#),
        ];
        let joined = join(grades, records).unwrap();
        let named = |id: &str| Ids { count: 1, first: vec![id.to_owned()] };
        assert_eq!(
            joined.left_out,
            LeftOut {
                ungraded: named("b"),
                only_in_grades: named("c"),
                only_in_human: named("e"),
                not_rated: named("d"),
                repeated: named("a"),
            }
        );
        let pair = Pair { human: 50.0, ours: 25.0, human_step: 1, our_step: 0 };
        assert_eq!(joined.rated.len(), 1);
        assert_eq!(joined.rated[0].score, Some(pair));
        assert_eq!(joined.judges.into_iter().collect::<Vec<_>>(), ["local, m"]);
    }

    #[test]
    fn a_resumed_run_counts_its_last_line() {
        let grades = ours(vec![ungraded("a"), graded("a", &[(4, 4, 1.0)], 100.0)]);
        let joined = join(grades, vec![human("a", r#"{"score": 90}"#)]).unwrap();
        let pair = Pair { human: 90.0, ours: 100.0, human_step: 3, our_step: 3 };
        assert_eq!(joined.rated[0].score, Some(pair));
        assert_eq!(joined.left_out, LeftOut::default());
    }

    #[test]
    fn levels_of_every_criterion_make_scores_without_penalties() {
        // 3/4 of weight 3 and 1/2 of weight 1; the judge: 4/4 and 0/2. Its own 60 has a penalty in it.
        let grade = || graded("a", &[(4, 4, 3.0), (0, 2, 1.0)], 60.0);
        for (given, expected) in [
            (r#"{"levels": {"c0": 3, "c1": 1}}"#, Some((68.75, 75.0))),
            (r#"{"levels": {"c0": 3, "c1": 1}, "score": 50}"#, Some((50.0, 60.0))),
            (r#"{"levels": {"c0": 3}}"#, None),
            (r#"{"mistakes": []}"#, None),
        ] {
            let joined = join(ours(vec![grade()]), vec![human("a", given)]).unwrap();
            let score = joined.rated[0].score.map(|pair| (pair.human, pair.ours));
            assert_eq!(score, expected, "{given}");
        }
    }

    #[test]
    fn levels_that_the_rubric_does_not_have_are_refused() {
        for (given, wrong) in [
            (r#"{"levels": {"c0": 5}}"#, "the human level 5 of c0 of a is above the highest, 4"),
            (r#"{"levels": {"c9": 1}}"#, "the human rated \"c9\" of a, but its grade has the criteria c0"),
        ] {
            let error =
                join(ours(vec![graded("a", &[(1, 4, 1.0)], 0.0)]), vec![human("a", given)]).unwrap_err();
            assert_eq!(error, wrong);
        }
    }
}
