//! The types of a rubric: what is asked, and how answers to it are judged.
//!
//! Values of these types are valid by construction: [`super::parse`] is the only way to get one.
//! The JSON Schema that editors use is generated from them.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the rubric format that this program reads.
pub const FORMAT: i64 = 1;

/// Lowest and highest number of levels of a criterion.
pub const LEVELS: std::ops::RangeInclusive<usize> = 2..=11;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(
            /// Lower-case letters, digits and single hyphens.
            #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
            String,
        );

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
    };
}

id_type!(
    /// Names a question and its rubric, unique in the bank.
    QuestionId
);
id_type!(
    /// Names a criterion, unique in its rubric.
    CriterionId
);
id_type!(
    /// Names a mistake, unique in its rubric; the catalogue's ids are shared by all rubrics.
    MistakeId
);

/// How demanding a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Difficulty {
    /// Asked of everyone.
    Intro,
    /// Asked of those who work with models.
    Core,
    /// Asked of specialists.
    Advanced,
}

impl Difficulty {
    /// Every difficulty with the name it has in files, easiest first.
    pub const ALL: [(&'static str, Self); 3] =
        [("intro", Self::Intro), ("core", Self::Core), ("advanced", Self::Advanced)];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intro => "intro",
            Self::Core => "core",
            Self::Advanced => "advanced",
        }
    }
}

/// What side of an answer a criterion looks at, so that a report can add criteria up over questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    /// How things work.
    Theory,
    /// When to fine-tune, retrieve or prompt; what it costs.
    TradeOffs,
    /// How one finds out whether it works.
    Evaluation,
    /// Safety, alignment and the risks of deployment.
    Safety,
    /// How one would build and run it.
    Practice,
}

impl Dimension {
    /// Every dimension with the name it has in files.
    pub const ALL: [(&'static str, Self); 5] = [
        ("theory", Self::Theory),
        ("trade-offs", Self::TradeOffs),
        ("evaluation", Self::Evaluation),
        ("safety", Self::Safety),
        ("practice", Self::Practice),
    ];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Theory => "theory",
            Self::TradeOffs => "trade-offs",
            Self::Evaluation => "evaluation",
            Self::Safety => "safety",
            Self::Practice => "practice",
        }
    }
}

/// How an answer makes a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MistakeKind {
    /// The answer asserts something wrong.
    Said,
    /// The answer leaves out what it had to cover.
    Omitted,
}

impl MistakeKind {
    /// Every kind with the name it has in files.
    pub const ALL: [(&'static str, Self); 2] = [("said", Self::Said), ("omitted", Self::Omitted)];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Omitted => "omitted",
        }
    }
}

/// One question and how its answers are judged.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "Rubric", deny_unknown_fields)]
pub struct Rubric {
    /// Names the question; equals the file's stem.
    pub id: QuestionId,
    /// One line for lists.
    pub title: String,
    /// The folder of related questions, kebab-case.
    pub topic: String,
    /// How demanding the question is.
    pub difficulty: Difficulty,
    /// Minutes that an interviewer would give for the answer.
    #[schemars(range(min = 1, max = 60))]
    pub minutes: u32,
    /// What the interviewer says, complete enough to answer.
    pub question: String,
    /// What a strong candidate would say in the given time.
    pub model_answer: String,
    /// Probing questions to ask next.
    #[serde(default)]
    pub follow_ups: Vec<String>,
    /// Where the facts can be checked.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What is judged; at least one.
    #[schemars(length(min = 1))]
    pub criteria: Vec<Criterion>,
    /// Errors worth flagging, those of the catalogue already filled in.
    #[serde(default)]
    #[schemars(with = "Vec<super::schema::MistakeEntry>")]
    pub mistakes: Vec<Mistake>,
    /// Sample answers with what a human expects of their critique.
    #[serde(default)]
    pub exemplars: Vec<Exemplar>,
}

impl Rubric {
    /// The criterion of that id.
    pub fn criterion(&self, id: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| &criterion.id == id)
    }

    /// The mistake of that id.
    pub fn mistake(&self, id: &str) -> Option<&Mistake> {
        self.mistakes.iter().find(|mistake| &mistake.id == id)
    }
}

/// One thing judged.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Criterion {
    /// Names the criterion within its rubric.
    pub id: CriterionId,
    /// A few words for the critique.
    pub title: String,
    /// What side of the answer it looks at.
    pub dimension: Dimension,
    /// Its share of the score, relative to the other criteria; above 0.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub weight: f64,
    /// Descriptors of level 0, 1, ... in order; 2 to 11 of them.
    #[schemars(length(min = 2, max = 11))]
    pub levels: Vec<String>,
    /// Statements that a full answer makes.
    #[serde(default)]
    pub key_points: Vec<String>,
}

impl Criterion {
    /// The highest level; at least 1.
    pub fn max_level(&self) -> u8 {
        // Parsing admits at most 11 levels.
        self.levels.len().saturating_sub(1) as u8
    }
}

/// A known error worth flagging.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Mistake {
    /// Names the mistake.
    pub id: MistakeId,
    /// A few words for the critique.
    pub title: String,
    /// Whether the answer says it or leaves something out.
    pub kind: MistakeKind,
    /// Points of 100 that it costs.
    #[schemars(range(min = 0, max = 100))]
    pub penalty: f64,
    /// What is wrong, and what is right.
    pub description: String,
    /// Sentences that make the mistake; of an omission: that wave the matter away.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Sentences near the mistake, yet right; of an omission: that cover the matter.
    #[serde(default)]
    pub not_signs: Vec<String>,
    /// What to do about it.
    pub advice: String,
}

/// A sample answer with the levels and mistakes that a human expects.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Exemplar {
    /// What it is an example of, unique in its rubric.
    pub name: String,
    /// The answer.
    pub answer: String,
    /// The expected level of each criterion.
    pub levels: BTreeMap<CriterionId, u8>,
    /// The mistakes that a critique has to flag, and no others.
    #[serde(default)]
    pub mistakes: Vec<MistakeId>,
}
