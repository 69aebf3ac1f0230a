//! A critique of one criterion at a time, for models that lose the thread in a whole rubric.
//!
//! For each criterion the model first weighs how much of it the answer gets right, in one word, which gives the level
//! ([`super::scale`]). Only then it says which passages earned that, what is missing and why: it names passages by
//! their number, so that what is cited is the answer's own words by construction. A criterion of which nothing was
//! right is not asked about further. Mistakes come last, all in one request.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::OnceCell;

use crate::bank::{Criterion, Rubric};
use crate::critique::objects::last_fitting;
use crate::critique::passages::{Explanation, explanation, explanation_schema, mistakes, mistakes_schema};
use crate::critique::{Critique, FlaggedMistake, Rating};
use crate::endpoint::{ChatRequest, Message, ReplyShape, Role};
use crate::error::Result;
use crate::judge::Sighting;

use super::asking::Asking;
use super::failed::Failed;
use super::scale::{self, Ends};
use super::shown::Shown;
use super::{ModelJudge, Prepared, message, schema};

/// Steps of the scale that a model weighs: the same for every rubric, so that its ends can be compared.
const STEPS: [&str; 5] = ["0", "1", "2", "3", "4"];
/// The highest of them.
const HIGHEST: u8 = 4;

/// For each criterion of a rubric the ends of the model's scale, once they were asked for.
pub(super) struct Careful(Vec<OnceCell<Ends>>);

impl Careful {
    pub(super) fn of(rubric: &Rubric) -> Self {
        Self(rubric.criteria.iter().map(|_| OnceCell::new()).collect())
    }
}

impl Asking<'_, '_> {
    pub(super) async fn carefully(
        &mut self,
        prepared: &Prepared,
        shown: &Shown<'_>,
    ) -> Result<Critique, Failed> {
        let rubric = self.rubric;
        let mut ratings = Vec::with_capacity(rubric.criteria.len());
        for (criterion, ends) in rubric.criteria.iter().zip(&prepared.careful.0) {
            let ends = *ends.get_or_try_init(|| self.ends(prepared, criterion)).await?;
            let rating = self.rating(criterion, ends, shown).await?;
            if let Some(watch) = self.watch.as_deref_mut() {
                watch(Sighting::Rating(&rating));
            }
            ratings.push(rating);
        }
        let mistakes = if rubric.mistakes.is_empty() { Vec::new() } else { self.mistakes(shown).await? };
        Ok(Critique { ratings, mistakes, flags: Vec::new() })
    }

    /// Where nothing and everything lie on this model's scale.
    async fn ends(&mut self, prepared: &Prepared, criterion: &Criterion) -> Result<Ends, Failed> {
        let nothing = self.judge.prompts.nothing().map_err(|error| Failed::prompt(&error))?;
        let mut lowest: f64 = 0.0;
        for text in nothing.split("\n\n") {
            lowest = lowest.max(self.share(criterion, &Shown::new(&prepared.built_in, text)).await?);
        }
        let model_answer = Shown::new(&prepared.built_in, &self.rubric.model_answer);
        let everything = self.share(criterion, &model_answer).await?;
        Ok(Ends { nothing: lowest, everything })
    }

    /// How much of a criterion the model gives an answer, on its own scale from 0 to 1.
    async fn share(&mut self, criterion: &Criterion, shown: &Shown<'_>) -> Result<f64, Failed> {
        let request = self.judge.rate(self.rubric, criterion, shown);
        let request = request.map_err(|error| Failed::prompt(&error))?;
        self.repaired(request, |text| {
            let weights: BTreeMap<String, f64> = serde_json::from_str(text).unwrap_or_default();
            scale::share(&weights, HIGHEST).ok_or_else(|| vec![format!("it is none of {}", STEPS.join(", "))])
        })
        .await
    }

    async fn rating(&mut self, criterion: &Criterion, ends: Ends, shown: &Shown<'_>) -> Result<Rating, Failed> {
        let share = ends.calibrated(self.share(criterion, shown).await?);
        let level = scale::level(share, criterion.max_level());
        if level == 0 {
            return Ok(unearned(criterion));
        }
        let request = self.judge.explain(self.rubric, criterion, level, shown);
        let request = request.map_err(|error| Failed::prompt(&error))?;
        let citable = shown.citable();
        let explained =
            self.repaired(request, |text| last_fitting(text, |value| explanation(criterion, citable, value)));
        let Explanation { passages, missing, reason } = explained.await?;
        let evidence = passages.into_iter().filter_map(|number| shown.cited(number)).collect();
        let advice = if level == criterion.max_level() { String::new() } else { advice(&missing) };
        let id = criterion.id.clone();
        Ok(Rating { id, level, reason, advice, evidence, missing, unfounded: false })
    }

    async fn mistakes(&mut self, shown: &Shown<'_>) -> Result<Vec<FlaggedMistake>, Failed> {
        let request = self.judge.find_mistakes(self.rubric, shown).map_err(|error| Failed::prompt(&error))?;
        let (rubric, cited) = (self.rubric, |number| shown.cited(number));
        self.repaired(request, |text| last_fitting(text, |value| mistakes(rubric, cited, value))).await
    }
}

impl ModelJudge {
    /// The requests that an answer takes for certain, for forecasts: explanations depend on the levels.
    pub(super) fn careful_requests(&self, rubric: &Rubric, shown: &Shown<'_>) -> Result<Vec<ChatRequest>> {
        let mut requests = Vec::new();
        for criterion in &rubric.criteria {
            requests.push(self.rate(rubric, criterion, shown)?);
            requests.push(self.explain(rubric, criterion, criterion.max_level(), shown)?);
        }
        if !rubric.mistakes.is_empty() {
            requests.push(self.find_mistakes(rubric, shown)?);
        }
        Ok(requests)
    }

    fn rate(&self, rubric: &Rubric, criterion: &Criterion, shown: &Shown<'_>) -> Result<ChatRequest> {
        let steps: Arc<[String]> = STEPS.map(str::to_owned).into();
        let messages = self.on_criterion(rubric, criterion, shown, &self.prompts.rate()?)?;
        Ok(self.request(messages, ReplyShape::Choice(steps)))
    }

    fn explain(&self, rubric: &Rubric, criterion: &Criterion, level: u8, shown: &Shown<'_>) -> Result<ChatRequest> {
        let descriptor = criterion.levels.get(usize::from(level)).map_or("", String::as_str);
        let messages = self.on_criterion(rubric, criterion, shown, &self.prompts.explain(descriptor)?)?;
        let form = Arc::new(explanation_schema(criterion, shown.citable()));
        Ok(self.request(messages, schema("explanation", &form)))
    }

    fn find_mistakes(&self, rubric: &Rubric, shown: &Shown<'_>) -> Result<ChatRequest> {
        let instructions = message(Role::System, self.prompts.mistakes(rubric)?);
        let task = format!("{}\n{}", self.prompts.passages(shown.text(), &shown.lines())?, self.prompts.find_mistakes()?);
        let form: Arc<Value> = Arc::new(mistakes_schema(rubric, shown.citable()));
        Ok(self.request(vec![instructions, message(Role::User, task)], schema("mistakes", &form)))
    }

    /// What is common to all requests about an answer and a criterion comes first, so that servers read it once.
    fn on_criterion(
        &self,
        rubric: &Rubric,
        criterion: &Criterion,
        shown: &Shown<'_>,
        task: &str,
    ) -> Result<Vec<Message>> {
        let instructions = message(Role::System, self.prompts.careful(rubric, criterion)?);
        let task = format!("{}\n{task}", self.prompts.passages(shown.text(), &shown.lines())?);
        Ok(vec![instructions, message(Role::User, task)])
    }
}

fn unearned(criterion: &Criterion) -> Rating {
    Rating {
        id: criterion.id.clone(),
        level: 0,
        reason: "Nothing in the answer counts here.".to_owned(),
        advice: advice(&criterion.key_points),
        evidence: Vec::new(),
        missing: criterion.key_points.clone(),
        unfounded: false,
    }
}

fn advice(missing: &[String]) -> String {
    missing.first().map_or_else(String::new, |point| format!("Say this: {point}"))
}
