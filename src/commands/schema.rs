//! `coach rubric schema`: the JSON Schema that editors complete and check rubric files by.

use super::Context;
use crate::bank::rubric_schema;
use crate::error::{Error, Exit, Result};

/// Prints the schema.
pub fn run(context: &Context) -> Result<Exit> {
    let text = serde_json::to_string_pretty(&rubric_schema())
        .map_err(|error| Error::failed(format!("cannot write the schema: {error}")))?;
    context.terminal.print(&format!("{text}\n"))?;
    Ok(Exit::Done)
}
