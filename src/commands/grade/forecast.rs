//! `--dry-run`: what a run would ask for and cost, without sending anything.

use tokio::sync::mpsc;

use crate::error::Result;
use crate::files::answers::Record;
use crate::files::grades::GradesOutput;
use crate::judge::{Forecast, Judge};
use crate::plan::{Plan, Step};
use crate::terminal::sanitised;

/// What a run would come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Forecasts {
    /// Answers that would be judged.
    answers: u64,
    /// Answers graded by an earlier run.
    known: u64,
    /// Records that can't be judged.
    unjudgeable: u64,
    calls: Forecast,
}

/// Reads all records and adds up what judging them would take.
pub(super) async fn forecast(
    mut records: mpsc::Receiver<Result<Record>>,
    plan: &mut Plan,
    judge: &Judge,
    output: &GradesOutput,
) -> Result<Forecasts> {
    let mut all = Forecasts::default();
    while let Some(record) = records.recv().await {
        match plan.step(record?, 0, output) {
            Step::Known { .. } => all.known += 1,
            Step::Settle(_) => all.unjudgeable += 1,
            Step::Judge(task) => {
                let forecast = judge.forecast(&task.rubric, &task.answer.text)?;
                all.answers += 1;
                all.calls += forecast;
            }
        }
    }
    Ok(all)
}

impl Forecasts {
    /// The forecast in words.
    pub(super) fn lines(&self, judge: &Judge) -> Vec<String> {
        let mut parts = vec![format!("{} to judge", answers(self.answers))];
        for (count, what) in [(self.known, "graded before"), (self.unjudgeable, "that can't be judged")] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let mut lines = vec![format!("Dry run: nothing was sent. {}.", parts.join(", "))];
        let Forecast { calls, kept, prompt_tokens, completion_tokens, cost } = self.calls;
        if calls + kept == 0 {
            lines.push("No calls: nothing has to be asked of a model.".to_owned());
            return lines;
        }
        let kept = if kept > 0 { format!(" ({kept} more are in the reply cache)") } else { String::new() };
        lines.push(format!(
            "calls        {calls}{kept}; a malformed reply adds one, a failed request another"
        ));
        lines.push(format!(
            "tokens       about {prompt_tokens} sent (a token is taken as 4 bytes), about {completion_tokens} received \
             (150 for each criterion of a critique, 4 for a word)"
        ));
        let unpriced: Vec<String> =
            judge.unpriced().iter().map(|model| format!("[prices.\"{}\"]", sanitised(model))).collect();
        lines.push(if unpriced.is_empty() {
            format!("cost         about {cost:.2}")
        } else {
            format!("cost         unknown: the configuration has no {}", unpriced.join(" and no "))
        });
        lines
    }
}

fn answers(count: u64) -> String {
    if count == 1 { "1 answer".to_owned() } else { format!("{count} answers") }
}
