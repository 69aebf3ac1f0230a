//! One answer with its outcome, at a time: what the history keeps and what everything about progress is made of.
//!
//! As a line of JSON an attempt has the fields of an answer and those of its grade, so `coach grade` and
//! `coach agreement` read an exported history as it is. Keeping attempts is the business of [`crate::store`].

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::answer;
use crate::bank::{CriterionId, MistakeId, QuestionId, Rubric};
use crate::hex::hex;
use crate::record::{GradeRecord, Status};
use crate::score::Score;

/// Hex digits of an id: 48 bits, so that two of 10,000 attempts share one with a chance of 1 in 5 million.
const ID_DIGITS: usize = 12;

/// Names an attempt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(String);

impl AttemptId {
    /// The id of an answer to a question at a time. It is derived, so that importing what is there already adds
    /// nothing.
    pub fn of(question: &QuestionId, answer: &str, at: Timestamp) -> Self {
        let mut hash = Sha256::new();
        hash.update(at.as_millisecond().to_le_bytes());
        // An id has no such byte, so question and answer cannot run into each other.
        hash.update(question.as_str());
        hash.update([0]);
        hash.update(answer);
        let mut digits = hex(&hash.finalize());
        digits.truncate(ID_DIGITS);
        Self(digits)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for AttemptId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A point in time, and the day that it was for the person there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The time, in whole milliseconds.
    pub at: Timestamp,
    /// The local day. It is kept, because moving to another time zone must not move what was done on a day.
    pub day: Date,
}

/// How an attempt came about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The question was asked and answered from memory.
    #[default]
    Asked,
    /// The answer of another attempt was revised with its critique in view.
    RevisionOf(AttemptId),
    /// A reply to a follow-up question. It continues the answer of another attempt, and the grade is for both.
    FollowUp(FollowUp),
}

impl Origin {
    /// Whether the answer was given without a critique of an earlier one in view.
    pub fn is_asked(&self) -> bool {
        match self {
            Self::Asked => true,
            Self::RevisionOf(_) | Self::FollowUp(_) => false,
        }
    }
}

/// What a reply answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The attempt whose answer the reply continues.
    pub to: AttemptId,
    /// The criterion that the follow-up question is aimed at.
    pub criterion: CriterionId,
    /// The follow-up question.
    pub asked: String,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The words.
    pub answer: String,
    /// When it was finished.
    pub moment: Moment,
    /// Seconds that it took to write.
    pub seconds: u64,
    /// How it came about.
    pub origin: Origin,
}

/// One answer with its outcome, at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Names the attempt.
    pub id: AttemptId,
    /// The question.
    pub question: QuestionId,
    /// The words; of a follow-up the reply alone.
    pub answer: String,
    /// When the answer was finished.
    #[serde(flatten)]
    pub moment: Moment,
    /// Seconds that it took to write the answer.
    pub seconds: u64,
    /// How the attempt came about.
    #[serde(default, skip_serializing_if = "Origin::is_asked")]
    pub origin: Origin,
    /// The version of the rubric: a hash of what is judged by.
    pub rubric: String,
    /// A grade, or why there is none. Evidence has its place in the attempt's own answer.
    #[serde(flatten)]
    pub status: Status,
    /// Identity of the grade.
    pub key: String,
}

impl Attempt {
    /// The attempt that an answer became. `key` identifies its grade.
    pub fn new(rubric: &Rubric, given: Given, status: Status, key: String) -> Self {
        let Given { answer, moment, seconds, origin } = given;
        let id = AttemptId::of(&rubric.id, &answer, moment.at);
        let (question, version) = (rubric.id.clone(), rubric_version(rubric));
        Self { id, question, answer, moment, seconds, origin, rubric: version, status, key }
    }

    /// Reads one line of an exported history. The error says what is wrong with it.
    pub fn from_json(line: &str) -> Result<Self, String> {
        let attempt: Self = serde_json::from_str(line).map_err(|error| format!("no attempt: {error}"))?;
        let is_name =
            |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name(attempt.id.as_str()) {
            return Err("field `id` must be letters, digits and hyphens".to_owned());
        }
        Ok(attempt)
    }

    /// One line of an exported history, without the line's end.
    pub fn to_json(&self) -> String {
        // Plain data with text keys always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The attempt's line in a grades file.
    pub fn grade_record(&self) -> GradeRecord {
        GradeRecord {
            id: self.id.to_string(),
            question: Some(self.question.clone()),
            candidate: None,
            status: self.status.clone(),
            key: self.key.clone(),
        }
    }

    /// The attempt without its texts.
    pub fn outline(&self) -> Outline {
        Outline {
            id: self.id.clone(),
            question: self.question.clone(),
            moment: self.moment,
            seconds: self.seconds,
            is_asked: self.origin.is_asked(),
            marks: Marks::of(&self.status),
        }
    }
}

/// The version of a rubric: it changes with anything that answers are judged by.
pub fn rubric_version(rubric: &Rubric) -> String {
    format!("sha256:{}", hex(&answer::rubric_digest(rubric)))
}

/// An attempt without its texts: all that scheduling and progress need, and small enough for years of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The attempt.
    pub id: AttemptId,
    /// The question.
    pub question: QuestionId,
    /// When the answer was finished.
    pub moment: Moment,
    /// Seconds that it took to write the answer.
    pub seconds: u64,
    /// Whether the answer was given without a critique of an earlier one in view.
    pub is_asked: bool,
    /// Score, levels and mistakes; `None` where there is no grade.
    pub marks: Option<Marks>,
}

/// A grade without its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// 0 to 100.
    pub score: Score,
    /// Each criterion with the level given and the highest.
    pub levels: Vec<(CriterionId, u8, u8)>,
    /// The mistakes found.
    pub mistakes: Vec<MistakeId>,
}

impl Marks {
    /// The marks of a grade; `None` where there is none.
    pub fn of(status: &Status) -> Option<Self> {
        match status {
            Status::Ungraded { .. } => None,
            Status::Graded(graded) => Some(Self {
                score: graded.score,
                levels: graded.criteria.iter().map(|it| (it.id.clone(), it.level, it.max_level)).collect(),
                mistakes: graded.mistakes.iter().map(|mistake| mistake.id.clone()).collect(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"id":"0a1b2c","question":"surprisal","answer":"It is -log p.","at":"2026-03-01T23:30:00.5Z","day":"2026-03-02","seconds":75,"origin":{"revision-of":"ffff"},"rubric":"sha256:00","status":"graded","score":40.5,"band":"weak","criteria":[{"id":"definition","level":1,"max_level":4,"weight":3.0,"reason":"r","advice":"a","evidence":[{"quote":"It is -log p.","start":0,"end":13}],"missing":[]}],"mistakes":[],"flags":[],"judge":{"name":"built-in","model":null,"samples":1,"agreement":null},"usage":{"prompt_tokens":0,"completion_tokens":0,"cost":null,"latency_ms":0},"key":"sha256:11"}"#;

    #[test]
    fn a_line_is_read_and_written_as_it_was() {
        let attempt = Attempt::from_json(LINE).unwrap();
        assert_eq!(attempt.to_json(), LINE);
        assert_eq!(attempt.origin, Origin::RevisionOf(AttemptId("ffff".into())));
        assert_eq!(attempt.moment.day, jiff::civil::date(2026, 3, 2));
        let marks = attempt.outline().marks.unwrap();
        assert_eq!(marks.levels, [(CriterionId::from("definition"), 1, 4)]);
        let asked = Attempt { origin: Origin::Asked, ..attempt };
        assert!(!asked.to_json().contains("origin"));
        assert_eq!(Attempt::from_json(&asked.to_json()).unwrap(), asked);
    }

    #[test]
    fn what_is_no_attempt_is_refused_with_the_reason() {
        for (line, wrong) in [
            ("{}".to_owned(), "missing field"),
            ("[1]".to_owned(), "no attempt"),
            (LINE.replace("2026-03-02", "2026-13-02"), "month"),
            (LINE.replace("0a1b2c", "a b\u{9}"), "no attempt"),
            (LINE.replace("0a1b2c", "../x"), "letters, digits and hyphens"),
            (LINE.replace("\"seconds\":75", "\"seconds\":-1"), "no attempt"),
        ] {
            let error = Attempt::from_json(&line).unwrap_err();
            assert!(error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn an_id_depends_on_question_answer_and_time() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let id = |question: &str, answer, time| AttemptId::of(&question.into(), answer, at(time));
        let base = id("q", "a", "2026-01-01T00:00:00Z");
        assert_eq!(base.as_str().len(), ID_DIGITS);
        assert_eq!(base, id("q", "a", "2026-01-01T00:00:00Z"));
        for other in [
            id("p", "a", "2026-01-01T00:00:00Z"),
            id("q", "b", "2026-01-01T00:00:00Z"),
            id("q", "a", "2026-01-01T00:00:01Z"),
        ] {
            assert_ne!(base, other);
        }
    }
}
