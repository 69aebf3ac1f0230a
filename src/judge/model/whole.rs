//! A critique of the whole answer in one request: every rating, every mistake.

use crate::bank::Rubric;
use crate::critique::Critique;
use crate::critique::reader;

use super::Prepared;
use super::asking::Asking;
use super::failed::Failed;
use super::shown::Shown;

impl Asking<'_, '_> {
    /// Asks for all at once. What is malformed or unfounded goes back once; what can be believed of the better
    /// reply is the critique.
    pub(super) async fn at_once(
        &mut self,
        prepared: &Prepared,
        shown: &Shown<'_>,
    ) -> Result<Critique, Failed> {
        let (rubric, text) = (self.rubric, shown.text());
        let request = self.judge.first_request(prepared, shown);
        let mut request = request.map_err(|error| Failed::prompt(&error))?;
        let first = self.reply(&mut request, Some(shown)).await?;
        let complaints = match reader::read(rubric, text, &first.text) {
            Ok(reading) if reading.unfounded.is_empty() => {
                self.judge.keep(first);
                return Ok(reading.critique);
            }
            Ok(reading) => reading.unfounded,
            Err(complaints) => complaints,
        };
        self.start_over();
        self.ask_for_repair(&mut request, &first.text, &complaints)?;
        let second = self.reply(&mut request, Some(shown)).await?;
        if reader::read(rubric, text, &second.text).is_ok_and(|reading| reading.unfounded.is_empty()) {
            let critique = better(rubric, text, &first.text, &second.text)?;
            self.judge.keep(second);
            return Ok(critique);
        }
        better(rubric, text, &first.text, &second.text)
    }
}

/// The critique of the second reply; where that one is malformed, what can be believed of the first.
fn better(rubric: &Rubric, answer: &str, first: &str, second: &str) -> Result<Critique, Failed> {
    let reading = match reader::read(rubric, answer, second) {
        Ok(reading) => reading,
        Err(complaints) => reader::read(rubric, answer, first).map_err(|_| Failed::malformed(&complaints))?,
    };
    let unfounded = reading.unfounded.clone();
    reading.settled().ok_or_else(|| Failed::malformed(&unfounded))
}
