//! Which sentences of an answer are one short frame, filled again and again.
//!
//! "Recall has latency. Cost has context." Every sentence claims something, and none of it means anything. So do bare pairs
//! of words, "Recall latency. Cost context." Who has something to say now and then does so in three words, but not in
//! most of an answer, and not always in the same form.

use foldhash::{HashMap, HashSet};

use super::recurring::SENTENCES;

/// A sentence of no more words than this, and of them no more content words than that, can be a short frame.
const SHORT_WORDS: usize = 5;
/// See [`SHORT_WORDS`].
const SHORT_CONTENT: usize = 3;
/// Short frames count where they hold this share of an answer's words; a few headings do not.
const MOSTLY: f32 = 0.5;

/// Stands for a content word in a frame, whichever it is.
const ANY: u32 = u32::MAX;

/// A word by its number, and whether it has content.
pub(super) type Filling = (u32, bool);

/// A short sentence.
struct Short {
    /// Its words, those with content as [`ANY`].
    frame: Vec<u32>,
    words: Vec<Filling>,
}

/// Marks the sentences that fill a frame. `lengths` tells how many words each sentence has, and `words` which.
pub(super) fn filled(lengths: &[usize], words: impl Fn(usize) -> Vec<Filling>) -> Vec<bool> {
    let none = vec![false; lengths.len()];
    let least = MOSTLY * lengths.iter().sum::<usize>() as f32;
    let is_short = |length: usize| length <= SHORT_WORDS;
    let short: usize = lengths.iter().filter(|&&length| is_short(length)).sum();
    if lengths.len() < SENTENCES || (short as f32) < least {
        return none;
    }
    let sentences = lengths.iter().enumerate();
    let sentences: Vec<Option<Short>> = sentences
        .map(|(number, &length)| is_short(length).then(|| Short::of(words(number))).flatten())
        .collect();
    let mut fillings: HashMap<&[u32], HashSet<&[Filling]>> = HashMap::default();
    for short in sentences.iter().flatten() {
        fillings.entry(&short.frame).or_default().insert(&short.words);
    }
    let recurring: Vec<&[u32]> = fillings
        .iter()
        .filter(|(_, fillings)| fillings.len() >= SENTENCES)
        .map(|(frame, _)| *frame)
        .collect();
    let marked = |fills: &dyn Fn(&Short) -> bool| -> Vec<bool> {
        sentences.iter().map(|short| short.as_ref().is_some_and(fills)).collect()
    };
    let marks = marked(&|short| recurring.contains(&short.frame.as_slice()));
    let held: usize = lengths.iter().zip(&marks).filter(|(_, mark)| **mark).map(|(length, _)| length).sum();
    if (held as f32) < least {
        return none;
    }
    // In an answer that is made of frames, a word without content fills one as well.
    marked(&|short| recurring.iter().any(|frame| short.fills(frame)))
}

impl Short {
    fn of(words: Vec<Filling>) -> Option<Self> {
        let content = words.iter().filter(|(_, content)| *content).count();
        let frame = words.iter().map(|&(number, content)| if content { ANY } else { number }).collect();
        (1..=SHORT_CONTENT).contains(&content).then_some(Self { frame, words })
    }

    /// Whether its words stand where a frame has them or leaves them open.
    fn fills(&self, frame: &[u32]) -> bool {
        self.words.len() == frame.len()
            && self.words.iter().zip(frame).all(|((number, _), place)| *place == ANY || place == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_frames_are_marked_where_they_are_most_of_an_answer() {
        let has = |first: u32, second: u32| vec![(first, true), (1, false), (second, true)];
        let long: Vec<Filling> = (100..112).map(|word| (word, word % 2 == 0)).collect();
        let marks = |sentences: &[Vec<Filling>]| {
            let lengths: Vec<usize> = sentences.iter().map(Vec::len).collect();
            filled(&lengths, |number| sentences[number].clone())
        };
        let mut sentences: Vec<Vec<Filling>> = (0..4).map(|n| has(10 + n, 20 + n)).collect();
        assert_eq!(marks(&sentences[..3]), [false; 3]);
        sentences.push(vec![(2, false), (1, false), (9, true)]);
        assert_eq!(marks(&sentences), [true; 5], "\"some has latency\"");
        sentences.pop();
        sentences.push(long.clone());
        assert_eq!(marks(&sentences), [true, true, true, true, false]);
        sentences.push(long);
        assert_eq!(marks(&sentences), [false; 6], "most of it says more");
        assert_eq!(marks(&vec![has(10, 20); 8]), [false; 8], "the same sentence again fills nothing");
    }
}
