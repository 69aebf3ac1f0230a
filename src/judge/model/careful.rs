//! A critique in many small questions, for models that lose the thread in a whole rubric.
//!
//! For each key point of a criterion the built-in judge picks the passage that comes nearest to it, and the model says
//! yes or no: does the passage say this? How sure it is of "yes", over all key points, is its share
//! ([`super::scale`]). What is cited is the answer's own words by construction, and a passage that orders the grader
//! about can at most be asked whether it says a key point. Where a rubric has one criterion, that one is about the
//! answer as a whole: the model weighs it against the model answer, which small models do better and faster; the
//! built-in judge says what is in the answer and what is missing.
//!
//! What the model says and the built-in judge's level count half each, for they go wrong for different reasons.
//!
//! What the built-in judge takes for a mistake that is said counts if the model finds one of its signs in the passage.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::OnceCell;

use crate::bank::{Criterion, Mistake, MistakeKind, Rubric};
use crate::critique::{Critique, FlaggedMistake};
use crate::endpoint::{ChatRequest, ReplyShape, Role};
use crate::error::Result;
use crate::judge::Sighting;
use crate::judge::built_in::BuiltIn;
use crate::record::Procedure;

use super::asking::Asking;
use super::failed::Failed;
use super::scale::{self, Ends};
use super::shown::Shown;
use super::weighed::{Heard, SAID, Weighed, mean, rating, whole_rating};
use super::{ModelJudge, Prepared, message};

/// Steps of the scale that a whole answer is weighed on: the same for every rubric.
const STEPS: [&str; 5] = ["0", "1", "2", "3", "4"];
/// The answers to "does the passage say this?".
const YES_OR_NO: [&str; 2] = ["yes", "no"];

/// What is asked for once a rubric.
pub(super) struct Careful {
    /// For each criterion the ends of the model's scale.
    ends: Vec<OnceCell<Ends>>,
    /// Whether the model can be asked so.
    chooses: OnceCell<bool>,
    /// Whether a forecast counted the requests for them.
    is_foreseen: AtomicBool,
}

impl Careful {
    pub(super) fn of(rubric: &Rubric) -> Self {
        let ends = rubric.criteria.iter().map(|_| OnceCell::new()).collect();
        Self { ends, chooses: OnceCell::new(), is_foreseen: AtomicBool::new(false) }
    }
}

impl Asking<'_, '_> {
    pub(super) async fn carefully(
        &mut self,
        prepared: &Prepared,
        shown: &Shown<'_>,
    ) -> Result<Critique, Failed> {
        let rubric = self.rubric;
        let estimate = shown.estimate().cloned().unwrap_or_default();
        let nearest = BuiltIn::new().nearest(&prepared.built_in, shown.text());
        let mut ratings = Vec::with_capacity(rubric.criteria.len());
        for (place, criterion) in rubric.criteria.iter().enumerate() {
            let ends = self.ends(prepared, place, criterion).await?;
            let passages = nearest.get(place).map_or(&[][..], Vec::as_slice);
            let estimated = estimate.ratings.get(place);
            let rating = if is_whole(rubric) {
                let mut impression = f64::INFINITY;
                for text in shown.to_be_weighed() {
                    impression = impression.min(ends.calibrated(self.impression(&text).await?));
                }
                whole_rating(criterion, impression, estimated, passages, shown.text())
            } else {
                let weighed = self.weighed(criterion, shown.text(), passages).await?;
                rating(criterion, &Heard { weighed, ends, estimate: estimated }, shown.text())
            };
            if let Some(watch) = self.watch.as_deref_mut() {
                watch(Sighting::Rating(&shown.restored_rating(rating.clone())));
            }
            ratings.push(rating);
        }
        let mistakes = self.confirmed(estimate.mistakes).await?;
        Ok(Critique { ratings, mistakes, flags: Vec::new() })
    }

    /// Whether the model can be asked so. One whose user did not say so, and that names no choice when its scale is to be
    /// measured, is asked in the form that it may know.
    pub(super) async fn chooses(&mut self, prepared: &Prepared) -> Result<bool, Failed> {
        if self.judge.procedure == Procedure::Careful {
            return Ok(true);
        }
        prepared.careful.chooses.get_or_try_init(|| self.named_choices(prepared)).await.copied()
    }

    async fn named_choices(&mut self, prepared: &Prepared) -> Result<bool, Failed> {
        let rubric = self.rubric;
        for (place, criterion) in rubric.criteria.iter().enumerate() {
            match self.ends(prepared, place, criterion).await {
                Err(failed) if failed.is_formless() => return Ok(false),
                measured => measured.map(|_| ())?,
            }
        }
        Ok(true)
    }

    /// Where nothing and everything lie on this model's scale; asked once a rubric.
    async fn ends(
        &mut self,
        prepared: &Prepared,
        place: usize,
        criterion: &Criterion,
    ) -> Result<Ends, Failed> {
        let Some(ends) = prepared.careful.ends.get(place) else { return Ok(Ends::WHOLE) };
        ends.get_or_try_init(|| self.measured(prepared, place, criterion)).await.copied()
    }

    async fn measured(
        &mut self,
        prepared: &Prepared,
        place: usize,
        criterion: &Criterion,
    ) -> Result<Ends, Failed> {
        let nothing = self.judge.prompts.nothing().map_err(|error| Failed::prompt(&error))?;
        let nothing = self.share(prepared, place, criterion, nothing.trim()).await?;
        let everything = self.share(prepared, place, criterion, &self.rubric.model_answer).await?;
        Ok(Ends { nothing, everything })
    }

    /// How much of a criterion the model gives a text, on its own scale from 0 to 1.
    async fn share(
        &mut self,
        prepared: &Prepared,
        place: usize,
        criterion: &Criterion,
        text: &str,
    ) -> Result<f64, Failed> {
        if is_whole(self.rubric) {
            return self.impression(text).await;
        }
        let nearest = BuiltIn::new().nearest(&prepared.built_in, text);
        let passages = nearest.get(place).map_or(&[][..], Vec::as_slice);
        Ok(mean(&self.weighed(criterion, text, passages).await?))
    }

    async fn weighed(
        &mut self,
        criterion: &Criterion,
        text: &str,
        passages: &[Range<usize>],
    ) -> Result<Vec<Weighed>, Failed> {
        let mut weighed = Vec::new();
        for (point, passage) in statements(criterion).iter().zip(passages) {
            let yes = self.says(text.get(passage.clone()).unwrap_or_default(), point).await?;
            weighed.push(Weighed { point: point.clone(), passage: passage.clone(), yes });
        }
        Ok(weighed)
    }

    /// How sure the model is that a passage says what a statement says, 0 to 1.
    async fn says(&mut self, passage: &str, statement: &str) -> Result<f64, Failed> {
        let weights = self.choice(self.judge.ask_whether(passage, statement), &YES_OR_NO).await?;
        Ok(weights.get(YES_OR_NO[0]).copied().unwrap_or_default())
    }

    /// How much of the model answer the model finds in a text, on its own scale from 0 to 1.
    async fn impression(&mut self, text: &str) -> Result<f64, Failed> {
        let weights = self.choice(self.judge.ask_how_much(self.rubric, text), &STEPS).await?;
        Ok(scale::share(&weights, (STEPS.len() - 1) as u8).unwrap_or_default())
    }

    async fn choice(
        &mut self,
        request: Result<ChatRequest>,
        options: &[&str],
    ) -> Result<BTreeMap<String, f64>, Failed> {
        let request = request.map_err(|error| Failed::prompt(&error))?;
        self.repaired(request, |text| {
            let weights: BTreeMap<String, f64> = serde_json::from_str(text).unwrap_or_default();
            let usable =
                weights.keys().all(|option| options.contains(&option.as_str())) && !weights.is_empty();
            if usable { Ok(weights) } else { Err(vec![format!("reply with one of: {}", options.join(", "))]) }
        })
        .await
    }

    /// Of the mistakes that the built-in judge finds those that count: what is said must be confirmed by the model.
    async fn confirmed(&mut self, found: Vec<FlaggedMistake>) -> Result<Vec<FlaggedMistake>, Failed> {
        let mut confirmed = Vec::new();
        for flagged in found {
            let mistake = self.rubric.mistake(flagged.id.as_str());
            let counts = match (&flagged.evidence, mistake) {
                (Some(evidence), Some(mistake)) => self.makes(&evidence.quote, mistake).await?,
                (None, _) => flagged.kind == MistakeKind::Omitted,
                (Some(_), None) => false,
            };
            if counts {
                confirmed.push(flagged);
            }
        }
        Ok(confirmed)
    }

    async fn makes(&mut self, passage: &str, mistake: &Mistake) -> Result<bool, Failed> {
        for sign in &mistake.signs {
            if self.says(passage, sign).await? >= SAID {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl ModelJudge {
    /// The requests that an answer takes for certain, for forecasts; the first of a rubric takes those that measure the
    /// scale as well.
    pub(super) fn careful_requests(
        &self,
        prepared: &Prepared,
        rubric: &Rubric,
        shown: &Shown<'_>,
    ) -> Result<Vec<ChatRequest>> {
        let texts = if is_whole(rubric) { shown.to_be_weighed() } else { vec![shown.text().to_owned()] };
        let mut requests = Vec::new();
        for text in &texts {
            requests.extend(self.requests_about(prepared, rubric, text)?);
        }
        if !prepared.careful.is_foreseen.swap(true, Ordering::Relaxed) {
            for end in [self.prompts.nothing()?.trim(), &rubric.model_answer] {
                requests.extend(self.requests_about(prepared, rubric, end)?);
            }
        }
        Ok(requests)
    }

    fn requests_about(&self, prepared: &Prepared, rubric: &Rubric, text: &str) -> Result<Vec<ChatRequest>> {
        if is_whole(rubric) {
            return Ok(vec![self.ask_how_much(rubric, text)?]);
        }
        let nearest = BuiltIn::new().nearest(&prepared.built_in, text);
        let pairs = rubric
            .criteria
            .iter()
            .zip(&nearest)
            .flat_map(|(criterion, passages)| statements(criterion).iter().zip(passages));
        pairs
            .map(|(point, passage)| self.ask_whether(text.get(passage.clone()).unwrap_or_default(), point))
            .collect()
    }

    fn ask_whether(&self, passage: &str, statement: &str) -> Result<ChatRequest> {
        let instructions = message(Role::System, self.prompts.key_point()?);
        let task = message(Role::User, self.prompts.passage(passage, statement)?);
        Ok(self.request(vec![instructions, task], choice(&YES_OR_NO)))
    }

    fn ask_how_much(&self, rubric: &Rubric, answer: &str) -> Result<ChatRequest> {
        let instructions = message(Role::System, self.prompts.whole(rubric)?);
        let task = message(Role::User, self.prompts.how_much(answer)?);
        Ok(self.request(vec![instructions, task], choice(&STEPS)))
    }
}

fn choice(options: &[&str]) -> ReplyShape {
    let options: Arc<[String]> = options.iter().map(|option| (*option).to_owned()).collect();
    ReplyShape::Choice(options)
}

/// Whether a rubric judges the answer as a whole.
pub(super) fn is_whole(rubric: &Rubric) -> bool {
    rubric.criteria.len() == 1
}

/// The key points of a criterion; of one without any, what its highest level asks for.
fn statements(criterion: &Criterion) -> &[String] {
    let highest = criterion.levels.last().map(std::slice::from_ref).unwrap_or_default();
    if criterion.key_points.is_empty() { highest } else { &criterion.key_points }
}
