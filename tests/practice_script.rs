//! `coach practice` for scripts: one answer in, one critique out; and lines fed to a session through a pipe.
#![allow(clippy::unwrap_used)]

mod coach;
mod trial;

use std::net::TcpListener;

use coach::{Coach, Ran, grades};
use trial::{EMBEDDINGS, TOKENS, drafts};

fn practise(coach: &Coach, arguments: &[&str]) -> Ran {
    coach.run(&[&["practice", "--rubrics", "rubrics"], arguments].concat())
}

fn practise_with(coach: &Coach, arguments: &[&str], input: &str) -> Ran {
    coach.run_with(&[&["practice", "--rubrics", "rubrics"], arguments].concat(), input)
}

#[test]
fn an_answer_from_a_file_gets_its_critique() {
    let coach = trial::coach();
    coach.write("answer.txt", format!("\u{feff}{TOKENS}\r\n"));
    let ran = practise(&coach, &["two-points", "--answer", "answer.txt"]);
    insta::assert_snapshot!(ran.transcript(), @r"
    Score 50.0 of 100, partial
    The answer covers part of what the rubric asks for; an interviewer would probe
    the rest.

    ■ 1 of 1  Tokens
      Makes the key point.
        “Tokens are pieces of text from a fixed vocabulary.”

    □ 0 of 1  Embeddings
      Does not speak of this.
      Missing:
      - Embeddings map tokens to vectors.

    Work on first: Embeddings (up to 50 points)
      The next level: Says that embeddings are vectors.

    Judged by the built-in judge. It compares sentences; take it as an estimate.
    --- stderr
    Judge: built-in, an offline estimate. For a model's critique, run `coach setup`.
    --- exit 0
    ");
    assert_eq!(drafts(&coach).len(), 0);
}

#[test]
fn an_answer_from_standard_input_can_be_graded_as_json() {
    let coach = trial::coach();
    let ran =
        practise_with(&coach, &["two-points", "--answer", "-", "--json", "--judge", "built-in"], TOKENS);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let lines = grades(&ran.stdout);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["status"], "graded");
    assert_eq!(lines[0]["question"], "two-points");
    assert_eq!(lines[0]["score"], 50.0);
    assert_eq!(lines[0]["criteria"][0]["evidence"][0]["quote"], TOKENS);
    // The same answer in a file of answers has the same identity.
    let line = coach::answer("two-points", "two-points", TOKENS);
    let graded = coach.run_with(&["grade", "-", "--rubrics", "rubrics", "--judge", "built-in"], &line);
    assert_eq!(grades(&graded.stdout)[0]["key"], lines[0]["key"]);
}

#[test]
fn numbers_can_be_left_out_and_details_asked_for() {
    let coach = trial::coach();
    let ran =
        |flag| practise_with(&coach, &["two-points", "--answer", "-", "--judge", "built-in", flag], TOKENS);
    insta::assert_snapshot!(ran("--no-scores").stdout, @r"
    The answer covers part of what the rubric asks for; an interviewer would probe
    the rest.

    [covered]  Tokens
      Makes the key point.
        “Tokens are pieces of text from a fixed vocabulary.”

    [not yet]  Embeddings
      Does not speak of this.
      Missing:
      - Embeddings map tokens to vectors.

    Work on first: Embeddings
      The next level: Says that embeddings are vectors.

    Judged by the built-in judge. It compares sentences; take it as an estimate.
    ");
    let verbose = ran("--verbose").stdout;
    assert!(verbose.contains("Tokens (weight 1)") && verbose.contains("Level: Absent."), "{verbose}");
}

#[test]
fn escape_sequences_in_an_answer_are_shown_and_not_printed() {
    let coach = trial::coach();
    coach.write("answer.txt", format!("\u{1b}[31m{TOKENS}\u{1b}]0;title\u{7} \u{202e}{EMBEDDINGS}\u{9b}2J"));
    let ran = practise(&coach, &["two-points", "--answer", "answer.txt"]);
    assert_eq!(ran.code, 0);
    let control = |character: char| character.is_control() && character != '\n';
    assert!(!ran.stdout.contains(control) && !ran.stdout.contains('\u{202e}'), "{:?}", ran.stdout);
    assert!(ran.stdout.contains("\\u{1b}"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_judged_is_an_error_with_a_hint() {
    let coach = trial::coach();
    coach.write("empty.txt", " \n\t\n");
    coach.write("latin.txt", b"caf\xe9");
    let cases: [(&[&str], i32, &str); 6] = [
        (&["two-points", "--answer", "empty.txt"], 2, "the answer is empty"),
        (&["two-points", "--answer", "latin.txt"], 2, "latin.txt is not UTF-8"),
        (&["two-points", "--answer", "gone.txt"], 1, "cannot read gone.txt"),
        (&["two-pionts", "--answer", "empty.txt"], 2, "did you mean two-points"),
        (&["--answer", "empty.txt"], 2, "--answer needs the id of the question"),
        (&["--topic", "nothing"], 2, "the topics are: "),
    ];
    for (arguments, code, message) in cases {
        let ran = practise(&coach, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{arguments:?}");
        assert!(ran.stderr.contains(message), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn an_answer_of_a_megabyte_is_judged() {
    let coach = trial::coach();
    coach.write("long.txt", format!("{}{TOKENS}", "Much is said about models. ".repeat(40_000)));
    let ran = practise(&coach, &["two-points", "--answer", "long.txt"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("Score "), "{}", ran.stdout);
}

#[test]
fn a_dead_endpoint_is_an_error_and_keeps_what_came_through_standard_input() {
    let coach = trial::coach();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let judge =
        format!("[judges.far]\nbase_url = \"http://127.0.0.1:{port}/v1\"\nmodel = \"m\"\nretries = 0\n");
    coach.write("coach.toml", judge);
    let arguments = ["two-points", "--answer", "-", "--config", "coach.toml", "--judge", "far"];
    let ran = practise_with(&coach, &arguments, TOKENS);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no critique: ") && ran.stderr.contains("Your draft is kept"),
        "{}",
        ran.stderr
    );
    assert_eq!(drafts(&coach), [TOKENS]);
}

#[test]
fn a_session_fed_through_a_pipe_prints_no_prompts() {
    let coach = trial::coach();
    let input = format!("two-points\n{TOKENS}\n.\nr\n{TOKENS}\n{EMBEDDINGS}\n.\nm\nq\n");
    let ran = practise_with(&coach, &["--topic", "trial"], &input);
    insta::assert_snapshot!(ran.transcript(), @r"
    What are tokens and embeddings?
    trial, intro, about 2 minutes

      What are tokens and embeddings?


    ■ 1 of 1  Tokens
      Makes the key point.
        “Tokens are pieces of text from a fixed vocabulary.”

    □ 0 of 1  Embeddings
      Does not speak of this.
      Missing:
      - Embeddings map tokens to vectors.

    Score 50.0 of 100, partial
    The answer covers part of what the rubric asks for; an interviewer would probe
    the rest.

    Work on first: Embeddings (up to 50 points)
      The next level: Says that embeddings are vectors.

    Judged by the built-in judge. It compares sentences; take it as an estimate.

    ■ 1 of 1  Tokens
      Makes the key point.
        “Tokens are pieces of text from a fixed vocabulary.”

    ■ 1 of 1  Embeddings
      Makes the key point.
        “Embeddings map tokens to vectors.”

    Score 100.0 of 100, strong
    The answer covers nearly all that the rubric asks for.

    Nothing that this rubric asks for is missing.

    Judged by the built-in judge. It compares sentences; take it as an estimate.

                before  after
    Tokens      ■ 1     ■ 1    same
    Embeddings  □ 0     ■ 1    +1
    Score       50.0    100.0  +50.0

    Model answer
      Tokens are pieces of text from a fixed vocabulary. Embeddings map tokens to
      vectors.

    This session: 2 answers to 1 question
      What are tokens and embeddings?  50.0 → 100.0
    --- stderr
    Judge: built-in, an offline estimate. For a model's critique, run `coach setup`.
    --- exit 0
    ");
    assert_eq!(drafts(&coach).len(), 0);
}

#[test]
fn a_session_whose_input_ends_early_is_over() {
    let coach = trial::coach();
    for input in ["", "two-points\n", &format!("two-points\n{TOKENS}")] {
        let ran = practise_with(&coach, &["--topic", "trial"], input);
        assert_eq!(ran.code, 0, "{input:?}: {}", ran.stderr);
    }
    let ran = practise_with(&coach, &["--topic", "trial"], "no-such-question\n");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("nothing to choose called \"no-such-question\""), "{}", ran.stderr);
}
