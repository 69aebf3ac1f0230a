//! The competence gate: short answers with levels that nobody argues about, and what a judge makes of them.
//!
//! The answers are rubric files with one criterion and a few exemplars each, so that a slow model on a laptop is
//! through within minutes and servers can reuse their work on a prompt's beginning.

use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::bank::{Bank, Rubric, SourceFile};
use crate::document::Problem;
use crate::score::Outcome;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/golden");

/// Levels that a judge has to get right to pass, of 12. One that is right nine times in ten passes nine times in ten;
/// one that guesses among three levels passes once in 1,800 times (binomial distribution).
pub const PASS: u32 = 10;

/// An answer whose level is known.
#[derive(Debug, Clone)]
pub struct Golden {
    /// What it is judged by; one criterion.
    pub rubric: Arc<Rubric>,
    /// Its place among the rubric's exemplars.
    pub exemplar: usize,
}

/// What a judge made of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The question's id.
    pub question: String,
    /// What kind of answer it is.
    pub answer: String,
    /// The level that is right.
    pub expected: u8,
    /// The level that the judge gave; none where it gave none.
    pub given: Option<u8>,
    /// Why it gave none.
    pub failure: Option<String>,
}

impl Golden {
    /// All of them. A problem is a fault of the program.
    pub fn all() -> Result<Vec<Self>, Vec<Problem>> {
        let mut bank = Bank::default();
        bank.add(&files())?;
        let of_rubric = |rubric: &Arc<Rubric>| {
            let rubric = Arc::clone(rubric);
            (0..rubric.exemplars.len()).map(move |exemplar| Self { rubric: Arc::clone(&rubric), exemplar })
        };
        Ok(bank.rubrics().flat_map(of_rubric).collect())
    }

    /// The words of the answer.
    pub fn text(&self) -> &str {
        &self.rubric.exemplars[self.exemplar].answer
    }

    /// What a judge made of it.
    pub fn tried(&self, outcome: &Outcome) -> Tried {
        let exemplar = &self.rubric.exemplars[self.exemplar];
        let (given, failure) = match outcome {
            Outcome::Graded(grade) => (grade.critique.ratings.first().map(|rating| rating.level), None),
            Outcome::Ungraded(reason) => (None, Some(reason.message.clone())),
        };
        Tried {
            question: self.rubric.id.to_string(),
            answer: exemplar.name.clone(),
            expected: exemplar.levels.values().next().copied().unwrap_or_default(),
            given,
            failure,
        }
    }
}

impl Tried {
    /// Whether the level is right.
    pub fn is_right(&self) -> bool {
        self.given == Some(self.expected)
    }
}

/// How many of the levels are right.
pub fn right(tried: &[Tried]) -> u32 {
    tried.iter().map(|it| u32::from(it.is_right())).sum()
}

/// What a verdict is about: a judge, by all that decides its grades, and these answers.
pub fn identity(judge: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in std::iter::once(judge).chain(FILES.files().filter_map(|file| file.contents_utf8())) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

fn files() -> Vec<SourceFile> {
    let source = |file: &include_dir::File<'_>| {
        let stem = file.path().file_stem()?.to_str()?.to_owned();
        let name = format!("assets/golden/{}", file.path().display());
        Some(SourceFile { name, stem, text: file.contents_utf8()?.to_owned() })
    };
    FILES.files().filter_map(source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twelve_and_no_constant_judge_passes() {
        let golden = Golden::all().unwrap();
        assert_eq!(golden.len(), 12);
        for level in 0..3 {
            let expected = |it: &&Golden| it.rubric.exemplars[it.exemplar].levels.values().eq([&level]);
            let right = golden.iter().filter(expected).count();
            assert!((3..=5).contains(&right), "{right} of level {level}");
        }
        for it in &golden {
            assert_eq!((it.rubric.criteria.len(), it.rubric.mistakes.len()), (1, 0), "{}", it.rubric.id);
            assert!(it.text().split_whitespace().count() < 60, "a slow model reads it, too");
        }
    }

    #[test]
    fn guessing_hardly_ever_passes() {
        // Binomial tail in integers: ways of 12 levels, three each, with at least PASS right.
        let choose = |n: u64, k: u64| (0..k).fold(1, |ways, i| ways * (n - i) / (i + 1));
        let passing: u64 =
            (u64::from(PASS)..=12).map(|right| choose(12, right) * 2_u64.pow(12 - right as u32)).sum();
        let all = 3_u64.pow(12);
        assert_eq!(all / passing, 1838);
    }

    #[test]
    fn another_judge_is_another_identity() {
        assert_eq!(identity("a"), identity("a"));
        assert_ne!(identity("a"), identity("b"));
    }
}
