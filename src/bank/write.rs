//! A rubric as the text of its file: what parsing reads, laid out for the author's editor.

use std::fmt::Write as _;

use super::rubric::{Criterion, Exemplar, FORMAT, Mistake, Rubric};

/// Lines are wrapped to this many characters, as the shipped rubrics are.
const LINE: usize = 110;

/// What an author should know about parts of a file; each line becomes a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// At the top of the file.
    pub top: Vec<String>,
    /// In front of the criteria.
    pub criteria: Vec<String>,
    /// In front of the exemplars.
    pub exemplars: Vec<String>,
}

/// The text of a rubric's file. Parsing it gives the same rubric; mistakes of the catalogue are written out.
pub fn write(rubric: &Rubric, remarks: &Remarks) -> String {
    let mut text = String::new();
    comments(&mut text, &remarks.top);
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(text, "format = {FORMAT}");
    field(&mut text, "id", rubric.id.as_str());
    field(&mut text, "title", &rubric.title);
    field(&mut text, "topic", &rubric.topic);
    field(&mut text, "difficulty", rubric.difficulty.name());
    let _ = writeln!(text, "minutes = {}", rubric.minutes);
    field(&mut text, "question", &rubric.question);
    field(&mut text, "model_answer", &rubric.model_answer);
    list(&mut text, "follow_ups", &rubric.follow_ups);
    list(&mut text, "sources", &rubric.sources);
    text.push('\n');
    comments(&mut text, &remarks.criteria);
    rubric.criteria.iter().for_each(|it| criterion(&mut text, it));
    rubric.mistakes.iter().for_each(|it| mistake(&mut text, it));
    if !rubric.exemplars.is_empty() {
        comments(&mut text, &remarks.exemplars);
    }
    rubric.exemplars.iter().for_each(|it| exemplar(&mut text, it));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

pub(super) fn comments(text: &mut String, remarks: &[String]) {
    for line in remarks.iter().flat_map(|remark| wrapped(remark, LINE - 2)) {
        // A comment may hold no control characters; what would end it early would also be read as TOML.
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(text, "# {line}");
    }
}

fn criterion(text: &mut String, criterion: &Criterion) {
    text.push_str("[[criteria]]\n");
    field(text, "id", criterion.id.as_str());
    field(text, "title", &criterion.title);
    field(text, "dimension", criterion.dimension.name());
    let _ = writeln!(text, "weight = {}", criterion.weight);
    list(text, "levels", &criterion.levels);
    list(text, "key_points", &criterion.key_points);
    text.push('\n');
}

fn mistake(text: &mut String, mistake: &Mistake) {
    text.push_str("[[mistakes]]\n");
    field(text, "id", mistake.id.as_str());
    field(text, "title", &mistake.title);
    field(text, "kind", mistake.kind.name());
    let _ = writeln!(text, "penalty = {}", mistake.penalty);
    field(text, "description", &mistake.description);
    list(text, "signs", &mistake.signs);
    list(text, "not_signs", &mistake.not_signs);
    field(text, "advice", &mistake.advice);
    text.push('\n');
}

fn exemplar(text: &mut String, exemplar: &Exemplar) {
    text.push_str("[[exemplars]]\n");
    field(text, "name", &exemplar.name);
    field(text, "answer", &exemplar.answer);
    let levels: Vec<String> = exemplar.levels.iter().map(|(id, level)| format!("{id} = {level}")).collect();
    let _ = writeln!(text, "levels = {{ {} }}", levels.join(", "));
    let mistakes: Vec<String> = exemplar.mistakes.iter().map(|id| id.as_str().to_owned()).collect();
    list(text, "mistakes", &mistakes);
    text.push('\n');
}

/// `key = "text"`, or text between three quotation marks where one line would not do.
pub(super) fn field(text: &mut String, key: &str, value: &str) {
    let one_line = quoted(value);
    if !value.contains('\n') && key.len() + one_line.chars().count() + 3 <= LINE {
        let _ = writeln!(text, "{key} = {one_line}");
        return;
    }
    let lines: Vec<String> = value.lines().flat_map(|line| wrapped(line, LINE)).collect();
    let _ = writeln!(text, "{key} = \"\"\"\n{}\"\"\"", escaped(&lines.join("\n"), Marks::Three));
}

pub(super) fn list(text: &mut String, key: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    let _ = writeln!(text, "{key} = [");
    for value in values {
        let _ = writeln!(text, "  {},", quoted(value));
    }
    text.push_str("]\n");
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", escaped(value, Marks::One))
}

/// How many quotation marks are around a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    One,
    Three,
}

/// `value` as it stands between quotation marks in TOML.
fn escaped(value: &str, marks: Marks) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            // Between three, a mark is only mistaken for the end next to another one.
            '"' if marks == Marks::Three && !matches!(chars.peek(), Some('"') | None) => out.push('"'),
            '"' => out.push_str("\\\""),
            '\n' if marks == Marks::Three => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// `line` in lines of at most `width` characters, broken at single blanks so that parsing joins them again. A
/// break is left out where the next word would look like the beginning of a list or of a table.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for (number, word) in line.split(' ').enumerate() {
        let fits = length + 1 + word.chars().count() <= width;
        match lines.last_mut() {
            Some(last) if number == 0 || fits || word.is_empty() || begins_its_own_line(word, last) => {
                if number > 0 {
                    last.push(' ');
                }
                last.push_str(word);
                length = last.chars().count();
            }
            _ => {
                lines.push(word.to_owned());
                length = word.chars().count();
            }
        }
    }
    lines
}

/// Whether parsing would keep a line that begins with `word` apart from the one before; also where that one
/// ends in blanks, which would be lost.
fn begins_its_own_line(word: &str, before: &str) -> bool {
    let numbered = || {
        let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < word.len() && matches!(rest, "." | ")")
    };
    before.ends_with(' ')
        || before.trim().is_empty()
        || word.starts_with(['|', '\t'])
        || word == "-"
        || word == "*"
        || numbered()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{Bank, parse};

    fn read_back(rubric: &Rubric) -> Rubric {
        let remarks = Remarks {
            top: vec![
                "A remark that is long enough to need a second line, ".repeat(4) + "\u{7}\nand = \"one\"",
            ],
            ..Remarks::default()
        };
        let text = write(rubric, &remarks);
        parse::rubric("x.toml", rubric.id.as_str(), &text, &[])
            .unwrap_or_else(|problems| panic!("{}: {problems:?}\n{text}", rubric.id))
    }

    #[test]
    fn every_shipped_rubric_is_read_back_as_it_was() {
        for rubric in Bank::shipped().unwrap().rubrics() {
            assert_eq!(read_back(rubric), **rubric, "{}", rubric.id);
        }
    }

    #[test]
    fn strange_texts_survive() {
        let bank = Bank::shipped().unwrap();
        let mut rubric = bank.rubric("surprisal").unwrap().as_ref().clone();
        for text in [
            "a \"quoted\" word, \"\"\" three of them and a \\ at the end\"",
            "quote at the end of a long text that has to be wrapped because it is far longer than one line of a \
             hundred and ten characters is\"",
            "first paragraph\n\n- an entry\n- another\n\n    code  with   blanks\n\n1. one\n2) two",
            "a control \u{1b}[31m character, a tab\there and \u{202e} marks",
            "numbers that would begin a line: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa \
             bbb - c * d 12. e 3) f | g and so on until the line is full of such words - and more - of them - yet",
            "词语没有空格也要保留",
        ] {
            text.clone_into(&mut rubric.model_answer);
            text.replace('\n', " ").clone_into(&mut rubric.title);
            rubric.sources = vec![text.replace('\n', " ")];
            assert_eq!(read_back(&rubric), rubric, "{text}");
        }
    }

    #[test]
    fn lines_are_no_longer_than_the_authors_editor_is_wide() {
        let lines = wrapped(&"word ".repeat(60), 40);
        assert!(lines.iter().all(|line| line.trim_end().chars().count() <= 40), "{lines:?}");
    }
}
