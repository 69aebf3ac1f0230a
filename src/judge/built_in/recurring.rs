//! Which words of an answer are a frame that is filled again and again.
//!
//! "I have worked with retrieval for many years. I have worked with context for many years." Whatever such a frame
//! says, it says it of everything. Sentences of people who have something to say do not share three words in a row
//! with many of their neighbours.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

/// Words that follow each other in so many different sentences of an answer are a frame.
pub(super) const SENTENCES: usize = 4;

/// Stand for the beginning and the end of a sentence among the numbers of its words.
const BEGINNING: u32 = u32::MAX;
const END: u32 = u32::MAX - 1;

/// Cells in which threes are counted; an answer of 200 words has four in one of them by chance in one case of 25.
const CELLS: usize = 1024;

/// Three words in a row.
type Three = [u32; 3];

/// Marks the words that stand in a sequence of three that recurs in many sentences. Beginning and end of a sentence
/// count as words. Words are given by number, sentence by sentence, and so are the marks; none where nothing recurs.
pub(super) fn recurring(sentences: &[&[u32]]) -> Vec<Vec<bool>> {
    let frames = frames(sentences);
    if frames.is_empty() {
        return Vec::new();
    }
    let marks = |words: &&[u32]| {
        let mut marks = vec![false; words.len()];
        for (at, three) in threes(words).enumerate() {
            if frames.binary_search(&three).is_ok() {
                // Counted from the beginning's mark.
                let (from, to) = (at.saturating_sub(1), (at + 2).min(words.len()));
                marks.get_mut(from..to).into_iter().flatten().for_each(|mark| *mark = true);
            }
        }
        marks
    };
    sentences.iter().map(marks).collect()
}

/// Sequences that recur, sorted.
fn frames(sentences: &[&[u32]]) -> Vec<Three> {
    if sentences.len() < SENTENCES || !may_recur(sentences) {
        return Vec::new();
    }
    // Who says the same sentence again fills no frame.
    let mut different: Vec<&[u32]> = sentences.to_vec();
    different.sort_unstable();
    different.dedup();
    let numbered = different.into_iter().enumerate();
    let mut all: Vec<(Three, usize)> =
        numbered.flat_map(|(number, words)| threes(words).map(move |three| (three, number))).collect();
    all.sort_unstable();
    all.dedup();
    let runs = all.chunk_by(|one, next| one.0 == next.0);
    runs.filter(|run| run.len() >= SENTENCES).filter_map(|run| Some(run.first()?.0)).collect()
}

/// Whether some three words may be in so many sentences, be they the same sentence or not. In most answers none are, and
/// that is cheaper to see than which: threes are counted in a few cells, of which some hold several by chance.
fn may_recur(sentences: &[&[u32]]) -> bool {
    let hasher = FixedState::default();
    let mut cells = [0_u8; CELLS];
    sentences.iter().flat_map(|words| threes(words)).any(|three| {
        let cell = &mut cells[hasher.hash_one(three) as usize % CELLS];
        *cell = cell.saturating_add(1);
        usize::from(*cell) >= SENTENCES
    })
}

fn threes(words: &[u32]) -> impl Iterator<Item = Three> {
    let at = |place: usize| match place.checked_sub(1) {
        None => BEGINNING,
        Some(place) => words.get(place).copied().unwrap_or(END),
    };
    (0..words.len()).map(move |place| [at(place), at(place + 1), at(place + 2)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recurs_in_many_sentences_is_marked() {
        let sentence = |name: u32| vec![1, 2, name, 3];
        let mut sentences: Vec<Vec<u32>> = (10..14).map(sentence).collect();
        sentences.push(vec![7, 8, 9]);
        let sentences: Vec<&[u32]> = sentences.iter().map(Vec::as_slice).collect();
        let marks = recurring(&sentences);
        // "1 2" after the beginning recurs; "3" at the end follows another name each time.
        assert_eq!(marks[0], [true, true, false, false]);
        assert_eq!(marks[4], [false; 3]);
        assert!(recurring(&sentences[1..]).is_empty());
        let same = sentence(10);
        assert!(recurring(&vec![same.as_slice(); 20]).is_empty());
    }
}
