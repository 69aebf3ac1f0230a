//! `coach doctor`: what an endpoint can do, and how well its model judges.
//!
//! Nothing is taken from what earlier runs found out, nor from the reply cache: a checkup looks for itself, and what
//! it finds is kept for later runs.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::Context;
use crate::answer::{Answer, key, rubric_digest};
use crate::batch::{Engine, Event, Task};
use crate::checkup::findings::{self, Remedy, Subject};
use crate::checkup::gate::{self, Golden, PASS, Tried};
use crate::checkup::survey::{Speed, Survey, survey};
use crate::checkup::{Finding, is_usable};
use crate::cli::{DoctorArgs, JudgeArgs, LimitArgs};
use crate::config::{BUILT_IN, Config, JudgeChoice, JudgeConfig};
use crate::endpoint::{Endpoint, EndpointError, EndpointSettings, Offered};
use crate::error::{Error, Exit, Result};
use crate::files::transcript::TranscriptFile;
use crate::judge::{Judge, JudgeFailure};
use crate::ready::Logging;
use crate::ready::judges::{Kept, Means, opened};
use crate::record::Procedure;
use crate::store::Verdict;
use crate::terminal::{Bar, render_findings};

/// A fault that passes is seen soon; a person waits.
const RETRIES: u32 = 1;

/// What is found, in the order in which it is found.
struct Checkup<'a> {
    context: &'a Context,
    args: &'a DoctorArgs,
    name: String,
    model: Option<String>,
    base_url: Option<String>,
    findings: Vec<Finding>,
    survey: Option<Survey>,
    tried: Vec<Tried>,
}

/// Runs the command.
pub async fn run(args: &DoctorArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let mut checkup = Checkup::of(BUILT_IN.to_owned(), args, context);
    match config.choose_judge(args.judge.as_deref(), &context.environment)? {
        JudgeChoice::BuiltIn => {
            checkup.open()?;
            checkup.built_in().await?;
        }
        JudgeChoice::NothingElse => {
            checkup.open()?;
            let none = Finding::note(
                "judge",
                "no model is connected, so the built-in judge grades; it needs no endpoint",
            );
            checkup.show(vec![none.advising("coach setup")])?;
            checkup.built_in().await?;
        }
        JudgeChoice::Endpoint(name, judge) => {
            checkup.name = name;
            checkup.endpoint(*judge, &config).await?;
        }
        JudgeChoice::Panel(name, members) => return Err(one_by_one(&name, &members)),
    }
    checkup.close()
}

impl<'a> Checkup<'a> {
    fn of(name: String, args: &'a DoctorArgs, context: &'a Context) -> Self {
        let (findings, tried) = (Vec::new(), Vec::new());
        Self { context, args, name, model: None, base_url: None, findings, survey: None, tried }
    }

    /// What is going to be looked at.
    fn open(&self) -> Result<()> {
        let line = match (&self.model, &self.base_url) {
            (Some(model), Some(base_url)) => format!("Judge {}: {model} at {base_url}", self.name),
            (None, Some(base_url)) => format!("Judge {}: {base_url}", self.name),
            (_, None) => format!("Judge {}", self.name),
        };
        self.print(&format!("{}\n", crate::terminal::sanitised(&line)))
    }

    /// Each line is shown as it is found: a slow server takes minutes.
    fn show(&mut self, found: Vec<Finding>) -> Result<()> {
        self.print(&render_findings(&found, &self.context.terminal.view()))?;
        self.findings.extend(found);
        Ok(())
    }

    fn print(&self, text: &str) -> Result<()> {
        if self.args.json { Ok(()) } else { self.context.terminal.print(text) }
    }

    async fn built_in(&mut self) -> Result<()> {
        if self.args.no_gate { Ok(()) } else { self.gate(Judge::built_in(), Remedy::None).await }
    }

    async fn endpoint(&mut self, judge: JudgeConfig, config: &Config) -> Result<()> {
        let (no_args, no_limits) = (JudgeArgs::default(), LimitArgs::default());
        let mut settings = Means::new(config, &no_args, &no_limits, Kept::default()).settings(&judge)?;
        settings.retries = settings.retries.min(RETRIES);
        let nameless = opened(&self.name, settings.clone())?;
        self.base_url = Some(nameless.base_url());
        self.model = self.args.model.clone().or_else(|| judge.model.clone());
        let encrypted = judge.base_url.trim_start().starts_with("https:");
        let (base_url, host) = (nameless.base_url(), nameless.host());
        let subject = Subject {
            base_url: &base_url,
            host: &host,
            local: nameless.is_local(),
            key: settings.api_key.is_some(),
            encrypted,
            max_tokens: judge.max_tokens,
        };
        let listed = nameless.models().await;
        if self.model.is_none() {
            self.model = listed.as_ref().ok().and_then(|listed| only(listed));
        }
        self.open()?;
        let Some(model) = self.model.clone() else {
            return self.show(vec![no_model(&subject, &self.name, &listed)]);
        };
        if let Err(error) = &listed
            && error.stops_the_run()
            && !matches!(error, EndpointError::NotFound { .. })
        {
            return self.show(vec![findings::failure(&subject, error)]);
        }
        let settings = EndpointSettings { model: model.clone(), ..settings };
        let endpoint = opened(&self.name, settings.clone())?.knowing(&nameless.capabilities());
        let entry = listed.as_ref().ok().and_then(|listed| listed.iter().find(|it| it.id == model));
        let keyless = match settings.api_key {
            Some(_) => Some(opened(&self.name, EndpointSettings { api_key: None, ..settings })?),
            None => None,
        };
        let surveyed = survey(&endpoint, entry, keyless.as_ref()).await;
        match surveyed {
            Err(error) => return self.show(vec![findings::failure(&subject, &error)]),
            Ok(found) => {
                let listed = listed.as_deref();
                self.show(findings::contact(&subject, found.capabilities.base_path, listed, &model))?;
                self.show(findings::abilities(&subject, &found))?;
                self.survey = Some(found);
            }
        }
        self.keep(&endpoint);
        let judged = self.gated(judge, model, config, &endpoint).await?;
        self.keep(&judged);
        Ok(())
    }

    fn keep(&self, endpoint: &Endpoint) {
        if let Some(known) = self.context.known_endpoints() {
            known.keep_capabilities(&endpoint.base_url(), endpoint.model(), &endpoint.capabilities());
        }
    }

    /// Tries the model on the answers whose levels are known, going on from what `endpoint` found; gives the endpoint
    /// that knows the most in the end.
    async fn gated(
        &mut self,
        judge: JudgeConfig,
        model: String,
        config: &Config,
        endpoint: &Endpoint,
    ) -> Result<Endpoint> {
        if self.args.no_gate {
            return Ok(endpoint.clone());
        }
        let log = self.args.log.as_deref().map(TranscriptFile::open).transpose()?.map(Arc::new);
        let _logging = log.as_ref().map(|file| Logging::to(Arc::clone(file), &self.context.terminal));
        let asking = JudgeArgs { careful: self.args.careful, ..JudgeArgs::default() };
        let no_limits = LimitArgs::default();
        let means = Means::new(config, &asking, &no_limits, Kept { log, ..Kept::default() });
        let is_off = judge.estimate == Some(false);
        // What is to be found out is whether it can do without.
        let judge = JudgeConfig { estimate: Some(false), ..judge };
        let (model_judge, asked) = means.model(&self.name, &judge, Some(model), 1).await?;
        let asked = asked.knowing(&endpoint.capabilities());
        let seconds = self.survey.as_ref().and_then(|it| it.speed).map(findings::seconds_of_gate);
        let time = seconds.map(|seconds| format!(", about {seconds} s or more")).unwrap_or_default();
        self.context
            .terminal
            .notice(&format!("Now 12 short answers with known levels{time}; --no-gate leaves them out."));
        let remedy = match model_judge.procedure() {
            Procedure::AtOnce if is_off => Remedy::EstimateIsOff,
            Procedure::AtOnce => Remedy::Estimate,
            Procedure::WithEstimate | Procedure::Careful => Remedy::None,
        };
        self.gate(Judge::Model(Box::new(model_judge)), remedy).await?;
        let known = asked.capabilities();
        if known.empty_from != endpoint.capabilities().empty_from {
            self.show(findings::emptied(&known).into_iter().collect())?;
        }
        Ok(asked)
    }

    async fn gate(&mut self, judge: Judge, remedy: Remedy) -> Result<()> {
        let golden = Golden::all().map_err(|problems| {
            let first = problems.first().map_or(String::new(), ToString::to_string);
            Error::failed(format!("the answers with known levels can't be read: {first}"))
        })?;
        let judge = Arc::new(judge);
        match tried(&judge, &golden, self.context).await? {
            Ok(tried) => {
                self.show(findings::gate(&tried, remedy))?;
                if let (Judge::Model(_), Some(known)) = (&*judge, self.context.known_endpoints()) {
                    let verdict = Verdict { right: gate::right(&tried), of: tried.len() as u32 };
                    known.keep_verdict(&gate::identity(judge.identity()), verdict);
                }
                self.tried = tried;
                Ok(())
            }
            Err(failure) => {
                let finding = Finding::problem("gate", failure.reason.message);
                self.show(vec![match failure.hint {
                    Some(hint) => finding.advising(hint),
                    None => finding,
                }])
            }
        }
    }

    fn close(self) -> Result<Exit> {
        let right = gate::right(&self.tried);
        let usable = is_usable(&self.findings);
        if self.args.json {
            self.context.terminal.print(&(self.json(usable, right).to_string() + "\n"))?;
        } else {
            let line = match usable {
                true if self.tried.is_empty() || right >= PASS => "This judge can be used.",
                true => "This judge can be used, but it did not pass.",
                false => "This judge can't be used yet.",
            };
            self.context.terminal.print(&format!("{line}\n"))?;
        }
        match self.args.min_right {
            Some(least) if usable && right < u32::from(least) => {
                Err(Error::failed(format!("{right} of 12 levels are right, below --min-right {least}")))
            }
            Some(_) | None => Ok(if usable { Exit::Done } else { Exit::Failed }),
        }
    }

    fn json(&self, usable: bool, right: u32) -> Value {
        let gate = (!self.tried.is_empty()).then(|| {
            json!({"right": right, "of": self.tried.len(), "passed": right >= PASS, "answers": in_json(&self.tried)})
        });
        let survey = self.survey.as_ref();
        json!({
            "judge": self.name,
            "base_url": self.base_url,
            "model": self.model,
            "usable": usable,
            "findings": in_json(&self.findings),
            "capabilities": survey.map(|it| in_json(&it.capabilities)),
            "schema": survey.map(|it| in_json(&it.schema)),
            "object": survey.map(|it| in_json(&it.object)),
            "reasoning": survey.map(|it| in_json(&it.reasoning)),
            "token_cap": survey.map(|it| in_json(&it.cap)),
            "context": survey.and_then(|it| it.context),
            "tokens_per_second": survey.and_then(|it| it.speed).map(Speed::per_second),
            "needs_key": survey.and_then(|it| it.needs_key),
            "gate": gate,
        })
    }
}

fn in_json(value: &impl Serialize) -> Value {
    // Plain data, whose map keys are texts.
    serde_json::to_value(value).unwrap_or_default()
}

/// A panel is as good as its members.
fn one_by_one(name: &str, members: &[JudgeChoice]) -> Error {
    let members: Vec<String> = members
        .iter()
        .filter_map(|member| match member {
            JudgeChoice::Endpoint(name, _) => Some(format!("coach doctor --judge {name}")),
            JudgeChoice::BuiltIn | JudgeChoice::NothingElse | JudgeChoice::Panel(..) => None,
        })
        .collect();
    Error::misused(format!("{name} is a panel; its members are looked at one by one"))
        .hint(members.join(", then "))
}

/// The model of a server that offers just one.
fn only(listed: &[Offered]) -> Option<String> {
    match listed {
        [only] => Some(only.id.clone()),
        _ => None,
    }
}

fn no_model(subject: &Subject<'_>, name: &str, listed: &Result<Vec<Offered>, EndpointError>) -> Finding {
    match listed {
        Err(error) => findings::failure(subject, error),
        Ok(listed) if listed.is_empty() => {
            Finding::problem("model", "none is named, and the server offers none")
                .advising("load a model at the server")
        }
        Ok(listed) => {
            let said = format!("none is named, and the server offers several: {}", findings::names(listed));
            Finding::problem("model", said)
                .advising(format!("coach doctor --judge {name} --model {}", listed[0].id))
        }
    }
}

/// What a judge makes of the answers with known levels, or what kept it from going on.
async fn tried(
    judge: &Arc<Judge>,
    golden: &[Golden],
    context: &Context,
) -> Result<Result<Vec<Tried>, JudgeFailure>> {
    let mut bar = Bar::start(&context.terminal, golden.len() as u64, 0);
    let mut engine = Engine::new(Arc::clone(judge), usize::MAX);
    let mut waiting = golden.iter().enumerate();
    let mut found: Vec<Option<Tried>> = vec![None; golden.len()];
    loop {
        while engine.has_room()
            && let Some((number, it)) = waiting.next()
        {
            engine.start(task(number as u64, it, judge.identity()));
        }
        let event = tokio::select! {
            biased;
            _ = tokio::signal::ctrl_c() => return Err(Error::interrupted("interrupted")),
            event = engine.next() => event,
        };
        match event {
            None => break,
            Some(Event::Stopped(failure)) => return Ok(Err(failure)),
            Some(Event::Judged { task, outcome, .. }) => {
                bar.step();
                let place = usize::try_from(task.number).unwrap_or(usize::MAX);
                if let (Some(slot), Some(it)) = (found.get_mut(place), golden.get(place)) {
                    *slot = Some(it.tried(&outcome));
                }
            }
        }
    }
    Ok(Ok(found.into_iter().flatten().collect()))
}

fn task(number: u64, golden: &Golden, identity: &str) -> Task {
    let (rubric, text) = (Arc::clone(&golden.rubric), golden.text().to_owned());
    let key = key(&text, &rubric_digest(&rubric), identity);
    let answer = Answer { id: number.to_string(), question: rubric.id.clone(), text, candidate: None };
    Task { answer, rubric, key, number }
}
