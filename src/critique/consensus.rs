//! Several critiques of one answer to one: the median level of each criterion, and the mistakes that most of them
//! flag. Who gave the critiques, and whether they are enough, is the judge's business.

use super::{Critique, Flag, FlaggedMistake, Rating};
use crate::bank::{Criterion, Mistake, Rubric};

/// Ratings of one criterion that are this many levels apart describe different answers: between neighbouring
/// levels reasonable raters differ, and every level has a descriptor of its own.
const FAR_APART: u8 = 2;

/// What several critiques come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    /// One critique out of all.
    pub critique: Critique,
    /// How far they agree; see [`agreement`].
    pub agreement: Option<f64>,
}

impl Consensus {
    /// Of critiques of one answer. Every rating is one that was given, with its evidence and reason; none is mixed.
    pub fn of(rubric: &Rubric, critiques: &[&Critique]) -> Self {
        let ratings: Vec<Vec<&Rating>> =
            rubric.criteria.iter().map(|criterion| ratings_of(criterion, critiques)).collect();
        let mistakes = rubric.mistakes.iter().filter_map(|mistake| majority(mistake, critiques));
        let mut flags = Vec::new();
        for flag in critiques.iter().flat_map(|critique| &critique.flags) {
            if !flags.contains(flag) {
                flags.push(*flag);
            }
        }
        if ratings.iter().any(|ratings| range(ratings) >= FAR_APART) {
            flags.push(Flag::RatingsDiffer);
        }
        let medians = ratings.iter().filter_map(|ratings| median(ratings)).cloned().collect();
        let critique = Critique { ratings: medians, mistakes: mistakes.cloned().collect(), flags };
        Self { critique, agreement: agreement(rubric, critiques) }
    }
}

/// How far critiques agree on the levels, 0 to 1, three decimals; `None` for fewer than two.
///
/// For each criterion the mean over all pairs of `1 - |a - b| / highest level`, then the mean over the criteria. That
/// is the observed agreement of a kappa with linear weights (Cohen 1968, Psychol. Bull. 70, 213-220), averaged over
/// pairs as Fleiss does (1971, Psychol. Bull. 76, 378-382). It is not corrected for chance: one answer has too few
/// ratings to tell what chance would do.
pub fn agreement(rubric: &Rubric, critiques: &[&Critique]) -> Option<f64> {
    let of_criteria: Vec<f64> = rubric
        .criteria
        .iter()
        .filter_map(|criterion| {
            let levels: Vec<u8> = ratings_of(criterion, critiques).iter().map(|it| it.level).collect();
            pairwise(&levels, criterion.max_level())
        })
        .collect();
    let mean = of_criteria.iter().sum::<f64>() / of_criteria.len() as f64;
    (!of_criteria.is_empty()).then(|| (mean * 1000.0).round() / 1000.0)
}

fn pairwise(levels: &[u8], max_level: u8) -> Option<f64> {
    let alike = |a: u8, b: u8| 1.0 - f64::from(a.abs_diff(b)) / f64::from(max_level.max(1));
    let pairs = levels.iter().enumerate().flat_map(|(at, a)| levels[at + 1..].iter().map(move |b| (*a, *b)));
    let alike: Vec<f64> = pairs.map(|(a, b)| alike(a, b)).collect();
    (!alike.is_empty()).then(|| alike.iter().sum::<f64>() / alike.len() as f64)
}

fn ratings_of<'c>(criterion: &Criterion, critiques: &[&'c Critique]) -> Vec<&'c Rating> {
    let of_one = |critique: &&'c Critique| critique.ratings.iter().find(|rating| rating.id == criterion.id);
    critiques.iter().filter_map(of_one).collect()
}

/// How many levels apart the lowest and the highest are.
fn range(ratings: &[&Rating]) -> u8 {
    let levels = || ratings.iter().map(|rating| rating.level);
    levels().max().unwrap_or(0) - levels().min().unwrap_or(0)
}

/// A rating of the median level; of an even number, the lower of the two in the middle, so that it is a level that
/// was given. Of several, the first whose evidence was found.
fn median<'c>(ratings: &[&'c Rating]) -> Option<&'c Rating> {
    let mut levels: Vec<u8> = ratings.iter().map(|rating| rating.level).collect();
    levels.sort_unstable();
    let level = *levels.get(levels.len().checked_sub(1)? / 2)?;
    ratings.iter().filter(|rating| rating.level == level).min_by_key(|rating| rating.unfounded).copied()
}

/// The mistake as the first of those flags it who quote the answer, where more than half flag it.
fn majority<'c>(mistake: &Mistake, critiques: &[&'c Critique]) -> Option<&'c FlaggedMistake> {
    let of_one = |critique: &&'c Critique| critique.mistakes.iter().find(|flagged| flagged.id == mistake.id);
    let flagged: Vec<&FlaggedMistake> = critiques.iter().filter_map(of_one).collect();
    let most = 2 * flagged.len() > critiques.len();
    most.then(|| flagged.into_iter().min_by_key(|flagged| flagged.evidence.is_none())).flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bank::Bank;
    use crate::critique::Evidence;

    fn rubric() -> Arc<Rubric> {
        Arc::clone(Bank::shipped().unwrap().rubric("surprisal").unwrap())
    }

    /// A critique with these levels (0 for the rest), whose reasons say who gave it.
    fn critique(rubric: &Rubric, who: &str, levels: &[u8], mistakes: usize) -> Critique {
        let rating = |(at, criterion): (usize, &Criterion)| Rating {
            id: criterion.id.clone(),
            level: levels.get(at).copied().unwrap_or(0),
            reason: who.to_owned(),
            advice: String::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            unfounded: false,
        };
        let flagged = rubric.mistakes.iter().take(mistakes).map(|mistake| FlaggedMistake {
            id: mistake.id.clone(),
            kind: mistake.kind,
            evidence: (who == "c").then(|| Evidence::slice("said", 0, 4).unwrap()),
            why: who.to_owned(),
            advice: String::new(),
        });
        let ratings = rubric.criteria.iter().enumerate().map(rating).collect();
        Critique { ratings, mistakes: flagged.collect(), flags: Vec::new() }
    }

    #[test]
    fn the_median_is_a_level_that_was_given_and_ties_go_to_the_lower() {
        let rubric = rubric();
        for (levels, level, who, far) in [
            (vec![2], 2, "a", false),
            (vec![3, 2], 2, "b", false),
            (vec![1, 3], 1, "a", true),
            (vec![3, 1, 2], 2, "c", true),
            (vec![2, 3, 2], 2, "a", false),
            (vec![4, 0, 0, 4], 0, "b", true),
            (vec![1, 2, 3, 4], 2, "b", true),
        ] {
            let named = ["a", "b", "c", "d"];
            let critiques: Vec<Critique> =
                levels.iter().zip(named).map(|(level, who)| critique(&rubric, who, &[*level], 0)).collect();
            let consensus = Consensus::of(&rubric, &critiques.iter().collect::<Vec<_>>());
            let rating = &consensus.critique.ratings[0];
            assert_eq!((rating.level, rating.reason.as_str()), (level, who), "{levels:?}");
            assert_eq!(consensus.critique.flags.contains(&Flag::RatingsDiffer), far, "{levels:?}");
            assert_eq!(consensus.critique.ratings.len(), rubric.criteria.len());
        }
    }

    #[test]
    fn a_founded_rating_goes_before_an_unfounded_one_of_the_same_level() {
        let rubric = rubric();
        let mut first = critique(&rubric, "a", &[1], 0);
        first.ratings[0].unfounded = true;
        let second = critique(&rubric, "b", &[1], 0);
        let consensus = Consensus::of(&rubric, &[&first, &second]);
        assert_eq!(consensus.critique.ratings[0].reason, "b");
    }

    #[test]
    fn a_mistake_needs_more_than_half_and_is_shown_where_it_is_quoted() {
        let rubric = rubric();
        for (counts, flagged) in [
            (vec![1, 0], None),
            (vec![1, 1], Some("a")),
            (vec![1, 0, 0], None),
            (vec![1, 0, 1], Some("c")),
            (vec![1, 1, 0, 0], None),
        ] {
            let critiques: Vec<Critique> = counts
                .iter()
                .zip(["a", "b", "c", "d"])
                .map(|(count, who)| critique(&rubric, who, &[], *count))
                .collect();
            let consensus = Consensus::of(&rubric, &critiques.iter().collect::<Vec<_>>());
            let why = consensus.critique.mistakes.first().map(|mistake| mistake.why.as_str());
            assert_eq!(why, flagged, "{counts:?}");
        }
    }

    /// Expected values worked out by hand from the definition.
    #[test]
    fn agreement_is_the_mean_over_pairs_and_criteria() {
        for (levels, max_level, expected) in [
            (&[][..], 4, None),
            (&[3], 4, None),
            (&[3, 3], 4, Some(1.0)),
            (&[0, 4], 4, Some(0.0)),
            (&[1, 2], 4, Some(0.75)),
            // Pairs 1-2, 1-4, 2-4: (0.75 + 0.25 + 0.5) / 3.
            (&[1, 2, 4], 4, Some(0.5)),
            (&[0, 1, 1, 1], 1, Some(0.5)),
        ] {
            assert_eq!(pairwise(levels, max_level), expected, "{levels:?} of {max_level}");
        }
        let rubric = rubric();
        let count = rubric.criteria.len() as f64;
        let (a, b) = (critique(&rubric, "a", &[4], 0), critique(&rubric, "b", &[0], 0));
        assert_eq!(rubric.criteria[0].max_level(), 4);
        // One criterion at 0, all others at 1.
        let expected = ((count - 1.0) / count * 1000.0).round() / 1000.0;
        assert_eq!(agreement(&rubric, &[&a, &b]), Some(expected));
        assert_eq!(agreement(&rubric, &[&a]), None);
    }
}
