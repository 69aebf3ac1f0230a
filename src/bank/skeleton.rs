//! The file that an author begins with: complete enough to pass the check, every place to fill in marked.
//!
//! It is a text and not a [`super::Rubric`], because what it is for stands in its comments. That it parses is shown
//! by its tests, and once more by the command before it writes the file.

use std::fmt::Write as _;

use super::names::Names;
use super::rubric::{Difficulty, Dimension, FORMAT};
use super::write::{comments, field, list};

/// What every text begins with that the author still has to write.
pub const PLACEHOLDER: &str = "Replace: ";

/// Words that a model answer has room for in a minute, as fast as people speak.
const WORDS_A_MINUTE: u32 = 130;

/// The highest level of a criterion in the skeleton: none, one, two or all of its three key points.
const HIGHEST: u8 = 3;

/// The id of the skeleton's one mistake.
const MISTAKE: &str = "replace-this-id";

/// What an author says before writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Kebab-case; the file is named after it.
    pub id: String,
    /// One line for lists.
    pub title: String,
    /// Kebab-case.
    pub topic: String,
    /// How demanding the question is.
    pub difficulty: Difficulty,
    /// Minutes for the answer.
    pub minutes: u32,
    /// What the interviewer says.
    pub question: String,
    /// What is judged, a few words each; at least one.
    pub criteria: Vec<String>,
}

/// The text of the file for that outline.
pub fn skeleton(outline: &Outline) -> String {
    let mut names = Names::default();
    let criteria: Vec<(String, &str)> =
        outline.criteria.iter().map(|title| (names.fresh(title), title.as_str())).collect();
    let mut text = String::new();
    head(&mut text, outline);
    for (number, (id, title)) in criteria.iter().enumerate() {
        if number == 0 {
            remark(&mut text, ABOUT_CRITERIA);
        }
        criterion(&mut text, id, title);
    }
    remark(&mut text, ABOUT_MISTAKES);
    mistake(&mut text);
    remark(&mut text, ABOUT_EXEMPLARS);
    let ids: Vec<&str> = criteria.iter().map(|(id, _)| id.as_str()).collect();
    exemplars(&mut text, &ids);
    text
}

const ABOUT_FILE: &[&str] = &[
    "How answers to one question are judged. Every text that begins with \"Replace:\" is yours to write. Comments \
     begin with # and may go once you have read them. A text of several lines stands between three quotation \
     marks, as in the model answer.",
];

const ABOUT_QUESTION: &[&str] = &[
    "What the interviewer says. A candidate must be able to tell from it what a full answer covers: what no part \
     of the question asks for, no criterion may ask for either.",
];

const ABOUT_CRITERIA: &[&str] = &[
    "A criterion is one thing that an answer can do well or badly whatever it does elsewhere. If its title needs \
     an \"and\", make two of it. Three to six are usual.",
    "dimension: theory, trade-offs, evaluation, safety or practice. weight: its share of the score relative to \
     the other criteria; equal weights are a good beginning.",
    "key_points: statements that a full answer makes. Each is one sentence, true by itself, in words that an \
     answer might use. Not \"explains chunking\" but \"Documents are split into chunks before they are indexed.\"",
    "levels: what an answer has to show for each, the lowest first, 2 to 11 of them. Two people who read the same \
     answer must pick the same one. So say what is there and what is not (\"exactly two of the three: ...\"), and \
     keep words like good, clear or adequate out: each reader fills them differently. Every answer fits one level \
     and no answer fits two.",
];

const ABOUT_MISTAKES: &[&str] = &[
    "A mistake is an error that you have seen and want named, not the mere lack of a key point. kind = \"said\": \
     the answer asserts something wrong. kind = \"omitted\": it leaves out what the question asked for. Without \
     such an error, delete this table and its name in the exemplars. penalty: points of 100.",
    "signs: sentences that make the mistake, each in words of its own. not_signs: sentences near it, yet right: \
     denials, warnings, the error quoted to reject it. Of an omission, signs wave the matter away and not_signs \
     cover it.",
];

const ABOUT_EXEMPLARS: &[&str] = &[
    "Sample answers with the levels that you would give. They never change a grade; they show whether a judge \
     grades as you do. Write them as candidates speak, not in the words of the key points. For each criterion you \
     want one at the top, one at the bottom and one between, and for each mistake one that makes it.",
];

fn head(text: &mut String, outline: &Outline) {
    comments(text, &owned(ABOUT_FILE));
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(text, "format = {FORMAT}");
    field(text, "id", &outline.id);
    field(text, "title", &outline.title);
    field(text, "topic", &outline.topic);
    field(text, "difficulty", outline.difficulty.name());
    let _ = writeln!(text, "minutes = {}\n", outline.minutes);
    comments(text, &owned(ABOUT_QUESTION));
    field(text, "question", &outline.question);
    text.push('\n');
    let most = outline.minutes * WORDS_A_MINUTE;
    comments(
        text,
        &[format!(
            "What a strong candidate would say in {} ({most} words at most). It makes every key point below. \
             Candidates can read it after their answer.",
            if outline.minutes == 1 { "1 minute".to_owned() } else { format!("{} minutes", outline.minutes) }
        )],
    );
    let _ = writeln!(text, "model_answer = \"\"\"\n{PLACEHOLDER}the answer that you would hope for.\"\"\"\n");
    comments(
        text,
        &owned(&["What to ask next, and where the facts can be checked. Neither changes a grade."]),
    );
    placeholders(text, "follow_ups", &["a question that goes on from a good answer."]);
    placeholders(text, "sources", &["author, year, title, and where it can be read."]);
    text.push('\n');
}

fn criterion(text: &mut String, id: &str, title: &str) {
    text.push_str("[[criteria]]\n");
    field(text, "id", id);
    field(text, "title", title);
    field(text, "dimension", Dimension::Theory.name());
    text.push_str("weight = 1\n");
    placeholders(
        text,
        "key_points",
        &[
            "the first statement that a full answer makes.",
            "the second statement, which can be right where the first is missing.",
            "the third statement.",
        ],
    );
    placeholders(
        text,
        "levels",
        &[
            "none of the three, or wrong; say what such an answer looks like here.",
            "exactly one of the three; name all three in a few words each.",
            "exactly two of the three; name the two that you would see most often.",
            "all three; say what each has to contain to count.",
        ],
    );
    text.push('\n');
}

fn mistake(text: &mut String) {
    text.push_str("[[mistakes]]\n");
    field(text, "id", MISTAKE);
    placeholder(text, "title", "the error in a few words.");
    text.push_str("kind = \"said\"\npenalty = 5\n");
    placeholder(text, "description", "what is wrong, and what is right instead.");
    placeholders(text, "signs", &["a sentence that makes the mistake.", "another, in other words."]);
    placeholders(
        text,
        "not_signs",
        &["a sentence that warns against it.", "a right sentence that uses the same words."],
    );
    placeholder(text, "advice", "what to do about it, to the candidate.");
    text.push('\n');
}

fn exemplars(text: &mut String, criteria: &[&str]) {
    for (name, answer, level, mistakes) in [
        ("strong: makes every key point", "an answer at the top of every criterion.", HIGHEST, ""),
        ("partial: one of the three each time", "an answer at level 1 of every criterion.", 1, ""),
        ("weak: makes the mistake", "an answer at the bottom that makes the mistake.", 0, MISTAKE),
    ] {
        text.push_str("[[exemplars]]\n");
        field(text, "name", name);
        placeholder(text, "answer", answer);
        let levels: Vec<String> = criteria.iter().map(|id| format!("{id} = {level}")).collect();
        let _ = writeln!(text, "levels = {{ {} }}", levels.join(", "));
        let mistakes = if mistakes.is_empty() { String::new() } else { format!("\"{mistakes}\"") };
        let _ = writeln!(text, "mistakes = [{mistakes}]\n");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

fn remark(text: &mut String, lines: &[&str]) {
    comments(text, &owned(lines));
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn placeholder(text: &mut String, key: &str, what: &str) {
    field(text, key, &format!("{PLACEHOLDER}{what}"));
}

fn placeholders(text: &mut String, key: &str, what: &[&str]) {
    let marked: Vec<String> = what.iter().map(|what| format!("{PLACEHOLDER}{what}")).collect();
    list(text, key, &marked);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{Rubric, parse};

    fn outline(criteria: &[&str]) -> Outline {
        Outline {
            id: "a-b".to_owned(),
            title: "A \"quoted\" title".to_owned(),
            topic: "mine".to_owned(),
            difficulty: Difficulty::Core,
            minutes: 1,
            question: "Why? \\ \u{1b}[31m \"\"\" and a lot more, ".repeat(9).trim_end().to_owned(),
            criteria: criteria.iter().map(|&title| title.to_owned()).collect(),
        }
    }

    fn parsed(outline: &Outline) -> Rubric {
        let text = skeleton(outline);
        parse::rubric("a-b.toml", "a-b", &text, &[]).unwrap_or_else(|it| panic!("{it:?}\n{text}"))
    }

    #[test]
    fn whatever_is_typed_the_skeleton_parses_and_says_it() {
        let outline = outline(&["How it works", "How it works", "…", "mistakes", "\"1\" 😀 = { }"]);
        let rubric = parsed(&outline);
        assert_eq!((&rubric.title, &rubric.question), (&outline.title, &outline.question));
        let criteria: Vec<(&str, &str)> =
            rubric.criteria.iter().map(|it| (it.id.as_str(), it.title.as_str())).collect();
        assert_eq!(
            criteria,
            [
                ("how-it-works", "How it works"),
                ("how-it-works-2", "How it works"),
                ("question", "…"),
                ("mistakes-2", "mistakes"),
                ("1", "\"1\" 😀 = { }"),
            ]
        );
    }

    #[test]
    fn all_that_is_to_be_written_is_marked() {
        let rubric = parsed(&outline(&["One"]));
        let (criterion, mistake) = (&rubric.criteria[0], &rubric.mistakes[0]);
        let lists = [&rubric.follow_ups, &rubric.sources, &criterion.levels, &criterion.key_points];
        let texts = lists.into_iter().chain([&mistake.signs, &mistake.not_signs]).flatten();
        let texts =
            texts.chain([&rubric.model_answer, &mistake.title, &mistake.description, &mistake.advice]);
        for text in texts.chain(rubric.exemplars.iter().map(|exemplar| &exemplar.answer)) {
            assert!(text.starts_with(PLACEHOLDER), "{text}");
        }
    }
}
