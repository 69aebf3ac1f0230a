//! One exemplar: what its author says of it, against what the judge made of it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::report::Tested;
use super::verdict::quotes;
use crate::agreement::Pair;
use crate::bank::{CriterionId, Exemplar, MistakeId, Rubric};
use crate::score::{Grade, Outcome, Reason, Score};

/// One exemplar against its labels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExemplarReport {
    /// Its name.
    pub name: String,
    /// The score that its labels come to.
    pub expected: Score,
    /// The judge's score; `None` where it gave none.
    pub score: Option<Score>,
    /// Why it is ungraded.
    pub ungraded: Option<Reason>,
    /// The levels that differ.
    pub levels: Vec<LevelMiss>,
    /// Mistakes that the author lists and the judge did not flag.
    pub missed: Vec<MistakeId>,
    /// Mistakes that the judge flagged and the author does not list.
    pub wrong: Vec<WrongFlag>,
}

/// A level that differs from the author's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelMiss {
    /// The criterion.
    pub criterion: CriterionId,
    /// The author's level.
    pub expected: u8,
    /// The judge's.
    pub got: u8,
    /// What the judge cited.
    pub evidence: Vec<String>,
}

impl LevelMiss {
    /// How many steps lie between the two.
    pub fn steps(&self) -> u8 {
        self.expected.abs_diff(self.got)
    }
}

/// A mistake that the author does not list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongFlag {
    /// The mistake.
    pub mistake: MistakeId,
    /// Where the judge saw it; `None` of an omission.
    pub evidence: Option<String>,
}

/// A graded exemplar.
pub(super) struct Judged<'a> {
    pub(super) rubric: &'a Rubric,
    pub(super) exemplar: &'a Exemplar,
    pub(super) grade: &'a Grade,
}

/// The graded exemplars of a rubric.
pub(super) fn judged(tested: &Tested) -> impl Iterator<Item = Judged<'_>> {
    let exemplars = tested.rubric.exemplars.iter().zip(&tested.outcomes);
    exemplars.filter_map(|(exemplar, outcome)| match outcome {
        Outcome::Graded(grade) => Some(Judged { rubric: &tested.rubric, exemplar, grade }),
        Outcome::Ungraded(_) => None,
    })
}

impl<'a> Judged<'a> {
    pub(super) fn expected(&self) -> Score {
        Score::expected(self.rubric, self.exemplar)
    }

    /// Name, expected score and the judge's.
    pub(super) fn scores(&self) -> (&'a str, Score, Score) {
        (&self.exemplar.name, self.expected(), self.grade.score)
    }

    pub(super) fn score_pair(&self) -> Pair {
        let (human, ours) = (self.expected(), self.grade.score);
        Pair {
            human: human.points(),
            ours: ours.points(),
            human_step: human.band().step(),
            our_step: ours.band().step(),
        }
    }

    /// The level of each criterion: the author's and the judge's.
    fn levels(&self) -> impl Iterator<Item = LevelMiss> {
        self.grade.critique.ratings.iter().filter_map(|rating| {
            let expected = *self.exemplar.levels.get(&rating.id)?;
            let evidence = quotes(&rating.evidence);
            Some(LevelMiss { criterion: rating.id.clone(), expected, got: rating.level, evidence })
        })
    }

    /// The levels of each criterion, side by side.
    pub(super) fn level_pairs(&self) -> Vec<(CriterionId, Pair)> {
        let pair = |it: LevelMiss| {
            let (human, ours) = (f64::from(it.expected), f64::from(it.got));
            (it.criterion, Pair { human, ours, human_step: it.expected, our_step: it.got })
        };
        self.levels().map(pair).collect()
    }

    /// The author's mistakes and the flagged ones.
    pub(super) fn mistakes(&self) -> (BTreeSet<MistakeId>, BTreeSet<MistakeId>) {
        let flagged = self.grade.critique.mistakes.iter().map(|flagged| flagged.id.clone());
        (self.exemplar.mistakes.iter().cloned().collect(), flagged.collect())
    }
}

impl ExemplarReport {
    pub(super) fn of(rubric: &Rubric, exemplar: &Exemplar, outcome: &Outcome) -> Self {
        let mut report = Self {
            name: exemplar.name.clone(),
            expected: Score::expected(rubric, exemplar),
            score: None,
            ungraded: None,
            levels: Vec::new(),
            missed: Vec::new(),
            wrong: Vec::new(),
        };
        match outcome {
            Outcome::Ungraded(reason) => report.ungraded = Some(reason.clone()),
            Outcome::Graded(grade) => report.compare(&Judged { rubric, exemplar, grade }),
        }
        report
    }

    fn compare(&mut self, judged: &Judged<'_>) {
        let (listed, flagged) = judged.mistakes();
        let found = &judged.grade.critique.mistakes;
        self.score = Some(judged.grade.score);
        self.levels = judged.levels().filter(|it| it.steps() > 0).collect();
        self.missed = listed.difference(&flagged).cloned().collect();
        let wrong = found.iter().filter(|found| !listed.contains(&found.id));
        self.wrong = wrong
            .map(|found| WrongFlag {
                mistake: found.id.clone(),
                evidence: found.evidence.as_ref().map(|evidence| evidence.quote.clone()),
            })
            .collect();
    }
}
