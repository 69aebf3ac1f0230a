//! The figures of a small trial, worked out by hand.

use super::*;
use crate::agreement::Counts;
use crate::score::ReasonKind;
use crate::trial::mutation::Change;
use crate::trial::specimen::{grade, rubric};

fn reason() -> Reason {
    Reason { kind: ReasonKind::Refused, message: "no".to_owned() }
}

fn mutated(kind: Kind, violations: Result<Vec<Violation>, Reason>) -> Mutated {
    let change = Change::Appended { kind, text: "x" };
    Mutated { mutation: Mutation { exemplar: 0, change, text: String::new() }, violations }
}

fn violation(cause: Cause) -> Violation {
    Violation { cause, about: None, expected: String::new(), got: String::new(), evidence: Vec::new() }
}

fn tested(outcomes: Vec<Outcome>, mutated: Vec<Mutated>) -> Tested {
    Tested { rubric: Arc::new(rubric()), file: None, outcomes, mutated }
}

/// The judge gives `good` levels 2 and 0 for 2 and 2, and `poor` 1 and 0 for 0 and 0; it misses one of the two
/// mistakes of `poor` and flags one that is none in `good`.
fn graded() -> Vec<Outcome> {
    let rubric = rubric();
    let [good, poor] = [&rubric.exemplars[0].answer, &rubric.exemplars[1].answer];
    let grades = [
        grade(good, [(2, &["pieces of text"]), (0, &[])], &[("tokens-are-words", "from a vocabulary")]),
        grade(poor, [(1, &["is a word"]), (0, &[])], &[("no-cost", "")]),
    ];
    grades.map(|grade| Outcome::Graded(Box::new(grade))).to_vec()
}

#[test]
fn levels_and_mistakes_are_compared_with_the_labels() {
    let report = Report::of("j", None, Extent::None, &[tested(graded(), Vec::new())]);
    let figures = &report.total.figures;
    let level = |statistic| figures.of_levels(statistic).unwrap().unwrap();
    // (2, 2), (2, 0), (0, 1), (0, 0): two the same, one a step off, one two steps off.
    assert!((level(Statistic::Exact) - 0.5).abs() < 1e-12);
    assert!((level(Statistic::WithinOne) - 0.75).abs() < 1e-12);
    assert!((level(Statistic::MeanAbsoluteError) - 0.75).abs() < 1e-12);
    // By Cohen's definition, over all pairs of steps: 1 - (5/4 observed) / (7/4 expected by chance).
    assert!((level(Statistic::WeightedKappa) - 2.0 / 7.0).abs() < 1e-12);
    let exact = |at: usize| {
        let of_criterion: &CriterionAgreement = &report.rubrics[0].criteria[at];
        let value = of_criterion.comparison.estimate(Statistic::Exact).unwrap().value.unwrap();
        (of_criterion.criterion.to_string(), value)
    };
    assert_eq!([exact(0), exact(1)], [("pieces".to_owned(), 0.5), ("vectors".to_owned(), 0.5)]);
    let mistakes = figures.mistakes.as_ref().unwrap();
    assert_eq!(mistakes.counts, Counts { both: 1, only_ours: 1, only_human: 1 });
    let [good, poor] = report.rubrics[0].exemplars.as_slice() else { panic!() };
    // 100 x (2/3 + 2/2) / 2, and 100 x (2/3) / 2 less the penalty of 10.
    assert_eq!((good.expected.points(), good.score.unwrap().points()), (83.3, 23.3));
    let miss = &good.levels[0];
    assert_eq!((miss.criterion.as_str(), miss.expected, miss.got, miss.evidence.len()), ("vectors", 2, 0, 0));
    assert_eq!(good.wrong[0].evidence.as_deref(), Some("from a vocabulary"));
    assert_eq!(poor.levels[0].evidence, ["is a word"]);
    assert_eq!((poor.missed.len(), poor.missed[0].as_str()), (1, "tokens-are-words"));
    // Solid and weak are there and in order, strong is not there.
    assert_eq!(report.total.incomplete, [report.rubrics[0].id.clone()]);
    assert_eq!(figures.addressing, Addressing { graded: 1, above_label: 1 });
}

#[test]
fn what_is_ungraded_is_neither_a_miss_nor_a_failure() {
    let mut outcomes = graded();
    outcomes[0] = Outcome::Ungraded(reason());
    let mutated = vec![
        mutated(Kind::PraiseAppended, Ok(Vec::new())),
        mutated(Kind::PraiseAppended, Ok(vec![violation(Cause::LevelRose), violation(Cause::LevelRose)])),
        mutated(Kind::PraiseAppended, Err(reason())),
        mutated(Kind::FillerAppended, Err(reason())),
    ];
    let report = Report::of("j", Some("m"), Extent::All, &[tested(outcomes, mutated)]);
    let figures = &report.total.figures;
    assert_eq!((figures.exemplars, figures.ungraded, report.ungraded()), (2, 1, 3));
    assert_eq!(figures.levels.as_ref().unwrap().ratings, 2);
    assert_eq!(figures.mistakes.as_ref().unwrap().counts.only_human, 1);
    let causes = BTreeMap::from([(Cause::LevelRose, 1)]);
    let praise = Tally { tried: 3, held: 1, failed: 1, ungraded: 1, causes };
    assert_eq!(figures.mutations[&Kind::PraiseAppended], praise);
    assert!((figures.held().unwrap() - 0.5).abs() < 1e-12);
    assert_eq!(report.rubrics[0].failures.len(), 1);
    let exemplar = &report.rubrics[0].exemplars[0];
    assert_eq!((exemplar.score, exemplar.levels.len(), exemplar.missed.len()), (None, 0, 0));
}

#[test]
fn of_nothing_graded_no_figure_exists_and_json_says_null() {
    let outcomes = vec![Outcome::Ungraded(reason()), Outcome::Ungraded(reason())];
    let report = Report::of("j", None, Extent::All, &[tested(outcomes, Vec::new())]);
    let figures = &report.total.figures;
    assert_eq!((figures.of_levels(Statistic::Exact), figures.f1(), figures.held()), (None, None, None));
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains("NaN") && json.contains("\"levels\":null"), "{json}");
    // One exemplar alone has levels, but no agreement beyond chance where both are constant.
    let rubric = rubric();
    let poor = grade(&rubric.exemplars[1].answer, [(0, &[]), (0, &[])], &[]);
    let outcomes = vec![Outcome::Ungraded(reason()), Outcome::Graded(Box::new(poor))];
    let report = Report::of("j", None, Extent::All, &[tested(outcomes, Vec::new())]);
    let kappa = report.total.figures.of_levels(Statistic::WeightedKappa);
    assert_eq!(kappa, Some(Err(Undefined::BothConstant)));
}
