//! Rubric and answer to the messages for a model, from templates that the user may replace.
//!
//! Instructions and rubric come first, so that servers can reuse their work on them for every answer to the
//! same question. The answer comes last, as data under a marker that its author could not know.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use sha2::{Digest, Sha256};

use crate::bank::{Criterion, Rubric};
use crate::error::{Error, Result};
use crate::hex::hex;

/// The templates by file name: instructions and rubric, the answer, the second try; a follow-up question.
const SHIPPED: [(&str, &str); 4] = [
    (JUDGE, include_str!("../../prompts/judge.md")),
    (ANSWER, include_str!("../../prompts/answer.md")),
    (REPAIR, include_str!("../../prompts/repair.md")),
    (FOLLOW_UP, include_str!("../../prompts/follow-up.md")),
];
const JUDGE: &str = "judge.md";
const ANSWER: &str = "answer.md";
const REPAIR: &str = "repair.md";
const FOLLOW_UP: &str = "follow-up.md";

/// Hex digits of the marker: 48 bits are beyond guessing, and short enough for a small model to recognise.
const MARKER_DIGITS: usize = 12;
/// Repairs name at most this many complaints; more would only lengthen the prompt.
const MOST_COMPLAINTS: usize = 8;

/// The prompt templates, parsed.
#[derive(Debug)]
pub struct Prompts {
    templates: Environment<'static>,
    fingerprint: String,
}

impl Prompts {
    /// The shipped templates, with those of `replaced` (file name, text) in their place.
    pub fn new(replaced: &[(String, String)]) -> Result<Self> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut hash = Sha256::new();
        if let Some((name, _)) =
            replaced.iter().find(|(name, _)| !SHIPPED.iter().any(|(known, _)| known == name))
        {
            let known: Vec<&str> = SHIPPED.iter().map(|(known, _)| *known).collect();
            return Err(Error::misused(format!("there is no prompt template {name} to replace"))
                .hint(format!("the templates are: {}", known.join(", "))));
        }
        for (name, shipped) in SHIPPED {
            let text =
                replaced.iter().find(|(other, _)| other == name).map_or(shipped, |(_, text)| text.as_str());
            // What is asked on decides no grade.
            if name != FOLLOW_UP {
                hash.update(text);
                hash.update([0]);
            }
            templates.add_template_owned(name, text.to_owned()).map_err(|error| broken(name, &error))?;
        }
        Ok(Self { templates, fingerprint: hex(&hash.finalize()) })
    }

    /// A hash of all templates that decide grades, for the identity of a grade.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Instructions and rubric: the same for every answer to a question.
    pub fn instructions(&self, rubric: &Rubric) -> Result<String> {
        self.render(
            JUDGE,
            context! {
                question => &rubric.question,
                criteria => Serde(&rubric.criteria),
                mistakes => Serde(&rubric.mistakes),
            },
        )
    }

    /// The answer as data.
    pub fn answer(&self, answer: &str) -> Result<String> {
        self.render(ANSWER, context! { marker => marker(answer), answer })
    }

    /// What was wrong with the first reply.
    pub fn repair(&self, complaints: &[String]) -> Result<String> {
        let complaints = &complaints[..complaints.len().min(MOST_COMPLAINTS)];
        self.render(REPAIR, context! { complaints => Serde(complaints) })
    }

    /// What asks for a follow-up question about a criterion of which `missing` was not said.
    pub fn follow_up(
        &self,
        rubric: &Rubric,
        criterion: &Criterion,
        missing: &[String],
        answer: &str,
    ) -> Result<String> {
        self.render(
            FOLLOW_UP,
            context! {
                question => &rubric.question,
                criterion => Serde(criterion),
                missing => Serde(missing),
                marker => marker(answer),
                answer,
            },
        )
    }

    fn render(&self, name: &str, context: minijinja::Value) -> Result<String> {
        self.templates
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| broken(name, &error))
    }
}

fn broken(name: &str, error: &minijinja::Error) -> Error {
    Error::misused(format!("the prompt template {name} does not work: {error:#}"))
        .hint("compare it with the shipped one in prompts/")
}

/// A marker that does not occur in the answer and that its author could not foresee: to write it into the
/// answer one would need an answer that contains its own hash. Derived and not random, so that the same
/// answer always makes the same request.
fn marker(answer: &str) -> String {
    let digits = hex(&Sha256::digest(answer.as_bytes()));
    format!("ANSWER-{}", &digits[..MARKER_DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;

    fn rubric() -> Rubric {
        Rubric::clone(Bank::shipped().unwrap().rubrics().next().unwrap())
    }

    #[test]
    fn the_prompt_has_the_whole_rubric_and_the_answer_untouched() {
        let prompts = Prompts::new(&[]).unwrap();
        let rubric = rubric();
        let instructions = prompts.instructions(&rubric).unwrap();
        for criterion in &rubric.criteria {
            for text in criterion.levels.iter().chain(&criterion.key_points) {
                assert!(instructions.contains(text.as_str()), "{text}");
            }
        }
        for mistake in &rubric.mistakes {
            assert!(instructions.contains(mistake.description.as_str()));
        }
        let answer = "{{ question }} {% raw %} <b>&amp;</b> \u{1b}[31m \"}]}";
        assert!(prompts.answer(answer).unwrap().contains(answer));
    }

    #[test]
    fn the_marker_depends_on_the_answer_and_on_nothing_else() {
        assert_eq!(marker("a"), marker("a"));
        assert_ne!(marker("a"), marker("b"));
    }

    #[test]
    fn a_replaced_template_counts_and_a_misspelt_one_is_an_error() {
        let replaced = |name: &str, text: &str| Prompts::new(&[(name.to_owned(), text.to_owned())]);
        let shipped = Prompts::new(&[]).unwrap();
        let other = replaced("answer.md", "{{ marker }} {{ answer }}").unwrap();
        assert_ne!(other.fingerprint(), shipped.fingerprint());
        assert_eq!(replaced("follow-up.md", "Why?").unwrap().fingerprint(), shipped.fingerprint());
        assert!(replaced("anwser.md", "").is_err());
        assert!(replaced("answer.md", "{{ anwser }}").unwrap().answer("x").is_err());
        assert!(replaced("answer.md", "{{ answer").is_err());
    }
}
