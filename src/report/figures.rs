//! Figures of a report: counts and means over all answers and over groups of them.

use std::collections::BTreeMap;

use super::{Report, ReportedAnswer};
use crate::summary::Summary;

/// Answers that have something in common.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group<'r> {
    /// What they have in common: an id, a topic, a name.
    pub(super) name: &'r str,
    /// What they come to.
    pub(super) summary: Summary,
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
