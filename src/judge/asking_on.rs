//! A follow-up question from a model: one request, one question, no second try.

use crate::bank::{Criterion, Rubric};
use crate::endpoint::{ChatRequest, Exchanges, Message, ReplyShape, Role};
use crate::follow_up::one_question;

use super::model::{Failed, ModelJudge};
use super::transcript::{Found, Kind, transcribe};
use super::{JudgeFailure, Spent};

impl ModelJudge {
    /// Asks for a follow-up question about a criterion of which `missing` was not said.
    pub(super) async fn follow_up(
        &self,
        rubric: &Rubric,
        criterion: &Criterion,
        missing: &[String],
        answer: &str,
    ) -> Result<String, JudgeFailure> {
        let (prompts, sampling) = self.means();
        let mut spent = Spent::default();
        let exchanges = Exchanges::default();
        let endpoint = self.overheard(&exchanges);
        let asked = async {
            let prompt = prompts.follow_up(rubric, criterion, missing, answer);
            let prompt = prompt.map_err(|error| Failed::prompt(&error))?;
            let request = ChatRequest {
                messages: vec![Message { role: Role::User, content: prompt.into() }],
                shape: ReplyShape::Text,
                max_tokens: sampling.max_tokens,
                temperature: sampling.temperature,
                seed: Some(sampling.seed),
            };
            let reply = endpoint.chat(&request).await.map_err(|error| Failed::endpoint(&error))?;
            spent.add(&reply, endpoint.cost(reply.usage));
            one_question(&reply.text).ok_or_else(|| Failed::malformed(&["it was no question".to_owned()]))
        };
        let asked: Result<String, Failed> = asked.await;
        let outcome =
            asked.as_deref().map(Found::of_follow_up).map_err(|failed| failed.reason.message.clone());
        transcribe(self, (Kind::FollowUp, rubric, None), &exchanges, outcome);
        asked.map_err(|Failed { reason, stop, hint }| JudgeFailure { reason, stop, hint, spent })
    }
}
