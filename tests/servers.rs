//! The servers that people run, each with its quirks: `coach doctor` names them, and `coach grade` works all the same.

mod coach;
mod imitated;
mod support;

use coach::{Coach, answer};
use imitated::{Imitated, MODEL};
use serde_json::Value;
use support::FakeEndpoint;

const TEXT: &str = "Surprisal is minus the logarithm of the probability.";

/// The program, set up to ask `fake`; the base URL forgets `/v1`, as people do.
fn configured(fake: &FakeEndpoint, settings: &str) -> Coach {
    let coach = Coach::new().env("TEST_KEY", Imitated::KEY);
    let judge =
        format!("[judges.j]\nbase_url = \"{}\"\nmodel = \"{MODEL}\"\nretries = 0\n{settings}", fake.root());
    coach.write("config.toml", format!("judge = \"j\"\n{judge}"));
    coach.write(
        "a.jsonl",
        answer("a1", "surprisal", TEXT) + &answer("a2", "surprisal", &format!("{TEXT} Really.")),
    );
    coach
}

fn settings(server: Imitated) -> &'static str {
    match server {
        Imitated::OpenAi => "api_key_env = \"TEST_KEY\"\n",
        Imitated::Ollama
        | Imitated::LmStudio
        | Imitated::LlamaCpp
        | Imitated::Vllm
        | Imitated::EmptiesLongInput
        | Imitated::IgnoresForms => "",
    }
}

#[test]
fn doctor_names_the_quirk_and_grade_works() {
    for (server, quirks) in [
        (
            Imitated::Ollama,
            &[
                "answers below /v1, which the base URL lacks",
                "none needed",
                "4096 tokens;",
                "OLLAMA_CONTEXT_LENGTH=16384 ollama serve",
            ][..],
        ),
        (
            Imitated::LmStudio,
            &["follow a JSON Schema", "`json_object` is refused, as by every LM Studio", "16384 tokens"],
        ),
        (
            Imitated::LlamaCpp,
            &["a JSON Schema is refused; replies are asked for as JSON objects", "16384 tokens"],
        ),
        (Imitated::Vllm, &["inside the reply; it is taken out", "seed refused", "8192 tokens"]),
        (
            Imitated::OpenAi,
            &[
                "needed, and accepted",
                "max_completion_tokens (max_tokens is refused)",
                "temperature refused",
                "does not say how long a conversation",
            ],
        ),
        (Imitated::EmptiesLongInput, &["came back empty when a form was prescribed"]),
        (
            Imitated::IgnoresForms,
            &["a JSON Schema is taken but not followed", "`json_object` is taken but not followed"],
        ),
    ] {
        let fake = server.start();
        let coach = configured(&fake, settings(server));
        // The answers with known levels are short; this one is as long as answers are.
        assert_eq!(
            coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml"]).code,
            0,
            "{server:?}"
        );
        let ran = coach.run(&["doctor", "--config", "config.toml"]);
        let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(ran.code, 0, "{server:?}: {}{}", ran.stdout, ran.stderr);
        for quirk in quirks {
            assert!(said.contains(quirk), "{server:?} lacks {quirk}: {}", ran.stdout);
        }
        assert!(
            said.contains("of 12 levels right")
                && said.ends_with("This judge can be used, but it did not pass."),
            "{}",
            ran.stdout
        );
        let grades = coach.grades("g.jsonl");
        assert!(grades.iter().all(|grade| grade["status"] == "graded"), "{server:?}: {grades:?}");
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(Imitated::KEY));
    }
}

#[test]
fn what_a_server_takes_is_found_once_and_kept_from_run_to_run() {
    let fake = Imitated::OpenAi.start();
    let coach = configured(&fake, "api_key_env = \"TEST_KEY\"\nmax_tokens = 4096\n");
    let run = |output: &str| {
        let before = fake.requests().len();
        let ran = coach.run(&["grade", "a.jsonl", "-o", output, "--config", "config.toml", "--no-cache"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        fake.requests().len() - before
    };
    // No /v1, max_tokens, temperature: each is met once, by the one request that goes first.
    assert!(run("first.jsonl") > 2);
    assert_eq!(run("second.jsonl"), 2, "nothing is found out twice");
}

#[test]
fn a_server_that_has_changed_is_learnt_anew() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let upgraded = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&upgraded);
    let (old, new) = (Imitated::IgnoresForms, Imitated::LlamaCpp);
    let fake = FakeEndpoint::start(move |request| {
        let now = if seen.load(Ordering::SeqCst) { new } else { old };
        now.answer(request)
    });
    let coach = configured(&fake, "");
    let run = |output: &str| {
        coach.run(&["grade", "a.jsonl", "-o", output, "--config", "config.toml", "--no-cache"])
    };
    assert_eq!(run("first.jsonl").code, 0);
    upgraded.store(true, Ordering::SeqCst);
    assert_eq!(run("second.jsonl").code, 0, "what was taken before is refused now");
    let before = fake.requests().len();
    assert_eq!(run("third.jsonl").code, 0);
    assert_eq!(fake.requests().len() - before, 2, "and that is known, too");
}

#[test]
fn a_judge_that_failed_begins_with_an_estimate() {
    let fake = Imitated::LmStudio.start();
    let begins = |coach: &Coach, output: &str| {
        let ran = coach.run(&["grade", "a.jsonl", "-o", output, "--config", "config.toml", "--no-cache"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let requests = fake.requests();
        let said = requests.last().unwrap().last_message();
        assert!(said.contains(TEXT), "{said}");
        let begins = said.contains("drafted this critique") && said.contains("\"level\":");
        (
            begins,
            ran.stderr
                .contains("j did not pass `coach doctor`, so it begins with the built-in judge's estimate."),
        )
    };
    let coach = configured(&fake, "");
    assert_eq!(begins(&coach, "untried.jsonl"), (false, false), "nothing speaks against it yet");
    // Doctor finds out how it judges alone.
    assert_eq!(coach.run(&["doctor", "--config", "config.toml"]).code, 0);
    assert!(!fake.requests().iter().any(|request| request.last_message().contains("drafted this critique")));
    assert_eq!(begins(&coach, "failed.jsonl"), (true, true));
    coach.write("config.toml", coach.read("config.toml") + "estimate = false\n");
    assert_eq!(begins(&coach, "without.jsonl"), (false, false));
    let willing = configured(&fake, "estimate = true\n");
    assert_eq!(begins(&willing, "with.jsonl"), (true, false), "its owner knows");
}

#[test]
fn grade_warns_once_until_a_judge_has_passed() {
    let fake = Imitated::LmStudio.start();
    let coach = configured(&fake, "");
    let warned = |output: &str| {
        let ran = coach.run(&["grade", "a.jsonl", "-o", output, "--config", "config.toml"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stderr.lines().filter(|line| line.starts_with("Warning:")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        warned("1"),
        ["Warning: nobody has tried j on known answers yet; `coach doctor --judge j` does."]
    );
    let doctor = coach.run(&["doctor", "--config", "config.toml", "--json"]);
    let report: Value = serde_json::from_str(&doctor.stdout).unwrap();
    // The imitated model rates everything 1, which is right for three; the answer that is nothing but an order to the
    // grader never reaches it and is 0, which is right, too.
    assert_eq!((&report["gate"]["right"], &report["gate"]["passed"]), (&4.into(), &false.into()));
    assert_eq!((doctor.code, &report["usable"]), (0, &true.into()));
    assert_eq!(
        warned("2"),
        [
            "Warning: j got 4 of 12 known levels right, fewer than 10; `coach doctor --judge j` tries it again."
        ]
    );
    let strict = coach.run(&["doctor", "--config", "config.toml", "--min-right", "10"]);
    assert_eq!(strict.code, 1);
    assert!(strict.stderr.contains("4 of 12 levels are right, below --min-right 10"), "{}", strict.stderr);
}
