//! A judge made of others: a panel. Each member judges on its own; what they come to is decided in
//! `critique::consensus`, whether they are enough in `quorum`.

use std::future::Future;
use std::pin::Pin;

use futures::future::join_all;

use crate::bank::Rubric;
use crate::error::Result;
use crate::record::{JudgeRecord, MemberRecord, Status, UsageRecord, graded};
use crate::score::Grade;

use super::quorum::{Vote, agreed};
use super::{Forecast, Judge, JudgeFailure, Judgement};

/// Several judges with one grade.
#[derive(Debug)]
pub struct Panel {
    name: String,
    members: Vec<Judge>,
    identity: String,
}

impl Panel {
    /// A panel of that name. The order of the members counts: of equal ratings, the first member's is shown.
    pub fn new(name: &str, members: Vec<Judge>) -> Self {
        let identities: Vec<&str> = members.iter().map(Judge::identity).collect();
        let identity = serde_json::json!({"panel": identities}).to_string();
        Self { name: name.to_owned(), members, identity }
    }

    /// The panel's name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The judges that it consists of.
    pub fn members(&self) -> &[Judge] {
        &self.members
    }

    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// Judges one answer; all members at once.
    pub(super) async fn critique(
        &self,
        rubric: &Rubric,
        answer: &str,
        record: JudgeRecord,
    ) -> Result<Judgement, JudgeFailure> {
        let votes = join_all(self.members.iter().map(|member| vote(member, rubric, answer))).await;
        let name = |at: usize| self.members.get(at).map(|member| member.name().to_owned());
        let (consensus, spent) = agreed(rubric, &votes, "members", name)?;
        let members =
            self.members.iter().zip(votes).map(|(member, vote)| member_record(member, rubric, vote));
        let judge = JudgeRecord { agreement: consensus.agreement, members: members.collect(), ..record };
        Ok(Judgement { critique: consensus.critique, spent, judge })
    }

    /// How many answers the busiest member takes at once.
    pub(super) fn at_once(&self) -> usize {
        self.members.iter().map(Judge::at_once).min().unwrap_or(1)
    }

    pub(super) fn forecast(&self, rubric: &Rubric, answer: &str) -> Result<Forecast> {
        let mut all = Forecast::default();
        for member in &self.members {
            all += member.forecast(rubric, answer)?;
        }
        Ok(all)
    }
}

/// A member's critique. Boxed, since a member is a judge as the panel is one.
fn vote<'a>(
    member: &'a Judge,
    rubric: &'a Rubric,
    answer: &'a str,
) -> Pin<Box<dyn Future<Output = Vote> + Send + 'a>> {
    Box::pin(member.critique_unseen(rubric, answer))
}

/// A member's grade, or why it gave none, as a grades file keeps it.
fn member_record(member: &Judge, rubric: &Rubric, vote: Vote) -> MemberRecord {
    let status = match vote {
        Ok(Judgement { critique, spent, judge }) => {
            Status::Graded(Box::new(graded(rubric, &Grade::new(rubric, critique), judge, spent.record())))
        }
        Err(failure) => {
            let usage = failure.spent.record();
            let usage = (usage != UsageRecord::default()).then_some(usage);
            Status::Ungraded { reason: failure.reason, usage }
        }
    };
    MemberRecord { name: member.name().to_owned(), status }
}
