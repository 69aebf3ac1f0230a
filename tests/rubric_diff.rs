//! `coach rubric diff`: wording told from what changes scores, and whose grades move.

mod coach;
mod support;

use coach::{Coach, answer};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply, Request};

const RUBRIC: &str = r#"format = 1
id = "small"
title = "What are tokens?"
topic = "mine"
difficulty = "intro"
minutes = 1
question = "What are tokens and embeddings?"
model_answer = "Tokens are pieces of text from a fixed vocabulary. Embeddings map tokens to vectors."
[[criteria]]
id = "tokens"
title = "Tokens"
dimension = "theory"
weight = 1
levels = ["Absent.", "Says that tokens are pieces of text."]
key_points = ["Tokens are pieces of text from a fixed vocabulary."]
[[criteria]]
id = "embeddings"
title = "Embeddings"
dimension = "theory"
weight = 1
levels = ["Absent.", "Says that embeddings are vectors."]
key_points = ["Embeddings map tokens to vectors."]
[[mistakes]]
id = "tokens-are-words"
title = "Takes tokens for words"
kind = "said"
penalty = 10
description = "Tokens are often parts of words."
signs = ["Tokens are simply words."]
not_signs = ["Tokens are often parts of words."]
advice = "Say that words may have several tokens."
"#;

const TOKENS: &str = "Tokens are pieces of text from a fixed vocabulary.";
const EMBEDDINGS: &str = "Embeddings map tokens to vectors.";

fn edited(edits: &[(&str, &str)]) -> Coach {
    let coach = Coach::new();
    let mut text = RUBRIC.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    coach.write("rubrics/small.toml", RUBRIC);
    coach.write("new.toml", text);
    let answers = [("both", format!("{TOKENS} {EMBEDDINGS}")), ("one", TOKENS.to_owned())];
    let answers: String = answers.iter().map(|(id, text)| answer(id, "small", text)).collect();
    coach.write("answers.jsonl", answers + &answer("other", "surprisal", "Minus the logarithm."));
    coach
}

/// Compares the bank's rubric with the edited copy, whose name is no id.
fn diff(coach: &Coach, more: &[&str]) -> coach::Ran {
    coach.run(&[&["rubric", "diff", "small", "new.toml", "--rubrics", "rubrics"], more].concat())
}

#[test]
fn each_change_stands_under_what_it_does() {
    let coach = edited(&[
        ("weight = 1", "weight = 3"),
        ("Says that tokens are pieces of text", "Says that tokens are parts of text"),
        ("title = \"What are tokens?\"", "title = \"What are tokens and embeddings?\""),
        (
            "signs = [\"Tokens are simply words.\"]",
            "signs = [\"Tokens are simply words.\", \"A token is a word.\"]",
        ),
        ("penalty = 10", "penalty = 5"),
        ("advice = \"Say", "advice = \"Just say"),
    ]);
    insta::assert_snapshot!(diff(&coach, &[]).transcript(), @"
    Changes what is rated or how it counts
      criteria.tokens.weight: 1 → 3
      mistakes.tokens-are-words.penalty: 10 → 5

    Judges read it, so that grades may change
      criteria.tokens.levels.1 (models)
        ~ Says that tokens are [-pieces-]{+parts+} of text.
      mistakes.tokens-are-words.signs (built-in)
        + A token is a word.

    Never changes a grade
      title
        ~ What are [-tokens?-]{+tokens and embeddings?+}
      mistakes.tokens-are-words.advice
        ~ [-Say-]{+Just say+} that words may have several tokens.

    Grades may change. `--answers FILE` shows whose do.
    --- stderr
    --- exit 0
    ");
}

#[test]
fn the_same_and_mere_wording_are_told_from_what_counts_also_by_the_exit_code() {
    for (edits, said, code) in [
        (&[][..], "The two rubrics say the same.\n", 0),
        (&[("minutes = 1", "minutes = 2")], "No grade changes.\n", 0),
        (&[("advice = \"Say", "advice = \"Just say")], "No score changes. `coach grade` grades anew", 0),
        (&[("penalty = 10", "penalty = 11")], "Grades may change. `--answers FILE` shows whose do.\n", 1),
        (&[("Embeddings map", "An embedding maps")], "Grades may change.", 1),
    ] {
        let coach = edited(edits);
        let ran = diff(&coach, &["--exit-code"]);
        assert!(ran.stdout.contains(said), "{edits:?}: {}", ran.stdout);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, ""), "{edits:?}");
        assert_eq!(diff(&coach, &[]).code, 0, "{edits:?}");
    }
}

#[test]
fn answers_show_whose_grades_move_and_where() {
    let coach = edited(&[
        ("weight = 1", "weight = 3"),
        ("[\"Embeddings map tokens to vectors.\"]", "[\"Similar meanings are near each other.\"]"),
        ("model_answer", "model_answer = \"Tokens are pieces of text.\"\n# model_answer"),
    ]);
    let ran = diff(&coach, &["--answers", "answers.jsonl"]);
    insta::assert_snapshot!(ran.transcript(), @"
    Changes what is rated or how it counts
      criteria.tokens.weight: 1 → 3

    Judges read it, so that grades may change
      model_answer (built-in)
        ~ Tokens are pieces of [-text from a fixed vocabulary. Embeddings map tokens
          to vectors.-]{+text.+}
      criteria.embeddings.key_points (built-in, models)
        ~ [-Embeddings map tokens to vectors.-]{+Similar meanings are near each
          other.+}

    2 of 2 answers move
      both  100.0 →  75.0  -25.0
          embeddings: 1 of 1 → 0 of 1
      one    50.0 →  75.0  +25.0

    Mean score 75.0 → 75.0 (+0.0)
    --- stderr
    Judge: built-in, an offline estimate. For a model's critique, run `coach setup`.
    --- exit 0
    ");
}

#[test]
fn json_has_all_of_it_and_words_alone_move_nobody() {
    let coach = edited(&[("minutes = 1", "minutes = 2")]);
    let ran = diff(&coach, &["--answers", "answers.jsonl", "--json", "--exit-code", "--judge", "built-in"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let minutes =
        json!({"place": "minutes", "effect": "nothing", "read_by": [], "before": "1", "after": "2"});
    let answers = json!({"graded": 2, "mean_before": 75.0, "mean_after": 75.0, "moved": [], "ungraded": []});
    assert_eq!(
        report,
        json!({"before": "small", "after": "new.toml", "may_change_grades": false, "changes": [minutes], "answers": answers})
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn what_cannot_be_compared_is_an_error_with_a_way_on() {
    let coach = edited(&[]);
    coach.write("broken.toml", RUBRIC.replace("weight = 1", "weight = 0"));
    coach.write("others.jsonl", answer("x", "surprisal", "Minus the logarithm."));
    coach.write("wrong.jsonl", "{\"id\": 1}\n");
    for (arguments, said) in [
        (&["smal", "small"][..], "hint: did you mean small?"),
        (&["small", "none.toml"], "error: cannot read none.toml"),
        (&["small", "rubrics"], "error: rubrics is a folder"),
        (&["small", "broken.toml"], "error: 2 problems in broken.toml"),
        (
            &["small", "new.toml", "--answers", "others.jsonl"],
            "has no answers to small (1 to other questions)",
        ),
        (&["small", "new.toml", "--answers", "wrong.jsonl"], "wrong.jsonl:1: field `answer` is missing"),
        (
            &["small", "new.toml", "--answers", "answers.jsonl", "--judge", "nobody"],
            "there is no judge \"nobody\"",
        ),
    ] {
        let ran = coach.run(&[&["rubric", "diff", "--rubrics", "rubrics"], arguments].concat());
        assert!(matches!(ran.code, 1 | 2), "{arguments:?}: {}", ran.code);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

/// Rates every criterion of the request at its highest level with the first words of the answer as evidence.
fn generous(request: &Request) -> Reply {
    let schema = &request.json["response_format"]["json_schema"]["schema"];
    let criteria = schema["properties"]["ratings"]["properties"].as_object().unwrap();
    let rating = json!({"quotes": ["Tokens are pieces of text"], "missing": [], "reason": "R", "level": 1, "advice": ""});
    let ratings: Vec<(String, Value)> = criteria.keys().map(|id| (id.clone(), rating.clone())).collect();
    Reply::chat(
        json!({"ratings": ratings.into_iter().collect::<serde_json::Map<_, _>>(), "mistakes": []})
            .to_string(),
    )
}

#[test]
fn a_model_is_asked_under_both_and_its_failures_are_no_grades() {
    let fake = FakeEndpoint::start(|request| {
        let edited = request.json["messages"][0]["content"].as_str().unwrap().contains("pieces of words");
        let is_one = !request.json["messages"][1]["content"].as_str().unwrap().contains(EMBEDDINGS);
        if edited && is_one { Reply::chat("no") } else { generous(request) }
    });
    let coach = edited(&[("Says that tokens are pieces of text", "Says that tokens are pieces of words")])
        .env("OPENAI_BASE_URL", &fake.url())
        .env("COACH_MODEL", "m");
    let ran = diff(&coach, &["--answers", "answers.jsonl", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["answers"]["graded"], 1);
    assert_eq!(report["answers"]["ungraded"][0]["id"], "one");
    assert_eq!((ran.code, fake.requests().len()), (3, 5), "{}", ran.stderr);
}
