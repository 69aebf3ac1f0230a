//! A report as JUnit XML, which CI systems show test by test.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::{Report, ReportedAnswer};
use crate::error::{Error, Result};
use crate::record::GradedRecord;
use crate::terminal::sanitised;

/// A suite a question, a test case an answer. An answer below the least score is a failure, an ungraded one an
/// error: it says something about the judge, and nothing about the answer.
pub fn junit(report: &Report) -> Result<String> {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for answer in report.answers() {
        let question = answer.question();
        let suite = suites.entry(question).or_insert_with(|| suite(report, question));
        suite.add_test_case(case(report, answer));
    }
    let mut root = quick_junit::Report::new("coach");
    root.add_test_suites(suites.into_values());
    root.to_string().map_err(|error| Error::failed(format!("cannot write JUnit XML: {error}")))
}

fn suite(report: &Report, question: &str) -> TestSuite {
    let mut suite = TestSuite::new(name(question));
    if report.rubric(question).is_some() {
        suite.add_property(property("title", report.title(question)));
    }
    suite
}

/// Records that could not even be read name no question.
fn name(question: &str) -> Cow<'_, str> {
    if question.is_empty() { "unknown".into() } else { sanitised(question) }
}

fn case(report: &Report, answer: &ReportedAnswer) -> TestCase {
    let mut case = TestCase::new(sanitised(&answer.record.id), status(report, answer));
    case.set_classname(name(answer.question()));
    if !answer.candidate().is_empty() {
        case.add_property(property("candidate", answer.candidate()));
    }
    if answer.sitting.is_some() {
        case.add_property(property("day", &answer.day()));
    }
    if let Some(graded) = answer.graded() {
        case.set_time(Duration::from_millis(graded.usage.latency_ms));
        case.add_property(property("score", &format!("{:.1}", graded.score.points())));
        case.add_property(property("band", graded.band.name()));
        case.add_properties(graded.mistakes.iter().map(|mistake| property("mistake", mistake.id.as_str())));
    }
    case
}

fn status(report: &Report, answer: &ReportedAnswer) -> TestCaseStatus {
    if let Some(reason) = answer.reason() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type(reason.kind.name()).set_message(sanitised(&reason.message));
        return status;
    }
    match (answer.graded(), report.least()) {
        (Some(graded), Some(least)) if report.is_below(answer) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("below");
            status.set_message(format!("scores {:.1}, below {least}", graded.score.points()));
            status.set_description(what_is_lacking(report, graded));
            status
        }
        _ => TestCaseStatus::success(),
    }
}

/// Levels, then mistakes, a line each.
fn what_is_lacking(report: &Report, graded: &GradedRecord) -> String {
    let levels = graded.criteria.iter().map(|rating| {
        format!("{}: level {} of {}. {}", rating.id, rating.level, rating.max_level, rating.reason)
    });
    let mistakes = graded
        .mistakes
        .iter()
        .map(|mistake| format!("mistake: {}. {}", report.mistake_title(&mistake.id), mistake.advice));
    sanitised(&levels.chain(mistakes).collect::<Vec<_>>().join("\n")).into_owned()
}

fn property(name: &str, value: &str) -> Property {
    Property::new(name, sanitised(value))
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{HOSTILE, hostile, report};
    use super::*;

    fn read(report: &Report) -> quick_junit::Report {
        quick_junit::Report::deserialize_from_str(&junit(report).unwrap()).unwrap()
    }

    #[test]
    fn only_answers_below_the_least_score_fail() {
        let answers = report(&["surprisal", "scaling-laws"], 4);
        assert_eq!(read(&answers).failures, 0);
        let least = 50.0;
        let below = answers.answers().iter().filter(|it| it.graded().unwrap().score.points() < least).count();
        let read = read(&answers.with_least(Some(least)));
        assert!(below > 0 && below < 8);
        assert_eq!((read.test_suites.len(), read.tests, read.failures, read.errors), (2, 8, below, 0));
    }

    #[test]
    fn an_ungraded_answer_is_an_error_and_hostile_texts_come_back_whole() {
        for text in HOSTILE {
            let read = read(&hostile(text).with_least(Some(50.0)));
            assert_eq!((read.tests, read.failures, read.errors), (2, 1, 1));
            let case = &read.test_suites[0].test_cases[0];
            // XML readers make one space of a line end or tab in an attribute.
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(plain(case.name.as_str()), plain(&sanitised(text)));
        }
    }
}
