//! Rubrics as sheets for human graders: what is judged, and empty places for what they find.
//!
//! A sheet for answers has the columns that `coach agreement --human` reads, so that a filled-in sheet can be
//! handed back as it is.

use crate::answer::Answer;
use crate::bank::{Criterion, MistakeKind, Rubric};

/// The columns of a rubric's sheet; the last three are for the grader.
pub const HEADER: [&str; 9] =
    ["question", "criterion", "title", "weight", "levels", "key_points", "level", "mistakes", "remarks"];

/// A row for each criterion of each rubric, in the order of [`HEADER`], safe to open in a spreadsheet.
pub fn rows(rubrics: &[&Rubric]) -> Vec<Vec<String>> {
    let of_rubric = |rubric: &&Rubric| {
        let rubric: &Rubric = rubric;
        rubric.criteria.iter().map(|criterion| row(rubric, criterion)).collect::<Vec<_>>()
    };
    rubrics.iter().flat_map(of_rubric).collect()
}

fn row(rubric: &Rubric, criterion: &Criterion) -> Vec<String> {
    let empty = String::new;
    let cells = [
        rubric.id.to_string(),
        criterion.id.to_string(),
        criterion.title.clone(),
        criterion.weight.to_string(),
        levels(criterion).join("\n"),
        criterion.key_points.iter().map(|point| format!("• {point}")).collect::<Vec<_>>().join("\n"),
        empty(),
        empty(),
        empty(),
    ];
    cells.iter().map(|cell| safe(cell)).collect()
}

fn levels(criterion: &Criterion) -> Vec<String> {
    criterion.levels.iter().enumerate().map(|(level, text)| format!("{level}: {text}")).collect()
}

/// The header and a row for each answer, with an empty cell for the level of each criterion of its question.
pub fn answer_rows(rubrics: &[&Rubric], answers: &[Answer]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut criteria: Vec<&str> = Vec::new();
    for criterion in rubrics.iter().flat_map(|rubric| &rubric.criteria) {
        if !criteria.contains(&criterion.id.as_str()) {
            criteria.push(criterion.id.as_str());
        }
    }
    let mut header = ["id", "question", "answer"].map(str::to_owned).to_vec();
    header.extend(criteria.iter().map(|id| format!("level:{id}")));
    header.push("mistakes".to_owned());
    let row = |answer: &Answer| {
        let mut cells = vec![safe(&answer.id), safe(answer.question.as_str()), safe(&answer.text)];
        cells.resize(header.len(), String::new());
        cells
    };
    let rows = answers.iter().map(row).collect();
    (header, rows)
}

/// A cell that no spreadsheet takes for a formula: an apostrophe in front of what would begin one, as OWASP
/// advises (CSV Injection), the wide forms that East Asian spreadsheets read alike included.
pub(crate) fn safe(cell: &str) -> String {
    let begins_formula = cell
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if begins_formula { format!("'{cell}") } else { cell.to_owned() }
}

/// A rubric on a page to print or to paste: question, model answer, criteria, mistakes, and a table to fill in.
pub fn markdown(rubric: &Rubric) -> String {
    let mut blocks = vec![
        format!("# {}", line(&rubric.title)),
        format!("`{}`, {}, about {} min", rubric.id, rubric.difficulty.name(), rubric.minutes),
        "## Question".to_owned(),
        rubric.question.clone(),
        "## Model answer".to_owned(),
        rubric.model_answer.clone(),
    ];
    for criterion in &rubric.criteria {
        blocks.push(format!(
            "## {} (`{}`, weight {})",
            line(&criterion.title),
            criterion.id,
            criterion.weight
        ));
        let levels =
            levels(criterion).into_iter().map(|level| format!("- **Level {}", level.replacen(':', ":**", 1)));
        blocks.push(levels.collect::<Vec<_>>().join("\n"));
        if !criterion.key_points.is_empty() {
            let points = criterion.key_points.iter().map(|point| format!("- [ ] {}", line(point)));
            blocks.push(format!("Key points:\n\n{}", points.collect::<Vec<_>>().join("\n")));
        }
    }
    if !rubric.mistakes.is_empty() {
        blocks.push("## Mistakes".to_owned());
        blocks.push(mistakes(rubric));
    }
    blocks.push("## Levels given".to_owned());
    blocks.push(table(rubric));
    blocks.join("\n\n") + "\n"
}

fn mistakes(rubric: &Rubric) -> String {
    let text = |mistake: &crate::bank::Mistake| {
        let kind = match mistake.kind {
            MistakeKind::Said => "said",
            MistakeKind::Omitted => "left out",
        };
        format!(
            "- [ ] `{}` ({kind}) **{}.** {}",
            mistake.id,
            line(&mistake.title),
            line(&mistake.description)
        )
    };
    rubric.mistakes.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn table(rubric: &Rubric) -> String {
    let ids: Vec<&str> = rubric.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let header = std::iter::once("answer".to_owned())
        .chain(ids.iter().zip(&rubric.criteria).map(|(id, it)| format!("{id} (0 to {})", it.max_level())))
        .chain(["mistakes".to_owned()]);
    let columns = ids.len() + 2;
    [row(header.collect()), row(vec!["---".to_owned(); columns]), row(vec![" ".to_owned(); columns])]
        .join("\n")
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;

    #[test]
    fn cells_that_begin_a_formula_are_text() {
        for (cell, expected) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("\n=1", "'\n=1"),
            ("＝1+1", "'＝1+1"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(safe(cell), expected);
        }
    }

    #[test]
    fn a_sheet_for_answers_has_the_columns_that_agreement_reads() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("surprisal").unwrap();
        let answer = Answer {
            id: "a".to_owned(),
            question: rubric.id.clone(),
            text: "=1+1".to_owned(),
            candidate: Some("Ada".to_owned()),
        };
        let (header, rows) = answer_rows(&[rubric, rubric], &[answer]);
        assert_eq!(header.len(), rubric.criteria.len() + 4);
        assert_eq!(rows[0][..3], ["a", "surprisal", "'=1+1"]);
        assert!(rows[0][3..].iter().all(String::is_empty) && rows[0].len() == header.len());
        let read =
            crate::agreement::Column::of_header(&header.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(read.iter().flatten().count(), rubric.criteria.len() + 2);
    }

    #[test]
    fn a_page_has_every_level_and_key_point() {
        for rubric in Bank::shipped().unwrap().rubrics() {
            let page = markdown(rubric);
            for criterion in &rubric.criteria {
                for text in criterion.levels.iter().chain(&criterion.key_points) {
                    assert!(page.contains(text), "{}: {text}", rubric.id);
                }
            }
            assert_eq!(rows(&[rubric]).len(), rubric.criteria.len());
        }
    }
}
