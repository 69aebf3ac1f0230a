//! Figures of a report: counts and means over all answers and over groups of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Report, ReportedAnswer};
use crate::bank::{Dimension, MistakeId};
use crate::record::RatingRecord;
use crate::summary::Summary;

/// Bins of the score distribution: ten points each, so that a reader adds them up without a legend.
const BINS: usize = 10;
/// Rows of the heat map. The rest are rare, and a longer map no longer fits on a screen.
const MOST_MISTAKES: usize = 15;
/// Columns of the heat map that fit beside each other on a laptop's screen.
const MOST_COLUMNS: usize = 15;

/// Answers that have something in common.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group<'r> {
    /// What they have in common: an id, a topic, a name.
    pub(super) name: &'r str,
    /// What they come to.
    pub(super) summary: Summary,
}

/// How far the levels of one dimension reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    pub(super) dimension: Dimension,
    /// How many ratings there are.
    pub(super) ratings: u64,
    /// The weighted mean of level over highest level, 0 to 100: what the score would be of this dimension alone.
    pub(super) percent: f64,
}

impl Reach {
    fn of<'r>(dimension: Dimension, ratings: impl Iterator<Item = &'r RatingRecord>) -> Option<Self> {
        let (mut count, mut earned, mut weights) = (0, 0.0, 0.0);
        for rating in ratings {
            count += 1;
            earned += rating.weight * f64::from(rating.level) / f64::from(rating.max_level.max(1));
            weights += rating.weight;
        }
        (weights > 0.0).then(|| Self { dimension, ratings: count, percent: 100.0 * earned / weights })
    }
}

/// What the columns of a heat map are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    Candidates,
    Questions,
}

/// How often each of the most flagged mistakes was flagged in each of several groups of answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HeatMap<'r> {
    pub(super) columns: Columns,
    /// Those with the most mistakes, in the order of their names.
    pub(super) groups: Vec<Group<'r>>,
    /// A mistake and its count in each group, most flagged first.
    pub(super) rows: Vec<(MistakeId, Vec<u64>)>,
    /// Groups that have no column.
    pub(super) left_out: usize,
}

impl Report {
    /// What all answers come to.
    pub(super) fn summary(&self) -> Summary {
        summary(&self.answers)
    }

    /// By question, in the order of their ids; records that name no question are left out.
    pub(super) fn by_question(&self) -> Vec<Group<'_>> {
        self.groups(ReportedAnswer::question)
    }

    /// By topic, in their order; questions that the bank does not have are left out.
    pub(super) fn by_topic(&self) -> Vec<Group<'_>> {
        self.groups(|answer| self.topic(answer.question()))
    }

    /// By candidate, in the order of their names; answers without one are left out.
    pub(super) fn by_candidate(&self) -> Vec<Group<'_>> {
        self.groups(ReportedAnswer::candidate)
    }

    /// How far the levels reach in each dimension that was judged. Criteria that the bank does not have belong
    /// to none.
    pub(super) fn by_dimension(&self) -> Vec<Reach> {
        let of = |dimension| Reach::of(dimension, self.ratings_in(dimension));
        Dimension::ALL.into_iter().filter_map(|(_, dimension)| of(dimension)).collect()
    }

    fn ratings_in(&self, dimension: Dimension) -> impl Iterator<Item = &RatingRecord> {
        self.answers.iter().filter_map(|it| Some((it, it.graded()?))).flat_map(move |(answer, graded)| {
            let rubric = self.rubric(answer.question());
            graded.criteria.iter().filter(move |rating| {
                let criterion = rubric.and_then(|rubric| rubric.criterion(rating.id.as_str()));
                criterion.is_some_and(|criterion| criterion.dimension == dimension)
            })
        })
    }

    /// How many scores are from 0 to below 10, from 10 to below 20, ..., and from 90 to 100.
    pub(super) fn distribution(&self) -> [u64; BINS] {
        let mut bins = [0; BINS];
        for graded in self.answers.iter().filter_map(ReportedAnswer::graded) {
            let bin = (graded.score.points() / 100.0 * BINS as f64) as usize;
            bins[bin.min(BINS - 1)] += 1;
        }
        bins
    }

    /// Who makes which mistake; where nobody is named, where which mistake is made. A teacher looks for whom to
    /// help with what, and most mistakes belong to one question anyway.
    pub(super) fn heat_map(&self) -> HeatMap<'_> {
        let candidates = self.by_candidate();
        if candidates.len() > 1 {
            self.heat(Columns::Candidates, candidates, ReportedAnswer::candidate)
        } else {
            self.heat(Columns::Questions, self.by_question(), ReportedAnswer::question)
        }
    }

    fn heat<'r>(
        &'r self,
        columns: Columns,
        mut groups: Vec<Group<'r>>,
        name: impl Fn(&'r ReportedAnswer) -> &'r str,
    ) -> HeatMap<'r> {
        let flagged =
            |group: &Group| group.summary.most_flagged().iter().map(|(_, count)| count).sum::<u64>();
        groups.sort_by_key(|group| std::cmp::Reverse(flagged(group)));
        let left_out = groups.len().saturating_sub(MOST_COLUMNS);
        groups.truncate(MOST_COLUMNS);
        groups.sort_by_key(|group| group.name);
        let shown: BTreeSet<&str> = groups.iter().map(|group| group.name).collect();
        let summary = summary(self.answers.iter().filter(|answer| shown.contains(name(answer))));
        let row = |(id, _): (&MistakeId, u64)| {
            let count = |group: &Group| {
                let all = group.summary.most_flagged();
                all.iter().find(|(other, _)| *other == id).map_or(0, |(_, count)| *count)
            };
            (id.clone(), groups.iter().map(count).collect())
        };
        let rows = summary.most_flagged().into_iter().take(MOST_MISTAKES).map(row).collect();
        HeatMap { columns, groups, rows, left_out }
    }

    /// The graded answers, lowest score first; equal scores stay in their order.
    pub(super) fn lowest(&self) -> Vec<&ReportedAnswer> {
        let mut graded: Vec<(f64, &ReportedAnswer)> = self
            .answers
            .iter()
            .filter_map(|answer| Some((answer.graded()?.score.points(), answer)))
            .collect();
        graded.sort_by(|a, b| a.0.total_cmp(&b.0));
        graded.into_iter().map(|(_, answer)| answer).collect()
    }

    fn groups<'r>(&'r self, name: impl Fn(&'r ReportedAnswer) -> &'r str) -> Vec<Group<'r>> {
        let mut groups: BTreeMap<&str, Summary> = BTreeMap::new();
        for answer in self.answers.iter().filter(|answer| !name(answer).is_empty()) {
            groups.entry(name(answer)).or_default().add(&answer.record);
        }
        groups.into_iter().map(|(name, summary)| Group { name, summary }).collect()
    }
}

fn summary<'r>(answers: impl IntoIterator<Item = &'r ReportedAnswer>) -> Summary {
    let mut summary = Summary::default();
    for answer in answers {
        summary.add(&answer.record);
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::super::specimen::report;
    use super::*;

    #[test]
    fn every_score_is_in_one_bin_and_a_hundred_in_the_last() {
        let mut report = report(&["surprisal", "scaling-laws"], 4);
        assert_eq!(report.distribution().iter().sum::<u64>(), 8);
        for (points, bin) in [(0.0, 0), (9.9, 0), (10.0, 1), (89.9, 8), (90.0, 9), (100.0, 9)] {
            let mut answer = report.answers[0].clone();
            let mut graded = answer.graded().unwrap().clone();
            graded.score = serde_json::from_value(points.into()).unwrap();
            answer.record.status = crate::record::Status::Graded(Box::new(graded));
            report.answers = vec![answer];
            assert_eq!(report.distribution()[bin], 1, "{points}");
        }
    }

    #[test]
    fn a_dimension_reaches_its_weighted_share_of_the_levels() {
        let rating = |weight, level| RatingRecord {
            id: "c".into(),
            level,
            max_level: 4,
            weight,
            reason: String::new(),
            advice: String::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            unfounded: false,
        };
        let ratings = [rating(3.0, 4), rating(1.0, 0)];
        let reach = Reach::of(Dimension::Theory, ratings.iter()).unwrap();
        assert_eq!((reach.ratings, reach.percent), (2, 75.0));
        assert_eq!(Reach::of(Dimension::Theory, [].iter()), None);
    }

    #[test]
    fn the_heat_map_shows_who_makes_which_mistake() {
        let report = report(&["surprisal", "scaling-laws"], 9);
        let map = report.heat_map();
        let names: Vec<&str> = map.groups.iter().map(|group| group.name).collect();
        assert_eq!((map.columns, names), (Columns::Candidates, vec!["Ada", "Ben"]));
        let all: u64 = report.summary().most_flagged().iter().map(|(_, count)| count).sum();
        assert_eq!(map.rows.iter().flat_map(|(_, counts)| counts).sum::<u64>(), all);
        let mut unnamed = report.clone();
        for answer in &mut unnamed.answers {
            answer.record.candidate = None;
        }
        assert_eq!(unnamed.heat_map().columns, Columns::Questions);
    }
}
