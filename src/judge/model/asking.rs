//! One answer on its way to a critique: requests, replies that are cut, replies that need a repair.

use crate::bank::Rubric;
use crate::critique::Critique;
use crate::critique::reader::RatingWatch;
use crate::endpoint::replies::ReplyId;
use crate::endpoint::{
    Arrival, ChatReply, ChatRequest, Endpoint, EndpointError, Finish, ReplyShape, Role, Streamed,
};
use crate::judge::{Sighting, Spent, Watch};
use crate::record::Procedure;

use super::failed::Failed;
use super::shown::Shown;
use super::{ModelJudge, message};

/// One answer on its way to a critique.
pub(super) struct Asking<'a, 'w> {
    pub(super) judge: &'a ModelJudge,
    /// The judge's own, which may note what it is asked.
    pub(super) endpoint: Endpoint,
    pub(super) rubric: &'a Rubric,
    pub(super) watch: Option<&'a mut Watch<'w>>,
    /// How the answer is judged, as far as that is known before the model shows what it can do.
    pub(super) procedure: Procedure,
    pub(super) spent: Spent,
}

/// One reply that was read to its end.
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) reasoning: bool,
    /// What to keep it under, should it prove usable.
    pub(super) id: Option<ReplyId>,
}

impl Asking<'_, '_> {
    pub(super) async fn critique(&mut self, answer: &str) -> Result<Critique, Failed> {
        let prepared = self.judge.prepared(self.rubric).map_err(|error| Failed::prompt(&error))?;
        let shown = self.judge.shown(&prepared, self.rubric, answer);
        if shown.states_nothing() {
            return Ok(shown.restored(super::shown::nothing_stated(self.rubric)));
        }
        if self.procedure == Procedure::Careful && !self.chooses(&prepared).await? {
            self.procedure = self.judge.procedure;
        }
        let critique = match self.procedure {
            Procedure::Careful => self.carefully(&prepared, &shown).await,
            Procedure::AtOnce | Procedure::WithEstimate => self.at_once(&prepared, &shown).await,
        };
        critique.map(|critique| shown.restored(critique))
    }

    /// What `read` makes of the reply; one that it cannot use is asked for once more with what is wrong with it.
    pub(super) async fn repaired<T>(
        &mut self,
        mut request: ChatRequest,
        read: impl Fn(&str) -> Result<T, Vec<String>>,
    ) -> Result<T, Failed> {
        let first = self.reply(&mut request, None).await?;
        let complaints = match read(&first.text) {
            Ok(found) => {
                self.judge.keep(first);
                return Ok(found);
            }
            Err(complaints) => complaints,
        };
        self.ask_for_repair(&mut request, &first.text, &complaints)?;
        let second = self.reply(&mut request, None).await?;
        let found = read(&second.text).map_err(|complaints| Failed::malformed(&complaints))?;
        self.judge.keep(second);
        Ok(found)
    }

    /// Adds a reply to the conversation, and what is wrong with it.
    pub(super) fn ask_for_repair(
        &self,
        request: &mut ChatRequest,
        heard: &str,
        complaints: &[String],
    ) -> Result<(), Failed> {
        let repair = self.judge.prompts.repair(complaints).map_err(|error| Failed::prompt(&error))?;
        request.messages.extend([message(Role::Assistant, heard.to_owned()), message(Role::User, repair)]);
        request.max_tokens = self.judge.sampling.max_tokens;
        Ok(())
    }

    /// One reply, whole: one that the token cap cut is asked again once with a doubled cap. Of a critique of the whole
    /// answer `seen` shows, ratings are handed over as they are completed.
    pub(super) async fn reply(
        &mut self,
        request: &mut ChatRequest,
        seen: Option<&Shown<'_>>,
    ) -> Result<Reply, Failed> {
        for last in [false, true] {
            let asked = self.one_reply(request, seen).await;
            let reply = asked.map_err(|error| Failed::endpoint(&error))?;
            self.spent.add(&reply, self.judge.endpoint.cost(reply.usage));
            match reply.finish {
                Finish::Stop | Finish::Other => {
                    return Ok(Reply { text: reply.text, reasoning: reply.reasoning, id: reply.id });
                }
                Finish::ContentFilter => return Err(Failed::refused()),
                // The word that was asked for is said, whatever the model went on to say.
                Finish::Length if is_chosen(request, &reply.text) => {
                    return Ok(Reply { text: reply.text, reasoning: reply.reasoning, id: reply.id });
                }
                Finish::Length if last => break,
                Finish::Length => {
                    let most = self.judge.sampling.max_tokens;
                    let doubled = request.max_tokens.saturating_mul(2);
                    request.max_tokens = if request.max_tokens < most { most } else { doubled };
                    self.start_over();
                }
            }
        }
        Err(Failed::truncated(request.max_tokens))
    }

    async fn one_reply(
        &mut self,
        request: &ChatRequest,
        seen: Option<&Shown<'_>>,
    ) -> Result<ChatReply, EndpointError> {
        let (rubric, endpoint, earlier) = (self.rubric, &self.endpoint, self.judge.earlier());
        let (Some(watch), Some(shown)) = (self.watch.as_deref_mut(), seen) else {
            return endpoint.reply(request, earlier, Arrival::Whole).await;
        };
        let mut ratings = RatingWatch::new(rubric, shown.text());
        let mut on_text = |piece: Streamed<'_>| match piece {
            Streamed::Text(text) => {
                for rating in ratings.feed(text) {
                    watch(Sighting::Rating(&shown.restored_rating(rating)));
                }
            }
            Streamed::Restart => {
                ratings = RatingWatch::new(rubric, shown.text());
                watch(Sighting::Restarted);
            }
        };
        endpoint.reply(request, earlier, Arrival::Streamed(&mut on_text)).await
    }

    pub(super) fn start_over(&mut self) {
        if let Some(watch) = self.watch.as_deref_mut() {
            watch(Sighting::Restarted);
        }
    }
}

/// Whether a request for a choice has its answer: the text is then an object of weights.
fn is_chosen(request: &ChatRequest, text: &str) -> bool {
    matches!(request.shape, ReplyShape::Choice(_)) && text.starts_with('{')
}
