//! Levels that two people would tell apart differently: vague, unanchored, overlapping, or rewarding length.

use crate::document::{Path, Remark};

use super::super::rubric::Criterion;
use super::wording::{bare, essence, is_degree, is_number, is_stop, lowered, words};
use super::{Class, remark};

pub(super) fn advise(criterion: &Criterion, at: &Path, remarks: &mut Vec<Remark>) {
    let title = essence(&criterion.title);
    let at = |number: usize| at.clone().field("levels").entry(number);
    for (number, level) in criterion.levels.iter().enumerate() {
        if let Some(wanted) = length_wanted(level) {
            remarks.push(rewards_length(at(number), "level", &wanted));
        } else {
            match anchor(level, &title) {
                Anchor::Observable => {}
                Anchor::Vague(word) => remarks.push(vague(at(number), &word)),
                Anchor::Label => remarks.push(unanchored(at(number))),
            }
        }
    }
    overlaps(criterion, at, remarks);
}

/// What a level is recognised by.
#[derive(Debug, PartialEq, Eq)]
enum Anchor {
    /// Something that an answer has or has not.
    Observable,
    /// A judgement, by this word.
    Vague(String),
    /// A number or a name of the level.
    Label,
}

fn anchor(level: &str, title: &[String]) -> Anchor {
    let lowered = lowered(level);
    let words = words(&lowered);
    let is_title = |word: &str| title.iter().any(|of_title| of_title == bare(word));
    let says_nothing =
        |word: &&str| is_stop(word) || GENERIC.contains(word) || LABELS.contains(word) || is_number(word);
    let vague = words.iter().find(|word| VAGUE.contains(word) || is_degree(word));
    let rest =
        || words.iter().filter(|word| !says_nothing(word) && !VAGUE.contains(word) && !is_degree(word));
    match vague {
        Some(vague) if rest().all(|word| is_title(word)) => Anchor::Vague((*vague).to_owned()),
        None if rest().next().is_none() && is_label(&words) => Anchor::Label,
        Some(_) | None => Anchor::Observable,
    }
}

/// Whether words that say nothing by themselves are a name of the level. A number of points or parts is none:
/// "2 of 4 points" counts key points.
fn is_label(words: &[&str]) -> bool {
    const LONGEST_COUNT: usize = 2;
    let names = words.iter().any(|word| LABELS.contains(word) && !COUNTED.contains(word));
    names
        || words.len() <= LONGEST_COUNT && words.iter().any(|word| is_number(word) || COUNTED.contains(word))
}

fn vague(at: Path, word: &str) -> Remark {
    let message = format!("this level rests on \"{word}\", which each reader takes differently");
    let help = "say what an answer of this level contains, as in \"names two of the three causes\"";
    remark(Class::VagueLevel, at, message, help)
}

fn unanchored(at: Path) -> Remark {
    let message = "this level is only a name: nothing tells an answer of it from one of its neighbours";
    let help = "say what an answer of this level contains, as in \"names two of the three causes\"";
    remark(Class::UnanchoredLevel, at, message, help)
}

/// Two levels that are the same once words of degree are left out.
fn overlaps(criterion: &Criterion, at: impl Fn(usize) -> Path, remarks: &mut Vec<Remark>) {
    let essences: Vec<Vec<String>> = criterion.levels.iter().map(|level| essence(level)).collect();
    for (higher, level) in essences.iter().enumerate() {
        let same = essences[..higher].iter().position(|lower| lower == level && !level.is_empty());
        let Some(lower) = same else { continue };
        let equal = criterion.levels[lower] == criterion.levels[higher];
        let message = if equal {
            format!("levels {lower} and {higher} are the same")
        } else {
            format!("levels {lower} and {higher} differ only in degree")
        };
        let help =
            format!("name something that an answer of level {higher} has and one of level {lower} lacks");
        let mut remark = remark(Class::OverlappingLevels, at(higher), message, help);
        remark.other = Some(at(lower));
        remarks.push(remark);
    }
}

/// That a criterion or level wants many words.
pub(super) fn rewards_length(at: Path, what: &str, wanted: &str) -> Remark {
    let message = format!("this {what} asks for \"{wanted}\", so a longer answer gains without saying more");
    let help = "say what the words should contain; padding has to leave the level as it is";
    remark(Class::RewardsLength, at, message, help)
}

/// The words by which a level wants a long answer, if it does.
fn length_wanted(level: &str) -> Option<String> {
    let lowered = lowered(level);
    let words = words(&lowered);
    (0..words.len()).find_map(|at| length_at(&words, at)).map(|found| found.join(" "))
}

fn length_at<'w>(words: &'w [&'w str], at: usize) -> Option<&'w [&'w str]> {
    let word = |ahead: usize| words.get(at + ahead).copied().unwrap_or_default();
    let upto = |count: usize| words.get(at..at + count);
    let counts = |ahead: usize| is_number(word(ahead)) && UNITS.contains(&word(ahead + 1));
    match word(0) {
        "at" if word(1) == "least" && counts(2) => upto(4),
        "more" if word(1) == "than" && counts(2) => upto(4),
        "over" if counts(1) => upto(3),
        first if is_number(first) && UNITS.contains(&word(1)) && word(2) == "or" && word(3) == "more" => {
            upto(4)
        }
        "at" if word(1) == "length" => upto(2),
        "in" if word(1) == "detail" => upto(2),
        "in" if MUCH.contains(&word(1)) && word(2) == "detail" => upto(3),
        first if LENGTHY.contains(&first) && TEXTS.contains(&word(1)) => upto(2),
        first if LENGTHY.contains(&first) && word(1) == "and" && TEXTS.contains(&word(3)) => upto(4),
        // Long texts may be what the question is about, unless the level begins with one.
        "long" | "longer"
            if at <= 2 && TEXTS.contains(&word(1)) && words[..at].iter().all(|w| STARTS.contains(w)) =>
        {
            upto(2)
        }
        _ => None,
    }
}

const UNITS: [&str; 10] = [
    "words",
    "word",
    "sentences",
    "sentence",
    "paragraphs",
    "paragraph",
    "pages",
    "page",
    "lines",
    "characters",
];

const MUCH: [&str; 7] = ["great", "greater", "much", "more", "full", "considerable", "sufficient"];

const LENGTHY: [&str; 9] = [
    "lengthy",
    "detailed",
    "extensive",
    "elaborate",
    "comprehensive",
    "exhaustive",
    "thorough",
    "in-depth",
    "wordy",
];

/// What is long when an answer is long.
const TEXTS: [&str; 14] = [
    "answer",
    "explanation",
    "explanations",
    "description",
    "descriptions",
    "discussion",
    "account",
    "response",
    "treatment",
    "analysis",
    "overview",
    "essay",
    "coverage",
    "reply",
];

const STARTS: [&str; 6] = ["a", "an", "the", "gives", "writes", "very"];

/// Judgements; with words of degree, the words that make a level vague.
const VAGUE: [&str; 44] = [
    "acceptable",
    "advanced",
    "appropriate",
    "average",
    "bad",
    "basic",
    "best",
    "coherent",
    "competent",
    "comprehensive",
    "convincing",
    "decent",
    "deep",
    "effective",
    "excellent",
    "exceptional",
    "fair",
    "impressive",
    "inadequate",
    "in-depth",
    "insufficient",
    "limited",
    "mediocre",
    "nice",
    "ok",
    "okay",
    "outstanding",
    "poor",
    "proper",
    "reasonable",
    "satisfactory",
    "shallow",
    "solid",
    "sound",
    "strong",
    "sufficient",
    "superb",
    "superficial",
    "thorough",
    "unclear",
    "unsatisfactory",
    "vague",
    "weak",
    "worse",
];

/// Words that any answer or its quality is spoken of with.
const GENERIC: [&str; 53] = [
    "above",
    "all",
    "and",
    "answer",
    "any",
    "aspects",
    "attempt",
    "basics",
    "below",
    "but",
    "candidate",
    "command",
    "concept",
    "concepts",
    "content",
    "coverage",
    "covers",
    "demonstrates",
    "depth",
    "description",
    "detail",
    "details",
    "discusses",
    "discussion",
    "exceeds",
    "expectations",
    "expected",
    "explained",
    "explains",
    "explanation",
    "few",
    "gaps",
    "gives",
    "grasp",
    "ideas",
    "issues",
    "job",
    "knowledge",
    "matter",
    "meets",
    "more",
    "or",
    "overall",
    "quality",
    "requirements",
    "response",
    "shows",
    "some",
    "subject",
    "topic",
    "understanding",
    "understands",
    "work",
];

/// Names of levels.
const LABELS: [&str; 28] = [
    "beginner",
    "developing",
    "expert",
    "fail",
    "fails",
    "half",
    "high",
    "highest",
    "incomplete",
    "intermediate",
    "level",
    "low",
    "lowest",
    "marks",
    "mastery",
    "medium",
    "middle",
    "novice",
    "partial",
    "partially",
    "pass",
    "passes",
    "percent",
    "points",
    "proficient",
    "standard",
    "top",
    "yes",
];

/// Labels that also count what an answer has.
const COUNTED: [&str; 3] = ["marks", "percent", "points"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgements_and_labels_are_told_from_what_can_be_seen() {
        let vague = |word: &str| Anchor::Vague(word.to_owned());
        for (level, is) in [
            ("Good.", vague("good")),
            ("An adequate explanation of retrieval.", vague("adequate")),
            ("Explains retrieval clearly and completely.", vague("clearly")),
            ("Strong understanding with some gaps", vague("strong")),
            ("Shows good knowledge of how retrieval works.", Anchor::Observable),
            ("A clear statement that the index is built beforehand.", Anchor::Observable),
            ("Good on cost, silent on latency.", Anchor::Observable),
            ("3", Anchor::Label),
            ("Level 2", Anchor::Label),
            ("Partial", Anchor::Label),
            ("50 percent.", Anchor::Label),
            ("Partial answer", Anchor::Label),
            ("Absent or wrong.", Anchor::Observable),
            ("None.", Anchor::Observable),
            ("2 of the 4 points", Anchor::Observable),
            ("Two of the four parts.", Anchor::Observable),
            ("Explains retrieval.", Anchor::Observable),
        ] {
            assert_eq!(anchor(level, &essence("Retrieval")), is, "{level}");
        }
    }

    #[test]
    fn levels_that_want_many_words_are_told_from_levels_about_long_texts() {
        for (level, wanted) in [
            ("Explains it in at least 200 words.", Some("at least 200 words")),
            ("More than 5 sentences.", Some("more than 5 sentences")),
            ("Writes 100 words or more on cost.", Some("100 words or more")),
            ("A detailed and structured answer.", Some("detailed and structured answer")),
            ("Gives a comprehensive overview of caching.", Some("comprehensive overview")),
            ("Explains both methods in great detail.", Some("in great detail")),
            ("A long answer that covers cost.", Some("long answer")),
            ("Says that the judge prefers a longer answer.", None),
            ("Names the cost of long contexts.", None),
            ("Says it in at most 200 words.", None),
            ("Names at least two of the causes.", None),
            ("Chunks of more than 500 tokens are named as too long.", None),
        ] {
            assert_eq!(length_wanted(level).as_deref(), wanted, "{level}");
        }
    }
}
