//! Batches that go wrong: requests that fail, replies that can't be used, batches that end early, servers without one.

mod batched;
mod coach;
mod judged;
mod many;
mod support;

use batched::{collect, grades, live, server, set_up, submit};
use coach::Coach;
use judged::{KEY, answers};
use many::varied_answers;
use serde_json::{Value, json};
use support::{BatchServer, Fate};

fn fate(place: usize) -> Fate {
    match place {
        1 => Fate::Replied("I would give this a solid 7 out of 10!", "stop"),
        2 => Fate::Replied("{\"ratings\": {", "length"),
        3 => Fate::Replied("", "content_filter"),
        4 => Fate::Refused(
            400,
            "This model's maximum context length is 8192 tokens.",
            "context_length_exceeded",
        ),
        5 => Fate::Refused(500, "The server had an error", "server_error"),
        6 => Fate::Expired,
        7 => Fate::Lost,
        8 => Fate::Torn,
        9 => Fate::ErrorThenAnswered,
        10 => Fate::Twice,
        _ => Fate::Answered,
    }
}

fn reasons(coach: &Coach) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let ungraded = grades(coach, "g.jsonl").into_iter().filter(|grade| grade["status"] == "ungraded");
    ungraded.map(|grade| (text(&grade["id"]), text(&grade["reason"]["kind"]))).collect()
}

#[test]
fn what_the_batch_did_not_bring_is_listed_and_finished_live() {
    let server = server().with_fate(fate).start();
    let coach = set_up(&server, &varied_answers(16));
    assert_eq!(submit(&coach, 100).code, 0);
    let ran = collect(&coach);
    insta::with_settings!({filters => vec![(r"127\.0\.0\.1:\d+", "SERVER"), (r"in \d+\.\d s", "in TIME")]}, {
        insta::assert_snapshot!(ran.transcript());
    });
    let expected = [
        ("a00002", "malformed-critique"),
        ("a00003", "truncated"),
        ("a00004", "refused"),
        ("a00005", "too-long"),
        ("a00006", "endpoint-failed"),
        ("a00007", "endpoint-failed"),
        ("a00008", "endpoint-failed"),
        ("a00009", "endpoint-failed"),
    ];
    let expected: Vec<_> = expected.iter().map(|(id, kind)| ((*id).to_owned(), (*kind).to_owned())).collect();
    assert_eq!(reasons(&coach), expected);
    let before = server.live();
    assert_eq!(live(&coach, "g.jsonl").code, 0);
    assert_eq!(server.live() - before, expected.len(), "nothing that the batch graded is asked again");
    live(&coach, "live.jsonl");
    assert_eq!(grades(&coach, "g.jsonl"), grades(&coach, "live.jsonl"));
}

#[test]
fn what_failed_can_go_into_another_batch() {
    let server = server().with_fate(fate).start();
    let coach = set_up(&server, &varied_answers(16));
    submit(&coach, 100);
    collect(&coach);
    let ran = submit(&coach, 100);
    assert!(ran.stderr.contains("7 answers submitted, 8 graded before"), "{}", ran.stderr);
    let ran = collect(&coach);
    // One of the eight was asked about live; of the seven others, the second to the seventh fail in their turn.
    assert_eq!((ran.code, reasons(&coach).len()), (3, 6), "{}", ran.stderr);
}

#[test]
fn a_batch_that_ends_early_leaves_its_answers_to_be_asked_again() {
    for (states, said) in [
        (&["expired"][..], "the batch's time was over before it was this answer's turn"),
        (&["cancelling", "cancelled"], "the batch was cancelled"),
        (&["failed"], "the whole batch failed"),
    ] {
        let lost = server()
            .with_states(states)
            .with_fate(|place| if place == 0 { Fate::Answered } else { Fate::Lost });
        let server = lost.start();
        let coach = set_up(&server, &answers(4));
        submit(&coach, 100);
        let mut ran = collect(&coach);
        if ran.stderr.contains("nothing to grade") {
            ran = collect(&coach);
        }
        assert_eq!(ran.code, 3, "{said}: {}", ran.stderr);
        let ungraded = if states == ["failed"] { 3 } else { 2 };
        let count = ran.stderr.matches(&format!(": {said}\n")).count();
        assert_eq!(count, ungraded, "{said}: {}", ran.stderr);
        assert_eq!(live(&coach, "g.jsonl").code, 0, "what was paid for is kept, and the rest is asked live");
    }
}

#[test]
fn batches_that_end_at_different_times_are_collected_piece_by_piece() {
    let mut slow = server().with_states(&["in_progress", "completed"]);
    slow.later = 1;
    let server = slow.start();
    let coach = set_up(&server, &answers(7));
    submit(&coach, 3);
    let seen: Vec<(i32, usize, bool)> = (0..3)
        .map(|_| {
            let ran = collect(&coach);
            (ran.code, coach.grades("g.jsonl").len(), ran.stderr.contains("3 answers under way"))
        })
        .collect();
    assert_eq!(seen, [(3, 1, false), (3, 4, true), (0, 7, false)]);
    assert!(!coach.path("g.jsonl.batch").exists());
}

#[test]
fn no_more_batches_than_wished_are_under_way() {
    let server = server().start();
    let coach = set_up(&server, &answers(10));
    let command =
        ["batch", "submit", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--requests", "2"];
    let limited = [&command[..], &["--batches", "2"]].concat();
    let mut left = Vec::new();
    for _ in 0..3 {
        let ran = coach.run(&limited);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        left.push(ran.stderr.contains(" left for the next call"));
        collect(&coach);
    }
    // One live and four in two batches, again, and nothing.
    assert_eq!((left, server.ordered().len(), server.live()), (vec![true, false, false], 4, 2));
    assert_eq!(coach.grades("g.jsonl").len(), 10);
}

#[test]
fn a_batch_is_collected_from_any_folder() {
    let server = server().start();
    let coach = set_up(&server, &(answers(3) + "not JSON\n"));
    submit(&coach, 100);
    std::fs::create_dir(coach.path("elsewhere")).unwrap();
    let mut command = coach.command(&["batch", "collect", "../g.jsonl", "--config", "../config.toml"]);
    let output = command.current_dir(coach.path("elsewhere")).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(coach.grades("g.jsonl").iter().filter(|grade| grade["status"] == "graded").count(), 3);
}

#[test]
fn an_answer_that_changed_since_is_asked_again() {
    let server = server().start();
    let coach = set_up(&server, &answers(4));
    submit(&coach, 100);
    let changed = answers(4).replace("Note 3.", "Note 3, with more to say.");
    coach.write("a.jsonl", changed);
    let ran = collect(&coach);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("1 line: a reply to no answer as it is now"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 answer to be asked about again"), "{}", ran.stderr);
    assert_eq!(coach.grades("g.jsonl").len(), 3);
}

#[test]
fn answers_without_words_and_records_that_are_none_cost_nothing() {
    let server = server().start();
    let text = answers(2)
        + &coach::answer("e", "surprisal", " ... ")
        + "not JSON\n"
        + &coach::answer("q", "nonesuch", "x");
    let coach = set_up(&server, &text);
    let ran = submit(&coach, 100);
    assert!(ran.stderr.contains("1 answer submitted, 2 that can't be judged."), "{}", ran.stderr);
    assert_eq!(collect(&coach).code, 3);
    live(&coach, "live.jsonl");
    assert_eq!(grades(&coach, "g.jsonl"), grades(&coach, "live.jsonl"));
}

#[test]
fn gateways_that_differ() {
    let mut gateway = server();
    (gateway.no_file, gateway.keeps_metadata) = (json!(""), false);
    let server = gateway.start();
    let coach = set_up(&server, &answers(3));
    // A base URL without its version.
    let config = coach.read("config.toml").replace("/v1\"", "\"");
    coach.write("config.toml", config);
    assert_eq!(submit(&coach, 100).code, 0);
    assert_eq!(collect(&coach).code, 0);
    assert_eq!(coach.grades("g.jsonl").len(), 3);
}

fn refused(coach: &Coach, arguments: &[&str], code: i32, said: &str) {
    let ran = coach.run(&[arguments, &["--config", "config.toml"]].concat());
    assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(said) && ran.stderr.contains("hint: "), "{arguments:?}: {}", ran.stderr);
    assert!(!ran.stderr.contains(KEY));
}

fn under_way() -> (BatchServer, Coach) {
    let server = server().with_states(&["in_progress"]).start();
    let coach = set_up(&server, &answers(4));
    assert_eq!(submit(&coach, 100).code, 0);
    (server, coach)
}

#[test]
fn what_would_pay_twice_or_mix_things_up_is_refused() {
    let (server, coach) = under_way();
    coach.write("b.jsonl", answers(9));
    refused(&coach, &["grade", "a.jsonl", "-o", "g.jsonl"], 1, "a batch is under way for g.jsonl");
    refused(
        &coach,
        &["batch", "submit", "b.jsonl", "-o", "g.jsonl"],
        2,
        "a batch of other answers is under way",
    );
    refused(
        &coach,
        &["batch", "submit", "a.jsonl", "-o", "g.jsonl", "--model", "n"],
        2,
        "a batch of the judge m, m at http",
    );
    refused(&coach, &["batch", "submit", "-", "-o", "h.jsonl"], 2, "a batch can't be made of standard input");
    refused(&coach, &["batch", "submit", "a.jsonl", "-o", "a.jsonl"], 2, "both the answers and the output");
    let built_in = ["batch", "submit", "a.jsonl", "-o", "h.jsonl", "--judge", "built-in"];
    refused(&coach, &built_in, 2, "the built-in judge needs no batch");
    refused(&coach, &["batch", "collect", "h.jsonl"], 2, "no batch is under way for h.jsonl");
    refused(&coach, &["batch", "status", "h.jsonl"], 2, "no batch is under way for h.jsonl");
    let panel = coach.read("config.toml") + "[judges.jury]\nmembers = [\"m\", \"built-in\"]\n";
    coach.write("config.toml", panel);
    let jury = ["batch", "export", "a.jsonl", "--judge", "jury"];
    refused(&coach, &jury, 2, "a batch asks one model once about each answer");
    assert_eq!(server.ordered().len(), 1);
    let config = coach.read("config.toml").replace(&server.fake.url(), "http://localhost:9/v1");
    coach.write("config.toml", config);
    refused(&coach, &["batch", "collect", "g.jsonl"], 2, "the judge m is at http://localhost:9/v1 now");
}

#[test]
fn a_state_that_is_not_ours_is_left_as_it_is() {
    let (_server, coach) = under_way();
    for (state, said) in [("{", "can't be used"), ("{\"format\": 9}", "can't be used")] {
        coach.write("g.jsonl.batch/state.json", state);
        refused(&coach, &["batch", "collect", "g.jsonl"], 1, said);
        assert_eq!(coach.read("g.jsonl.batch/state.json"), state);
    }
}

#[test]
fn a_server_without_a_batch_api_says_so_before_anything_is_lost() {
    let fake = support::FakeEndpoint::start(|request| match request.path.as_str() {
        "/v1/chat/completions" => judged::sound(request),
        _ => support::Reply::error(404, "Not Found", "not_found"),
    });
    let coach = judged::configured(&fake);
    coach.write("a.jsonl", answers(3));
    let ran = submit(&coach, 100);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("coach batch export"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(KEY));
}

#[test]
fn a_server_that_refuses_the_key_or_the_model_says_so_before_the_upload() {
    for (status, message, code) in [
        (401, "Incorrect API key provided", "invalid_api_key"),
        (404, "The model `m` does not exist", "model_not_found"),
    ] {
        let fake = support::FakeEndpoint::start(move |_| support::Reply::error(status, message, code));
        let coach = judged::configured(&fake);
        coach.write("a.jsonl", answers(3));
        let ran = submit(&coach, 100);
        assert_eq!(
            (ran.code, ran.stderr.contains("the first answer can't be graded")),
            (1, true),
            "{}",
            ran.stderr
        );
        assert!(fake.requests().iter().all(|request| !request.path.contains("files")));
        // What began without anything under way stands in nobody's way.
        refused(&coach, &["batch", "collect", "g.jsonl"], 2, "no batch is under way");
    }
}

#[test]
fn a_batch_is_booked_at_its_own_price() {
    let server = server().start();
    let coach = set_up(&server, &answers(2));
    let prices = "[prices.\"m\"]\ninput = 100\noutput = 1000\nbatch_discount = 0.5\n";
    coach.write("config.toml", coach.read("config.toml") + prices);
    submit(&coach, 100);
    collect(&coach);
    let costs: Vec<Value> =
        grades(&coach, "g.jsonl").iter().map(|grade| grade["usage"]["cost"].clone()).collect();
    // 10 tokens sent and 5 received: 0.001 and 0.005 live.
    assert_eq!(costs, [json!(0.006), json!(0.003)]);
}
