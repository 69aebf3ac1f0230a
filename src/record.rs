//! One line of a grades file.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::bank::{CriterionId, MistakeId, MistakeKind, QuestionId, Rubric};
use crate::critique::{Critique, Evidence, Flag, FlaggedMistake, Rating};
use crate::score::{Band, Grade, Outcome, Reason, Score};

/// How a model judges an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Procedure {
    /// In one request, which shows the whole rubric. What strong models do well, and the cheapest.
    #[default]
    AtOnce,
    /// The same, with what the built-in judge makes of the answer to begin with. For models that can't judge alone.
    WithEstimate,
    /// In many small questions, a key point at a time, on a scale that the model answer sets; half of a level is the
    /// built-in judge's. What small models need.
    Careful,
}

/// Who judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgeRecord {
    /// The judge's name in the configuration, or `built-in`.
    pub name: String,
    /// The model, if one judged.
    pub model: Option<String>,
    /// How the model judged, if one did; absent in grades of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<Procedure>,
    /// How often each rating was asked for.
    pub samples: u32,
    /// How far the samples, or the members of a panel, agree on the levels, 0 to 1; `None` with one.
    pub agreement: Option<f64>,
    /// Why samples gave no critique, for each that gave none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Reason>,
    /// The members, where the judge is a panel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberRecord>,
}

/// What a member of a panel found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberRecord {
    /// The member's name in the configuration, or `built-in`.
    pub name: String,
    /// Its grade, or why it gave none.
    #[serde(flatten)]
    pub status: Status,
}

impl MemberRecord {
    /// Who it is, or why it gave no critique.
    pub fn heard(&self) -> String {
        match &self.status {
            Status::Graded(graded) => match &graded.judge.model {
                Some(model) => format!("{} ({model}{})", self.name, graded.judge.share_of_built_in()),
                None => self.name.clone(),
            },
            Status::Ungraded { reason, .. } => format!("{} gave no critique: {}", self.name, reason.message),
        }
    }

    /// The same with its score and levels, as in "local (llama): score 61.5; levels mechanism 3, trade-offs 1".
    pub fn gave(&self) -> String {
        match &self.status {
            Status::Graded(graded) => {
                let levels = graded.criteria.iter().map(|rating| format!("{} {}", rating.id, rating.level));
                let levels = levels.collect::<Vec<_>>().join(", ");
                format!("{}: score {:.1}; levels {levels}", self.heard(), graded.score.points())
            }
            Status::Ungraded { .. } => self.heard(),
        }
    }
}

impl JudgeRecord {
    /// A judge of that name, asked once.
    pub fn once(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            model: None,
            procedure: None,
            samples: 1,
            agreement: None,
            failed: Vec::new(),
            members: Vec::new(),
        }
    }

    /// A model as the judge of that name, asked once by this procedure.
    pub fn of_model(name: &str, model: &str, procedure: Procedure) -> Self {
        Self { model: Some(model.to_owned()), procedure: Some(procedure), ..Self::once(name) }
    }

    /// What of its ratings is the built-in judge's, as the rest of a sentence that names the model; empty where nothing is.
    pub fn share_of_built_in(&self) -> &'static str {
        match self.procedure {
            Some(Procedure::Careful) => ", half and half with the built-in judge",
            Some(Procedure::WithEstimate) => ", beginning with the built-in judge's estimate",
            Some(Procedure::AtOnce) | None => "",
        }
    }

    /// Who of the samples or members gave no critique, and why.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Reason)> {
        let samples = self.failed.iter().map(|reason| ("a sample", reason));
        let members = self.members.iter().filter_map(|member| match &member.status {
            Status::Graded(_) => None,
            Status::Ungraded { reason, .. } => Some((member.name.as_str(), reason)),
        });
        samples.chain(members)
    }
}

/// What judging one answer took.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct UsageRecord {
    /// Tokens sent, retries and repairs included.
    pub prompt_tokens: u64,
    /// Tokens received, retries and repairs included.
    pub completion_tokens: u64,
    /// Money, where the price is known.
    pub cost: Option<f64>,
    /// Milliseconds that the endpoint took, all requests together.
    pub latency_ms: u64,
}

/// One line of a grades file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradeRecord {
    /// The answer's id.
    pub id: String,
    /// The question's id; absent when the record named none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<QuestionId>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// What came of it.
    #[serde(flatten)]
    pub status: Status,
    /// Identity of the grade.
    pub key: String,
}

/// What came of judging one answer, as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Status {
    /// It has a grade.
    Graded(Box<GradedRecord>),
    /// It has none, which says nothing about the answer.
    Ungraded {
        /// Why not.
        reason: Reason,
        /// What trying took, if it took anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<UsageRecord>,
    },
}

/// A grade as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradedRecord {
    /// 0 to 100.
    pub score: Score,
    /// The score in a word.
    pub band: Band,
    /// The ratings.
    pub criteria: Vec<RatingRecord>,
    /// The mistakes found.
    pub mistakes: Vec<MistakeRecord>,
    /// What else to know.
    pub flags: Vec<Flag>,
    /// Who judged.
    pub judge: JudgeRecord,
    /// What it took.
    pub usage: UsageRecord,
}

/// A rating as written, with what is needed to recompute the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RatingRecord {
    /// The criterion.
    pub id: CriterionId,
    /// The level given.
    pub level: u8,
    /// The highest level.
    pub max_level: u8,
    /// The criterion's weight.
    pub weight: f64,
    /// Why.
    pub reason: String,
    /// What would raise it.
    pub advice: String,
    /// What earned it.
    pub evidence: Vec<Evidence>,
    /// Key points that are missing.
    pub missing: Vec<String>,
    /// The judge cited nothing that is in the answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfounded: bool,
}

/// A flagged mistake as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MistakeRecord {
    /// The mistake.
    pub id: MistakeId,
    /// Said or omitted.
    pub kind: MistakeKind,
    /// The answer's words, if said.
    pub quote: Option<String>,
    /// Byte offset of the quotation.
    pub start: Option<usize>,
    /// Byte offset behind the quotation.
    pub end: Option<usize>,
    /// Why it is a mistake here.
    pub why: String,
    /// What to do about it.
    pub advice: String,
}

impl GradeRecord {
    /// The line for an answer that was judged.
    pub fn of(
        answer: &Answer,
        rubric: &Rubric,
        outcome: &Outcome,
        judge: JudgeRecord,
        usage: UsageRecord,
        key: String,
    ) -> Self {
        let status = match outcome {
            Outcome::Graded(grade) => Status::Graded(Box::new(graded(rubric, grade, judge, usage))),
            Outcome::Ungraded(reason) => Status::Ungraded {
                reason: reason.clone(),
                usage: (usage != UsageRecord::default()).then_some(usage),
            },
        };
        let question = Some(answer.question.clone());
        Self { id: answer.id.clone(), question, candidate: answer.candidate.clone(), status, key }
    }

    /// The line for something that could not be judged at all.
    pub fn ungraded(id: String, question: Option<QuestionId>, reason: Reason, key: String) -> Self {
        Self { id, question, candidate: None, status: Status::Ungraded { reason, usage: None }, key }
    }

    /// Why the line has no grade.
    pub fn reason(&self) -> Option<&Reason> {
        match &self.status {
            Status::Graded(_) => None,
            Status::Ungraded { reason, .. } => Some(reason),
        }
    }
}

impl GradedRecord {
    /// The grade as it was.
    pub fn grade(&self) -> Grade {
        let ratings = self.criteria.iter().map(|rating| Rating {
            id: rating.id.clone(),
            level: rating.level,
            reason: rating.reason.clone(),
            advice: rating.advice.clone(),
            evidence: rating.evidence.clone(),
            missing: rating.missing.clone(),
            unfounded: rating.unfounded,
        });
        let mistakes = self.mistakes.iter().map(|mistake| FlaggedMistake {
            id: mistake.id.clone(),
            kind: mistake.kind,
            evidence: mistake.evidence(),
            why: mistake.why.clone(),
            advice: mistake.advice.clone(),
        });
        let critique =
            Critique { ratings: ratings.collect(), mistakes: mistakes.collect(), flags: self.flags.clone() };
        Grade { critique, score: self.score }
    }
}

impl MistakeRecord {
    /// Where the answer says it.
    fn evidence(&self) -> Option<Evidence> {
        Some(Evidence { quote: self.quote.clone()?, start: self.start?, end: self.end? })
    }
}

/// A grade as written.
pub fn graded(rubric: &Rubric, grade: &Grade, judge: JudgeRecord, usage: UsageRecord) -> GradedRecord {
    let critique = &grade.critique;
    let criteria = critique.ratings.iter().filter_map(|rating| {
        let criterion = rubric.criterion(rating.id.as_str())?;
        Some(RatingRecord {
            id: rating.id.clone(),
            level: rating.level,
            max_level: criterion.max_level(),
            weight: criterion.weight,
            reason: rating.reason.clone(),
            advice: rating.advice.clone(),
            evidence: rating.evidence.clone(),
            missing: rating.missing.clone(),
            unfounded: rating.unfounded,
        })
    });
    let mistakes = critique.mistakes.iter().map(|flagged| MistakeRecord {
        id: flagged.id.clone(),
        kind: flagged.kind,
        quote: flagged.evidence.as_ref().map(|evidence| evidence.quote.clone()),
        start: flagged.evidence.as_ref().map(|evidence| evidence.start),
        end: flagged.evidence.as_ref().map(|evidence| evidence.end),
        why: flagged.why.clone(),
        advice: flagged.advice.clone(),
    });
    GradedRecord {
        score: grade.score,
        band: grade.score.band(),
        criteria: criteria.collect(),
        mistakes: mistakes.collect(),
        flags: critique.flags.clone(),
        judge,
        usage,
    }
}
