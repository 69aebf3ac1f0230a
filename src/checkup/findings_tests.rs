//! Facts to lines, as tables.

use std::time::Duration;

use super::*;

fn subject() -> Subject<'static> {
    Subject {
        base_url: "http://localhost:11434",
        host: "localhost:11434",
        local: true,
        key: false,
        encrypted: false,
        max_tokens: 2048,
    }
}

fn survey() -> Survey {
    Survey {
        schema: Form::Followed,
        object: Form::Followed,
        speed: Some(Speed { tokens: 48, time: Duration::from_secs(1) }),
        cap: Cap::Kept,
        reasoning: Reasoning::Unseen,
        context: Some(16_384),
        server: None,
        needs_key: None,
        capabilities: Capabilities::default(),
    }
}

/// The lines that are not as they should be.
fn amiss(subject: &Subject<'_>, survey: &Survey) -> Vec<String> {
    let lines = abilities(subject, survey);
    lines.iter().filter(|it| it.status != Status::Ok).map(|it| format!("{}: {}", it.check, it.said)).collect()
}

#[test]
fn a_server_that_can_everything_has_no_notes() {
    assert_eq!(amiss(&subject(), &survey()), Vec::<String>::new());
}

#[test]
fn each_fact_has_its_note() {
    let known = |capabilities| Survey { capabilities, ..survey() };
    for (found, note) in [
        (Survey { schema: Form::Ignored, ..survey() }, "schema: a JSON Schema is taken but not followed"),
        (
            Survey { schema: Form::Refused, ..survey() },
            "schema: a JSON Schema is refused; replies are asked for as JSON",
        ),
        (
            Survey { schema: Form::Refused, object: Form::Refused, ..survey() },
            "schema: a JSON Schema is refused; the prompt alone says the form",
        ),
        (Survey { schema: Form::Emptied, ..survey() }, "schema: under a JSON Schema the reply was empty"),
        (
            Survey { object: Form::Refused, ..survey() },
            "object: `json_object` is refused; not needed beside a schema",
        ),
        (Survey { cap: Cap::Ignored, ..survey() }, "token cap: max_tokens is taken but cuts no reply"),
        (
            Survey { reasoning: Reasoning::Apart, ..survey() },
            "reasoning: the model thinks before it replies, apart",
        ),
        (
            Survey { context: Some(4096), ..survey() },
            "context: 4096 tokens; long rubrics and answers need 8192",
        ),
        (Survey { context: None, ..survey() }, "context: the server does not say"),
        (Survey { speed: None, ..survey() }, "speed: not told"),
        (
            Survey { speed: Some(Speed { tokens: 48, time: Duration::from_secs(20) }), ..survey() },
            "speed: 2.4 tokens a second; a critique takes about 313 s",
        ),
        (known(Capabilities { seed: Support::Refused, ..Capabilities::default() }), "sampling: seed refused"),
        (
            known(Capabilities { empty_from: Some(9000), ..Capabilities::default() }),
            "long input: conversations of 9000 bytes and more came back empty",
        ),
    ] {
        let notes = amiss(&subject(), &found);
        assert!(notes[0].starts_with(note), "{notes:?} lacks {note}");
    }
}

#[test]
fn a_key_on_an_open_line_is_noted_and_one_on_this_machine_is_not() {
    let remote = Subject { host: "model.example", local: false, key: true, ..subject() };
    assert_eq!(amiss(&remote, &survey()), ["key: it is sent unencrypted, so others on the way can read it"]);
    assert!(amiss(&Subject { encrypted: true, ..remote }, &survey()).is_empty());
    assert!(amiss(&Subject { key: true, ..subject() }, &survey()).is_empty());
}

#[test]
fn a_local_server_that_is_not_running_is_told_how_to_start() {
    let error = EndpointError::Unreachable { place: "p".to_owned(), detail: "refused".to_owned() };
    for (host, local, advice) in [
        ("localhost:11434", true, "start the server: ollama serve"),
        ("localhost:1234", true, "start the server: lms server start"),
        ("localhost:9", true, "is the server running, and is the base URL right?"),
        ("model.example:11434", false, "is the server running, and is the base URL right?"),
    ] {
        let finding = failure(&Subject { host, local, ..subject() }, &error);
        assert_eq!((finding.status, finding.advice.as_deref()), (Status::Problem, Some(advice)), "{host}");
    }
}

#[test]
fn the_gate_counts_and_names_what_was_missed() {
    let tried = |given: Option<u8>, failure: Option<&str>| Tried {
        question: "tokens".to_owned(),
        answer: "is wrong".to_owned(),
        expected: 0,
        given,
        failure: failure.map(str::to_owned),
    };
    let mut all = vec![tried(Some(0), None); 10];
    all.extend([tried(Some(2), None), tried(None, Some("cut"))]);
    let lines = gate(&all, Remedy::None);
    let said: Vec<&str> = lines.iter().map(|line| line.said.as_str()).collect();
    assert_eq!(
        said,
        [
            "10 of 12 levels right; 10 are needed",
            "tokens: level 2 instead of 0; the answer is wrong",
            "1 ungraded, the first because cut"
        ]
    );
    assert_eq!(lines[0].status, Status::Ok);
    all[0] = tried(Some(1), None);
    let alone = &gate(&all, Remedy::Estimate)[0];
    assert_eq!(alone.status, Status::Note);
    let advises = |finding: &Finding, said: &str| finding.advice.as_ref().is_some_and(|it| it.contains(said));
    assert!(advises(alone, "estimate") && advises(alone, "careful = true"));
    let kept_alone = &gate(&all, Remedy::EstimateIsOff)[0];
    assert!(advises(kept_alone, "remove `estimate = false`") && !advises(kept_alone, "begins with"));
    let careful = &gate(&all, Remedy::None)[0];
    assert!(advises(careful, "larger model") && !advises(careful, "careful"));
    let none = vec![tried(None, Some("cut")); 12];
    assert_eq!(
        gate(&none, Remedy::Estimate)[0].status,
        Status::Problem,
        "a judge that grades nothing can't be used"
    );
}
