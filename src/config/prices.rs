//! The `[prices]` tables: what a model's tokens cost.

use std::collections::BTreeMap;

use crate::document::Table;

/// What a million tokens cost, in whatever currency the user thinks in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Tokens sent.
    pub input: f64,
    /// Tokens received, reasoning included.
    pub output: f64,
    /// The share of that which is taken off in a batch, 0 to 1.
    pub batch_discount: f64,
}

impl Prices {
    /// What so many tokens cost.
    pub fn cost(&self, prompt_tokens: u64, completion_tokens: u64) -> f64 {
        const MILLION: f64 = 1e6;
        (prompt_tokens as f64 * self.input + completion_tokens as f64 * self.output) / MILLION
    }
}

/// The tables by the model's name at the endpoint.
pub(super) fn read(tables: &Table<'_>) -> BTreeMap<String, Prices> {
    /// Far above any price; beyond it, somebody has mistaken the unit.
    const MOST: f64 = 1e6;
    let mut prices = BTreeMap::new();
    for model in tables.names() {
        let Some(table) = tables.own_table(&model.value) else { continue };
        let (input, output) = (table.number("input", 0.0..=MOST), table.number("output", 0.0..=MOST));
        let batch_discount =
            table.optional_number("batch_discount", 0.0..=1.0).map_or(0.0, |share| share.value);
        table.report_unknown();
        if let (Some(input), Some(output)) = (input, output) {
            prices.insert(model.value, Prices { input: input.value, output: output.value, batch_discount });
        }
    }
    prices
}
