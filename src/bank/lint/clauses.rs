//! Where a sentence makes two statements, and whether it makes one at all.
//!
//! English words do not say what they are: "measures" is a verb or a noun. So this errs on the side of silence: a
//! sentence counts as two statements only where each half has a subject and a verb that is hardly ever anything
//! else, and where the second half does not refer back to the first; it counts as none only where no word of
//! a short text could be its verb.

use super::verbs::{self, Use};
use super::wording::{lowered, words};

/// A text of more words without a verb that we know more likely has one that we do not.
const LONGEST_FRAGMENT: usize = 6;

/// The half of a sentence that could be true without the other half, and that other half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Halves<'t> {
    pub(super) first: &'t str,
    pub(super) second: &'t str,
}

/// The two statements that "and" or a semicolon joins in `text`, if it does.
pub(super) fn halves(text: &str) -> Option<Halves<'_>> {
    let joined = [", and ", "; and ", "; ", " and "].into_iter().flat_map(|mark| {
        text.match_indices(mark).map(move |(at, _)| (mark, &text[..at], &text[at + mark.len()..]))
    });
    joined
        .filter(|(mark, first, second)| two_statements(mark, first, second))
        .map(|(_, first, second)| Halves { first: first.trim(), second: second.trim_end_matches('.').trim() })
        .next()
}

fn two_statements(mark: &str, first: &str, second: &str) -> bool {
    let (first, second) = (lowered(first), lowered(second));
    // A condition at the beginning is one of both halves: one statement with two consequences.
    if words(&first).first().is_some_and(|word| SUBORDINATE.contains(word)) {
        return false;
    }
    // What follows the last comma is what "and" joins.
    let last = first.rsplit([',', ';', ':', '(']).next().unwrap_or_default();
    let (left, right) = (words(last), words(&second));
    let needs_subject = mark == " and " && !right.first().is_some_and(|word| BEGIN_SUBJECT.contains(word));
    let is_dependent = left.iter().any(|word| SUBORDINATE.contains(word) || PAIRED.contains(word));
    let refers_back = right.first() == Some(&"one") || right.iter().any(|word| REFER_BACK.contains(word));
    !needs_subject && !is_dependent && !refers_back && is_clause(&left) && is_clause(&right)
}

/// Whether words begin with a subject that a finite verb follows, in a main clause.
fn is_clause(words: &[&str]) -> bool {
    let begins_adverbial = |word: &&str| word.ends_with("ly") || ADVERBS.contains(word);
    let start = words.iter().take_while(|word| begins_adverbial(word)).count();
    let words = &words[start..];
    let Some(first) = words.first() else { return false };
    // "and brings little" and "and rounded to four bits" go on with the same subject.
    if verbs::use_of(first) == Use::Finite || is_participle(first) {
        return false;
    }
    let main = words.iter().take_while(|word| !SUBORDINATE.contains(word)).count();
    (1..main).any(|at| verbs::use_of(words[at]) == Use::Finite && !makes_noun(words[at - 1]))
}

/// Whether the word after this one is a noun or an infinitive, whatever it looks like.
fn makes_noun(before: &str) -> bool {
    BEGIN_SUBJECT.contains(&before) && !PRONOUNS.contains(&before) || PREPOSITIONS.contains(&before)
}

fn is_participle(word: &str) -> bool {
    word.len() > 3 && word.ends_with("ed") || IRREGULAR_PARTICIPLES.contains(&word)
}

/// Whether a short text has no word that could be its verb.
pub(super) fn is_fragment(text: &str) -> bool {
    let lowered = lowered(text);
    let words = words(&lowered);
    words.len() <= LONGEST_FRAGMENT && !words.iter().enumerate().any(|(at, word)| could_be_verb(at, word))
}

/// Whether a word could be the verb of a statement. The first word cannot, because its subject is missing.
fn could_be_verb(at: usize, word: &str) -> bool {
    let looks_so =
        (word.ends_with('s') || word.ends_with("ed")) && !NOUN_ENDINGS.iter().any(|end| word.ends_with(end));
    at > 0 && (verbs::use_of(word) != Use::Other || looks_so || is_participle(word))
}

/// Endings in "s" of words that are nouns or adjectives.
const NOUN_ENDINGS: [&str; 13] =
    ["ss", "us", "ous", "is", "ics", "ions", "ments", "ities", "ings", "ences", "ances", "ors", "ncies"];

/// What begins a subject even where "and" has no comma before it.
const BEGIN_SUBJECT: [&str; 15] =
    ["a", "an", "the", "each", "every", "no", "some", "any", "i", "you", "we", "he", "she", "my", "our"];

const PRONOUNS: [&str; 5] = ["i", "you", "we", "he", "she"];

/// Words that tie the second half to the first: without it they refer to nothing.
const REFER_BACK: [&str; 21] = [
    "it",
    "its",
    "they",
    "their",
    "them",
    "this",
    "these",
    "those",
    "such",
    "that",
    "then",
    "there",
    "thus",
    "so",
    "therefore",
    "hence",
    "otherwise",
    "instead",
    "both",
    "too",
    "same",
];

/// Words that begin a dependent clause: "and" behind one may join two dependent clauses.
const SUBORDINATE: [&str; 20] = [
    "that", "which", "who", "whose", "whom", "because", "if", "when", "whenever", "where", "whether", "how",
    "why", "what", "so", "while", "whereas", "although", "unless", "until",
];

/// Words that announce an "and" between two nouns.
const PAIRED: [&str; 2] = ["between", "both"];

const ADVERBS: [&str; 14] = [
    "also",
    "always",
    "again",
    "even",
    "just",
    "later",
    "never",
    "not",
    "now",
    "often",
    "only",
    "sometimes",
    "soon",
    "still",
];

const PREPOSITIONS: [&str; 20] = [
    "about", "after", "as", "at", "before", "between", "by", "during", "for", "from", "in", "into", "of",
    "on", "over", "than", "to", "under", "with", "without",
];

const IRREGULAR_PARTICIPLES: [&str; 33] = [
    "bought", "brought", "built", "caught", "chosen", "cut", "done", "drawn", "driven", "fed", "found",
    "frozen", "given", "gone", "held", "hidden", "kept", "known", "learnt", "left", "lost", "made", "paid",
    "put", "read", "run", "seen", "sent", "set", "shown", "split", "taken", "written",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_statements_are_told_from_one_with_and_in_it() {
        for (text, second) in [
            (
                "Retrieval adds latency, and fine-tuning makes prompts shorter.",
                Some("fine-tuning makes prompts shorter"),
            ),
            ("The judge is pinned, and some verdicts are run twice.", Some("some verdicts are run twice")),
            ("Precision is low and the threshold stays fixed.", Some("the threshold stays fixed")),
            ("PCA describes the data; SHAP explains a model.", Some("SHAP explains a model")),
            (
                "At night the queue grows, and the server must drop requests.",
                Some("the server must drop requests"),
            ),
            // One statement about one subject, or about two.
            ("The test set is opened once, at the end, and never again.", None),
            ("RAG fetches passages at inference time and puts them into the prompt.", None),
            ("A weight is divided by a scale and rounded, and multiplied by the scale again.", None),
            ("Precision and recall trade off against each other.", None),
            ("Dropout, weight decay, and early stopping are regularisers.", None),
            ("The encoder, the decoder, and the masks are shown.", None),
            ("The agreement between the judge and the human is measured.", None),
            // The second half needs the first.
            ("Documents are indexed beforehand, and each query searches that index.", None),
            ("The model proposes a call, and our code executes it.", None),
            ("The retriever fails, and so the answer is wrong.", None),
            ("Each token gets a probability, and one is drawn.", None),
            // Both halves depend on one clause.
            ("It helps where conditions, logic, and arithmetic must be combined.", None),
            ("The score is inflated, because A loses twelve points, and B loses two.", None),
            ("If all rewards are equal, the advantages are zero and the prompt teaches nothing.", None),
            ("When traffic grows, the queue fills, and the server must drop requests.", None),
            ("A test shows whether facts are missing and the model behaves wrongly.", None),
            ("Tools get a schema, an owner, and a limit on what the caller may send.", None),
            ("A fair comparison takes a dense model of equal size, and one of equal memory.", None),
        ] {
            assert_eq!(halves(text).map(|halves| halves.second), second, "{text}");
        }
    }

    #[test]
    fn fragments_are_told_from_short_statements() {
        for (text, is) in [
            ("Retrieval latency", true),
            ("Token budget and latency.", true),
            ("Positional encodings", true),
            ("The square root of d_k", true),
            ("Models can hallucinate.", false),
            ("Dropout regularises.", false),
            ("Experts vote on tokens.", false),
            ("Accuracy misleads here.", false),
            ("Weights stay frozen.", false),
            ("Small samples overfit.", false),
        ] {
            assert_eq!(is_fragment(text), is, "{text}");
        }
    }
}
