//! Judges from their configuration: one endpoint, several samples of it, or a panel.

use std::sync::Arc;

use crate::checkup::gate;
use crate::cli::{JudgeArgs, LimitArgs};
use crate::config::{Config, FROM_ENVIRONMENT, JudgeChoice, JudgeConfig};
use crate::endpoint::{Caps, Endpoint, EndpointError, EndpointSettings, Purse};
use crate::error::{Error, Result};
use crate::files;
use crate::files::transcript::TranscriptFile;
use crate::judge::Judge;
use crate::judge::model::{ModelJudge, Sampling, identity};
use crate::judge::panel::Panel;
use crate::judge::prompt::Prompts;
use crate::judge::samples::{SAMPLING_TEMPERATURE, Samples};
use crate::record::Procedure;
use crate::store::{KeptReplies, KnownEndpoints};
use crate::terminal::sanitised;

/// What all judges of a command share.
pub struct Means<'c> {
    config: &'c Config,
    args: &'c JudgeArgs,
    limits: &'c LimitArgs,
    /// What is kept from run to run.
    pub kept: Kept,
    purse: Arc<Purse>,
}

/// What is kept of what judges ask, each if it is.
#[derive(Default)]
pub struct Kept {
    /// Replies from run to run.
    pub replies: Option<Arc<KeptReplies>>,
    /// What servers are known to take.
    pub known: Option<Arc<KnownEndpoints>>,
    /// All that is asked and replied.
    pub log: Option<Arc<TranscriptFile>>,
}

/// A judge, with what to tell the user about it.
pub struct Introduced {
    /// The judge.
    pub judge: Judge,
    /// Who it is: name, model, address; how many samples.
    introduction: String,
    /// What the user had better know.
    remarks: Vec<String>,
    /// Whom it asks.
    pub endpoints: Vec<Endpoint>,
}

impl Introduced {
    /// What to say before it judges.
    pub fn notice(&self) -> String {
        let mut lines = vec![format!("Judge: {}.", self.introduction)];
        lines.extend(self.remarks.iter().cloned());
        lines.join("\n")
    }
}

impl<'c> Means<'c> {
    /// What judges share that are configured so, flagged so and limited so.
    pub fn new(config: &'c Config, args: &'c JudgeArgs, limits: &'c LimitArgs, kept: Kept) -> Self {
        let purse = Arc::new(Purse::new(Caps { cost: limits.max_cost, tokens: limits.max_tokens }));
        Self { config, args, limits, kept, purse }
    }

    /// The judge at one endpoint, asked for as many samples as are wanted.
    pub async fn endpoint(
        &self,
        name: &str,
        judge: &JudgeConfig,
        model: Option<String>,
    ) -> Result<Introduced> {
        let samples = self.args.samples.unwrap_or(judge.samples);
        let (model, endpoint) = self.model(name, judge, model, samples).await?;
        let endpoints = vec![endpoint];
        let introduction = format!("{name}, {} at {}", sanitised(model.model()), model.base_url());
        let helped = model.procedure() == Procedure::WithEstimate && judge.estimate.is_none();
        let mut remarks = if helped { vec![begins_with_an_estimate(name)] } else { Vec::new() };
        if samples == 1 {
            let judge = Judge::Model(Box::new(model));
            return Ok(Introduced { judge, introduction, remarks, endpoints });
        }
        let temperature = temperature(judge, samples);
        let introduction = format!("{introduction}, {samples} samples at temperature {temperature}");
        if temperature == 0.0 {
            remarks.push(same_samples(name));
        }
        let judge = Judge::Samples(Box::new(Samples::of(model, samples)));
        Ok(Introduced { judge, introduction, remarks, endpoints })
    }

    /// A judge made of others.
    pub async fn panel(&self, name: &str, choices: &[JudgeChoice]) -> Result<Introduced> {
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
    pub async fn model(
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
        let procedure = if self.args.careful || judge.careful {
            Procedure::Careful
        } else if judge.estimate.unwrap_or_else(|| self.has_failed(judge, &endpoint, &prompts)) {
            Procedure::WithEstimate
        } else {
            Procedure::AtOnce
        };
        let mut judge = ModelJudge::new(name, endpoint.clone(), prompts, sampling).by(procedure);
        if let Some(replies) = &self.kept.replies {
            judge = judge.keeping(Arc::clone(replies) as _);
        }
        if let Some(log) = &self.kept.log {
            judge = judge.transcribed(Arc::clone(log) as _);
        }
        Ok((judge, endpoint))
    }

    /// Whether the model is known not to judge well by itself when it is asked once.
    fn has_failed(&self, judge: &JudgeConfig, endpoint: &Endpoint, prompts: &Prompts) -> bool {
        let temperature = temperature(judge, 1);
        let sampling = Sampling { temperature, seed: judge.seed, max_tokens: judge.max_tokens };
        let tried = gate::identity(&identity(endpoint, prompts, &sampling, Procedure::AtOnce));
        let verdict = self.kept.known.as_ref().and_then(|known| known.verdict(&tried));
        verdict.is_some_and(|verdict| verdict.right < gate::PASS)
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
    pub fn settings(&self, judge: &JudgeConfig) -> Result<EndpointSettings> {
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

fn begins_with_an_estimate(name: &str) -> String {
    format!("{name} did not pass `coach doctor`, so it begins with the built-in judge's estimate.")
}

fn same_samples(name: &str) -> String {
    format!(
        "At temperature 0 most samples are the same reply. Leave temperature out of [judges.{name}] to sample at \
         {SAMPLING_TEMPERATURE}."
    )
}

/// Several samples of a judge that never says anything else tell nothing.
pub fn refuse_samples(args: &JudgeArgs) -> Result<()> {
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

/// An endpoint, or an error that names the setting that can't be used, and where it comes from.
pub fn opened(name: &str, settings: EndpointSettings) -> Result<Endpoint> {
    Endpoint::new(settings).map_err(|error| {
        let EndpointError::BadSettings { setting, .. } = &error else { return failed(&error) };
        let place = match (name, *setting) {
            (FROM_ENVIRONMENT, "base_url") => "OPENAI_BASE_URL".to_owned(),
            (FROM_ENVIRONMENT, "api_key") => "OPENAI_API_KEY".to_owned(),
            (_, setting) => format!("{setting} of the judge \"{name}\""),
        };
        let shown = Error::misused(format!("{place} can't be used: {error}"));
        match error.hint() {
            Some(hint) => shown.hint(hint),
            None => shown,
        }
    })
}

/// The model that a server offers when it offers just one, as llama.cpp and vLLM do.
async fn only_model(name: &str, endpoint: &Endpoint) -> Result<String> {
    const SHOWN: usize = 10;
    let models = endpoint.model_names().await.map_err(|error| failed(&error))?;
    match models.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::misused(format!("the judge \"{name}\" has no model, and its endpoint offers none"))
            .hint("load a model at the server, then name it with --model or COACH_MODEL")),
        several => {
            Err(Error::misused(format!("the judge \"{name}\" has no model, and its endpoint offers several"))
                .hint(format!(
                    "name one with --model or COACH_MODEL: {}",
                    several[..several.len().min(SHOWN)].join(", ")
                )))
        }
    }
}

/// An endpoint's error as the user's.
pub fn failed(error: &EndpointError) -> Error {
    let shown = Error::failed(error.to_string());
    match error.hint() {
        Some(hint) => shown.hint(hint),
        None => shown,
    }
}
