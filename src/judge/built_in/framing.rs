//! Whether a sentence asserts what its words say, or denies, doubts or asks it.
//!
//! "It is not true that RAG ends hallucination" has every word of the statement and says the contrary. Such
//! frames stand around a whole statement, so they are told by their place: at its beginning, or at its end
//! after "the claim that".

use super::words::denies;

/// What a sentence does with the statement in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Asserts,
    /// It says that the statement is not so.
    Denies,
    /// It says so of a statement that denies something itself.
    DeniesDenial,
    /// It leaves open whether it is so.
    LeavesOpen,
}

/// Words of a sentence in which a frame begins.
const REACH: usize = 4;

/// Beginnings that deny what follows. Sorted.
const DENIALS: &[&str] = &[
    "a common misconception is that",
    "a common mistake is that",
    "a common mistake is to think",
    "a myth that",
    "can't believe that",
    "cannot be said that",
    "disagree that",
    "do not agree that",
    "do not believe",
    "do not think",
    "don't agree that",
    "don't believe",
    "don't think",
    "doubt that",
    "false that",
    "false to believe",
    "false to claim",
    "false to say",
    "false to think",
    "incorrect that",
    "incorrect to say",
    "it is a mistake to",
    "misconception that",
    "never the case that",
    "no one believes that",
    "no one says that",
    "nobody believes that",
    "nobody says that",
    "not correct that",
    "not correct to say",
    "not right that",
    "not right to say",
    "not so that",
    "not the case that",
    "not true that",
    "not true to say",
    "untrue that",
    "would be a mistake to",
    "would deny that",
    "wrong that",
    "wrong to assume",
    "wrong to believe",
    "wrong to claim",
    "wrong to say",
    "wrong to think",
];

/// Beginnings that leave open what follows. Sorted.
const OPEN: &[&str] = &[
    "am not sure",
    "can't say whether",
    "can't tell whether",
    "cannot say whether",
    "do not know",
    "don't know",
    "doubt whether",
    "have no idea",
    "is it the case that",
    "is it true that",
    "is unclear whether",
    "not certain whether",
    "not clear whether",
    "not sure if",
    "not sure whether",
    "question is whether",
    "wonder if",
    "wonder whether",
];

/// Verbs of those who ask.
const ASKING: &[&str] = &["ask", "asked", "asks", "question", "wonder", "wonders"];

/// What a statement is called that is then refuted.
const CALLED: &[&str] = &[
    "assertion",
    "assumption",
    "belief",
    "claim",
    "idea",
    "notion",
    "opinion",
    "saying",
    "statement",
    "view",
];

/// Endings that refute what was called so.
const REFUTED: &[&str] = &["false", "incorrect", "invalid", "mistaken", "nonsense", "untrue", "wrong"];

/// What the frame of a sentence makes of its statement; `ending` is what follows its last word.
pub(super) fn framing(plains: &[&str], ending: &str) -> Framing {
    if ending.contains('?') {
        return Framing::LeavesOpen;
    }
    if refuted(plains) || begins_with_one(plains, DENIALS) {
        let denials = plains.iter().filter(|plain| denies(plain)).count();
        if denials > 1 { Framing::DeniesDenial } else { Framing::Denies }
    } else if begins_with_one(plains, OPEN) || asks(plains) {
        Framing::LeavesOpen
    } else {
        Framing::Asserts
    }
}

/// Whether one of some sorted frames begins in the first words.
fn begins_with_one(plains: &[&str], frames: &[&str]) -> bool {
    (0..=REACH.min(plains.len())).any(|from| {
        let words = plains.get(from..).unwrap_or_default();
        words.first().is_some_and(|first| {
            let at = frames.partition_point(|frame| frame < first);
            let mut candidates = frames.iter().skip(at).take_while(|frame| frame.starts_with(first));
            candidates.any(|frame| begins_with(words, frame))
        })
    })
}

fn begins_with(plains: &[&str], frame: &str) -> bool {
    let mut words = plains.iter();
    frame.split(' ').all(|word| words.next() == Some(&word))
}

/// Whether it puts a question without a question mark: "One may ask why", "the question is whether".
fn asks(plains: &[&str]) -> bool {
    plains.windows(2).take(2 * REACH).any(|two| match two {
        [verb, word] => ASKING.contains(verb) && matches!(*word, "how" | "if" | "what" | "whether" | "why"),
        _ => false,
    })
}

/// "The claim that ... is false."
fn refuted(plains: &[&str]) -> bool {
    let called = plains.windows(2).take(REACH).any(|two| match two {
        [name, "that"] => CALLED.contains(name),
        _ => false,
    });
    let last = plains.last().is_some_and(|last| REFUTED.contains(last));
    let not_true = plains.ends_with(&["not", "true"]) || plains.ends_with(&["not", "correct"]);
    called && (last || not_true)
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;

    #[test]
    fn frames_are_seen_where_they_stand() {
        use Framing::{Asserts, Denies, DeniesDenial, LeavesOpen};
        assert!(DENIALS.is_sorted() && OPEN.is_sorted());
        for (sentence, expected) in [
            ("It is not true that RAG ends hallucination.", Denies),
            ("It is wrong to say that the weights do not change.", DeniesDenial),
            ("The claim that RAG ends hallucination is false.", Denies),
            ("I don't believe that the weights change.", Denies),
            ("It would be wrong to say that the cache holds answers.", Denies),
            ("I don't know whether the weights change.", LeavesOpen),
            ("One may ask why the weights change.", LeavesOpen),
            ("Does the model change its weights?", LeavesOpen),
            ("The weights do not change.", Asserts),
            ("The model cannot say that it does not know.", Asserts),
            ("A claim that the passage supports is true.", Asserts),
        ] {
            let words = Words::new(sentence);
            let plains: Vec<&str> = words.plains().collect();
            let ending = sentence.get(words.list.last().unwrap().end..).unwrap();
            assert_eq!(framing(&plains, ending), expected, "{sentence}");
        }
    }
}
