//! An answer cut into passages, each with the quotations that cover it.
//!
//! A quotation is marked only where the answer has exactly its words at exactly its place: a grade of an earlier
//! version of the answer must not put marks on words that it never cited.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::record::GradedRecord;

/// What a quotation is cited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Cited {
    /// It earned a level.
    Evidence,
    /// It makes a mistake.
    Mistake,
}

/// A quotation and what it is cited for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Citation<'g> {
    pub(super) quote: &'g str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) cited: Cited,
    /// Which criterion or mistake, counted from 1 in the grade's order.
    pub(super) number: usize,
}

/// A piece of an answer that the same citations cover throughout.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Passage<'a> {
    pub(super) text: &'a str,
    /// The graver of what it is cited for; `None` where nothing cites it.
    pub(super) cited: Option<Cited>,
    /// The labels of the citations that end with it: `1` for criterion 1, `M1` for mistake 1.
    pub(super) labels: Vec<String>,
}

/// All quotations of a grade.
pub(super) fn citations(graded: &GradedRecord) -> Vec<Citation<'_>> {
    let evidence = graded.criteria.iter().zip(1..).flat_map(|(rating, number)| {
        rating.evidence.iter().map(move |it| Citation {
            quote: &it.quote,
            start: it.start,
            end: it.end,
            cited: Cited::Evidence,
            number,
        })
    });
    let mistakes = graded.mistakes.iter().zip(1..).filter_map(|(mistake, number)| {
        let (quote, start, end) = (mistake.quote.as_deref()?, mistake.start?, mistake.end?);
        Some(Citation { quote, start, end, cited: Cited::Mistake, number })
    });
    evidence.chain(mistakes).collect()
}

/// Whether the answer has the words of `quote` from byte `start` to `end`.
pub(super) fn fits(answer: &str, quote: &str, start: usize, end: usize) -> bool {
    !quote.is_empty() && answer.get(start..end) == Some(quote)
}

impl Citation<'_> {
    /// Whether the answer has these words at this place.
    pub(super) fn fits(&self, answer: &str) -> bool {
        fits(answer, self.quote, self.start, self.end)
    }

    fn label(&self) -> String {
        match self.cited {
            Cited::Evidence => self.number.to_string(),
            Cited::Mistake => format!("M{}", self.number),
        }
    }
}

/// The whole answer in passages; citations that do not fit leave no trace.
pub(super) fn passages<'a>(answer: &'a str, citations: &[Citation<'_>]) -> Vec<Passage<'a>> {
    let fitting: Vec<&Citation> = citations.iter().filter(|citation| citation.fits(answer)).collect();
    let mut edges: BTreeSet<usize> = fitting.iter().flat_map(|it| [it.start, it.end]).collect();
    edges.extend([0, answer.len()]);
    let edges: Vec<usize> = edges.into_iter().collect();
    let passage = |edge: &[usize]| {
        let (start, end) = (edge[0], edge[1]);
        let over = fitting.iter().filter(|it| it.start <= start && end <= it.end);
        let mut labels: Vec<String> = over.clone().filter(|it| it.end == end).map(|it| it.label()).collect();
        labels.dedup();
        // Edges are those of slices of the answer, so they are between its characters.
        Passage { text: answer.get(start..end).unwrap_or(""), cited: over.map(|it| it.cited).max(), labels }
    };
    edges.windows(2).map(passage).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn citation(answer: &str, start: usize, end: usize, cited: Cited, number: usize) -> Citation<'_> {
        Citation { quote: &answer[start..end], start, end, cited, number }
    }

    #[test]
    fn overlapping_quotations_are_marked_in_pieces() {
        let answer = "RAG never hallucinates.";
        let cited = [citation(answer, 0, 9, Cited::Evidence, 1), citation(answer, 4, 22, Cited::Mistake, 1)];
        let found: Vec<_> = passages(answer, &cited)
            .into_iter()
            .map(|passage| (passage.text, passage.cited, passage.labels.join(" ")))
            .collect();
        assert_eq!(
            found,
            [
                ("RAG ", Some(Cited::Evidence), String::new()),
                ("never", Some(Cited::Mistake), "1".to_owned()),
                (" hallucinates", Some(Cited::Mistake), "M1".to_owned()),
                (".", None, String::new()),
            ]
        );
    }

    #[test]
    fn what_does_not_match_is_not_marked() {
        let answer = "Größe";
        for (quote, start, end) in
            [("Größe", 1, 8), ("Gr", 0, 3), ("ro", 1, 3), ("x", 2, 1), ("", 0, 0), ("Größe ", 0, 99)]
        {
            let cited = Citation { quote, start, end, cited: Cited::Evidence, number: 1 };
            let found = passages(answer, &[cited]);
            assert_eq!((found.len(), found[0].text, found[0].cited), (1, answer, None), "{quote}");
        }
    }

    proptest! {
        #[test]
        fn the_passages_are_the_answer(
            answer in "\\PC{0,40}",
            cuts in proptest::collection::vec((0usize..60, 0usize..60), 0..6),
        ) {
            let citations: Vec<Citation> = cuts.iter().filter_map(|&(start, end)| {
                let quote = answer.get(start..end)?;
                Some(Citation { quote, start, end, cited: Cited::Evidence, number: 1 })
            }).collect();
            let whole: String = passages(&answer, &citations).iter().map(|passage| passage.text).collect();
            prop_assert_eq!(whole, answer);
        }
    }
}
