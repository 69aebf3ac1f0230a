//! `coach batch status`: how far the batches of a grades file are.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::Context;
use super::collect::{nothing, progress};
use super::{judge_of, stopped};
use crate::cli::BatchStatusArgs;
use crate::endpoint::Endpoint;
use crate::endpoint::batches::Batch;
use crate::error::{Exit, Result};
use crate::files::batch::{Part, State, Step, state_of};

/// Asks and shows. Changes nothing.
pub(super) async fn run(args: &BatchStatusArgs, context: &Context) -> Result<Exit> {
    let state = state_of(&args.grades)?.filter(|state| !state.parts.is_empty());
    let state = state.ok_or_else(|| nothing(&args.grades))?;
    let ready = judge_of(&state.order, context).await?;
    let endpoint = ready.judge.deferred()?.endpoint();
    let mut parts = Vec::new();
    for part in &state.parts {
        parts.push((part, described(part, endpoint).await?));
    }
    let text = if args.json { json_text(&state, &parts) } else { words(&parts) };
    context.terminal.print(&text)?;
    Ok(Exit::Done)
}

async fn described(part: &Part, endpoint: &Endpoint) -> Result<Option<Batch>> {
    match &part.step {
        Step::Written | Step::Uploaded { .. } | Step::Fetched { .. } => Ok(None),
        Step::Ordered { batch } => endpoint.batch(batch).await.map(Some).map_err(|error| stopped(&error)),
    }
}

fn words(parts: &[(&Part, Option<Batch>)]) -> String {
    let mut text = String::new();
    for (part, batch) in parts {
        let number = part.number;
        let line = match (batch, &part.step) {
            (Some(batch), _) => progress(number, part.requests, batch),
            (None, Step::Fetched { .. }) => {
                format!("Batch {number}: fetched; `coach batch collect` grades it.")
            }
            (None, Step::Written | Step::Uploaded { .. } | Step::Ordered { .. }) => {
                format!("Batch {number}: not submitted; run `coach batch submit` again.")
            }
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

fn json_text(state: &State, parts: &[(&Part, Option<Batch>)]) -> String {
    let part = |(part, batch): &(&Part, Option<Batch>)| {
        let mut shown = json!({"number": part.number, "requests": part.requests});
        let step = serde_json::to_value(&part.step).unwrap_or_default();
        if let (Some(shown), Value::Object(step)) = (shown.as_object_mut(), step) {
            shown.extend(step);
        }
        if let Some(batch) = batch {
            shown["status"] = json!(batch.status);
            shown["completed"] = json!(batch.completed);
            shown["failed"] = json!(batch.failed);
            shown["errors"] = json!(batch.errors);
        }
        shown
    };
    let order = &state.order;
    let parts: Vec<Value> = parts.iter().map(part).collect();
    json!({"tag": state.tag, "judge": order.judge, "model": order.model, "parts": parts}).to_string() + "\n"
}
