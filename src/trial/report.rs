//! The figures of a trial: for each rubric and for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::exemplar::{ExemplarReport, Judged, judged};
use super::mutation::{Extent, Kind, Mutation};
use super::order::{Discordant, Order, Pairs, Verdict};
use super::remarks::remarks;
use super::verdict::{Cause, Violation};
use crate::agreement::{Comparison, CriterionAgreement, MistakeAgreement, Pair, Statistic, Undefined};
use crate::bank::{Criterion, CriterionId, QuestionId, Rubric};
use crate::score::{Outcome, Reason};

/// A rubric with what came of its exemplars and of their mutations.
#[derive(Debug)]
pub struct Tested {
    /// The rubric.
    pub rubric: Arc<Rubric>,
    /// The file that it came from.
    pub file: Option<String>,
    /// What came of each exemplar, in the rubric's order.
    pub outcomes: Vec<Outcome>,
    /// What came of each mutation.
    pub mutated: Vec<Mutated>,
}

/// A mutation with what came of it.
#[derive(Debug)]
pub struct Mutated {
    /// The mutation.
    pub mutation: Mutation,
    /// In what ways it failed, none where it held; or why it is ungraded.
    pub violations: Result<Vec<Violation>, Reason>,
}

/// All figures of a trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The judge's name.
    pub judge: String,
    /// The model, if one judged.
    pub model: Option<String>,
    /// How many mutations were made.
    pub extent: Extent,
    /// All rubrics together.
    pub total: Total,
    /// Each rubric.
    pub rubrics: Vec<RubricReport>,
}

/// The figures of all rubrics together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Total {
    /// Exemplars and mutations of all rubrics.
    #[serde(flatten)]
    pub figures: Figures,
    /// Rubrics in which strong > solid > weak holds.
    pub ordered: usize,
    /// Rubrics in which it does not.
    pub disordered: Vec<QuestionId>,
    /// Rubrics that lack a band, or a graded exemplar in it.
    pub incomplete: Vec<QuestionId>,
}

/// The figures of some exemplars and their mutations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Exemplars that were tried.
    pub exemplars: usize,
    /// Those without a grade; they count nowhere else.
    pub ungraded: usize,
    /// The author's scores and the judge's, with bands as steps.
    pub score: Option<Comparison>,
    /// The author's levels and the judge's.
    pub levels: Option<Comparison>,
    /// The author's mistakes and the flagged ones.
    pub mistakes: Option<MistakeAgreement>,
    /// Pairs of exemplars that the author puts far apart.
    pub pairs: Pairs,
    /// Exemplars that speak to the grader.
    pub addressing: Addressing,
    /// Mutations of each kind.
    pub mutations: BTreeMap<Kind, Tally>,
}

/// Exemplars that speak to the grader, against what their author gave them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Addressing {
    /// Graded ones.
    pub graded: usize,
    /// Those that scored above their author's labels.
    pub above_label: usize,
}

/// How many mutations held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All of them.
    pub tried: usize,
    /// Those that did what they may do and nothing else.
    pub held: usize,
    /// Those that did something else.
    pub failed: usize,
    /// Those without a grade, which neither held nor failed.
    pub ungraded: usize,
    /// How many failed in which way; one can fail in several.
    pub causes: BTreeMap<Cause, usize>,
}

/// The figures of one rubric, and everything in which the judge differs from its author.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RubricReport {
    /// The rubric.
    pub id: QuestionId,
    /// The file that it came from.
    pub file: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// Whether strong > solid > weak.
    pub order: Order,
    /// Pairs of exemplars that the author puts far apart and the judge the other way round.
    pub discordant: Vec<Discordant>,
    /// The levels of each criterion.
    pub criteria: Vec<CriterionAgreement>,
    /// Each exemplar.
    pub exemplars: Vec<ExemplarReport>,
    /// The mutations that failed.
    pub failures: Vec<Failure>,
}

/// A mutation that failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// The exemplar's name.
    pub exemplar: String,
    /// What was done to it.
    pub kind: Kind,
    /// The words that were put in or taken out.
    pub change: String,
    /// In what ways it failed.
    pub violations: Vec<Violation>,
}

impl Report {
    /// The figures of what was tested.
    pub fn of(judge: &str, model: Option<&str>, extent: Extent, tested: &[Tested]) -> Self {
        let rubrics: Vec<RubricReport> = tested.iter().map(RubricReport::of).collect();
        let with = |verdict: Verdict| {
            rubrics.iter().filter(move |it| it.order.verdict == verdict).map(|it| it.id.clone()).collect()
        };
        let ordered: Vec<QuestionId> = with(Verdict::Holds);
        let total = Total {
            figures: Figures::of(tested),
            ordered: ordered.len(),
            disordered: with(Verdict::Fails),
            incomplete: with(Verdict::Incomplete),
        };
        Self { judge: judge.to_owned(), model: model.map(str::to_owned), extent, total, rubrics }
    }

    /// Exemplars and mutations without a grade.
    pub fn ungraded(&self) -> usize {
        let figures = &self.total.figures;
        figures.ungraded + figures.mutations.values().map(|tally| tally.ungraded).sum::<usize>()
    }
}

impl Figures {
    /// The figures of some rubrics.
    fn of(tested: &[Tested]) -> Self {
        let graded: Vec<Judged<'_>> = tested.iter().flat_map(judged).collect();
        let scores: Vec<Vec<Pair>> = graded.iter().map(|it| vec![it.score_pair()]).collect();
        let levels = |it: &Judged<'_>| it.level_pairs().into_iter().map(|(_, pair)| pair).collect();
        let levels: Vec<Vec<Pair>> = graded.iter().map(levels).collect();
        let mistakes: Vec<_> = graded.iter().map(Judged::mistakes).collect();
        let exemplars = tested.iter().map(|it| it.rubric.exemplars.len()).sum();
        let of_rubric = |it| pairs(it).0;
        Self {
            exemplars,
            ungraded: exemplars - graded.len(),
            score: compared(&scores),
            levels: compared(&levels),
            mistakes: MistakeAgreement::of(&mistakes.iter().collect::<Vec<_>>()),
            pairs: tested.iter().map(of_rubric).fold(Pairs::default(), Pairs::plus),
            addressing: addressing(&graded),
            mutations: tallies(tested.iter().flat_map(|it| &it.mutated)),
        }
    }

    /// A statistic of the levels.
    pub fn of_levels(&self, statistic: Statistic) -> Option<Result<f64, Undefined>> {
        Some(self.levels.as_ref()?.estimate(statistic)?.value)
    }

    /// F1 of the flagged mistakes.
    pub fn f1(&self) -> Option<Result<f64, Undefined>> {
        Some(self.mistakes.as_ref()?.f1.value)
    }

    /// The share of the graded mutations that held; `None` of none.
    pub fn held(&self) -> Option<f64> {
        let (held, failed) = self
            .mutations
            .values()
            .fold((0, 0), |(held, failed), tally| (held + tally.held, failed + tally.failed));
        (held + failed > 0).then(|| held as f64 / (held + failed) as f64)
    }
}

fn compared(pairs: &[Vec<Pair>]) -> Option<Comparison> {
    (!pairs.is_empty()).then(|| Comparison::of(pairs))
}

fn criteria(tested: &Tested) -> Vec<CriterionAgreement> {
    let mut found: BTreeMap<CriterionId, Vec<Vec<Pair>>> = BTreeMap::new();
    for (criterion, pair) in judged(tested).flat_map(|it| it.level_pairs()) {
        found.entry(criterion).or_default().push(vec![pair]);
    }
    // In the rubric's order.
    let of_criterion = |criterion: &Criterion| {
        let comparison = Comparison::of(&found.remove(&criterion.id)?);
        let question = Some(tested.rubric.id.clone());
        Some(CriterionAgreement { question, criterion: criterion.id.clone(), comparison })
    };
    tested.rubric.criteria.iter().filter_map(of_criterion).collect()
}

fn pairs(tested: &Tested) -> (Pairs, Vec<Discordant>) {
    Pairs::of(&judged(tested).map(|it| it.scores()).collect::<Vec<_>>())
}

fn addressing(graded: &[Judged<'_>]) -> Addressing {
    let addressing = graded.iter().filter(|it| !remarks(&it.exemplar.answer).is_empty());
    addressing.fold(Addressing::default(), |sum, it| Addressing {
        graded: sum.graded + 1,
        above_label: sum.above_label + usize::from(it.grade.score > it.expected()),
    })
}

fn tallies<'a>(mutated: impl Iterator<Item = &'a Mutated>) -> BTreeMap<Kind, Tally> {
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for Mutated { mutation, violations } in mutated {
        let tally = tallies.entry(mutation.change.kind()).or_default();
        tally.tried += 1;
        match violations.as_deref() {
            Err(_) => tally.ungraded += 1,
            Ok([]) => tally.held += 1,
            Ok(found) => {
                tally.failed += 1;
                // Once for each mutation, however many levels it concerns.
                let causes: BTreeSet<Cause> = found.iter().map(|it| it.cause).collect();
                for cause in causes {
                    *tally.causes.entry(cause).or_default() += 1;
                }
            }
        }
    }
    tallies
}

impl RubricReport {
    fn of(tested: &Tested) -> Self {
        let scores: Vec<_> = judged(tested).map(|it| (it.expected(), it.grade.score)).collect();
        let (_, discordant) = pairs(tested);
        let rubric = &tested.rubric;
        Self {
            id: rubric.id.clone(),
            file: tested.file.clone(),
            figures: Figures::of(std::slice::from_ref(tested)),
            order: Order::of(&scores),
            discordant,
            criteria: criteria(tested),
            exemplars: rubric
                .exemplars
                .iter()
                .zip(&tested.outcomes)
                .map(|(exemplar, outcome)| ExemplarReport::of(rubric, exemplar, outcome))
                .collect(),
            failures: tested.mutated.iter().filter_map(|it| Failure::of(rubric, it)).collect(),
        }
    }
}

impl Failure {
    fn of(rubric: &Rubric, Mutated { mutation, violations }: &Mutated) -> Option<Self> {
        let violations = violations.as_ref().ok().filter(|found| !found.is_empty())?.clone();
        let exemplar = rubric.exemplars.get(mutation.exemplar)?.name.clone();
        let change = mutation.change.words();
        Some(Self { exemplar, kind: mutation.change.kind(), change, violations })
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
