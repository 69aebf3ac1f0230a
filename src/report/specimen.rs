//! Reports for tests: shipped exemplars with the levels that their authors expect, and texts that mean harm.

use serde_json::{Value, json};

use super::{Report, ReportedAnswer, Sitting};
use crate::attempt::{AttemptId, FollowUp, Origin};
use crate::bank::{Bank, Exemplar, MistakeKind, Rubric};

/// Texts that would do harm where they are taken for more than text.
pub(super) const HOSTILE: [&str; 17] = [
    "=HYPERLINK(\"https://example.com\",\"click\")",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7} nul\0",
    "\u{202e}desrever\u{202c} \u{2066}isolate",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    "| cell | ``` `tick` \\| \\",
    "@everyone see #1 at https://example.com and www.example.com",
    "[link](javascript:alert(1)) ![image](x) **bold** _it_ <b>",
    "]]> <!-- comment --> &amp; line\u{2028}separator",
];

/// The first `each` exemplars of each question, as two candidates' answers.
pub(super) fn report(questions: &[&str], each: usize) -> Report {
    let bank = Bank::shipped().unwrap();
    let mut answers = Vec::new();
    for question in questions {
        let rubric = bank.rubric(question).unwrap();
        for (number, exemplar) in rubric.exemplars.iter().take(each).enumerate() {
            let candidate = if number % 2 == 0 { "Ada" } else { "Ben" };
            answers.push(answer(rubric, exemplar, &format!("{question}-{number}"), candidate));
        }
    }
    Report::new(answers, &bank)
}

fn answer(rubric: &Rubric, exemplar: &Exemplar, id: &str, candidate: &str) -> ReportedAnswer {
    let evidence = first_words(&exemplar.answer);
    let criteria: Vec<Value> = rubric
        .criteria
        .iter()
        .map(|criterion| {
            let level = exemplar.levels[criterion.id.as_str()];
            json!({"id": criterion.id, "level": level, "max_level": criterion.max_level(),
                "weight": criterion.weight, "reason": "Makes a point.", "advice": "Say more of it.",
                "evidence": if level > 0 { vec![evidence.clone()] } else { Vec::new() },
                "missing": criterion.key_points})
        })
        .collect();
    let mistakes: Vec<Value> = exemplar
        .mistakes
        .iter()
        .filter_map(|id| rubric.mistake(id.as_str()))
        .map(|mistake| match mistake.kind {
            MistakeKind::Said => json!({"id": mistake.id, "kind": "said", "quote": evidence["quote"],
                "start": evidence["start"], "end": evidence["end"], "why": mistake.description,
                "advice": mistake.advice}),
            MistakeKind::Omitted => json!({"id": mistake.id, "kind": "omitted", "quote": null, "start": null,
                "end": null, "why": mistake.description, "advice": mistake.advice}),
        })
        .collect();
    let shares = rubric.criteria.iter().map(|criterion| {
        f64::from(exemplar.levels[criterion.id.as_str()]) / f64::from(criterion.max_level())
    });
    let score = (1000.0 * shares.sum::<f64>() / rubric.criteria.len() as f64).round() / 10.0;
    let record = json!({"id": id, "question": rubric.id, "candidate": candidate, "status": "graded",
        "score": score, "band": crate::score::Band::of(score), "criteria": criteria, "mistakes": mistakes,
        "flags": [], "judge": {"name": "built-in", "model": null, "samples": 1, "agreement": null},
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "cost": null, "latency_ms": 0}, "key": "sha256:0"});
    let record = serde_json::from_value(record).unwrap();
    ReportedAnswer { record, text: Some(exemplar.answer.clone()), sitting: None }
}

/// A quotation of the answer's beginning, with its place.
fn first_words(answer: &str) -> Value {
    let end = answer.char_indices().nth(40).map_or(answer.len(), |(at, _)| at);
    json!({"quote": answer[..end], "start": 0, "end": end})
}

/// A graded and an ungraded answer in which every text is `text`.
pub(super) fn hostile(text: &str) -> Report {
    let evidence = json!({"quote": text, "start": 0, "end": text.len()});
    let graded = json!({"id": text, "question": text, "candidate": text, "status": "graded", "score": 20.0,
        "band": "weak", "criteria": [{"id": text, "level": 1, "max_level": 4, "weight": 1.0, "reason": text,
            "advice": text, "evidence": [evidence], "missing": [text]}],
        "mistakes": [{"id": text, "kind": "said", "quote": text, "start": 0, "end": text.len(), "why": text,
            "advice": text}],
        "flags": ["addresses-the-grader"],
        "judge": {"name": text, "model": text, "samples": 1, "agreement": null},
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "cost": null, "latency_ms": 0}, "key": text});
    let ungraded = json!({"id": text, "question": text, "candidate": text, "status": "ungraded",
        "reason": {"kind": "refused", "message": text}, "key": text});
    let reported = |record| ReportedAnswer {
        record: serde_json::from_value(record).unwrap(),
        text: Some(text.to_owned()),
        sitting: Some(Sitting {
            day: jiff::civil::date(2026, 3, 2),
            origin: Origin::FollowUp(FollowUp {
                to: AttemptId::from(text.to_owned()),
                criterion: text.to_owned().into(),
                asked: text.to_owned(),
            }),
        }),
    };
    Report::new(vec![reported(graded), reported(ungraded)], &Bank::default())
}
