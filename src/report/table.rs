//! A report as rows for a spreadsheet, every text safe to open in one.

use std::collections::BTreeSet;

use super::{Report, ReportedAnswer};
use crate::record::{GradedRecord, RatingRecord};
use crate::sheet::safe;
use crate::terminal::sanitised;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// One answer; where all answer one question, with a column for the level of each criterion.
    Answers,
    /// One criterion of one answer.
    Ratings,
}

const ANSWER: [&str; 15] = [
    "id",
    "question",
    "title",
    "topic",
    "candidate",
    "day",
    "status",
    "score",
    "band",
    "mistakes",
    "flags",
    "judge",
    "model",
    "agreement",
    "reason",
];
const RATING: [&str; 13] = [
    "id",
    "question",
    "candidate",
    "day",
    "score",
    "band",
    "criterion",
    "dimension",
    "weight",
    "level",
    "max_level",
    "reason",
    "advice",
];

/// The header and the rows. Ungraded answers have empty cells, never zeros; in the rows of ratings they have none.
pub fn table(report: &Report, rows: Rows) -> (Vec<String>, Vec<Vec<String>>) {
    match rows {
        Rows::Answers => answers(report),
        Rows::Ratings => ratings(report),
    }
}

fn answers(report: &Report) -> (Vec<String>, Vec<Vec<String>>) {
    let criteria = criteria_of_one_question(report);
    let with_texts = report.answers.iter().any(|answer| answer.text.is_some());
    let mut header = ANSWER.map(str::to_owned).to_vec();
    header.extend(criteria.iter().map(|id| format!("level:{id}")));
    if with_texts {
        header.push("answer".to_owned());
    }
    let row = |answer: &ReportedAnswer| {
        let mut cells = answer_cells(report, answer);
        cells.extend(criteria.iter().map(|id| level(answer, id)));
        if with_texts {
            cells.push(text(answer.text.as_deref().unwrap_or("")));
        }
        cells
    };
    (header, report.answers.iter().map(row).collect())
}

/// The criteria, where every answer is to the same question; over several questions most cells would be empty.
fn criteria_of_one_question(report: &Report) -> Vec<&str> {
    let questions: BTreeSet<&str> = report.answers.iter().map(ReportedAnswer::question).collect();
    let mut criteria: Vec<&str> = Vec::new();
    if questions.len() == 1 {
        for rating in report.answers.iter().filter_map(ReportedAnswer::graded).flat_map(|it| &it.criteria) {
            if !criteria.contains(&rating.id.as_str()) {
                criteria.push(rating.id.as_str());
            }
        }
    }
    criteria
}

fn answer_cells(report: &Report, answer: &ReportedAnswer) -> Vec<String> {
    let question = answer.question();
    let graded = answer.graded();
    let of = |cell: fn(&GradedRecord) -> String| graded.map(cell).unwrap_or_default();
    let status = if graded.is_some() { "graded" } else { "ungraded" };
    let reason = answer.reason().map(|reason| format!("{}: {}", reason.kind.name(), reason.message));
    vec![
        text(&answer.record.id),
        text(question),
        text(report.title(question)),
        text(report.topic(question)),
        text(answer.candidate()),
        answer.day(),
        status.to_owned(),
        of(score),
        of(|graded| graded.band.name().to_owned()),
        of(|graded| text(&joined(graded.mistakes.iter().map(|mistake| mistake.id.as_str())))),
        of(|graded| joined(graded.flags.iter().map(|flag| flag.name()))),
        of(|graded| text(&graded.judge.name)),
        of(|graded| text(graded.judge.model.as_deref().unwrap_or(""))),
        of(|graded| graded.judge.agreement.map_or_else(String::new, |agreement| agreement.to_string())),
        text(&reason.unwrap_or_default()),
    ]
}

fn level(answer: &ReportedAnswer, criterion: &str) -> String {
    let rating = answer.graded().and_then(|it| it.criteria.iter().find(|rating| &rating.id == criterion));
    rating.map(|rating| rating.level.to_string()).unwrap_or_default()
}

fn ratings(report: &Report) -> (Vec<String>, Vec<Vec<String>>) {
    let rows = report.answers.iter().flat_map(|answer| {
        answer.graded().into_iter().flat_map(move |graded| {
            graded.criteria.iter().map(move |rating| rating_cells(report, answer, graded, rating))
        })
    });
    (RATING.map(str::to_owned).to_vec(), rows.collect())
}

fn rating_cells(
    report: &Report,
    answer: &ReportedAnswer,
    graded: &GradedRecord,
    rating: &RatingRecord,
) -> Vec<String> {
    let question = answer.question();
    let criterion = report.rubric(question).and_then(|rubric| rubric.criterion(rating.id.as_str()));
    vec![
        text(&answer.record.id),
        text(question),
        text(answer.candidate()),
        answer.day(),
        score(graded),
        graded.band.name().to_owned(),
        text(rating.id.as_str()),
        criterion.map(|criterion| criterion.dimension.name().to_owned()).unwrap_or_default(),
        rating.weight.to_string(),
        rating.level.to_string(),
        rating.max_level.to_string(),
        text(&rating.reason),
        text(&rating.advice),
    ]
}

/// A text that is neither a formula nor steers the terminal that it may be printed on. Numbers of ours need
/// neither, and would no longer be numbers.
fn text(text: &str) -> String {
    safe(&sanitised(text))
}

fn score(graded: &GradedRecord) -> String {
    format!("{:.1}", graded.score.points())
}

fn joined<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{HOSTILE, hostile, report};
    use super::*;

    fn column<'t>(header: &[String], rows: &'t [Vec<String>], name: &str) -> Vec<&'t str> {
        let at = header.iter().position(|it| it == name).unwrap();
        rows.iter().map(|row| row[at].as_str()).collect()
    }

    #[test]
    fn answers_to_one_question_have_their_levels_beside_them() {
        let (header, rows) = table(&report(&["surprisal"], 3), Rows::Answers);
        assert!(rows.iter().all(|row| row.len() == header.len()));
        assert_eq!(header.iter().filter(|name| name.starts_with("level:")).count(), 5, "{header:?}");
        assert!(column(&header, &rows, "level:definition").iter().all(|level| level.parse::<u8>().is_ok()));
    }

    #[test]
    fn answers_to_several_questions_have_theirs_in_rows() {
        let several = report(&["surprisal", "scaling-laws"], 2);
        let (header, rows) = table(&several, Rows::Answers);
        assert_eq!((rows.len(), header.iter().any(|name| name.starts_with("level:"))), (4, false));
        let (header, rows) = table(&several, Rows::Ratings);
        let ratings: usize = several.answers().iter().map(|it| it.graded().unwrap().criteria.len()).sum();
        assert_eq!(rows.len(), ratings);
        assert!(column(&header, &rows, "dimension").iter().all(|dimension| !dimension.is_empty()));
    }

    #[test]
    fn no_text_begins_a_formula_or_steers_a_terminal() {
        for text in HOSTILE {
            for rows in [Rows::Answers, Rows::Ratings] {
                for cell in table(&hostile(text), rows).1.iter().flatten() {
                    assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
                    assert!(!cell.contains(['\u{1b}', '\u{202e}', '\0']), "{cell:?}");
                }
            }
        }
    }

    #[test]
    fn an_ungraded_answer_has_a_reason_and_no_score() {
        let mut ungraded = hostile("the model refused");
        ungraded.answers.retain(|answer| answer.reason().is_some());
        let (header, rows) = table(&ungraded, Rows::Answers);
        assert_eq!(column(&header, &rows, "score"), [""]);
        assert_eq!(column(&header, &rows, "reason"), ["refused: the model refused"]);
    }
}
