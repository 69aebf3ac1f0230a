//! A critique of the whole answer in one request: every rating, every mistake.

use crate::bank::Rubric;
use crate::critique::Critique;
use crate::critique::reader;
use crate::endpoint::ChatRequest;
use crate::error::Result;

use super::asking::Asking;
use super::failed::Failed;
use super::shown::{Shown, nothing_stated};
use super::{ModelJudge, Prepared};

impl Asking<'_, '_> {
    /// Asks for all at once. What is malformed or unfounded goes back once; what can be believed of the better
    /// reply is the critique.
    pub(super) async fn at_once(
        &mut self,
        prepared: &Prepared,
        shown: &Shown<'_>,
    ) -> Result<Critique, Failed> {
        let (rubric, text) = (self.rubric, shown.text());
        let request = self.judge.first_request(prepared, rubric, shown);
        let mut request = request.map_err(|error| Failed::prompt(&error))?;
        let first = self.reply(&mut request, Some(shown)).await?;
        let complaints = match as_it_is(rubric, text, &first.text) {
            Ok(critique) => {
                self.judge.keep(first);
                return Ok(critique);
            }
            Err(complaints) => complaints,
        };
        self.start_over();
        self.ask_for_repair(&mut request, &first.text, &complaints)?;
        let second = self.reply(&mut request, Some(shown)).await?;
        if as_it_is(rubric, text, &second.text).is_ok() {
            let critique = better(rubric, shown, &first.text, &second.text)?;
            self.judge.keep(second);
            return Ok(critique);
        }
        better(rubric, shown, &first.text, &second.text)
    }
}

impl ModelJudge {
    /// The request that is sent first for an answer.
    pub(in crate::judge) fn opening(&self, rubric: &Rubric, answer: &str) -> Result<ChatRequest> {
        let prepared = self.prepared(rubric)?;
        self.first_request(&prepared, rubric, &self.shown(&prepared, rubric, answer))
    }

    /// The critique in a reply to the [opening](Self::opening), or what is wrong with it.
    pub(in crate::judge) fn of_opening(
        &self,
        rubric: &Rubric,
        answer: &str,
        reply: &str,
    ) -> Result<Critique, Vec<String>> {
        let prepared = self.prepared(rubric).map_err(|error| vec![error.to_string()])?;
        let shown = Shown::new(&prepared.built_in, answer, None);
        if shown.states_nothing() {
            return Ok(shown.restored(nothing_stated(rubric)));
        }
        as_it_is(rubric, shown.text(), reply).map(|critique| shown.restored(critique))
    }
}

/// The critique in a reply with which nothing is wrong, or what has to be put right.
fn as_it_is(rubric: &Rubric, text: &str, reply: &str) -> Result<Critique, Vec<String>> {
    let reading = reader::read(rubric, text, reply)?;
    if reading.unfounded.is_empty() { Ok(reading.critique) } else { Err(reading.unfounded) }
}

/// The critique of the second reply; where that one is malformed, what can be believed of the first.
fn better(rubric: &Rubric, shown: &Shown<'_>, first: &str, second: &str) -> Result<Critique, Failed> {
    let read = |reply| reader::read(rubric, shown.text(), reply);
    let reading = match read(second) {
        Ok(reading) => reading,
        Err(complaints) => read(first).map_err(|_| Failed::malformed(&complaints))?,
    };
    if let Some(estimate) = shown.estimate() {
        return Ok(reading.settled_by(estimate));
    }
    let unfounded = reading.unfounded.clone();
    reading.settled().ok_or_else(|| Failed::malformed(&unfounded))
}
