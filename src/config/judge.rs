//! A `[judges.NAME]` table: one endpoint, how to ask it, and how fast.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::key::{self, KeySource};
use crate::document::Table;

/// Room for a critique of six criteria (about 150 tokens each) and for a short bout of reasoning; a reply that
/// is cut is asked again once with twice as much.
const DEFAULT_MAX_TOKENS: u32 = 2048;
/// Any fixed number does; servers that honour a seed then repeat themselves.
const DEFAULT_SEED: i64 = 7;
/// Most samples of one critique: in figure 2 of Wang et al. (2022, arXiv:2203.11171) nearly all that further samples
/// gain is there at 40.
pub const MOST_SAMPLES: u32 = 40;

/// How many requests are under way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Concurrency {
    /// As many as the server keeps up with, found by trying.
    #[default]
    Auto,
    /// So many.
    Fixed(u16),
}

impl Concurrency {
    const AUTO: &str = "auto";
    const ALLOWED: RangeInclusive<i64> = 1..=4096;
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == Self::AUTO {
            return Ok(Self::Auto);
        }
        let number = text.parse().ok().filter(|number: &u16| Self::ALLOWED.contains(&i64::from(*number)));
        number.map(Self::Fixed).ok_or_else(|| "must be auto, or a whole number in 1..=4096".to_owned())
    }
}

/// One `[judges.NAME]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeConfig {
    /// The endpoint, as in `http://localhost:11434/v1`.
    pub base_url: String,
    /// The model to ask for; without it, the only one that the server offers.
    pub model: Option<String>,
    /// Where the key comes from.
    pub key: KeySource,
    /// Sampling temperature; without it, one that suits the number of samples.
    pub temperature: Option<f64>,
    /// Sampling seed.
    pub seed: i64,
    /// How often each critique is asked for.
    pub samples: u32,
    /// Most tokens of one reply.
    pub max_tokens: u32,
    /// Whether it is asked in many small questions.
    pub careful: bool,
    /// Whether it begins with the built-in judge's estimate; without it, when it failed the competence gate.
    pub estimate: Option<bool>,
    /// How many requests are under way at once.
    pub concurrency: Concurrency,
    /// Most requests in any minute.
    pub rpm: Option<u32>,
    /// Most tokens in any minute, sent and received.
    pub tpm: Option<u64>,
    /// How long connecting may take.
    pub connect_timeout: Option<Duration>,
    /// How long the first token may take.
    pub first_token_timeout: Option<Duration>,
    /// How long a whole reply may take.
    pub total_timeout: Option<Duration>,
    /// How often a request is sent again after a passing fault.
    pub retries: Option<u32>,
    /// PEM file of a private certificate authority.
    pub ca_file: Option<PathBuf>,
}

impl JudgeConfig {
    /// An endpoint with everything else at its default.
    pub fn at(base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            model: None,
            key: KeySource::None,
            temperature: None,
            seed: DEFAULT_SEED,
            samples: 1,
            max_tokens: DEFAULT_MAX_TOKENS,
            careful: false,
            estimate: None,
            concurrency: Concurrency::Auto,
            rpm: None,
            tpm: None,
            connect_timeout: None,
            first_token_timeout: None,
            total_timeout: None,
            retries: None,
            ca_file: None,
        }
    }
}

pub(super) fn read(table: &Table<'_>, folder: &Path, private: bool) -> Option<JudgeConfig> {
    /// A day: longer time-outs are slips.
    const MOST_SECONDS: f64 = 86_400.0;
    let base_url = table.text("base_url");
    let model = table.optional_text("model").map(|model| model.value);
    let key = key::read(table, private);
    let temperature = table.optional_number("temperature", 0.0..=2.0);
    let seed = table.optional_integer("seed", i64::MIN..=i64::MAX);
    let samples = table.optional_integer("samples", 1..=i64::from(MOST_SAMPLES));
    let max_tokens = table.optional_integer("max_tokens", 64..=1_000_000);
    let careful = table.optional_flag("careful");
    let estimate = table.optional_flag("estimate");
    let concurrency = table.integer_or("concurrency", Concurrency::ALLOWED, Concurrency::AUTO);
    let rpm = table.optional_integer("rpm", 1..=i64::from(u32::MAX));
    let tpm = table.optional_integer("tpm", 1..=i64::MAX);
    let seconds =
        |key| table.optional_number(key, 0.001..=MOST_SECONDS).map(|s| Duration::from_secs_f64(s.value));
    let connect_timeout = seconds("connect_timeout");
    let first_token_timeout = seconds("first_token_timeout");
    let total_timeout = seconds("total_timeout");
    let retries = table.optional_integer("retries", 0..=20).and_then(|n| u32::try_from(n.value).ok());
    let ca_file = table.optional_text("ca_file").map(|path| folder.join(path.value));
    table.report_unknown();
    let defaults = JudgeConfig::at(&base_url?.value);
    Some(JudgeConfig {
        model,
        key,
        temperature: temperature.map(|number| number.value),
        seed: seed.map_or(defaults.seed, |number| number.value),
        samples: samples.and_then(|n| n.value.try_into().ok()).unwrap_or(defaults.samples),
        max_tokens: max_tokens.and_then(|n| n.value.try_into().ok()).unwrap_or(defaults.max_tokens),
        careful: careful.unwrap_or(defaults.careful),
        estimate,
        concurrency: concurrency
            .and_then(|n| n.value?.try_into().ok())
            .map_or(defaults.concurrency, Concurrency::Fixed),
        rpm: rpm.and_then(|n| n.value.try_into().ok()),
        tpm: tpm.and_then(|n| n.value.try_into().ok()),
        connect_timeout,
        first_token_timeout,
        total_timeout,
        retries,
        ca_file,
        ..defaults
    })
}
