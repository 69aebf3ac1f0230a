//! A small rubric and a critique of an answer to it, for the renderers' tests.

use crate::bank::{Criterion, Difficulty, Dimension, Mistake, MistakeKind, Rubric};
use crate::critique::{Critique, Evidence, Flag, FlaggedMistake, Rating};
use crate::score::Grade;

pub(super) const ANSWER: &str = "RAG fetches passages from an index at inference time and places them in the \
    context. With RAG the model can no longer hallucinate.";

fn criterion(id: &str, title: &str, weight: f64, levels: &[&str], key_points: &[&str]) -> Criterion {
    Criterion {
        id: id.into(),
        title: title.into(),
        dimension: Dimension::Theory,
        weight,
        levels: levels.iter().map(ToString::to_string).collect(),
        key_points: key_points.iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn rubric() -> Rubric {
    Rubric {
        id: "rag".into(),
        title: "What is RAG and how does it differ from fine-tuning?".into(),
        topic: "rag".into(),
        difficulty: Difficulty::Core,
        minutes: 4,
        question: "What is retrieval-augmented generation,\nand how does it differ from fine-tuning?\n\n\
                   Say when you would choose which."
            .into(),
        model_answer: "RAG looks things up before the model answers.\n\nFine-tuning trains on.".into(),
        follow_ups: vec!["Would you still retrieve with a million tokens of context?".into()],
        sources: vec!["Lewis et al. 2020, arXiv:2005.11401".into()],
        criteria: vec![
            criterion(
                "mechanism",
                "Where the knowledge lives",
                3.0,
                &["Absent.", "One of the two.", "Both, no contrast.", "Both in contrast.", "And LoRA."],
                &[
                    "RAG places documents in the context at inference time.",
                    "Fine-tuning changes the weights.",
                ],
            ),
            criterion(
                "trade-offs",
                "When to choose which",
                2.0,
                &["Absent.", "A reason for one side.", "A reason for each side."],
                &["RAG suits knowledge that changes often, because you update the index and not the model."],
            ),
        ],
        mistakes: vec![
            mistake("no-hallucination", "Claims that RAG ends hallucination", MistakeKind::Said, 8.0),
            mistake("no-latency", "Leaves out latency and cost", MistakeKind::Omitted, 6.5),
        ],
        exemplars: Vec::new(),
    }
}

fn mistake(id: &str, title: &str, kind: MistakeKind, penalty: f64) -> Mistake {
    Mistake {
        id: id.into(),
        title: title.into(),
        kind,
        penalty,
        description: "Retrieval lowers the risk; the model can still contradict its passages.".into(),
        signs: Vec::new(),
        not_signs: Vec::new(),
        advice: "Say what still goes wrong with the right passages in the prompt.".into(),
    }
}

pub(super) fn evidence(quote: &str) -> Evidence {
    let start = ANSWER.find(quote).expect("the quotation is in the answer");
    Evidence { quote: quote.into(), start, end: start + quote.len() }
}

pub(super) fn mechanism(level: u8) -> Rating {
    Rating {
        id: "mechanism".into(),
        level,
        reason: "You say where RAG gets its knowledge and when, but not where fine-tuning keeps it.".into(),
        advice: "Contrast the index with the weights.".into(),
        evidence: vec![evidence(
            "RAG fetches passages from an index at inference time and places them in the context",
        )],
        missing: vec!["Fine-tuning changes the weights.".into()],
        unfounded: false,
    }
}

pub(super) fn trade_offs(level: u8) -> Rating {
    Rating {
        id: "trade-offs".into(),
        level,
        reason: "No reason for either side.".into(),
        advice: String::new(),
        evidence: Vec::new(),
        missing: vec![
            "RAG suits knowledge that changes often, because you update the index and not the model.".into(),
        ],
        unfounded: false,
    }
}

pub(super) fn grade() -> Grade {
    let advice = "Say what still goes wrong with the right passages in the prompt.";
    let critique = Critique {
        ratings: vec![mechanism(3), trade_offs(0)],
        mistakes: vec![
            FlaggedMistake {
                id: "no-hallucination".into(),
                kind: MistakeKind::Said,
                evidence: Some(evidence("With RAG the model can no longer hallucinate.")),
                why: "The model can still contradict its passages.".into(),
                advice: advice.into(),
            },
            FlaggedMistake {
                id: "no-latency".into(),
                kind: MistakeKind::Omitted,
                evidence: None,
                why: "Every request waits for the search.".into(),
                advice: "Name the delay and the extra tokens.".into(),
            },
        ],
        flags: vec![Flag::AddressesTheGrader],
    };
    Grade::new(&rubric(), critique)
}
