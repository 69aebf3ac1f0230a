//! How closely the judge's grades match what humans gave the same answers.
//!
//! [`join`] brings the two together by the answer's id; [`Agreement::of`] compares scores, levels and mistakes
//! with every [`Statistic`], each with an interval from [`bootstrap`]. Reading files and printing are left to
//! others.

pub mod bootstrap;
mod estimate;
mod human;
mod join;
mod mistakes;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use estimate::{Comparison, Estimate};
pub use human::{Column, Human, HumanRecord};
pub use join::{Ids, Joined, LeftOut, OurGrades, RatedAnswer, join};
pub use mistakes::{Counts, MistakeAgreement};
pub use statistics::{LEAST_FOR_CORRELATION, Pair, Statistic, Undefined, icc, mid_ranks, pearson, spearman};

use crate::bank::{CriterionId, QuestionId};

/// How closely the judge's grades match what humans gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Answers that both rated.
    pub answers: usize,
    /// Who judged: name and model.
    pub judges: BTreeSet<String>,
    /// What could not be compared.
    pub left_out: LeftOut,
    /// How often the answers were drawn again for each interval.
    pub resamples: u32,
    /// Answers whose two scores were computed from levels, without penalties.
    pub scores_from_levels: usize,
    /// Scores from 0 to 100, with bands as steps.
    pub score: Option<Comparison>,
    /// Correlation of the scores among answers to the same question.
    pub within_question: Option<WithinQuestion>,
    /// Levels of all criteria together.
    pub levels: Option<Comparison>,
    /// Levels of each criterion.
    pub criteria: Vec<CriterionAgreement>,
    /// Flagged mistakes against those that humans listed.
    pub mistakes: Option<MistakeAgreement>,
    /// The answers whose scores differ most.
    pub furthest_apart: Vec<Difference>,
}

/// Correlation of the scores among answers to the same question: what is left when easy and hard questions no
/// longer make the raters agree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithinQuestion {
    /// Questions with a correlation.
    pub questions: usize,
    /// Questions whose answers are fewer than three or all rated alike.
    pub undefined_questions: usize,
    /// Mean of the questions' Pearson correlations, each question counting once.
    pub pearson: Estimate,
}

/// Agreement on one criterion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CriterionAgreement {
    /// The question, if the grades name one.
    pub question: Option<QuestionId>,
    /// The criterion.
    pub criterion: CriterionId,
    /// The levels compared.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// Two scores of one answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The answer's id.
    pub id: String,
    /// The question, if the grade names one.
    pub question: Option<QuestionId>,
    /// The human's score.
    pub human: f64,
    /// The judge's score.
    pub ours: f64,
    /// The judge's less the human's.
    pub difference: f64,
}

impl Agreement {
    /// Compares everything that both rated, and names the `furthest` answers whose scores differ most.
    pub fn of(joined: Joined, furthest: usize) -> Self {
        let rated = &joined.rated;
        let scores: Vec<Vec<Pair>> = rated.iter().filter_map(|answer| Some(vec![answer.score?])).collect();
        let levels: Vec<Vec<Pair>> = rated
            .iter()
            .map(|answer| answer.levels.iter().map(|(_, pair)| *pair).collect::<Vec<_>>())
            .filter(|pairs| !pairs.is_empty())
            .collect();
        let mistakes: Vec<_> = rated.iter().filter_map(|answer| answer.mistakes.as_ref()).collect();
        Self {
            answers: rated.len(),
            resamples: bootstrap::RESAMPLES,
            scores_from_levels: joined.from_levels,
            score: compared(&scores),
            within_question: within_question(rated),
            levels: compared(&levels),
            criteria: criteria(rated),
            mistakes: MistakeAgreement::of(&mistakes),
            furthest_apart: furthest_apart(rated, furthest),
            judges: joined.judges,
            left_out: joined.left_out,
        }
    }

    /// Pearson's r of the scores, which `--min-r` looks at.
    pub fn pearson(&self) -> Option<Result<f64, Undefined>> {
        Some(self.score.as_ref()?.estimate(Statistic::Pearson)?.value)
    }

    /// Quadratic-weighted kappa of all levels, or of the scores' bands where humans gave no levels; `--min-kappa`
    /// looks at it.
    pub fn weighted_kappa(&self) -> Option<Result<f64, Undefined>> {
        Some(self.levels.as_ref().or(self.score.as_ref())?.estimate(Statistic::WeightedKappa)?.value)
    }
}

fn compared(answers: &[Vec<Pair>]) -> Option<Comparison> {
    (!answers.is_empty()).then(|| Comparison::of(answers))
}

fn criteria(rated: &[RatedAnswer]) -> Vec<CriterionAgreement> {
    let mut found: BTreeMap<(Option<&QuestionId>, &CriterionId), Vec<Vec<Pair>>> = BTreeMap::new();
    for answer in rated {
        for (criterion, pair) in &answer.levels {
            found.entry((answer.question.as_ref(), criterion)).or_default().push(vec![*pair]);
        }
    }
    let of_criterion = |((question, criterion), pairs): ((Option<&QuestionId>, &CriterionId), Vec<_>)| {
        let comparison = Comparison::of(&pairs);
        CriterionAgreement { question: question.cloned(), criterion: criterion.clone(), comparison }
    };
    found.into_iter().map(of_criterion).collect()
}

fn within_question(rated: &[RatedAnswer]) -> Option<WithinQuestion> {
    let mut numbers: BTreeMap<&QuestionId, usize> = BTreeMap::new();
    let mut scores = Vec::new();
    for answer in rated {
        if let (Some(question), Some(pair)) = (&answer.question, answer.score) {
            let next = numbers.len();
            let number = *numbers.entry(question).or_insert(next);
            scores.push((number, (pair.human, pair.ours)));
        }
    }
    let questions = numbers.len();
    if questions == 0 {
        return None;
    }
    let (value, defined) = mean_of_questions(questions, scores.iter().copied());
    let found = bootstrap::intervals(scores.len(), 1, |drawn| {
        vec![mean_of_questions(questions, drawn.iter().map(|&index| scores[index])).0.ok()]
    });
    let interval = found.into_iter().next().flatten().filter(|_| value.is_ok());
    let pearson = Estimate { value, interval };
    Some(WithinQuestion { questions: defined, undefined_questions: questions - defined, pearson })
}

/// The mean of the correlations within each question, and of how many questions.
fn mean_of_questions(
    questions: usize,
    scores: impl Iterator<Item = (usize, (f64, f64))>,
) -> (Result<f64, Undefined>, usize) {
    let mut of_question = vec![Vec::new(); questions];
    scores.for_each(|(number, pair)| of_question[number].push(pair));
    let found: Vec<f64> = of_question.iter().filter_map(|pairs| pearson(pairs).ok()).collect();
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    (if found.is_empty() { Err(Undefined::NoQuestionVaries) } else { Ok(mean) }, found.len())
}

fn furthest_apart(rated: &[RatedAnswer], count: usize) -> Vec<Difference> {
    let mut found: Vec<(f64, &RatedAnswer, Pair)> = rated
        .iter()
        .filter_map(|answer| answer.score.map(|pair| ((pair.ours - pair.human).abs(), answer, pair)))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let difference = |(_, answer, pair): (f64, &RatedAnswer, Pair)| Difference {
        id: answer.id.clone(),
        question: answer.question.clone(),
        human: estimate::rounded(pair.human),
        ours: estimate::rounded(pair.ours),
        difference: estimate::rounded(pair.ours - pair.human),
    };
    found.into_iter().take(count).map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(id: &str, question: &str, human: f64, ours: f64) -> RatedAnswer {
        let score = Some(Pair { human, ours, human_step: 0, our_step: 0 });
        RatedAnswer {
            id: id.to_owned(),
            question: Some(question.into()),
            score,
            levels: Vec::new(),
            mistakes: None,
        }
    }

    fn joined(rated: Vec<RatedAnswer>) -> Joined {
        Joined { rated, left_out: LeftOut::default(), judges: BTreeSet::new(), from_levels: 0 }
    }

    #[test]
    fn within_questions_what_is_common_to_a_question_no_longer_counts() {
        // Hard and easy questions make the scores rise together; within each they fall.
        let rated = [("hard", 0.0), ("easy", 80.0)].into_iter().flat_map(|(question, base)| {
            (0..5).map(move |at| {
                let step = f64::from(at);
                answer(&format!("{question}-{at}"), question, base + step, base + 10.0 - step)
            })
        });
        let mut rated: Vec<RatedAnswer> = rated.collect();
        rated.push(answer("alone", "once", 50.0, 50.0));
        let agreement = Agreement::of(joined(rated), 3);
        assert!(agreement.pearson().unwrap().unwrap() > 0.95);
        let within = agreement.within_question.unwrap();
        assert_eq!((within.questions, within.undefined_questions), (2, 1));
        assert!((within.pearson.value.unwrap() + 1.0).abs() < 1e-12);
        let furthest: Vec<&str> = agreement.furthest_apart.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(furthest, ["easy-0", "hard-0", "easy-1"]);
    }

    #[test]
    fn answers_that_nobody_scored_are_not_compared() {
        let mut only_mistakes = answer("a", "q", 0.0, 0.0);
        only_mistakes.score = None;
        only_mistakes.mistakes = Some(Default::default());
        let agreement = Agreement::of(joined(vec![only_mistakes]), 3);
        assert_eq!((agreement.answers, &agreement.score, &agreement.within_question), (1, &None, &None));
        assert!(agreement.mistakes.is_some() && agreement.furthest_apart.is_empty());
    }
}
