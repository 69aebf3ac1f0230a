//! Judges from their configuration: one endpoint, several samples of it, or a panel.

use std::sync::Arc;

use super::{only_model, opened};
use crate::cli::{JudgeArgs, LimitArgs};
use crate::config::{Config, JudgeChoice, JudgeConfig};
use crate::endpoint::{Caps, Endpoint, EndpointSettings, Purse};
use crate::error::{Error, Result};
use crate::files;
use crate::files::transcript::TranscriptFile;
use crate::judge::Judge;
use crate::judge::model::{ModelJudge, Sampling};
use crate::judge::panel::Panel;
use crate::judge::prompt::Prompts;
use crate::judge::samples::{SAMPLING_TEMPERATURE, Samples};
use crate::store::{KeptReplies, KnownEndpoints};
use crate::terminal::sanitised;

/// What all judges of a command share.
pub(super) struct Means<'c> {
    pub(super) config: &'c Config,
    pub(super) args: &'c JudgeArgs,
    pub(super) limits: &'c LimitArgs,
    pub(super) kept: Kept,
    purse: Arc<Purse>,
}

/// What is kept of what judges ask, each if it is.
#[derive(Default)]
pub(super) struct Kept {
    /// Replies from run to run.
    pub(super) replies: Option<Arc<KeptReplies>>,
    /// What servers are known to take.
    pub(super) known: Option<Arc<KnownEndpoints>>,
    /// All that is asked and replied.
    pub(super) log: Option<Arc<TranscriptFile>>,
}

/// A judge, with what to tell the user about it.
pub(super) struct Introduced {
    pub(super) judge: Judge,
    /// Who it is: name, model, address; how many samples.
    introduction: String,
    /// What the user had better know.
    remarks: Vec<String>,
    /// Whom it asks.
    pub(super) endpoints: Vec<Endpoint>,
}

impl Introduced {
    /// What to say before it judges.
    pub(super) fn notice(&self) -> String {
        let mut lines = vec![format!("Judge: {}.", self.introduction)];
        lines.extend(self.remarks.iter().cloned());
        lines.join("\n")
    }
}

impl<'c> Means<'c> {
    pub(super) fn new(config: &'c Config, args: &'c JudgeArgs, limits: &'c LimitArgs, kept: Kept) -> Self {
        let purse = Arc::new(Purse::new(Caps { cost: limits.max_cost, tokens: limits.max_tokens }));
        Self { config, args, limits, kept, purse }
    }

    /// The judge at one endpoint, asked for as many samples as are wanted.
    pub(super) async fn endpoint(
        &self,
        name: &str,
        judge: &JudgeConfig,
        model: Option<String>,
    ) -> Result<Introduced> {
        let samples = self.args.samples.unwrap_or(judge.samples);
        let (model, endpoint) = self.model(name, judge, model, samples).await?;
        let endpoints = vec![endpoint];
        let introduction = format!("{name}, {} at {}", sanitised(model.model()), model.base_url());
        if samples == 1 {
            let judge = Judge::Model(Box::new(model));
            return Ok(Introduced { judge, introduction, remarks: Vec::new(), endpoints });
        }
        let temperature = temperature(judge, samples);
        let introduction = format!("{introduction}, {samples} samples at temperature {temperature}");
        let remarks = if temperature == 0.0 { vec![same_samples(name)] } else { Vec::new() };
        let judge = Judge::Samples(Box::new(Samples::of(model, samples)));
        Ok(Introduced { judge, introduction, remarks, endpoints })
    }

    /// A judge made of others.
    pub(super) async fn panel(&self, name: &str, choices: &[JudgeChoice]) -> Result<Introduced> {
        let mut members = Vec::new();
        let mut endpoints = Vec::new();
        let mut introductions = Vec::new();
        let mut remarks = Vec::new();
        if self.args.model.is_some() {
            remarks.push(format!(
                "The members of {name} keep their own models; --model and COACH_MODEL do not apply."
            ));
        }
        for choice in choices {
            let member = match choice {
                JudgeChoice::Endpoint(name, judge) => self.endpoint(name, judge, judge.model.clone()).await?,
                JudgeChoice::BuiltIn | JudgeChoice::NothingElse | JudgeChoice::Panel(..) => Introduced {
                    judge: Judge::built_in(),
                    introduction: crate::config::BUILT_IN.to_owned(),
                    remarks: Vec::new(),
                    endpoints: Vec::new(),
                },
            };
            introductions.push(member.introduction);
            remarks.extend(member.remarks);
            endpoints.extend(member.endpoints);
            members.push(member.judge);
        }
        let introduction = format!("{name}, a panel of {}", introductions.join("; "));
        let judge = Judge::Panel(Box::new(Panel::new(name, members)));
        Ok(Introduced { judge, introduction, remarks, endpoints })
    }

    /// One endpoint as a judge, and the endpoint itself.
    pub(super) async fn model(
        &self,
        name: &str,
        judge: &JudgeConfig,
        model: Option<String>,
        samples: u32,
    ) -> Result<(ModelJudge, Endpoint)> {
        let replaced = self.config.prompts.as_deref().map_or(Ok(Vec::new()), files::prompts)?;
        let prompts = Prompts::new(&replaced)?;
        let temperature = temperature(judge, samples);
        let sampling = Sampling { temperature, seed: judge.seed, max_tokens: judge.max_tokens };
        let mut settings = self.settings(judge)?;
        settings.model = match model {
            Some(model) => model,
            None => only_model(name, &opened(name, settings.clone())?).await?,
        };
        settings.prices = self.config.prices.get(&settings.model).copied();
        if self.limits.max_cost.is_some() && settings.prices.is_none() {
            return Err(no_price(&settings.model));
        }
        let endpoint = self.knowing(opened(name, settings)?);
        let mut judge = ModelJudge::new(name, endpoint.clone(), prompts, sampling);
        if let Some(replies) = &self.kept.replies {
            judge = judge.keeping(Arc::clone(replies) as _);
        }
        if let Some(log) = &self.kept.log {
            judge = judge.transcribed(Arc::clone(log) as _);
        }
        Ok((judge, endpoint))
    }

    /// The endpoint, told what earlier runs found out about it.
    fn knowing(&self, endpoint: Endpoint) -> Endpoint {
        let known = self.kept.known.as_ref();
        match known.and_then(|known| known.capabilities(&endpoint.base_url(), endpoint.model())) {
            Some(known) => endpoint.knowing(&known),
            None => endpoint,
        }
    }

    /// Settings of an endpoint whose model is yet to be named.
    pub(super) fn settings(&self, judge: &JudgeConfig) -> Result<EndpointSettings> {
        let (defaults, limits) = (EndpointSettings::default(), self.limits);
        Ok(EndpointSettings {
            base_url: judge.base_url.clone(),
            api_key: judge.key.key()?,
            connect_timeout: judge.connect_timeout.unwrap_or(defaults.connect_timeout),
            first_token_timeout: judge.first_token_timeout.unwrap_or(defaults.first_token_timeout),
            total_timeout: judge.total_timeout.unwrap_or(defaults.total_timeout),
            retries: judge.retries.unwrap_or(defaults.retries),
            ca_file: judge.ca_file.clone(),
            concurrency: limits.concurrency.unwrap_or(judge.concurrency),
            rpm: limits.rpm.or(judge.rpm),
            tpm: limits.tpm.or(judge.tpm),
            purse: Arc::clone(&self.purse),
            ..defaults
        })
    }
}

/// The configured temperature, else one that suits the number of samples.
fn temperature(judge: &JudgeConfig, samples: u32) -> f64 {
    judge.temperature.unwrap_or(if samples == 1 { 0.0 } else { SAMPLING_TEMPERATURE })
}

fn same_samples(name: &str) -> String {
    format!(
        "At temperature 0 most samples are the same reply. Leave temperature out of [judges.{name}] to sample at \
         {SAMPLING_TEMPERATURE}."
    )
}

/// Several samples of a judge that never says anything else tell nothing.
pub(super) fn refuse_samples(args: &JudgeArgs) -> Result<()> {
    match args.samples {
        None | Some(1) => Ok(()),
        Some(_) => Err(Error::misused(
            "the built-in judge gives the same critique each time, so samples tell nothing",
        )
        .hint("leave out --samples, or name a judge that asks a model: --judge NAME")),
    }
}

fn no_price(model: &str) -> Error {
    Error::misused(format!("--max-cost needs the price of the model {model}")).hint(format!(
        "add to the configuration, per million tokens: [prices.\"{model}\"] with input = ... and output = ..."
    ))
}
