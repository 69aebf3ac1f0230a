//! Marked answers to rubrics: a question with its reference answer, and what people gave the answers to it.
//!
//! The rubric has one criterion, because a mark says nothing about the parts of an answer. Reading the file and
//! writing the rubrics are left to others.

mod exemplars;
mod statements;

use std::collections::BTreeMap;

use serde_json::json;

use crate::bank::names::{Names, title};
use crate::bank::write::Remarks;
use crate::bank::{Criterion, Difficulty, Dimension, Exemplar, QuestionId, Rubric};

/// The highest level of an imported criterion. Ten steps keep marks in quarters, fifths and tenths apart; no
/// criterion may have more.
const HIGHEST: u8 = 10;

/// The id of an imported rubric's only criterion.
const CRITERION: &str = "content";

/// Words that one says in a minute of an interview, thinking included; half of fluent speech.
const WORDS_A_MINUTE: usize = 65;

/// The longest time for an answer that a rubric may have.
const MOST_MINUTES: usize = 60;

/// One row of a file of marked answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its number, as a spreadsheet counts.
    pub number: usize,
    /// Names the question; without it the question's own words do.
    pub question_id: Option<String>,
    /// The question.
    pub question: String,
    /// The answer that marks were given by.
    pub reference: String,
    /// Names the answer.
    pub id: Option<String>,
    /// An answer to the question.
    pub answer: Option<String>,
    /// Its mark.
    pub score: Option<f64>,
    /// The highest mark; 1 without it.
    pub max_score: Option<f64>,
}

/// An answer with its mark.
#[derive(Debug, Clone, PartialEq)]
struct Marked {
    row: usize,
    /// The mark as a share of the highest, 0 to 1.
    share: f64,
    text: String,
    /// The mark as given: `3 of 4`.
    mark: String,
}

impl Marked {
    /// The level that the mark stands for.
    fn level(&self) -> u8 {
        (self.share * f64::from(HIGHEST)).round() as u8
    }
}

/// A rubric made of rows, and the answers in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The rubric.
    pub rubric: Rubric,
    /// What its author has to know.
    pub remarks: Remarks,
    /// The answers, each a line of a file of answers; those that were marked have `human`.
    pub answers: Vec<String>,
}

/// What of a reference answer becomes key points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPoints {
    /// Each statement, so that a critique can name the one that is missing.
    Statements,
    /// The whole reference as one, which suits references that say more than is asked for.
    Whole,
}

/// What to make of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Topic of the rubrics, kebab-case.
    pub topic: String,
    /// The file that the rows came from, for `sources`.
    pub file: String,
    /// What becomes key points.
    pub key_points: KeyPoints,
}

/// Makes a rubric of the rows of each question, in the order of their first rows; or says what is wrong, a line
/// for each row.
pub fn import(rows: &[Row], settings: &Settings) -> Result<Vec<Imported>, Vec<String>> {
    let mut questions: Vec<Vec<&Row>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let name = row.question_id.clone().unwrap_or_else(|| statements::prose(&row.question));
        let place = *places.entry(name).or_insert(questions.len());
        if place == questions.len() {
            questions.push(Vec::new());
        }
        questions[place].push(row);
    }
    let mut wrong = wrong_rows(rows);
    wrong.extend(questions.iter().flat_map(|rows| contradictions(rows)));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut names = Names::default();
    Ok(questions.iter().filter_map(|rows| imported(rows, settings, &mut names)).collect())
}

fn wrong_rows(rows: &[Row]) -> Vec<String> {
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        let mut note = |message: String| wrong.push(format!("row {}: {message}", row.number));
        if !row.question.chars().any(char::is_alphanumeric) {
            note("column `question` is empty".to_owned());
        }
        if statements::statements(&row.reference).is_empty() {
            note("column `reference` is empty".to_owned());
        }
        if let Some(message) = wrong_mark(row) {
            note(message);
        }
        if let Some(first) = row.id.as_deref().and_then(|id| ids.insert(id, row.number)) {
            note(format!("the id \"{}\" was used in row {first}", row.id.as_deref().unwrap_or_default()));
        }
    }
    wrong
}

fn wrong_mark(row: &Row) -> Option<String> {
    let (score, max) = (row.score?, row.max_score.unwrap_or(1.0));
    if max.is_nan() || max <= 0.0 {
        return Some(format!("the highest score is {max}; it has to be above 0"));
    }
    if (0.0..=max).contains(&score) {
        return None;
    }
    Some(match row.max_score {
        Some(max) => format!("the score {score} is not within 0 to {max}"),
        None => format!("the score {score} is not within 0 to 1; name the highest in a column `max_score`"),
    })
}

/// Rows of one question that differ in its words or in its reference.
fn contradictions(rows: &[&Row]) -> Vec<String> {
    let Some((first, others)) = rows.split_first() else { return Vec::new() };
    let same = |a: &str, b: &str| a.split_whitespace().eq(b.split_whitespace());
    let mut found = Vec::new();
    for row in others {
        for (what, ours, theirs) in
            [("question", &row.question, &first.question), ("reference", &row.reference, &first.reference)]
        {
            if !same(ours, theirs) {
                found.push(format!(
                    "row {}: its `{what}` is not that of row {}, which is about the same question",
                    row.number, first.number
                ));
            }
        }
    }
    found
}

fn imported(rows: &[&Row], settings: &Settings, names: &mut Names) -> Option<Imported> {
    let first = rows.first()?;
    let id = names.fresh(first.question_id.as_deref().unwrap_or(&first.question));
    let marked: Vec<Marked> = rows.iter().filter_map(|row| marked(row)).collect();
    let picked = exemplars::picked(&marked);
    let remarks = remarks(settings, marked.len(), picked.len());
    let key_points = match settings.key_points {
        KeyPoints::Statements => statements::statements(&first.reference),
        KeyPoints::Whole => vec![statements::prose(&first.reference)],
    };
    let exemplars = picked.into_iter().map(|answer| Exemplar {
        name: format!("marked {}", answer.mark),
        answer: statements::prose(&answer.text),
        levels: BTreeMap::from([(CRITERION.into(), answer.level())]),
        mistakes: Vec::new(),
    });
    let rubric = Rubric {
        id: id.as_str().into(),
        title: title(&first.question),
        topic: settings.topic.clone(),
        difficulty: Difficulty::Core,
        minutes: minutes(&first.reference),
        question: statements::prose(&first.question),
        model_answer: statements::prose(&first.reference),
        follow_ups: Vec::new(),
        sources: vec![source(rows, settings)],
        criteria: vec![criterion(key_points)],
        mistakes: Vec::new(),
        exemplars: exemplars.collect(),
    };
    let answers = rows.iter().filter_map(|row| answer_line(row, &rubric.id)).collect();
    Some(Imported { rubric, remarks, answers })
}

fn source(rows: &[&Row], settings: &Settings) -> String {
    let numbers = rows.iter().map(|row| row.number);
    let (first, last) = (numbers.clone().min().unwrap_or(0), numbers.max().unwrap_or(0));
    let place = if first == last { format!("row {first}") } else { format!("rows {first} to {last}") };
    let id = rows.first().and_then(|row| row.question_id.as_deref());
    let named = id.map_or(String::new(), |id| format!(", question_id {id}"));
    format!("Imported from {}, {place}{named}.", settings.file)
}

fn remarks(settings: &Settings, marked: usize, picked: usize) -> Remarks {
    let exemplars = format!(
        "Picked from {marked} marked answers: near the lowest mark, the quartiles and the highest, no level \
         twice. {picked} of them; replace those that show too little."
    );
    Remarks {
        top: vec![
            format!(
                "Made by `coach rubric import` from {}. Read it before you grade with it.",
                settings.file
            ),
            "`coach rubric check` finds what does not fit; difficulty and minutes are guesses.".to_owned(),
        ],
        criteria: vec![format!(
            "A mark is about the whole answer, so there is one criterion; a tenth of the mark is a level. {} Part \
             the criterion where you want to judge sides of an answer separately.",
            match settings.key_points {
                KeyPoints::Statements =>
                    "The key points are the sentences and list entries of the reference: take out what is not \
                     asked for, because an answer without it is rated lower.",
                KeyPoints::Whole => "The reference is one key point, which is made in part or in full.",
            }
        )],
        exemplars: vec![exemplars],
    }
}

/// One criterion for the whole reference, with a level for each tenth of the mark.
fn criterion(key_points: Vec<String>) -> Criterion {
    Criterion {
        id: CRITERION.into(),
        title: "What the reference answer says".to_owned(),
        dimension: Dimension::Theory,
        weight: 1.0,
        levels: (0..=HIGHEST).map(|level| descriptor(level, key_points.len())).collect(),
        key_points,
    }
}

/// What an answer of a level has, in key points: numbers anchor what no two people would read alike.
fn descriptor(level: u8, points: usize) -> String {
    let tenths = if level == 1 { "1 tenth".to_owned() } else { format!("{level} tenths") };
    match (level, points) {
        (0, _) => "Absent or wrong: makes no key point, or only says the contrary.".to_owned(),
        (HIGHEST, 1) => "Makes the key point in full.".to_owned(),
        (HIGHEST, points) => format!("Makes all {points} key points."),
        (_, 1) => format!("Makes {tenths} of what the key point says."),
        (level, points) => {
            let share = f64::from(level) * points as f64 / f64::from(HIGHEST);
            let about = format!("{share:.1}");
            let about = about.strip_suffix(".0").unwrap_or(&about);
            format!(
                "Makes {tenths} of what is asked: {about} of {points} key points, one made in part counting in part."
            )
        }
    }
}

fn minutes(reference: &str) -> u32 {
    let words = reference.split_whitespace().count();
    u32::try_from(words.div_ceil(WORDS_A_MINUTE).clamp(1, MOST_MINUTES)).unwrap_or(1)
}

fn marked(row: &Row) -> Option<Marked> {
    let (text, score) = (row.answer.clone()?, row.score?);
    let max = row.max_score.unwrap_or(1.0);
    Some(Marked { row: row.number, share: score / max, text, mark: format!("{score} of {max}") })
}

/// The row's answer as a line of a file of answers.
fn answer_line(row: &Row, question: &QuestionId) -> Option<String> {
    let answer = row.answer.as_ref()?;
    let id = row.id.clone().unwrap_or_else(|| format!("{question}-{}", row.number));
    let mut line = json!({"id": id, "question": question, "answer": answer});
    if let Some(score) = row.score {
        // Four decimals keep every mark that people give apart.
        let points = (1e6 * score / row.max_score.unwrap_or(1.0)).round() / 1e4;
        line["human"] = json!({"score": points});
    }
    Some(format!("{line}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{parse, write};

    fn settings() -> Settings {
        let key_points = KeyPoints::Statements;
        Settings { topic: "networks".to_owned(), file: "exam.csv".to_owned(), key_points }
    }

    fn row(number: usize, answer: &str, score: f64) -> Row {
        Row {
            number,
            question: "Why is UDP faster\nthan TCP? Name two reasons.".to_owned(),
            reference: "- It needs no handshake.\n- Lost packets are not sent again.".to_owned(),
            answer: Some(answer.to_owned()),
            score: Some(score),
            max_score: Some(4.0),
            ..Row::default()
        }
    }

    #[test]
    fn a_rubric_of_marked_answers_passes_its_check() {
        let rows = [row(2, "It simply sends without asking first.", 2.0), row(3, "", 0.0)];
        let found = import(&rows, &settings()).unwrap();
        let [imported] = found.as_slice() else { panic!("{found:?}") };
        let rubric = &imported.rubric;
        assert_eq!(rubric.id.as_str(), "why-is-udp-faster-than-tcp");
        assert_eq!(rubric.title, "Why is UDP faster than TCP?");
        assert_eq!(
            rubric.criteria[0].key_points,
            ["It needs no handshake.", "Lost packets are not sent again."]
        );
        assert_eq!(rubric.criteria[0].levels.len(), 11);
        assert_eq!(rubric.exemplars.len(), 1);
        assert_eq!(rubric.exemplars[0].levels["content"], 5);
        assert_eq!(rubric.sources, ["Imported from exam.csv, rows 2 to 3."]);
        let text = write::write(rubric, &imported.remarks);
        assert_eq!(parse::rubric("x", rubric.id.as_str(), &text, &[]).unwrap(), *rubric, "{text}");
        assert_eq!(
            imported.answers[0],
            "{\"id\":\"why-is-udp-faster-than-tcp-2\",\"question\":\"why-is-udp-faster-than-tcp\",\
             \"answer\":\"It simply sends without asking first.\",\"human\":{\"score\":50.0}}\n"
        );
    }

    #[test]
    fn a_reference_may_stay_whole() {
        let settings = Settings { key_points: KeyPoints::Whole, ..settings() };
        let found = import(&[row(2, "", 0.0)], &settings).unwrap();
        let criterion = &found[0].rubric.criteria[0];
        assert_eq!(criterion.key_points, ["- It needs no handshake.\n- Lost packets are not sent again."]);
        assert_eq!(criterion.levels[10], "Makes the key point in full.");
        let text = write::write(&found[0].rubric, &found[0].remarks);
        assert!(parse::rubric("x", found[0].rubric.id.as_str(), &text, &[]).is_ok(), "{text}");
    }

    #[test]
    fn what_is_wrong_is_said_row_by_row() {
        let other = Row { reference: "Something else entirely.".to_owned(), ..row(3, "", 1.0) };
        let empty = Row { number: 4, ..Row::default() };
        let id = |number: usize| Row { id: Some("a".to_owned()), ..row(number, "", 5.0) };
        let no_max = Row { max_score: None, ..row(7, "", 2.0) };
        let wrong = import(&[row(2, "", 1.0), other, empty, id(5), id(6), no_max], &settings()).unwrap_err();
        assert_eq!(
            wrong,
            [
                "row 4: column `question` is empty",
                "row 4: column `reference` is empty",
                "row 5: the score 5 is not within 0 to 4",
                "row 6: the score 5 is not within 0 to 4",
                "row 6: the id \"a\" was used in row 5",
                "row 7: the score 2 is not within 0 to 1; name the highest in a column `max_score`",
                "row 3: its `reference` is not that of row 2, which is about the same question",
            ]
        );
    }

    #[test]
    fn level_descriptors_count_key_points() {
        for (level, points, expected) in [
            (0, 5, "Absent or wrong: makes no key point, or only says the contrary."),
            (1, 1, "Makes 1 tenth of what the key point says."),
            (
                3,
                5,
                "Makes 3 tenths of what is asked: 1.5 of 5 key points, one made in part counting in part.",
            ),
            (10, 1, "Makes the key point in full."),
            (10, 5, "Makes all 5 key points."),
        ] {
            assert_eq!(descriptor(level, points), expected);
        }
    }
}
